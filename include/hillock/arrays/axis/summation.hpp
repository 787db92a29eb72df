// Passes over a distribution, and the sums of it, in one order whatever the layout.
//
// A pass takes the entries in one of three ways: OnePerLane, Contiguous (many entries of one
// distribution to a batch) or Interleaved (some entries of a few). All add in one order, so that
// they give the same bits: fewer than 16 entries one after the other; more in 16 partial sums,
// entry i to the sum i mod 16, but the last entries, where they do not make 16, to the last sums;
// then the sums by halves: i and i + 8, i and i + 4, ...
//
// layout.each(inputs, output, use) calls use(slot, at, counted, x...) for every batch: x is what
// the inputs (EntryReaders) have at the entry `at`, `slot` is the partial sum that it belongs to,
// and counted(value) is 0 in lanes that were added before. What use returns goes to the output,
// unless that is NoOutput.
#pragma once

#include <hillock/arrays/axis/entries.hpp>
#include <hillock/kernels/softmax.hpp>

#include <tuple>
#include <utility>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

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

/// The partial sums of a layout.
template <class Layout, class V, template <class> class SumOf = kernels::DistributionSum>
struct SumsOf {
  SumOf<V> of[Layout::sum_count];
};

/// The inputs of a pass.
template <class T, std::size_t N>
using Inputs = std::array<const EntryReader<T>*, N>;
template <class T, class... More>
HILLOCK_INLINE auto inputs(const EntryReader<T>& first, const More&... more) noexcept {
  return Inputs<T, 1 + sizeof...(More)>{&first, &more...};
}

/// What is read at once of N inputs: pointers and the steps between batches.
template <class T, std::size_t N>
struct Reading {
  std::array<const T*, N> from;
  std::array<Index, N> step;

  HILLOCK_INLINE Reading(const Inputs<T, N>& in, Index start, Index n) {
    for (std::size_t k = 0; k < N; ++k) {
      from[k] = in[k]->read(start, n);
      step[k] = in[k]->step();
    }
  }
};

/// Calls use(slot, at, counted, x...) and writes its result, if it has one.
template <class Place, class Use, class Counted, class V, std::size_t N, std::size_t... K>
HILLOCK_INLINE void use_batch(const Place& to, Index i, const Use& use, Index slot, Index at,
                              const Counted& counted, const std::array<V, N>& x,
                              std::index_sequence<K...>) {
  if constexpr (std::is_void_v<decltype(use(slot, at, counted, x[K]...))>)
    use(slot, at, counted, x[K]...);
  else
    to.put(i, use(slot, at, counted, x[K]...));
}
template <class Place, class Use, class Counted, class V, std::size_t N>
HILLOCK_INLINE void use_batch(const Place& to, Index i, const Use& use, Index slot, Index at,
                              const Counted& counted, const std::array<V, N>& x) {
  use_batch(to, i, use, slot, at, counted, x, std::make_index_sequence<N>());
}
/// Batch i of what is read.
template <class V, class T, std::size_t N>
HILLOCK_INLINE std::array<V, N> load_batches(const Reading<T, N>& reading, Index i) noexcept {
  std::array<V, N> x;
  for (std::size_t k = 0; k < N; ++k) x[k] = sealed(V::load(reading.from[k] + i * reading.step[k]));
  return x;
}

/// The larger of a maximum so far and a value: NotBelow gives any number where there is a NaN,
/// LargerOrNaN gives NaN.
struct NotBelow {
  template <class V>
  HILLOCK_INLINE V operator()(V value, V top) const noexcept {
    return not_below(value, top);
  }
};
struct LargerOrNaN {
  template <class V>
  HILLOCK_INLINE V operator()(V value, V top) const noexcept {
    return max(top, value);
  }
};

/// Distributions one to a lane, of at least shortest_tree entries or of fewer.
template <class V, bool IsShort>
class OnePerLane {
  using T = typename V::value_type;

 public:
  static constexpr std::size_t sum_count = static_cast<std::size_t>(IsShort ? 1 : partial_sums);
  static constexpr Index distributions_at_once = static_cast<Index>(V::size);
  /// Takes n entries of each, `at_a_time` at a time.
  HILLOCK_INLINE OnePerLane(Index n, Index at_a_time) noexcept : n_(n), at_a_time_(at_a_time) {}

  /// A statistic of each distribution as what V computes with; and back.
  static HILLOCK_INLINE V spread(V statistic) noexcept { return statistic; }
  static HILLOCK_INLINE V gathered(V statistic) noexcept { return statistic; }

  /// Returns the largest entry of each distribution.
  template <class Larger = NotBelow>
  HILLOCK_INLINE V maximum(const EntryReader<T>& in, const Larger& larger = {}) const {
    V top = 0;
    for (Index start = 0; start < n_; start += at_a_time_) {
      const Index now = n_ - start < at_a_time_ ? n_ - start : at_a_time_;
      const Reading<T, 1> reading(inputs(in), start, now);
      if (start == 0) top = load_batches<V>(reading, 0)[0];
      for (Index i = start == 0; i < now; ++i) top = larger(load_batches<V>(reading, i)[0], top);
    }
    return top;
  }

  template <std::size_t N, class Output, class Use>
  HILLOCK_INLINE void each(const Inputs<T, N>& in, const Output& out, const Use& use) const {
    // Copies: what is stored could have changed the members, for all that the compiler knows.
    const Index n = n_, at_a_time = at_a_time_;
    if constexpr (IsShort) {
      // Short distributions are never taken in parts.
      return each(in, out, use, 0, n);
    } else {
      for (Index start = 0; start < n; start += at_a_time)
        each(in, out, use, start, n - start < at_a_time ? n - start : at_a_time);
    }
  }

  /// Returns the sum of all partial sums, for each distribution.
  template <class Sums>
  static HILLOCK_INLINE auto total(Sums& sums) noexcept {
    add_by_halves(sums.of);
    return sums.of[0];
  }

 private:
  /// The entries from `start` to before `start + now`.
  template <std::size_t N, class Output, class Use>
  HILLOCK_INLINE void each(const Inputs<T, N>& in, const Output& out, const Use& use, Index start,
                           Index now) const {
    const Index n = n_;
    const Index whole = n / partial_sums * partial_sums;
    const Index last = n - partial_sums;
    const Reading<T, N> reading(in, start, now);
    const auto to = out.place(start);
    for (Index i = 0; i < now; ++i) {
      const Index at = start + i;
      const Index slot = IsShort ? 0 : at < whole ? at % partial_sums : at - last;
      use_batch(to, i, use, slot, at, AllCount(), load_batches<V>(reading, i));
    }
    out.write(start, now);
  }

  Index n_, at_a_time_;
};

/// Some entries of distributions one to a lane, that no sum is made of. Count is a number or a
/// constant.
template <class V, class Count>
class SomeEntries {
  using T = typename V::value_type;

 public:
  static constexpr Index distributions_at_once = static_cast<Index>(V::size);
  SomeEntries(Index first, Count count) noexcept : first_(first), count_(count) {}
  static HILLOCK_INLINE V spread(V statistic) noexcept { return statistic; }
  template <std::size_t N, class Output, class Use>
  HILLOCK_INLINE void each(const Inputs<T, N>& in, const Output& out, const Use& use) const {
    const Reading<T, N> reading(in, first_, count_);
    const auto to = out.place(first_);
    for (Index i = 0; i < count_; ++i)
      use_batch(to, i, use, 0, first_ + i, AllCount(), load_batches<V>(reading, i));
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

/// What Contiguous and Interleaved share: `Together` distributions of at least shortest_tree
/// entries, of which a batch has the first of its entries of each, then the second of each, ...
template <class V, Index Together>
class ManyPerBatch {
 protected:
  using T = typename V::value_type;
  using Narrow = simd::Batch<T, simd::NarrowArch>;
  static constexpr Index width = static_cast<Index>(V::size);
  static constexpr Index batches = partial_sums * Together / width;
  static_assert(width <= partial_sums);

 public:
  static constexpr std::size_t sum_count = static_cast<std::size_t>(batches);
  /// How many entries of each a batch holds.
  static constexpr Index entries_at_once = width / Together;
  static constexpr Index distributions_at_once = Together;

  static HILLOCK_INLINE V spread(Narrow statistic) noexcept {
    if constexpr (Together == 1) {
      return statistic.first();
    } else {
      T lanes[V::size];
      for (std::size_t i = 0; i < V::size; i += Narrow::size) statistic.store(lanes + i);
      return sealed(V::load(lanes));
    }
  }
  static HILLOCK_INLINE Narrow gathered(V statistic) noexcept {
    if constexpr (Together == 1) {
      return statistic.first();
    } else {
      T lanes[V::size];
      statistic.store(lanes);
      return sealed(Narrow::load(lanes));
    }
  }

  /// Returns the sum of all partial sums, for each distribution.
  template <class Sums>
  static HILLOCK_INLINE auto total(const Sums& sums) noexcept {
    return total_of(sums.of);
  }

 protected:
  explicit ManyPerBatch(Index n) noexcept : n_(n) {}

  /// The entries of the last block that no block before it has counted, for its batch k.
  HILLOCK_INLINE SomeCount<V> last_counted(Index k) const noexcept {
    const Index rest = n_ % partial_sums;
    return {V::load(counting<T, Together>.of + (rest + k * entries_at_once) * Together)};
  }

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

  Index n_;

 private:
  template <template <class> class SumOf>
  static HILLOCK_INLINE SumOf<Narrow> total_of(const SumOf<V> (&sums)[sum_count]) noexcept {
    using Sum = SumOf<V>;
    using Total = SumOf<Narrow>;
    using Part = typename Sum::Part;
    using Wide = std::decay_t<decltype(Part().number[0])>;
    using NarrowPart = typename Total::Part;
    using NarrowWide = std::decay_t<decltype(NarrowPart().number[0])>;
    constexpr std::size_t numbers = sizeof(Part::number) / sizeof(Wide);
    Part part[batches * Sum::part_count];
    for (std::size_t i = 0; i < batches * Sum::part_count; ++i)
      part[i] = sums[i / Sum::part_count].part[i % Sum::part_count];
    add_by_halves(part);
    typename Wide::value_type lanes[numbers][Wide::size];
    for (std::size_t k = 0; k < numbers; ++k) part[0].number[k].store(lanes[k]);
    // The sums of one distribution are Together lanes apart; the first Together are the parts of a
    // Total.
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
};

/// The entries of a distribution are neighbours in memory.
template <class V>
class Contiguous : public ManyPerBatch<V, 1> {
  using Base = ManyPerBatch<V, 1>;
  using typename Base::T;

 public:
  using Base::entries_at_once;
  explicit Contiguous(Index n) noexcept : Base(n) {}

  template <class Larger = NotBelow>
  HILLOCK_INLINE auto maximum(const EntryReader<T>& in, const Larger& larger = {}) const {
    constexpr Index step = entries_at_once;
    const T* const from = in.read(0, n_);
    V top = V::load(from + n_ - step);
    V second = top;
    Index at = 0;
    for (; at + 2 * step <= n_; at += 2 * step) {
      top = larger(V::load(from + at), top);
      second = larger(V::load(from + at + step), second);
    }
    if (at + step <= n_) second = larger(V::load(from + at), second);
    return Base::across(larger(second, top), larger);
  }

  /// The batches of the last block overlap those before it, and are loaded before anything is done:
  /// it may write where it loads from.
  template <std::size_t N, class Output, class Use>
  HILLOCK_INLINE void each(const Inputs<T, N>& in, const Output& out, const Use& use) const {
    each(in, out, use, std::make_integer_sequence<Index, Base::batches>());
  }

 private:
  using Base::n_;

  template <std::size_t N, class Output, class Use, Index... K>
  HILLOCK_INLINE void each(const Inputs<T, N>& in, const Output& out, const Use& use,
                           std::integer_sequence<Index, K...>) const {
    constexpr Index step = entries_at_once;
    const auto to = out.place(0);
    std::array<const T*, N> from;
    for (std::size_t i = 0; i < N; ++i) from[i] = in[i]->read(0, n_);
    const auto load = [&](Index at) HILLOCK_INLINE_LAMBDA {
      std::array<V, N> x;
      for (std::size_t i = 0; i < N; ++i) x[i] = V::load(from[i] + at);
      return x;
    };
    const Index last = n_ - partial_sums;
    const std::array<V, N> last_loaded[] = {load(last + K * step)...};
    for (Index at = 0; at <= last; at += partial_sums) {
      (use_batch(to, at + K * step, use, K, at + K * step, AllCount(), load(at + K * step)), ...);
    }
    if (n_ % partial_sums == 0) return;
    (use_batch(to, last + K * step, use, K, last + K * step, Base::last_counted(K), last_loaded[K]),
     ...);
  }
};

/// As many distributions as the narrowest batch has lanes, interleaved: in memory or in tiles.
template <class V>
class Interleaved : public ManyPerBatch<V, interleaved<V>> {
  using Base = ManyPerBatch<V, interleaved<V>>;
  using Base::batches;
  using Base::width;
  using typename Base::T;

 public:
  using Base::entries_at_once;
  HILLOCK_INLINE Interleaved(Index n, Index at_a_time) noexcept : Base(n), at_a_time_(at_a_time) {}

  template <class Larger = NotBelow>
  HILLOCK_INLINE auto maximum(const EntryReader<T>& in, const Larger& larger = {}) const {
    constexpr Index step = entries_at_once;
    V top = V::load(in.read(n_ - step, step));
    V second = top;
    for (Index start = 0; start < n_; start += at_a_time_) {
      const Index now = n_ - start < at_a_time_ ? n_ - start : at_a_time_;
      const T* from = in.read(start, now);
      Index at = 0;
      for (; at + 2 * step <= now; at += 2 * step, from += 2 * width) {
        top = larger(V::load(from), top);
        second = larger(V::load(from + width), second);
      }
      if (at + step <= now) second = larger(V::load(from), second);
    }
    return Base::across(larger(second, top), larger);
  }

  /// As Contiguous. The partial sums are too many for registers: the loop is one over batches.
  template <std::size_t N, class Output, class Use>
  HILLOCK_INLINE void each(const Inputs<T, N>& in, const Output& out, const Use& use) const {
    const Index n = n_, at_a_time = at_a_time_;
    const Index whole = n / partial_sums * partial_sums;
    const Index last = n - partial_sums;
    std::array<V, N> last_loaded[batches];
    if (whole < n) {
      const auto reading = batches_of(in, last, partial_sums);
      for (Index k = 0; k < batches; ++k) last_loaded[k] = load_batches<V>(reading, k);
    }
    for (Index start = 0; start < whole; start += at_a_time) {
      const Index now = whole - start < at_a_time ? whole - start : at_a_time;
      const auto reading = batches_of(in, start, now);
      const auto to = place_of(out, start);
      for (Index i = 0; i < now / entries_at_once; ++i) {
        use_batch(to, i, use, i % batches, start + i * entries_at_once, AllCount(),
                  load_batches<V>(reading, i));
      }
      out.write(start, now);
    }
    if (whole == n) return;
    const auto to = place_of(out, last);
    for (Index k = 0; k < batches; ++k) {
      use_batch(to, k, use, k, last + k * entries_at_once, Base::last_counted(k), last_loaded[k]);
    }
    out.write(last, partial_sums);
  }

 private:
  using Base::n_;

  /// Interleaved entries follow each other without gaps: a batch is `width` elements after the
  /// last.
  template <std::size_t N>
  static HILLOCK_INLINE Reading<T, N> batches_of(const Inputs<T, N>& in, Index start, Index n) {
    Reading<T, N> reading(in, start, n);
    reading.step.fill(width);
    return reading;
  }
  template <class Output>
  static HILLOCK_INLINE auto place_of(const Output& out, Index start) noexcept {
    auto to = out.place(start);
    if constexpr (Output::is_output) to.step = width;
    return to;
  }

  Index at_a_time_;
};

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
