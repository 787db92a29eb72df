// What HardShrink and SoftShrink share: they are 0 in an interval around 0.
#pragma once

#include <hillock/simd/batch.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace kernels {

/// Returns +0 for |x| <= lambda, else y; NaN for NaN if y is NaN.
template <class V>
HILLOCK_INLINE V zero_inside(V x, V lambda, V y) noexcept {
  return nan_propagated(x, zero_where(abs(x) <= lambda, y));
}

/// Returns 0 for |x| <= lambda, else 1; NaN for NaN.
template <class V>
HILLOCK_INLINE V shrink_derivative(V x, V lambda) noexcept {
  return nan_or(x, zero_where(abs(x) <= lambda, V(1)));
}

/// The width of the interval, and what shows that it is not valid: not finite, or negative.
template <class T>
struct ShrinkWidth {
  T lambda;
  T summand;

  explicit ShrinkWidth(T width) noexcept
      : lambda(width), summand(simd::nan_unless<T>(!simd::is_nan_number(width) && width >= 0)) {}
};

}  // namespace kernels
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
