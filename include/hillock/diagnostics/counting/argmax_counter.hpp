// Counts the argmax of every group in every sample, for the monitors of Maxout (a group is the
// pieces of a unit) and of softmax (one group has all entries).
//
// Each sample has a lane. Samples that are contiguous in memory are loaded, samples whose entries
// are contiguous are transposed, and all others go through the buffer of a LaneReader. Contiguous
// groups that are too large to be transposed are searched one after the other, many entries per
// batch.
#pragma once

#include <hillock/arrays/axis/lanes.hpp>
#include <hillock/arrays/axis/transposed_tile.hpp>
#include <hillock/diagnostics/counting/lane_totals.hpp>

#include <algorithm>
#include <array>
#include <cstdint>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics::internal {

/// The argmax of a group in every lane: the index of its largest entry (the lowest index of equal
/// ones) and the value. The index is n, the number of entries, where an entry is not finite. It is
/// held in the bits of a lane, because a float holds integers up to 2^24 only.
template <class V>
struct Argmaxes {
  V entry;
  V value;

  static HILLOCK_PART V numbered(Eigen::Index i) noexcept {
    return V::from_bits(static_cast<Pattern<typename V::value_type>>(i));
  }
};

/// Returns the argmax of n entries for several batches of groups. load(entry, batch) returns one
/// entry of a batch of groups; it is called once for each.
template <class V, std::size_t Batches, class Load>
HILLOCK_PART std::array<Argmaxes<V>, Batches> argmaxes_of(Eigen::Index n,
                                                          const Load& load) noexcept {
  // These are local variables. In the result, which is in memory, they would be stored and loaded
  // for every entry.
  std::array<V, Batches> best, argmax, non_finite;
  for (std::size_t b = 0; b < Batches; ++b) {
    best[b] = load(Eigen::Index{0}, b);
    argmax[b] = Argmaxes<V>::numbered(0);
    non_finite[b] = V::from_bits(non_finite_bit(best[b]));
  }
  for (Eigen::Index i = 1; i < n; ++i) {
    const V number = Argmaxes<V>::numbered(i);
    for (std::size_t b = 0; b < Batches; ++b) {
      const V value = load(i, b);
      non_finite[b] = V::from_bits(bits(non_finite[b]) | non_finite_bit(value));
      const auto is_larger = value > best[b];
      argmax[b] = select(is_larger, number, argmax[b]);
      best[b] = select(is_larger, value, best[b]);
    }
  }
  std::array<Argmaxes<V>, Batches> argmaxes;
  for (std::size_t b = 0; b < Batches; ++b)
    argmaxes[b] = {select(has_sign(non_finite[b]), Argmaxes<V>::numbered(n), argmax[b]), best[b]};
  return argmaxes;
}

/// Calls visitor(group, entry, value) for every argmax or, if Visitor::counts_only, visitor(group,
/// entry, number of samples). The entry is n for a sample in which the group has an entry that is
/// not finite.
template <class V, class Visitor>
class ArgmaxCounts {
  using Index = Eigen::Index;
  using T = typename V::value_type;
  using Bits = detail::simd::Bits<T, typename V::arch>;
  static constexpr Index width = static_cast<Index>(V::size);

 public:
  /// The largest number of entries, of one group or of several, that are transposed.
  static constexpr Index max_transposed = 64;

  ArgmaxCounts(Index n, Index samples, Visitor visitor) noexcept
      : visitor_(visitor),
        n_(n),
        in_lanes_(Visitor::counts_only && n <= 8 && samples >= 4 * width) {}

  /// Prepares for `groups` groups from `first` on, whose argmaxes are added until finish().
  void start(Index first, Index groups) noexcept {
    first_ = first;
    groups_ = groups;
    if (in_lanes_) std::fill_n(lanes_, groups * (n_ + 1) * width, T(0));
  }

  template <std::size_t Batches>
  HILLOCK_PART void add(Index group, const std::array<Argmaxes<V>, Batches>& argmaxes) noexcept {
    if (!in_lanes_) {
      for (const Argmaxes<V>& each : argmaxes) visit_lanes(group, each, 0, width);
      return;
    }
    T* lanes = lanes_ + (group - first_) * (n_ + 1) * width;
    for (Index i = 0; i <= n_; ++i, lanes += width) {
      const V number = Argmaxes<V>::numbered(i);
      Bits count = bits(V::load(lanes));
      for (const Argmaxes<V>& each : argmaxes)
        count = increment_where(have_same_bits(each.entry, number), count);
      V::from_bits(count).store(lanes);
    }
  }

  void finish() noexcept {
    if constexpr (Visitor::counts_only) {
      if (!in_lanes_) return;
      const T* lanes = lanes_;
      for (Index group = first_; group < first_ + groups_; ++group)
        for (Index i = 0; i <= n_; ++i, lanes += width)
          visitor_(group, i, sum_of_patterns(V::load(lanes)));
    }
  }

  /// Visits the samples in the lanes from `begin` to before `end`; may be called at any time.
  HILLOCK_LOOP void visit_lanes(Index group, const Argmaxes<V>& argmaxes, Index begin,
                                Index end) noexcept {
    T value[V::size];
    argmaxes.value.store(value);
    const auto entry = patterns_of(argmaxes.entry);
    for (auto lane = static_cast<std::size_t>(begin); lane < static_cast<std::size_t>(end); ++lane)
      visit_one(group, static_cast<Index>(entry[lane]), value[lane]);
  }

  /// Visits the argmax of a group in one sample.
  HILLOCK_PART void visit_one(Index group, Index entry, T value) noexcept {
    if constexpr (Visitor::counts_only)
      visitor_(group, entry, std::int64_t{1});
    else
      visitor_(group, entry, value);
  }

 private:
  Visitor visitor_;
  const Index n_;
  /// Whether counts are held in lanes, as bits, until finish(). They are if they are few and many
  /// samples are added.
  const bool in_lanes_;
  Index first_ = 0, groups_ = 0;
  // The largest number of counts is that of 32 groups of 2 entries, with 3 counts each.
  alignas(V)
      T lanes_[static_cast<std::size_t>(Visitor::counts_only ? max_transposed / 2 * 3 * width : 1)];
};

/// Counts in samples that are contiguous in memory and at least as many as V has lanes.
template <class V, class T, class Counts>
HILLOCK_FLATTEN void count_one_per_lane(const detail::Distributions<const T>& x,
                                        Eigen::Index samples, Eigen::Index n, Counts& counts) {
  using Index = Eigen::Index;
  constexpr auto width = static_cast<Index>(V::size);
  // While one batch waits for its comparison, the processor computes the other ones.
  constexpr Index unrolled = 4;
  for (Index group = 0; group * n < x.entries; ++group) {
    const T* const from = x.first + group * n * x.along;
    const auto load_from = [&](Index sample) {
      return [=, step = x.along](Index i, std::size_t batch) {
        return sealed(V::load(from + i * step + sample + static_cast<Index>(batch) * width));
      };
    };
    counts.start(group, 1);
    Index at = 0;
    for (; at + unrolled * width <= samples; at += unrolled * width)
      counts.add(group, argmaxes_of<V, unrolled>(n, load_from(at)));
    counts.finish();
    // The last batch overlaps the one before it.
    for (; at < samples; at += width) {
      const Index start = at + width <= samples ? at : samples - width;
      counts.visit_lanes(group, argmaxes_of<V, 1>(n, load_from(start))[0], at - start, width);
    }
  }
}

/// Counts in groups of few contiguous entries, in at least as many samples as V has lanes.
template <class V, class T, class Counts>
HILLOCK_FLATTEN void count_transposed(const detail::Distributions<const T>& x, Eigen::Index samples,
                                      Eigen::Index n, Counts& counts) {
  using Index = Eigen::Index;
  constexpr auto width = static_cast<Index>(V::size);
  const Index groups = x.entries / n, groups_per_tile = Counts::max_transposed / n;
  using Tile = detail::TransposedTile<V>;
  typename Tile::template Memory<Counts::max_transposed> memory;
  const Tile tile(memory);
  for (Index first = 0; first < groups; first += groups_per_tile) {
    const Index end = std::min(first + groups_per_tile, groups);
    counts.start(first, end - first);
    for (Index at = 0; at < samples; at += width) {
      const Index start = at + width <= samples ? at : samples - width;
      const T* const from = x.first + start * x.across + first * n;
      tile.read(0, from, x.across, (end - first) * n, width);
      for (Index group = first; group < end; ++group) {
        const auto argmaxes = argmaxes_of<V, 1>(
            n, [&](Index i, std::size_t) { return tile.load(0, (group - first) * n + i); });
        if (start == at)
          counts.add(group, argmaxes);
        else
          counts.visit_lanes(group, argmaxes[0], at - start, width);
      }
    }
    counts.finish();
  }
}

/// Counts in groups of many contiguous entries, more than twice as many as V has lanes.
template <class V, class T, class Counts>
HILLOCK_FLATTEN void count_contiguous(const detail::Distributions<const T>& x, Eigen::Index samples,
                                      Eigen::Index n, Counts& counts) {
  using Index = Eigen::Index;
  constexpr auto width = static_cast<Index>(V::size);
  for (Index sample = 0; sample < samples; ++sample) {
    for (Index group = 0; group * n < x.entries; ++group) {
      const T* const from = x.first + sample * x.across + group * n;
      auto non_finite = non_finite_bit(V(0));
      const V maximum = V(detail::Contiguous<V>(n)
                              .maximum(detail::EntryReader<T>(from, 1),
                                       [&](auto value, auto largest) {
                                         if constexpr (std::is_same_v<decltype(value), V>)
                                           non_finite = non_finite | non_finite_bit(value);
                                         return not_below(value, largest);
                                       })
                              .first());
      // The maximum starts with the last batch, which it does not compare.
      non_finite = non_finite | non_finite_bit(V::load(from + n - width));
      if (any(has_sign(V::from_bits(non_finite)))) {
        counts.visit_one(group, n, 0);
        continue;
      }
      Index entry = 0;
      while (entry + width <= n && !any(V::load(from + entry) == maximum)) entry += width;
      while (entry + 1 < n && from[entry] < maximum.first()) ++entry;
      counts.visit_one(group, entry, from[entry]);
    }
  }
}

/// Counts in fewer samples than the narrowest batch has lanes.
template <class T, class Counts>
void count_one_by_one(const detail::Distributions<const T>& x, Eigen::Index samples, Eigen::Index n,
                      Counts& counts) {
  using Index = Eigen::Index;
  for (Index sample = 0; sample < samples; ++sample) {
    for (Index group = 0; group * n < x.entries; ++group) {
      const T* const from = x.first + sample * x.across + group * n * x.along;
      Index argmax = 0;
      bool all_finite = true;
      for (Index i = 0; i < n; ++i) {
        all_finite &= is_finite(from[i * x.along]);
        if (from[i * x.along] > from[argmax * x.along]) argmax = i;
      }
      counts.visit_one(group, all_finite ? argmax : n, from[argmax * x.along]);
    }
  }
}

/// Counts in any array, in blocks of as many samples as V has lanes.
template <class V, class X, class Visitor>
HILLOCK_FLATTEN void count_argmaxes_with(const X& in, Per axis, Eigen::Index n,
                                         const Visitor& visitor) {
  using Index = Eigen::Index;
  using T = typename V::value_type;
  using Counts = ArgmaxCounts<V, Visitor>;
  constexpr auto width = static_cast<Index>(V::size);
  constexpr auto narrowest =
      static_cast<Index>(detail::simd::Batch<T, detail::simd::NarrowArch>::size);
  const Index samples = detail::distributions(in.shape(), axis);
  const Index groups = detail::entries(in.shape(), axis) / n;
  Counts counts(n, samples, visitor);
  if constexpr (X::is_loadable) {
    const auto x = detail::distributions_of<const T>(in, axis);
    const bool fill_lanes = x.across == 1 && samples >= width;
    switch (detail::layout_for_argmax(
        fill_lanes ? detail::ContiguousAxis::distributions : detail::contiguous_axis_of(x), n,
        samples, width, Counts::max_transposed)) {
      case detail::Layout::contiguous:
        return count_contiguous<V>(x, samples, n, counts);
      case detail::Layout::transposed_tile:
        return count_transposed<V>(x, samples, n, counts);
      case detail::Layout::one_per_lane:
        if (fill_lanes) return count_one_per_lane<V>(x, samples, n, counts);
        if (width == narrowest && samples < width) return count_one_by_one(x, samples, n, counts);
    }
  }
  const detail::Source<T> source(in, axis);
  detail::for_each_block<V>(samples, [&](Index first, Index block_length) {
    detail::LaneReader<V> read(source, first, block_length);
    for (Index group = 0; group < groups; ++group) {
      const auto load = [&](Index i, std::size_t) { return read(group * n + i); };
      counts.visit_lanes(group, argmaxes_of<V, 1>(n, load)[0], 0, block_length);
    }
  });
}

/// Counts the argmaxes of all groups of n entries, which follow each other along the axis, in all
/// samples.
template <class X, class Visitor>
void count_argmaxes(const X& in, Per axis, Eigen::Index n, const Visitor& visitor) {
  using V = detail::simd::Batch<typename X::T>;
  using Narrow = detail::simd::Batch<typename X::T, detail::simd::NarrowArch>;
  if constexpr (V::size > Narrow::size) {
    if (detail::distributions(in.shape(), axis) < static_cast<Eigen::Index>(V::size))
      return count_argmaxes_with<Narrow>(in, axis, n, visitor);
  }
  count_argmaxes_with<V>(in, axis, n, visitor);
}

}  // namespace diagnostics::internal
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
