// The sums over a distribution, in one order whatever the layout.
//
// A distribution is walked in one of two ways: by Lanes, one distribution to a lane, whatever the
// layout; or as a Run, many entries of one distribution, or of a few, to a batch. Both add in one
// order, so that they give the same bits: fewer than 16 entries one after the other; more in 16
// partial sums, entry i to the sum i mod 16, but the last entries, where they do not make 16, to the
// last sums; then the sums by halves: i and i + 8, i and i + 4, ...
#pragma once

#include <hillock/arrays/views/arguments.hpp>
#include <hillock/kernels/softmax.hpp>

#include <utility>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

inline constexpr Index partial_sums = 16;

/// Below this many entries they are added one after the other.
inline constexpr Index shortest_tree = partial_sums;

/// Sums by halves into the first.
template <class Part, std::size_t N>
HILLOCK_INLINE void add_by_halves(Part (&part)[N]) noexcept {
  for (std::size_t half = N / 2; half > 0; half /= 2)
    for (std::size_t i = 0; i < half; ++i) part[i].add(part[i + half]);
}

/// What is done with the entries that count in a sum, and with those of a last block that do not.
struct AllCount {
  template <class V>
  HILLOCK_INLINE V operator()(V x) const noexcept {
    return x;
  }
};
template <class V>
struct SomeCount {
  V one_or_zero;
  HILLOCK_INLINE V operator()(V x) const noexcept { return zero_where(one_or_zero == 0, x); }
};

/// The partial sums of a Walk.
template <class Walk, class V, template <class> class SumOf = kernels::DistributionSum>
struct SumsOf {
  SumOf<V> of[Walk::sum_count];
};

/// Distributions one to a lane, of at least shortest_tree entries or of fewer.
template <class V, bool IsShort>
class Lanes {
 public:
  static constexpr std::size_t sum_count = static_cast<std::size_t>(IsShort ? 1 : partial_sums);
  explicit Lanes(Index entries_each) noexcept : n_(entries_each) {}

  static constexpr Index distributions_at_once = static_cast<Index>(V::size);
  /// Of a number that each distribution has, what V computes with; and back.
  static HILLOCK_INLINE V spread(V number) noexcept { return number; }
  static HILLOCK_INLINE V gathered(V number) noexcept { return number; }

  /// The largest number; any number where there is a NaN.
  template <class Load>
  HILLOCK_INLINE V maximum(const Load& load) const {
    V top = load(0);
    for (Index i = 1; i < n_; ++i) top = not_below(load(i), top);
    return top;
  }
  /// The same, but NaN where there is one.
  template <class Load>
  HILLOCK_INLINE V maximum_or_nan(const Load& load) const {
    V top = load(0);
    for (Index i = 1; i < n_; ++i) top = max(top, load(i));
    return top;
  }

  /// use(slot, i, load(i), counted) for every entry i, which belongs to the partial sum `slot`.
  template <class Load, class Use>
  HILLOCK_INLINE void each(const Load& load, const Use& use) const {
    // A copy: what is stored could have changed the member, for all that the compiler knows.
    const Index n = n_;
    const Index whole = n / partial_sums * partial_sums;
    const Index last = n - partial_sums;
    for (Index i = 0; i < n; ++i) {
      const Index slot = IsShort ? 0 : i < whole ? i % partial_sums : i - last;
      use(slot, i, load(i), AllCount());
    }
  }

  /// The sum of all partial sums, for each distribution.
  template <class Sums>
  static HILLOCK_INLINE auto total(Sums& sums) noexcept {
    add_by_halves(sums.of);
    return sums.of[0];
  }

 private:
  Index n_;
};

/// Some entries of distributions one to a lane, that no sum is made of. Count is a number or a constant.
template <class V, class Count>
class SomeEntries {
 public:
  static constexpr Index distributions_at_once = static_cast<Index>(V::size);
  SomeEntries(Index first, Count count) noexcept : first_(first), count_(count) {}
  static HILLOCK_INLINE V spread(V number) noexcept { return number; }
  template <class Load, class Use>
  HILLOCK_INLINE void each(const Load& load, const Use& use) const {
    for (Index i = 0; i < count_; ++i) use(0, first_ + i, load(first_ + i), AllCount());
  }

 private:
  Index first_;
  Count count_;
};

/// Zeros for the entries of a block of `together` distributions, then ones.
template <class T, Index Together>
struct Counting {
  T of[static_cast<std::size_t>(2 * partial_sums * Together)] = {};
  constexpr Counting() noexcept {
    for (Index i = partial_sums * Together; i < 2 * partial_sums * Together; ++i) of[i] = 1;
  }
};
template <class T, Index Together>
inline constexpr Counting<T, Together> counting;

/// `Together` distributions of at least shortest_tree entries, interleaved: a batch holds the first of its
/// entries of each, then the second of each, ... One alone has its entries as neighbours in memory; of
/// several there are as many as the narrowest batch has lanes.
template <class V, Index Together = 1>
class Run {
  using T = typename V::value_type;
  using Narrow = simd::Batch<T, simd::NarrowArch>;
  static constexpr Index width = static_cast<Index>(V::size);
  static constexpr Index batches = partial_sums * Together / width;
  static_assert(width <= partial_sums);
  static_assert(Together == 1 || Together == static_cast<Index>(Narrow::size));

 public:
  static constexpr std::size_t sum_count = static_cast<std::size_t>(batches);
  explicit Run(Index entries) noexcept : n_(entries) {}

  /// How many entries of each a batch holds.
  static constexpr Index entries_at_once = width / Together;
  static constexpr Index distributions_at_once = Together;
  static HILLOCK_INLINE V spread(Narrow number) noexcept {
    if constexpr (Together == 1) {
      return number.first();
    } else {
      T lanes[V::size];
      for (std::size_t i = 0; i < V::size; i += Narrow::size) number.store(lanes + i);
      return sealed(V::load(lanes));
    }
  }
  static HILLOCK_INLINE Narrow gathered(V number) noexcept {
    if constexpr (Together == 1) {
      return number.first();
    } else {
      T lanes[V::size];
      number.store(lanes);
      return sealed(Narrow::load(lanes));
    }
  }

  template <class Load>
  HILLOCK_INLINE Narrow maximum(const Load& load) const {
    constexpr Index step = entries_at_once;
    V top = load(n_ - step);
    V second = top;
    Index at = 0;
    for (; at + 2 * step <= n_; at += 2 * step) {
      top = not_below(load(at), top);
      second = not_below(load(at + step), second);
    }
    if (at + step <= n_) second = not_below(load(at), second);
    return across(not_below(second, top), [](auto a, auto b) { return not_below(a, b); });
  }
  template <class Load>
  HILLOCK_INLINE Narrow maximum_or_nan(const Load& load) const {
    constexpr Index step = entries_at_once;
    V top = load(n_ - step);
    for (Index at = 0; at + step <= n_; at += step) top = max(top, load(at));
    return across(top, [](auto a, auto b) { return max(b, a); });
  }

  /// use(slot, at, load(at), counted) for every batch; those of the last block overlap the ones before
  /// it, and are loaded before anything is done: it may write where it loads from.
  template <class Load, class Use>
  HILLOCK_INLINE void each(const Load& load, const Use& use) const {
    each(load, use, std::make_integer_sequence<Index, batches>());
  }

  template <template <class> class SumOf>
  static HILLOCK_INLINE SumOf<Narrow> total(const SumsOf<Run, V, SumOf>& sums) noexcept {
    using Sum = SumOf<V>;
    using Total = SumOf<Narrow>;
    using Part = typename Sum::Part;
    using Wide = std::decay_t<decltype(Part().number[0])>;
    using NarrowPart = typename Total::Part;
    using NarrowWide = std::decay_t<decltype(NarrowPart().number[0])>;
    constexpr std::size_t numbers = sizeof(Part::number) / sizeof(Wide);
    Part part[batches * Sum::part_count];
    for (std::size_t i = 0; i < batches * Sum::part_count; ++i)
      part[i] = sums.of[i / Sum::part_count].part[i % Sum::part_count];
    add_by_halves(part);
    typename Wide::value_type lanes[numbers][Wide::size];
    for (std::size_t k = 0; k < numbers; ++k) part[0].number[k].store(lanes[k]);
    // The sums of one distribution are Together lanes apart; the first Together are the parts of a Total.
    constexpr std::size_t parts = Wide::size / NarrowWide::size;
    constexpr std::size_t fewest = Together == 1 ? 1 : Total::part_count;
    NarrowPart lane[parts];
    for (std::size_t i = 0; i < parts; ++i)
      for (std::size_t k = 0; k < numbers; ++k)
        lane[i].number[k] = sealed(NarrowWide::load(lanes[k] + i * NarrowWide::size));
    for (std::size_t half = parts / 2; half >= fewest; half /= 2)
      for (std::size_t i = 0; i < half; ++i) lane[i].add(lane[i + half]);
    Total result;
    if constexpr (Together == 1) {
      NarrowPart last[NarrowWide::size];
      for (std::size_t k = 0; k < numbers; ++k) {
        lane[0].number[k].store(lanes[k]);
        for (std::size_t i = 0; i < NarrowWide::size; ++i)
          last[i].number[k] = NarrowWide(lanes[k][i]);
      }
      add_by_halves(last);
      for (NarrowPart& each : result.part) each = last[0];
    } else {
      for (std::size_t i = 0; i < Total::part_count; ++i) result.part[i] = lane[i];
    }
    return result;
  }

 private:
  template <class Larger>
  static HILLOCK_INLINE Narrow across(V values, const Larger& larger) noexcept {
    T lanes[static_cast<std::size_t>(width)];
    values.store(lanes);
    Narrow most = Narrow::load(lanes);
    for (std::size_t i = Narrow::size; i < V::size; i += Narrow::size)
      most = larger(Narrow::load(lanes + i), most);
    if constexpr (Together == 1) {
      most.store(lanes);
      Narrow result = lanes[0];
      for (std::size_t i = 1; i < Narrow::size; ++i) result = larger(Narrow(lanes[i]), result);
      return result;
    } else {
      return most;
    }
  }

  template <class Load, class Use, Index... K>
  HILLOCK_INLINE void each(const Load& load, const Use& use,
                           std::integer_sequence<Index, K...>) const {
    constexpr Index step = entries_at_once;
    using Loaded = decltype(load(0));
    const Index rest = n_ % partial_sums;
    const Index last = n_ - partial_sums;
    const Loaded last_loaded[] = {load(last + K * step)...};
    for (Index at = 0; at <= last; at += partial_sums)
      (use(K, at + K * step, load(at + K * step), AllCount()), ...);
    if (rest == 0) return;
    (use(K, last + K * step, last_loaded[K],
         SomeCount<V>{V::load(counting<T, Together>.of + (rest + K * step) * Together)}),
     ...);
  }

  Index n_;
};

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
