// Passes over the entries of distributions, and sums of entries, whose order does not depend on the
// layout.
//
// A pass has one of three layouts: OnePerLane, Contiguous (a batch holds many entries of one
// distribution) or Interleaved (a batch holds several entries of a few distributions). All three
// add in the same order, so that they give the same bits. Fewer than 16 entries are added one after
// the other. More entries are added in 16 partial sums: entry i belongs to sum i mod 16, but the
// last n mod 16 entries belong to the last sums. Then the partial sums are added by halves: i and i
// + 8, i and i + 4, ...
//
// layout.for_each(inputs, output, visitor) calls visitor(slot, at, mask, x...) for every batch. x
// are the batches that the inputs (EntryReaders) hold at the entry `at`, and `slot` is the partial
// sum that they belong to. mask(value) is `value`, but 0 in the lanes whose entries an earlier
// batch contained. The visitor's result is written to the output, unless that is NoOutput.
#pragma once

#include <hillock/arrays/axis/entries.hpp>
#include <hillock/kernels/softmax.hpp>

#include <tuple>
#include <utility>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// Adds by halves; the sum is in the first part.
template <class Part, std::size_t N>
HILLOCK_PART void add_by_halves(Part (&part)[N]) noexcept {
  for (std::size_t half = N / 2; half > 0; half /= 2)
    for (std::size_t i = 0; i < half; ++i) part[i].add(part[i + half]);
}

/// The mask of a batch whose entries all belong to the sum.
struct NoMask {
  template <class V>
  HILLOCK_PART V operator()(V x) const noexcept {
    return x;
  }
};
template <class V>
struct LaneMask {
  V one_or_zero;
  HILLOCK_PART V operator()(V x) const noexcept { return zero_where(one_or_zero == 0, x); }
};

/// The partial sums of a layout.
template <class Layout, class V, template <class> class SumOf = kernels::DistributionSum>
struct SumsOf {
  SumOf<V> partial[Layout::sum_count];
};

/// The inputs of a pass.
template <class T, std::size_t N>
using Inputs = std::array<const EntryReader<T>*, N>;
template <class T, class... More>
HILLOCK_PART auto inputs(const EntryReader<T>& first, const More&... more) noexcept {
  return Inputs<T, 1 + sizeof...(More)>{&first, &more...};
}

/// The addresses of the first batches of N inputs, and the steps to the next batches.
template <class T, std::size_t N>
struct BatchPointers {
  std::array<const T*, N> from;
  std::array<Index, N> step;

  HILLOCK_PART BatchPointers(const Inputs<T, N>& in, Index start, Index n) {
    for (std::size_t k = 0; k < N; ++k) {
      from[k] = in[k]->read(start, n);
      step[k] = in[k]->step();
    }
  }
};

/// Calls visitor(slot, at, mask, x...) and writes the result, if there is one.
template <class Destination, class Visitor, class Mask, class V, std::size_t N, std::size_t... K>
HILLOCK_PART void visit_batch(const Destination& to, Index i, const Visitor& visitor, Index slot,
                              Index at, const Mask& mask, const std::array<V, N>& x,
                              std::index_sequence<K...>) {
  if constexpr (std::is_void_v<decltype(visitor(slot, at, mask, x[K]...))>)
    visitor(slot, at, mask, x[K]...);
  else
    to.put(i, visitor(slot, at, mask, x[K]...));
}
template <class Destination, class Visitor, class Mask, class V, std::size_t N>
HILLOCK_PART void visit_batch(const Destination& to, Index i, const Visitor& visitor, Index slot,
                              Index at, const Mask& mask, const std::array<V, N>& x) {
  visit_batch(to, i, visitor, slot, at, mask, x, std::make_index_sequence<N>());
}
/// Loads batch i of each input.
template <class V, class T, std::size_t N>
HILLOCK_PART std::array<V, N> load_batches(const BatchPointers<T, N>& pointers, Index i) noexcept {
  std::array<V, N> x;
  for (std::size_t k = 0; k < N; ++k)
    x[k] = sealed(V::load(pointers.from[k] + i * pointers.step[k]));
  return x;
}

/// Return the larger of a value and the maximum so far. If one of them is NaN, NotBelow returns
/// either of the two, and LargerOrNaN returns NaN.
struct NotBelow {
  template <class V>
  HILLOCK_PART V operator()(V value, V maximum) const noexcept {
    return not_below(value, maximum);
  }
};
struct LargerOrNaN {
  template <class V>
  HILLOCK_PART V operator()(V value, V maximum) const noexcept {
    return max(maximum, value);
  }
};

/// Each distribution has a lane. IsShort says whether the distributions have fewer than
/// shortest_tree entries.
template <class V, bool IsShort>
class OnePerLane {
  using T = typename V::value_type;

 public:
  static constexpr std::size_t sum_count = static_cast<std::size_t>(IsShort ? 1 : partial_sums);
  static constexpr Index distributions_per_batch = static_cast<Index>(V::size);
  /// Reads n entries of each distribution, in chunks of chunk_size entries.
  HILLOCK_PART OnePerLane(Index n, Index chunk_size) noexcept : n_(n), chunk_size_(chunk_size) {}

  /// Convert a number of each distribution to a batch that V computes with, and back.
  static HILLOCK_PART V broadcast(V statistic) noexcept { return statistic; }
  static HILLOCK_PART V to_statistic(V statistic) noexcept { return statistic; }

  /// Returns the largest entry of each distribution.
  template <class Larger = NotBelow>
  HILLOCK_PART V maximum(const EntryReader<T>& in, const Larger& larger = {}) const {
    V maximum = 0;
    for (Index start = 0; start < n_; start += chunk_size_) {
      const Index chunk_length = n_ - start < chunk_size_ ? n_ - start : chunk_size_;
      const BatchPointers<T, 1> pointers(inputs(in), start, chunk_length);
      if (start == 0) maximum = load_batches<V>(pointers, 0)[0];
      for (Index i = start == 0; i < chunk_length; ++i)
        maximum = larger(load_batches<V>(pointers, i)[0], maximum);
    }
    return maximum;
  }

  template <std::size_t N, class Output, class Visitor>
  HILLOCK_PART void for_each(const Inputs<T, N>& in, const Output& out,
                             const Visitor& visitor) const {
    // Local copies, because the compiler must assume that a store to the output changes the
    // members.
    const Index n = n_, chunk_size = chunk_size_;
    if constexpr (IsShort) {
      // A short distribution is a single chunk.
      return for_each(in, out, visitor, 0, n);
    } else {
      for (Index start = 0; start < n; start += chunk_size)
        for_each(in, out, visitor, start, n - start < chunk_size ? n - start : chunk_size);
    }
  }

  /// Returns the sum of all partial sums, for each distribution.
  template <class Sums>
  static HILLOCK_PART auto total(Sums& sums) noexcept {
    add_by_halves(sums.partial);
    return sums.partial[0];
  }

 private:
  /// Visits the entries from `start` to before `start + chunk_length`.
  template <std::size_t N, class Output, class Visitor>
  HILLOCK_PART void for_each(const Inputs<T, N>& in, const Output& out, const Visitor& visitor,
                             Index start, Index chunk_length) const {
    const Index n = n_;
    const Index whole = n / partial_sums * partial_sums;
    const Index last = n - partial_sums;
    const BatchPointers<T, N> pointers(in, start, chunk_length);
    const auto to = out.destination(start);
    for (Index i = 0; i < chunk_length; ++i) {
      const Index at = start + i;
      const Index slot = IsShort ? 0 : at < whole ? at % partial_sums : at - last;
      visit_batch(to, i, visitor, slot, at, NoMask(), load_batches<V>(pointers, i));
    }
    out.write(start, chunk_length);
  }

  Index n_, chunk_size_;
};

/// Some consecutive entries of distributions that are one per lane. It computes no sums. Count is a
/// number or a constant.
template <class V, class Count>
class EntrySlice {
  using T = typename V::value_type;

 public:
  static constexpr Index distributions_per_batch = static_cast<Index>(V::size);
  EntrySlice(Index first, Count count) noexcept : first_(first), count_(count) {}
  static HILLOCK_PART V broadcast(V statistic) noexcept { return statistic; }
  template <std::size_t N, class Output, class Visitor>
  HILLOCK_PART void for_each(const Inputs<T, N>& in, const Output& out,
                             const Visitor& visitor) const {
    const BatchPointers<T, N> pointers(in, first_, count_);
    const auto to = out.destination(first_);
    for (Index i = 0; i < count_; ++i)
      visit_batch(to, i, visitor, 0, first_ + i, NoMask(), load_batches<V>(pointers, i));
  }

 private:
  Index first_;
  Count count_;
};

/// Zeros for the entries of a block of DistributionCount distributions, then as many ones: a load
/// from the middle has zeros first and then ones.
template <class T, Index DistributionCount>
struct MaskTable {
  T data[static_cast<std::size_t>(2 * partial_sums * DistributionCount)] = {};
  constexpr MaskTable() noexcept {
    for (Index i = partial_sums * DistributionCount; i < 2 * partial_sums * DistributionCount; ++i)
      data[i] = 1;
  }
};
template <class T, Index DistributionCount>
inline constexpr MaskTable<T, DistributionCount> mask_table;

/// The base of Contiguous and Interleaved: DistributionCount distributions of at least
/// shortest_tree entries. The lanes of a batch hold one entry of each distribution, then the next
/// entry of each, and so on.
template <class V, Index DistributionCount>
class ManyEntriesPerBatch {
 protected:
  using T = typename V::value_type;
  using Narrow = simd::Batch<T, simd::NarrowArch>;
  static constexpr Index width = static_cast<Index>(V::size);
  static constexpr Index batches = partial_sums * DistributionCount / width;
  static_assert(width <= partial_sums);

 public:
  static constexpr std::size_t sum_count = static_cast<std::size_t>(batches);
  /// The number of entries of each distribution in a batch.
  static constexpr Index entries_per_batch = width / DistributionCount;
  static constexpr Index distributions_per_batch = DistributionCount;

  static HILLOCK_PART V broadcast(Narrow statistic) noexcept {
    if constexpr (DistributionCount == 1) {
      return statistic.first();
    } else {
      T lanes[V::size];
      for (std::size_t i = 0; i < V::size; i += Narrow::size) statistic.store(lanes + i);
      return sealed(V::load(lanes));
    }
  }
  static HILLOCK_PART Narrow to_statistic(V statistic) noexcept {
    if constexpr (DistributionCount == 1) {
      return statistic.first();
    } else {
      T lanes[V::size];
      statistic.store(lanes);
      return sealed(Narrow::load(lanes));
    }
  }

  /// Returns the sum of all partial sums, for each distribution.
  template <class Sums>
  static HILLOCK_PART auto total(const Sums& sums) noexcept {
    return total_of(sums.partial);
  }

 protected:
  explicit ManyEntriesPerBatch(Index n) noexcept : n_(n) {}

  /// Returns the mask of batch k of the last block: only entries that no earlier block contained.
  HILLOCK_PART LaneMask<V> last_block_mask(Index k) const noexcept {
    const Index rest = n_ % partial_sums;
    return {V::load(mask_table<T, DistributionCount>.data +
                    (rest + k * entries_per_batch) * DistributionCount)};
  }

  template <class Larger>
  static HILLOCK_PART Narrow across(V values, const Larger& larger) noexcept {
    T lanes[static_cast<std::size_t>(width)];
    values.store(lanes);
    Narrow result = Narrow::load(lanes);
    for (std::size_t i = Narrow::size; i < V::size; i += Narrow::size)
      result = larger(Narrow::load(lanes + i), result);
    if constexpr (DistributionCount == 1) {
      result.store(lanes);
      result = lanes[0];
      for (std::size_t i = 1; i < Narrow::size; ++i) result = larger(Narrow(lanes[i]), result);
      return result;
    } else {
      return result;
    }
  }

  Index n_;

 private:
  template <template <class> class SumOf>
  static HILLOCK_PART SumOf<Narrow> total_of(const SumOf<V> (&sums)[sum_count]) noexcept {
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
    // The partial sums of one distribution are DistributionCount lanes apart. After they are added,
    // the first DistributionCount lanes are the parts of a Total.
    constexpr std::size_t parts = Wide::size / NarrowWide::size;
    constexpr std::size_t end = DistributionCount == 1 ? 1 : Total::part_count;
    NarrowPart lane[parts];
    for (std::size_t i = 0; i < parts; ++i)
      for (std::size_t k = 0; k < numbers; ++k)
        lane[i].number[k] = sealed(NarrowWide::load(lanes[k] + i * NarrowWide::size));
    for (std::size_t half = parts / 2; half >= end; half /= 2)
      for (std::size_t i = 0; i < half; ++i) lane[i].add(lane[i + half]);
    Total result;
    if constexpr (DistributionCount == 1) {
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

/// The entries of a distribution are contiguous in memory.
template <class V>
class Contiguous : public ManyEntriesPerBatch<V, 1> {
  using Base = ManyEntriesPerBatch<V, 1>;
  using typename Base::T;

 public:
  using Base::entries_per_batch;
  explicit Contiguous(Index n) noexcept : Base(n) {}

  template <class Larger = NotBelow>
  HILLOCK_PART auto maximum(const EntryReader<T>& in, const Larger& larger = {}) const {
    constexpr Index step = entries_per_batch;
    const T* const from = in.read(0, n_);
    V maximum = V::load(from + n_ - step);
    V second = maximum;
    Index at = 0;
    for (; at + 2 * step <= n_; at += 2 * step) {
      maximum = larger(V::load(from + at), maximum);
      second = larger(V::load(from + at + step), second);
    }
    if (at + step <= n_) second = larger(V::load(from + at), second);
    return Base::across(larger(second, maximum), larger);
  }

  /// The batches of the last block overlap earlier ones. They are loaded before the first call of
  /// the visitor, because the output may be an input.
  template <std::size_t N, class Output, class Visitor>
  HILLOCK_PART void for_each(const Inputs<T, N>& in, const Output& out,
                             const Visitor& visitor) const {
    for_each(in, out, visitor, std::make_integer_sequence<Index, Base::batches>());
  }

 private:
  using Base::n_;

  template <std::size_t N, class Output, class Visitor, Index... K>
  HILLOCK_PART void for_each(const Inputs<T, N>& in, const Output& out, const Visitor& visitor,
                             std::integer_sequence<Index, K...>) const {
    constexpr Index step = entries_per_batch;
    const auto to = out.destination(0);
    std::array<const T*, N> from;
    for (std::size_t i = 0; i < N; ++i) from[i] = in[i]->read(0, n_);
    const auto load = [&](Index at) HILLOCK_PART_LAMBDA {
      std::array<V, N> x;
      for (std::size_t i = 0; i < N; ++i) x[i] = V::load(from[i] + at);
      return x;
    };
    const Index last = n_ - partial_sums;
    const std::array<V, N> last_loaded[] = {load(last + K * step)...};
    for (Index at = 0; at <= last; at += partial_sums) {
      (visit_batch(to, at + K * step, visitor, K, at + K * step, NoMask(), load(at + K * step)),
       ...);
    }
    if (n_ % partial_sums == 0) return;
    (visit_batch(to, last + K * step, visitor, K, last + K * step, Base::last_block_mask(K),
                 last_loaded[K]),
     ...);
  }
};

/// As many distributions as the narrowest batch has lanes, interleaved in memory or in a tile.
template <class V>
class Interleaved : public ManyEntriesPerBatch<V, interleaved_count<V>> {
  using Base = ManyEntriesPerBatch<V, interleaved_count<V>>;
  using Base::batches;
  using Base::width;
  using typename Base::T;

 public:
  using Base::entries_per_batch;
  HILLOCK_PART Interleaved(Index n, Index chunk_size) noexcept : Base(n), chunk_size_(chunk_size) {}

  template <class Larger = NotBelow>
  HILLOCK_PART auto maximum(const EntryReader<T>& in, const Larger& larger = {}) const {
    constexpr Index step = entries_per_batch;
    V maximum = V::load(in.read(n_ - step, step));
    V second = maximum;
    for (Index start = 0; start < n_; start += chunk_size_) {
      const Index chunk_length = n_ - start < chunk_size_ ? n_ - start : chunk_size_;
      const T* from = in.read(start, chunk_length);
      Index at = 0;
      for (; at + 2 * step <= chunk_length; at += 2 * step, from += 2 * width) {
        maximum = larger(V::load(from), maximum);
        second = larger(V::load(from + width), second);
      }
      if (at + step <= chunk_length) second = larger(V::load(from), second);
    }
    return Base::across(larger(second, maximum), larger);
  }

  /// As in Contiguous, but the loop is over single batches, because the partial sums are too many
  /// for the registers.
  template <std::size_t N, class Output, class Visitor>
  HILLOCK_PART void for_each(const Inputs<T, N>& in, const Output& out,
                             const Visitor& visitor) const {
    const Index n = n_, chunk_size = chunk_size_;
    const Index whole = n / partial_sums * partial_sums;
    const Index last = n - partial_sums;
    std::array<V, N> last_loaded[batches];
    if (whole < n) {
      const auto pointers = interleaved_pointers(in, last, partial_sums);
      for (Index k = 0; k < batches; ++k) last_loaded[k] = load_batches<V>(pointers, k);
    }
    for (Index start = 0; start < whole; start += chunk_size) {
      const Index chunk_length = whole - start < chunk_size ? whole - start : chunk_size;
      const auto pointers = interleaved_pointers(in, start, chunk_length);
      const auto to = interleaved_destination(out, start);
      for (Index i = 0; i < chunk_length / entries_per_batch; ++i) {
        visit_batch(to, i, visitor, i % batches, start + i * entries_per_batch, NoMask(),
                    load_batches<V>(pointers, i));
      }
      out.write(start, chunk_length);
    }
    if (whole == n) return;
    const auto to = interleaved_destination(out, last);
    for (Index k = 0; k < batches; ++k) {
      visit_batch(to, k, visitor, k, last + k * entries_per_batch, Base::last_block_mask(k),
                  last_loaded[k]);
    }
    out.write(last, partial_sums);
  }

 private:
  using Base::n_;

  /// Interleaved entries have no gaps: each batch begins `width` elements after the one before it.
  template <std::size_t N>
  static HILLOCK_PART BatchPointers<T, N> interleaved_pointers(const Inputs<T, N>& in, Index start,
                                                               Index n) {
    BatchPointers<T, N> pointers(in, start, n);
    pointers.step.fill(width);
    return pointers;
  }
  template <class Output>
  static HILLOCK_PART auto interleaved_destination(const Output& out, Index start) noexcept {
    auto to = out.destination(start);
    if constexpr (Output::is_output) to.step = width;
    return to;
  }

  Index chunk_size_;
};

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
