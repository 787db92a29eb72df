// The exponentials of one distribution over their sum: what softmax and log-softmax share.
//
//   p_i = e^(x_i - top) / sum_j e^(x_j - top),  log p_i = (x_i - top) - log(sum_j e^(x_j - top)),
//
// top being the largest x: no exponential overflows and the sum is at least 1. x_i - top and the sum
// are carried in two parts.
#pragma once

#include <hillock/kernels/decay.hpp>
#include <hillock/kernels/error_free.hpp>
#include <hillock/kernels/log1p.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace kernels {

/// e^(x - top) in two parts, the rounding error of the difference carried along.
template <class V>
HILLOCK_INLINE TwoParts<V> exponential_of_difference(V x, V top) noexcept {
  const auto difference = exact_difference(x, top);
  const auto e = decay(difference.high, difference.low);
  return {e.value, e.scaled_low * ExpConstantsOf<V>::from_tail};
}

/// The largest number of a distribution, and the sum of its exponentials.
template <class V>
struct Normaliser {
  V top;
  TwoParts<V> total;
  V inverse;  // of the total; good enough for a correction

  HILLOCK_INLINE Normaliser(V largest, TwoParts<V> sum) noexcept
      : top(largest), total(sum), inverse(1 / sum.high) {}

  /// In two parts: where two terms of the size of a result cancel, an error of p counts twice.
  HILLOCK_INLINE TwoParts<V> probability(V x) const noexcept {
    const auto e = exponential_of_difference(x, top);
    const V p = e.high / total.high;
    const auto product = exact_product(p, total.high);
    const V rest = ((e.high - product.high) - product.low) + (e.low - p * total.low);
    return {p, finite_or_zero(rest * inverse)};
  }

  /// log(sum_j e^(x_j - top)). The sum less 1 is what there is beside the largest: near 1 its digits
  /// are in the lower part.
  HILLOCK_INLINE V log_total() const noexcept {
    return nan_or(total.high, log1p_bounded((total.high - 1) + total.low));
  }

  /// log(sum_j e^(x_j)); where top is infinite, that is it.
  HILLOCK_INLINE V log_sum() const noexcept {
    constexpr auto largest = std::numeric_limits<typename V::value_type>::max();
    const auto sum = exact_sum(top, log_total());
    // Sealed: where the compiler may assume that there is no infinity, nothing exceeds the largest.
    return select(abs(top) <= sealed(V(largest)), sum.high, top);
  }

  /// log p.
  HILLOCK_INLINE V log_probability(V x, V log_total) const noexcept {
    const auto difference = exact_difference(x, top);
    const auto result = exact_difference(difference.high, log_total);
    return result.high + finite_or_zero(result.low + difference.low);
  }
};

}  // namespace kernels
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
