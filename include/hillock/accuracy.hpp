// The two accuracies that every function of hillock may have, and how a bound of an error is
// stated.
#pragma once

#include <hillock/simd/instruction_set.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// How close a result is to the true one. fast: within the bound that each function states, over
/// every input. exact (float, Eigen::half, Eigen::bfloat16): correctly rounded at the default
/// parameters, within exact_bound at others, so the same bits on every processor and compiler.
enum class Accuracy { fast, exact };

/// The error that a function's formula stays within over every input, in ULP of the result; each
/// activation states it as forward_bound and derivative_bound. A derivative that crosses zero loses
/// its relative accuracy there: where f.is_near_root(x), an error of `epsilons_at_root` times
/// std::numeric_limits<T>::epsilon() is within the bound too. It is what Accuracy::fast promises,
/// for float and double; Accuracy::exact promises exact_bound.
struct ErrorBound {
  double ulp;
  double epsilons_at_root = 0;
};

/// What Accuracy::exact stays within at any parameters; at the default ones it is correctly
/// rounded.
inline constexpr ErrorBound exact_bound{0.51};

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
