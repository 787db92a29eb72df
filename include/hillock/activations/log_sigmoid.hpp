#pragma once

#include <hillock/kernels/exponential_formula.hpp>
#include <hillock/kernels/logistic.hpp>
#include <hillock/kernels/softplus.hpp>
#include <hillock/verbs.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Logarithm of the sigmoid: f(x) = log(1 / (1 + e^-x)) = -softplus(-x), in [-inf, 0].
/// Derivative   sigmoid(-x); at 0 it is 1/2.
/// Kinks        none: the function is smooth.
/// Edge values  f(+-0) = -log(2), f(+inf) = -0, f(-inf) = -inf, f'(+inf) = 0, f'(-inf) = 1. NaN in,
///              NaN out.
/// Computed as  min(x, 0) - log1p(e) with e = e^-|x|, because the logarithm of a rounded sigmoid
///              has no digits left from 17 on, and is -inf below -104.
/// Accuracy     forward_bound and derivative_bound, in ULP, subnormal results included; exact:
///              correctly rounded.
/// Source       a log-likelihood of logistic regression: Berkson (1944),
///              doi:10.1080/01621459.1944.10500699.
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class LogSigmoid : public Activation<LogSigmoid<A, Arch>>,
                   public detail::kernels::ExponentialFormula<LogSigmoid<A, Arch>> {
 public:
  static constexpr ErrorBound forward_bound{4};
  static constexpr ErrorBound derivative_bound{4};
  static constexpr bool has_unimodal_slope = true;

  constexpr LogSigmoid() noexcept = default;

  template <class V>
  HILLOCK_INLINE auto reduce(const V& x) const noexcept {
    return reduced_decay(not_below_decay_limit(negative_magnitude(x)));
  }
  template <class Reduced>
  HILLOCK_INLINE auto exponentiate(const Reduced& reduced) const noexcept {
    return decay_of(reduced);
  }
  template <class V>
  HILLOCK_INLINE V forward_from(const V& x, const detail::kernels::Decay<V>& e) const noexcept {
    // The zero is -0, so that a result that comes to 0 keeps its sign.
    return by_sign(x, V(-0.0), x) - log1p_of(e);
  }
  template <class V>
  HILLOCK_INLINE V derivative_from(const V& x, const detail::kernels::Decay<V>& e) const noexcept {
    return logistic(-x, e);
  }
};

/// The function as an object: log_sigmoid(x), log_sigmoid.derivative(x). exact::log_sigmoid is the
/// correctly rounded one.
inline constexpr LogSigmoid<> log_sigmoid{};

namespace exact {
using LogSigmoid = hillock::LogSigmoid<Accuracy::exact>;
inline constexpr LogSigmoid log_sigmoid{};
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
