// Sums and products together with their rounding errors.
#pragma once

#include <hillock/simd/batch.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace kernels {

/// The number high + low, where high is a rounded result and low its rounding error.
template <class V>
struct TwoParts {
  V high;
  V low;
};

/// Returns a + b exactly, whichever of the two is larger (Knuth 1969).
template <class V>
HILLOCK_INLINE TwoParts<V> exact_sum(V a, V b) noexcept {
  const V high = a + b;
  const V b_part = high - a;
  return {high, (a - (high - b_part)) + (b - b_part)};
}

/// Returns a - b exactly.
template <class V>
HILLOCK_INLINE TwoParts<V> exact_difference(V a, V b) noexcept {
  return exact_sum(a, -b);
}

/// Returns a b exactly, if no part of it overflows or underflows: by fma, or by splitting both
/// factors into halves of 12 bits (26 in double; Dekker 1971).
template <class V>
HILLOCK_INLINE TwoParts<V> exact_product(V a, V b) noexcept {
  const V high = a * b;
  if constexpr (simd::has_fma) {
    return {high, fma(a, b, -high)};
  } else {
    constexpr double splitter = sizeof(typename V::value_type) == 4 ? 4097.0 : 134217729.0;
    const V a_scaled = a * splitter;
    const V b_scaled = b * splitter;
    const V a_high = a_scaled - (a_scaled - a);
    const V b_high = b_scaled - (b_scaled - b);
    const V a_low = a - a_high;
    const V b_low = b - b_high;
    const V low = ((a_high * b_high - high) + a_high * b_low + a_low * b_high) + a_low * b_low;
    return {high, low};
  }
}

/// Returns a x exactly where the product is of ordinary size and a or x may not be. Without fma, a
/// is scaled to about 1 and x by the inverse, because Dekker's halves would overflow.
template <class V>
HILLOCK_INLINE TwoParts<V> exact_product_of_parameter(typename V::value_type a, V x) noexcept {
  if constexpr (simd::has_fma) {
    return exact_product(V(a), x);
  } else {
    const auto scale = simd::scale_to_one(a);
    return exact_product(V(a * scale.to), x * scale.back);
  }
}

/// Returns a correction, or 0 where it is NaN, as the correction of an infinite or NaN value is.
template <class V>
HILLOCK_INLINE V finite_or_zero(V correction) noexcept {
  return zero_where(is_nan(correction), correction);
}

/// A compensated sum: one that carries the rounding errors of its additions. Once the sum is
/// infinite or NaN they say nothing any more.
template <class V>
class RunningSum {
 public:
  HILLOCK_INLINE void add(V x) noexcept {
    const TwoParts<V> sum = exact_sum(number[0], x);
    number[0] = sum.high;
    number[1] = number[1] + sum.low;
  }
  HILLOCK_INLINE void add_product(V a, V b) noexcept {
    const TwoParts<V> product = exact_product(a, b);
    add(product.high);
    number[1] = number[1] + product.low;
  }
  HILLOCK_INLINE void add(const RunningSum& other) noexcept {
    add(other.number[0]);
    number[1] = number[1] + other.number[1];
  }
  HILLOCK_INLINE V total() const noexcept { return parts().high; }
  HILLOCK_INLINE TwoParts<V> parts() const noexcept {
    const V low = finite_or_zero(number[1]);
    const V high = number[0] + low;
    return {high, finite_or_zero((number[0] - high) + low)};
  }

  /// The rounded sum, and the sum of its rounding errors.
  V number[2] = {0, 0};
};

}  // namespace kernels
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
