#pragma once

#include <hillock/arrays/parameter.hpp>
#include <hillock/arrays/verbs.hpp>
#include <hillock/kernels/exp.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Exponential linear unit: f(x) = x for x > 0, else alpha (e^x - 1).
/// Derivative   1 for x > 0, else alpha e^x; at 0 the left value, alpha. By alpha: e^min(x,0) - 1.
/// Parameters   alpha, 1 by default; any finite number (std::invalid_argument otherwise).
/// Edge values  f(+-0) = +-0 for a positive alpha, f(+inf) = +inf, f(-inf) = -alpha, f'(-inf) = 0,
///              NaN in, NaN out.
/// Computed as  expm1, because e^x - 1 loses every digit near 0; alpha is multiplied into e^x
///              before it can be subnormal.
/// Accuracy     forward_bound and derivative_bound, in ULP, subnormal results included; exact:
///              correctly rounded (alpha 1; promised at others: exact_bound).
/// Source       Clevert, Unterthiner, Hochreiter, arXiv:1511.07289 (2015).
template <Accuracy A = Accuracy::fast, class Arch = simd::NativeArch>
class ELU : public Activation<ELU<A, Arch>> {
 public:
  static constexpr ErrorBound forward_bound{4};
  static constexpr ErrorBound derivative_bound{4};

  double alpha;

  constexpr explicit ELU(double negative_scale = 1)
      : alpha(arrays::finite_parameter("ELU", "alpha", negative_scale)) {}

  template <class V>
  HILLOCK_INLINE V forward_at(const V& x) const noexcept {
    const V below = not_above(x, 0);
    return forward_from(x, below, kernels::decay(below));
  }

  template <class V>
  HILLOCK_INLINE V derivative_at(const V& x) const noexcept {
    const V below = not_above(x, 0);
    return derivative_from(x, below, kernels::decay(below));
  }

  template <class V>
  HILLOCK_INLINE ForwardAndDerivative<V> both_at(const V& x) const noexcept {
    const V below = not_above(x, 0);
    const auto e = kernels::decay(below);
    return {forward_from(x, below, e), derivative_from(x, below, e)};
  }

 private:
  template <class V>
  HILLOCK_INLINE V scale() const noexcept {
    return arrays::rounded_parameter<A, V>(alpha);
  }

  template <class V>
  HILLOCK_INLINE V forward_from(const V& x, const V& below,
                                const kernels::Decay<V>& e) const noexcept {
    return select(x > 0, x, scale<V>() * copysign(e.minus_one, below));
  }

  template <class V>
  HILLOCK_INLINE V derivative_from(const V& x, const V& below,
                                   const kernels::Decay<V>& e) const noexcept {
    using C = kernels::ExpConstantsOf<V>;
    // Up to this size alpha times the exponential at its limit is 0, and does not overflow at 0.
    const bool is_moderate = -C::decay_factor <= alpha && alpha <= C::decay_factor;
    const V scaled = is_moderate ? scale<V>() * e.scaled * C::from_tail
                                 : kernels::times_exp(scale<V>(), below, V(0));
    return nan_kept(x, select(x > 0, 1, scaled));
  }
};

inline constexpr ELU<> elu{};

namespace exact {
using ELU = hillock::ELU<Accuracy::exact>;
inline constexpr ELU elu{};
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
