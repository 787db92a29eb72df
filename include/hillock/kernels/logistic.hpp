// The logistic function 1 / (1 + e^-x) and its derivative, which sigmoid, tanh' and Swish share,
// and the derivative of x times it, which Swish and GELUTanh share.
#pragma once

#include <hillock/kernels/decay.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace kernels {

/// Returns 1 / (1 + e^-x) from e = e^-|x|: 1 / (1 + e) above 0, and e / (1 + e) below 0, where the
/// values are small. Numerator and denominator are both 2^tail times as large, which cancels
/// without a multiplication.
template <class V>
HILLOCK_INLINE V logistic(V x, const Decay<V>& e) noexcept {
  const V one = scaled_one<V>();
  return by_sign(x, one, e.scaled) / (one + e.scaled);
}

/// Returns c e / (1 + e)^2 from e = e^-|x|, for a power of two c that is multiplied in before the
/// result can be subnormal. The square is computed as 1 + e (2 + e), in which two roundings fewer
/// count than in (1 + e)^2.
template <class E>
HILLOCK_INLINE auto logistic_derivative(const E& e, double c) noexcept {
  const auto value = e.value();
  using V = std::remove_const_t<decltype(value)>;
  return e.scaled * (c * static_cast<double>(ExpConstantsOf<V>::from_tail)) /
         fma(value, 2 + value, 1);
}

/// Returns the derivative of x / (1 + e^-t) for a t that has the sign of x: s + v s (1 - s) with
/// s = 1 / (1 + e^-t) and v = x t'(x), from e = e^-|t|. -|v| is in two parts, magnitude + low. For
/// t >= 0 it is (1 + e + v e) / (1 + e)^2, for t < 0 it is e (1 + e + v) / (1 + e)^2. Near its root
/// 1 + v and e cancel, so that the rounding errors of e and v count and are added. Elsewhere too
/// many roundings add up: without the correction of the square, the error of Swish's derivative
/// would be 4.3 ULP at t = -0.84 and 4.05 ULP at t = -3.78.
template <class V>
HILLOCK_INLINE V gated_derivative(V t, V magnitude, V low, const Decay<V>& e) noexcept {
  using C = ExpConstantsOf<V>;
  const V value = e.value();
  const V twice = value + value;
  const V inner = fma(value, value, twice);
  const V square = 1 + inner;
  const V square_low = ((1 - square) + inner) + fma(value, value, twice - inner);
  // The factor approximates 1 / (1 + e)^2 to within an eighth, which is enough for a correction.
  const V relative = square_low * fma(fma(value, 0.5, -1.25), value, 1);

  const V above = fma(value, 1 - magnitude, 1);
  const V linear = 1 + magnitude;  // exact for v <= -1/2
  const V lost = fma(linear + value, -relative, fma(e.scaled_low, C::from_tail, low));
  const V factor = select(magnitude < -2, linear + (value + lost), (linear + lost) + value);
  const V below = factor * e.scaled * C::from_tail;
  return by_sign(t, above, below) / square;
}

/// Returns the derivative of x / (1 + e^-x) from magnitude = -|x| and e = e^-|x|: for x >= 0 it is
/// (1 + e (1 + x)) / (1 + e)^2, for x < 0 it is (e (1 + x) + e^2) / (1 + e)^2. Summed like this it
/// needs no correction: the error is below 4 ULP (of all floats, 3.85 with a fused multiply-add and
/// 3.97 without), where e (1 + x + e) would be 4.4 ULP off at x = -0.84. (1 + e)^2 is computed as 1
/// + e (2 + e), or as 1 + (2 e + e^2), whichever has the smaller error there.
template <class V, class E>
HILLOCK_INLINE V swish_derivative(V x, V magnitude, const E& e) noexcept {
  const V scaled = scaled_closely(e);
  const V value = scaled * ExpConstantsOf<V>::from_tail;
  const V above = fma(value, 1 - magnitude, 1);
  const V below = fma(scaled, 1 + magnitude, scaled * value) * ExpConstantsOf<V>::from_tail;
  const V square = simd::has_fma ? fma(value, 2 + value, 1) : 1 + fma(value, value, value + value);
  return by_sign(x, above, below) / square;
}

}  // namespace kernels
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
