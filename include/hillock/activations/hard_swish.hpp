#pragma once

#include <hillock/kernels/clip.hpp>
#include <hillock/verbs.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Hard swish, Swish with a hard sigmoid: f(x) = x min(max(x / 6 + 1/2, 0), 1), which is 0 for x <=
/// -3, x for x >= 3, and x (x + 3) / 6 in between.
/// Derivative   0 for x <= -3, 1 for x >= 3, (2 x + 3) / 6 in between. Its root is -3/2, where it
///              is computed without an error.
/// Kinks        at -3 the derivative is 0 and at 3 it is 1, that of the straight side. (PyTorch had
///              -1/2 and 3/2, those of the curved side, for years.)
/// Edge values  f(+-0) = +-0, f(+inf) = +inf, and f(x) = -0 for all x <= -3, at -infinity too,
///              where x times 0 would be NaN; f'(+inf) = 1, f'(-inf) = 0; NaN in, NaN out.
/// Computed as  max(x, -3) times (x + 3) / 6, the sum limited to [0, 6]. The division is a
///              multiplication by 1/6, in exact a division.
/// Accuracy     forward_bound and derivative_bound, in ULP, next to -3 and next to the root too;
///              exact: correctly rounded.
/// Source       Howard et al., "Searching for MobileNetV3", arXiv:1905.02244 (2019).
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class HardSwish : public Activation<HardSwish<A, Arch>> {
 public:
  static constexpr ErrorBound forward_bound{4};
  static constexpr ErrorBound derivative_bound{4};
  // |f'| is not unimodal: between -3 and -3/2 it falls from 1/2 to 0, and then it rises to 3/2.

  constexpr HardSwish() noexcept = default;

  template <class V>
  HILLOCK_INLINE V forward_at(const V& x) const noexcept {
    const V limited = not_below(x, V(-3));
    const V sum = not_above(limited, V(3)) + 3;
    // In exact, doubles hold the product without an error.
    if constexpr (A == Accuracy::exact)
      return limited * sum / 6;
    else
      return limited * quotient<6>(sum);
  }

  template <class V>
  HILLOCK_INLINE V derivative_at(const V& x) const noexcept {
    // 2 x + 3 could overflow.
    const V slope = quotient<3>(x + 1.5);
    return nan_propagated(x, zero_where(x <= -3, select(x >= 3, 1, slope)));
  }

 private:
  template <int Divisor, class V>
  static HILLOCK_INLINE V quotient(const V& x) noexcept {
    if constexpr (A == Accuracy::exact)
      return x / Divisor;
    else
      return x * (1.0 / Divisor);
  }
};

/// The function as an object: hard_swish(x), hard_swish.derivative(x). exact::hard_swish is the
/// correctly rounded one.
inline constexpr HardSwish<> hard_swish{};

namespace exact {
using HardSwish = hillock::HardSwish<Accuracy::exact>;
inline constexpr HardSwish hard_swish{};
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
