// x for x > 0, slope x otherwise: what ReLU's family shares.
#pragma once

#include <hillock/simd/batch.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace kernels {

/// Returns x for x > 0, else +0; NaN stays NaN. It is not computed as max(x, 0), because the
/// maximum of a NaN and a number depends on the instruction and on the order of its operands.
template <class V>
HILLOCK_INLINE V positive_part(V x) noexcept {
  return nan_propagated(x, zero_where(x <= 0, x));
}

/// Returns 1 for x > 0, else 0; NaN for NaN.
template <class V>
HILLOCK_INLINE V positive_part_derivative(V x) noexcept {
  return one_where_positive(x, V(0));
}

/// Returns x for x > 0, else slope x; NaN stays NaN. With slope 0 it is ReLU: +0 for every x <= 0,
/// -infinity included, where 0 x would be NaN or -0.
template <class V>
HILLOCK_INLINE V rectified(V x, V slope) noexcept {
  // The slope 0 is multiplied by 0, because 0 times infinity would raise FE_INVALID.
  const auto is_zero = slope == 0;
  const V product = slope * zero_where(is_zero, not_above(x, 0));
  return nan_propagated(x, select(x <= 0, zero_where(is_zero, product), x));
}

/// Returns the same for a slope in (0, 1], as the larger of x and slope x. Both have the sign of x,
/// so that the sign of a zero is right; for NaN the product is returned.
template <class V>
HILLOCK_INLINE V rectified_as_maximum(V x, V slope) noexcept {
  return larger_or_first(slope * x, x);
}

/// One slope for all elements, whose properties are tested once.
template <class T>
struct SharedSlope {
  T value;
  bool is_in_unit_interval;  ///< in (0, 1]

  constexpr explicit SharedSlope(T slope) noexcept
      : value(slope), is_in_unit_interval(!simd::is_hidden_nan(slope) && slope > 0 && slope <= 1) {}
  /// Copies member by member. One load of both members would wait for the two stores that have just
  /// written them: 5 of the 10 ns that a call of few elements took (g++, Zen 5).
  constexpr SharedSlope(const SharedSlope& other) noexcept
      : value(other.value), is_in_unit_interval(other.is_in_unit_interval) {}
};

template <class V>
HILLOCK_INLINE V rectified(V x, SharedSlope<typename V::value_type> slope) noexcept {
  // The hint is needed: without it g++ places this branch outside of a loop, and jumps there and
  // back in every iteration.
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

/// Returns 1 for x > 0, else the slope (a batch or a number); NaN for NaN.
template <class V, class Slope>
HILLOCK_INLINE V rectified_derivative(V x, Slope slope) noexcept {
  return one_where_positive(x, V(slope));
}
template <class V>
HILLOCK_INLINE V rectified_derivative(V x, SharedSlope<typename V::value_type> slope) noexcept {
  return rectified_derivative(x, slope.value);
}
template <class V>
HILLOCK_INLINE V rectified_derivative(V x, OwnSlopes<V> slope) noexcept {
  return rectified_derivative(x, slope.value);
}

/// Returns the derivative by the slope: x for x <= 0, else 0; NaN for NaN.
template <class V>
HILLOCK_INLINE V rectified_by_slope(V x) noexcept {
  return nan_propagated(x, zero_where(x > 0, x));
}

}  // namespace kernels
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
