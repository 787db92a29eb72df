// The logarithm of the sum of exponentials of each distribution, which log-softmax, logsumexp and
// cross-entropy share.
#pragma once

#include <hillock/arrays/axis/summation.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// Returns sum_j e^(x_j - max) without the term of the largest entry, which is 1. Where the rest is
/// below 2^-20, subtracting 1 from the sum of doubles would leave too few digits, so the
/// exponentials are added once more without the largest. exponential(x) returns the scaled
/// exponential of an entry of `in`.
template <class V, class Layout, class Total, class T, class Exponential>
HILLOCK_PART auto sum_of_others(const Layout& layout, const Total& total, const EntryReader<T>& in,
                                const Exponential& exponential) {
  auto others = total.without_scale().minus_one();
  if constexpr (sizeof(T) == 4) {
    const auto is_little = others < 0x1p-20;
    if (any(is_little)) {
      constexpr auto one = 1 / kernels::ExpConstantsOf<V>::from_tail;
      SumsOf<Layout, V> rest;
      layout.for_each(inputs(in), NoOutput(),
                      [&](Index slot, Index, const auto& mask, V x) HILLOCK_PART_LAMBDA {
                        const V e = exponential(x);
                        rest.partial[slot].add(mask(zero_where(e >= one, e)));
                      });
      others = select(is_little, Layout::total(rest).without_scale().parts().high, others);
    }
  }
  return others;
}

/// Returns log(1 + others); NaN where `others` is NaN.
template <class V>
HILLOCK_PART V log_of_sum(V others) noexcept {
  return nan_or(others, kernels::log1p_bounded(others));
}

/// Returns log(sum_j e^(x_j - max)) of each distribution.
template <class V, class Layout, class T>
HILLOCK_PART auto log_of_sum(const Layout& layout, const EntryReader<T>& x,
                             const kernels::ExponentialsBelow<V>& below) {
  SumsOf<Layout, V> sums;
  layout.for_each(inputs(x), NoOutput(),
                  [&](Index slot, Index, const auto& mask, V value)
                      HILLOCK_PART_LAMBDA { sums.partial[slot].add(mask(below.scaled(value))); });
  return log_of_sum(sum_of_others<V>(layout, Layout::total(sums), x,
                                     [&](V value)
                                         HILLOCK_PART_LAMBDA { return below.scaled(value); }));
}

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
