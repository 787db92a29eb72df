#pragma once

#include <hillock/arrays/parameter.hpp>
#include <hillock/kernels/expm1.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Exponential linear unit: f(x) = x for x > 0, else alpha (e^x - 1).
/// Derivative   1 for x > 0, else alpha e^x; at 0 the left value, alpha. By alpha: e^min(x,0) - 1.
/// Parameters   alpha, 1 by default; any finite number (std::invalid_argument otherwise).
/// Edge values  f(+-0) = +-0 for a positive alpha, f(+inf) = +inf, f(-inf) = -alpha, f'(-inf) = 0,
///              NaN in, NaN out.
/// Computed as  expm1, because e^x - 1 loses every digit near 0; alpha is multiplied into e^x
///              before it can be subnormal.
/// Accuracy     4 ULP, derivative 4 ULP, subnormal results included.
/// Source       Clevert, Unterthiner, Hochreiter, arXiv:1511.07289 (2015).
template <Accuracy A = Accuracy::fast, class Arch = simd::NativeArch>
class ELU : public Activation<ELU<A, Arch>> {
 public:
  double alpha;

  constexpr explicit ELU(double negative_scale = 1)
      : alpha(arrays::finite_parameter("ELU", "alpha", negative_scale)) {}

  template <class V>
  HILLOCK_INLINE V forward_at(const V& x) const noexcept {
    // e^-40 is less than half an ULP of 1, in double too.
    const V below = select(x < -40, -40, select(x > 0, 0, x));
    return select(x > 0, x, V(alpha) * copysign(kernels::expm1_bounded(below), below));
  }

  template <class V>
  HILLOCK_INLINE V derivative_at(const V& x) const noexcept {
    using C = kernels::ExpConstantsOf<V>;
    const V below = select(x > 0, 0, x);
    // Up to this size alpha times the scaled exponential cannot overflow.
    const bool is_moderate = -C::large <= alpha && alpha <= C::large;
    const V scaled = is_moderate ? V(alpha) * kernels::decay(below).scaled * C::from_tail
                                 : kernels::times_exp(V(alpha), below, V(0));
    return select(x > 0, 1, scaled);
  }
};

inline constexpr ELU<> elu{};

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
