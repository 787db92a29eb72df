// The two accuracies of hillock's functions, and the type of an error bound.
#pragma once

#include <hillock/simd/instruction_set.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// How close a result is to the true value. With fast it is within the bound that each function
/// states, for every input. With exact (float, Eigen::half, Eigen::bfloat16) it is correctly
/// rounded at the default parameters, and within exact_bound at others, so that the bits are the
/// same on every processor and with every compiler.
enum class Accuracy { fast, exact };

/// The largest error of a function's formula for any input, in ULP of the result. Each activation
/// states it as forward_bound and derivative_bound. A derivative that crosses zero loses its
/// relative accuracy there: where f.is_near_root(x), an error of `epsilons_at_root` times
/// std::numeric_limits<T>::epsilon() is within the bound too. This is what Accuracy::fast promises
/// for float and double; Accuracy::exact promises exact_bound.
struct ErrorBound {
  double ulp;
  double epsilons_at_root = 0;
};

/// The error bound of Accuracy::exact at any parameters; at the default parameters results are
/// correctly rounded.
inline constexpr ErrorBound exact_bound{0.51};

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
