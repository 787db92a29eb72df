// x for x > 0, slope x otherwise: what ReLU's family shares.
#pragma once

#include <hillock/simd/batch.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace kernels {

/// x for x > 0, else +0; NaN stays NaN. Not max(x, 0): what the maximum of a NaN is depends on the
/// instruction and the order of its operands.
template <class V>
HILLOCK_INLINE V positive_part(V x) noexcept {
  return nan_propagated(x, zero_where(x <= 0, x));
}

/// 1 for x > 0, else 0; NaN for NaN. (Of select(x > 0, 1, 0) g++ makes one instruction more for
/// AVX2.)
template <class V>
HILLOCK_INLINE V positive_part_derivative(V x) noexcept {
  return nan_or(x, zero_where(x <= 0, V(1)));
}

/// With slope 0 it is ReLU: +0 for every x <= 0, -infinity included, where 0 x would be NaN or -0.
/// NaN stays NaN.
template <class V>
HILLOCK_INLINE V rectified(V x, V slope) noexcept {
  // The slope 0 is multiplied with 0: times an infinity it would raise FE_INVALID.
  const auto is_zero = slope == 0;
  const V product = slope * zero_where(is_zero, not_above(x, 0));
  return nan_propagated(x, select(x <= 0, zero_where(is_zero, product), x));
}

/// With a slope in (0, 1] x and slope x are the larger and the smaller for every x, and one maximum
/// chooses. They agree in the sign of a zero; of NaN the product is taken.
template <class V>
HILLOCK_INLINE V rectified_as_maximum(V x, V slope) noexcept {
  return larger_or_first(slope * x, x);
}

/// One slope for all, looked at once.
template <class T>
struct SharedSlope {
  T value;
  bool is_in_unit_interval;  ///< in (0, 1]

  constexpr explicit SharedSlope(T slope) noexcept
      : value(slope), is_in_unit_interval(!simd::is_hidden_nan(slope) && slope > 0 && slope <= 1) {}
  /// Member by member. One load of both would wait until the two stores that just made them are
  /// through, 5 of the 10 ns that a call of few elements took (g++, Zen 5).
  constexpr SharedSlope(const SharedSlope& other) noexcept
      : value(other.value), is_in_unit_interval(other.is_in_unit_interval) {}
};

template <class V>
HILLOCK_INLINE V rectified(V x, SharedSlope<typename V::value_type> slope) noexcept {
  // Told to the compiler, or it would jump to it and back in every turn of a loop.
  if (HILLOCK_LIKELY(slope.is_in_unit_interval)) return rectified_as_maximum(x, V(slope.value));
  if (!simd::is_hidden_nan(slope.value) && slope.value == 0) return positive_part(x);
  return select(x > 0, x, slope.value * not_above(x, 0));
}

/// A slope for each lane.
template <class V>
struct OwnSlopes {
  V value;
  bool are_in_unit_interval;  ///< whether all are in (0, 1]
};

template <class V>
HILLOCK_INLINE V rectified(V x, OwnSlopes<V> slope) noexcept {
  if (HILLOCK_LIKELY(slope.are_in_unit_interval)) return rectified_as_maximum(x, slope.value);
  return rectified(x, slope.value);
}

/// 1 for x > 0, slope (a batch or a number) otherwise, NaN for NaN.
template <class V, class Slope>
HILLOCK_INLINE V rectified_derivative(V x, Slope slope) noexcept {
  return nan_or(x, select(x > 0, 1, slope));
}
template <class V>
HILLOCK_INLINE V rectified_derivative(V x, SharedSlope<typename V::value_type> slope) noexcept {
  return rectified_derivative(x, slope.value);
}
template <class V>
HILLOCK_INLINE V rectified_derivative(V x, OwnSlopes<V> slope) noexcept {
  return rectified_derivative(x, slope.value);
}

/// The derivative by the slope: x for x <= 0, else 0; NaN for NaN.
template <class V>
HILLOCK_INLINE V rectified_by_slope(V x) noexcept {
  return nan_propagated(x, zero_where(x > 0, x));
}

}  // namespace kernels
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
