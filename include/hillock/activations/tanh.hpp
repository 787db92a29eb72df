#pragma once

#include <hillock/arrays/activation.hpp>
#include <hillock/kernels/expm1.hpp>
#include <hillock/kernels/logistic.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Hyperbolic tangent: f(x) = (e^x - e^-x) / (e^x + e^-x), in [-1, 1] and zero-centred.
/// Derivative   1 - f(x)^2 = sech^2 x = 4 sigmoid'(2x), in [0, 1]; at 0: 1. It is computed from x:
///              1 - f(x)^2 is 0 from x = 9.01 in float on, where the derivative is 5.96e-8.
/// Edge values  f(+-0) = +-0, f(+-inf) = +-1, f'(+-inf) = 0, NaN in, NaN out.
/// Computed as  m / (m + 2) with m = e^2|x| - 1, the sign copied.
/// Accuracy     4 ULP, derivative 4 ULP, subnormal results included. Odd, and the derivative even,
///              bit for bit.
/// Source       LeCun, Bottou, Orr, Mueller, "Efficient BackProp" (1998).
template <Accuracy A = Accuracy::fast, class Arch = simd::NativeArch>
class Tanh : public Activation<Tanh<A, Arch>> {
 public:
  constexpr Tanh() noexcept = default;

  template <class V>
  HILLOCK_INLINE V forward_at(const V& x) const noexcept {
    // 1 - tanh is below half an ULP of 1 from 9.011 (double 19.062): beyond, e^2x would only
    // overflow.
    constexpr double limit = sizeof(typename V::value_type) == 4 ? 9.1 : 19.1;
    const V magnitude = abs(x);
    const V bounded = select(magnitude > limit, limit, magnitude);
    const V m = kernels::expm1_bounded(bounded + bounded);
    return copysign(m / (m + 2), x);
  }

  template <class V>
  HILLOCK_INLINE V derivative_at(const V& x) const noexcept {
    // Twice this overflows for no x, and is where decay stays.
    constexpr double limit = kernels::ExpConstantsOf<V>::decay_limit;
    const V magnitude = abs(x);
    const V bounded = select(magnitude > limit, limit, magnitude);
    return kernels::logistic_derivative(kernels::decay(-2 * bounded), 4);
  }
};

inline constexpr Tanh<> tanh{};

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
