// log(1 + e^-|t|), which Softplus and LogSigmoid share.
#pragma once

#include <hillock/kernels/log1p.hpp>
#include <hillock/kernels/pair.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace kernels {

/// Returns log(1 + e) from e = e^-|t|.
template <class V>
HILLOCK_INLINE V log1p_of(const Decay<V>& e) noexcept {
  return log1p_bounded(e.value());
}

/// Returns the same of pairs of doubles: the logarithm y of doubles is corrected by
/// log((1 + e) e^-y), whose argument is 1 + r with an r of some 2^-53.
template <class W>
Pair<W> log1p_of(const Decay<Pair<W>>& e) noexcept {
  using P = Pair<W>;
  const P value = e.value();
  const P y = log1p_bounded(value.high);
  const P loss =
      decay_from_one_of(reduced_decay_from_one(-y)).scaled_loss * ExpConstants<double>::from_tail;
  const P r = value - loss - value * loss;
  return y + (r - r * r * P(0.5));
}

/// Returns log(1 + e) / divisor. Where e is tiny it is e / divisor, whose quotient is scaled back
/// last, so that it is not rounded twice among the subnormals: e / 0.01 would be 50 ULP off.
template <class V>
HILLOCK_INLINE V log1p_divided(const Decay<V>& e, typename V::value_type divisor) noexcept {
  using C = ExpConstantsOf<V>;
  constexpr auto tiny =
      static_cast<typename V::value_type>(sizeof(divisor) == 4 ? 0x1p34 : 0x1p452);
  const auto is_tiny = e.scaled < tiny;  // e < 2^-30, in double 2^-60
  return select(is_tiny, e.scaled, log1p_of(e)) / V(divisor) *
         select(is_tiny, V(C::from_tail), V(1));
}

}  // namespace kernels
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
