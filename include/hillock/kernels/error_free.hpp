// Sums and products together with their rounding errors.
#pragma once

#include <hillock/simd/batch.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace kernels {

/// high + low, where high is the rounded value and low what the rounding lost.
template <class V>
struct TwoParts {
  V high;
  V low;
};

/// a + b exactly (Knuth 1969), whichever is larger.
template <class V>
HILLOCK_INLINE TwoParts<V> exact_sum(V a, V b) noexcept {
  const V high = a + b;
  const V b_part = high - a;
  return {high, (a - (high - b_part)) + (b - b_part)};
}

/// a - b exactly.
template <class V>
HILLOCK_INLINE TwoParts<V> exact_difference(V a, V b) noexcept {
  return exact_sum(a, -b);
}

/// a b exactly, if neither overflows nor underflows: by fma, or by halves of 12 (26) bits (Dekker
/// 1971).
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

/// a x exactly, where the product is of ordinary size while a or x may not be: Dekker's halves
/// would overflow.
template <class V>
HILLOCK_INLINE TwoParts<V> exact_product_of_parameter(typename V::value_type a, V x) noexcept {
  if constexpr (simd::has_fma) {
    return exact_product(V(a), x);
  } else {
    const auto scale = simd::scale_to_one(a);
    return exact_product(V(a * scale.to), x * scale.back);
  }
}

/// A correction to an infinite or NaN value is NaN itself and says nothing: then there is none.
template <class V>
HILLOCK_INLINE V finite_or_zero(V correction) noexcept {
  return zero_where(is_nan(correction), correction);
}

/// A sum that carries what its roundings lost. Once the sum is infinite or NaN the lost part says
/// nothing any more.
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

  /// The sum as it was rounded, and what that lost.
  V number[2] = {0, 0};
};

}  // namespace kernels
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
