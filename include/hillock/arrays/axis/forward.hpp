// Forward passes along an axis, which softmax, log-softmax, cross-entropy and logsumexp share. An
// algorithm is written once and works with every layout.
#pragma once

#include <hillock/arrays/axis/transposed_tile.hpp>
#include <hillock/arrays/views/adding_view.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// The entries that an algorithm reads and writes. If AreStored, it may store intermediate results
/// in the output and read them back, because the output lies in memory and does not round them.
template <class T, bool AreStored>
struct ForwardEntries {
  const EntryReader<T>& x;
  const EntryReader<T>& stored;
  const EntryWriter<T>& out;
  static constexpr bool are_stored = AreStored;

  /// Returns the output for intermediate results.
  HILLOCK_PART auto intermediates() const noexcept {
    if constexpr (AreStored)
      return out;
    else
      return NoOutput();
  }
};

/// Contiguous distributions are processed in blocks of up to 16. While one distribution waits for
/// its maximum or its sum, the processor computes another one of the block. A block stays in the
/// first-level cache: 16 KB of x and as much of y.
inline constexpr Index max_distributions_per_block = 16;
template <class T>
constexpr Index distributions_per_block(Index n) noexcept {
  constexpr Index fitting = 16384 / static_cast<Index>(sizeof(T));
  return n * max_distributions_per_block <= fitting ? max_distributions_per_block
         : n < fitting                              ? fitting / n
                                                    : 1;
}

/// At most this many distributions are between algorithm.statistic() and algorithm.after_block() at
/// any time.
template <class V>
inline constexpr Index max_distributions_in_flight =
    max_distributions_per_block > TransposedTile<V>::groups* TransposedTile<V>::width
        ? max_distributions_per_block
        : TransposedTile<V>::groups* TransposedTile<V>::width;

template <class V, class T, class Algorithm>
HILLOCK_LOOP void forward_in_tiles(const Source<T>& x, const Sink<T>& y,
                                   const Algorithm& algorithm) {
  typename TransposedTile<V>::template Memory<max_entries_forward> memory;
  const TransposedTile<V> tile(memory);
  const Index n = x.entries_each();
  for_each_tile<V>(x.count(), [&](Index first, Index count) {
    V maximum[tile.groups], statistic[tile.groups];
    read_tile(tile, x, first, count, maximum);
    for_each_group<V>(n, count, [&](const auto& layout, Index g) {
      const EntryReader<T> in = tile.reader(g);
      const EntryWriter<T> out = tile.writer(g);
      statistic[g] = algorithm.statistic(layout, ForwardEntries<T, true>{in, in, out}, maximum[g],
                                         first + g * tile.width);
    });
    write_tile(tile, y, n, first, count, [&](Index g, const auto& layout, const auto& out) {
      const EntryReader<T> in = tile.reader(g);
      algorithm.finish(layout, ForwardEntries<T, true>{in, in, tile.writer(g)}, out, maximum[g],
                       statistic[g]);
    });
    algorithm.after_block(first, count);
  });
}

template <class V, class T, class Algorithm>
HILLOCK_LOOP void forward_contiguous(const Distributions<const T>& x, const Distributions<T>& y,
                                     Index count, const Algorithm& algorithm) {
  const Contiguous<V> layout(x.entries);
  T maximum[max_distributions_per_block], statistic[max_distributions_per_block];
  const Index step = distributions_per_block<T>(x.entries);
  for (Index first = 0; first < count; first += step) {
    const Index block_length = count - first < step ? count - first : step;
    const auto with_entries = [&](Index j, const auto& work) HILLOCK_PART_LAMBDA {
      T* const to = y.from(first + j).first;
      const EntryReader<T> in(x.from(first + j).first, 1), stored(to, 1);
      const EntryWriter<T> out(to, 1);
      work(ForwardEntries<T, true>{in, stored, out});
    };
    for (Index j = 0; j < block_length; ++j)
      maximum[j] = layout.maximum(EntryReader<T>(x.from(first + j).first, 1)).first();
    for (Index j = 0; j < block_length; ++j) {
      with_entries(j, [&](const auto& entries) HILLOCK_PART_LAMBDA {
        statistic[j] = algorithm.statistic(layout, entries, V(maximum[j]), first + j).first();
      });
    }
    for (Index j = 0; j < block_length; ++j) {
      with_entries(j, [&](const auto& entries) HILLOCK_PART_LAMBDA {
        algorithm.finish(layout, entries, entries.out, V(maximum[j]), V(statistic[j]));
      });
    }
    algorithm.after_block(first, block_length);
  }
}

/// Processes `count` distributions from `first` on, which fill one batch of the layout at most.
template <class V, bool AreStored, class Layout, class T, class Algorithm>
HILLOCK_LOOP void forward_block(const Source<T>& x, const Sink<T>& y, Index first, Index count,
                                const Algorithm& algorithm) {
  constexpr Index lanes = Layout::distributions_per_batch;
  EntryTile<V> tile, stored_tile, out_tile;
  const EntryReader<T> in(x, first, count, lanes, tile);
  const Source<T> written = y.as_source();
  const EntryReader<T> stored(AreStored ? written : x, first, count, lanes, stored_tile);
  const EntryWriter<T> out(y, first, count, lanes, out_tile);
  const ForwardEntries<T, AreStored> entries{in, stored, out};
  const Layout layout(x.entries_each(), entry_chunk_size(x.entries_each(), lanes, in, stored, out));
  const V maximum = layout.broadcast(layout.maximum(in));
  const V statistic = layout.broadcast(algorithm.statistic(layout, entries, maximum, first));
  algorithm.finish(layout, entries, out, maximum, statistic);
  algorithm.after_block(first, count);
}

/// Calls work(first, count) for blocks of V::size distributions. Where a block has so few that they
/// are to be interleaved, it calls interleaved_work(first, count) for them instead.
template <class V, class Work, class InterleavedWork>
HILLOCK_PART void for_each_lane_block(Index all, bool are_in_memory, const Work& work,
                                      const InterleavedWork& interleaved_work) {
  for_each_block<V>(all, [&](Index first, Index count) {
    if constexpr (can_interleave<V>) {
      if (are_in_memory && should_interleave<V>(count)) {
        for (Index j = 0; j < count; j += interleaved_count<V>)
          interleaved_work(first + j,
                           count - j < interleaved_count<V> ? count - j : interleaved_count<V>);
        return;
      }
    }
    work(first, count);
  });
}

/// Computes y from x. `maximum` is the maximum of each distribution. algorithm.statistic(layout,
/// entries, maximum, first) returns one number for each distribution from `first` on, one per lane;
/// it may store intermediate results. algorithm.finish(layout, entries, out, maximum, statistic)
/// may read them back, and writes the results. algorithm.after_block(first, count) is called when
/// the results of a block are written.
template <class V, bool AreStored, class T, class Algorithm>
HILLOCK_FLATTEN void forward_along_axis(const Source<T>& x, const Sink<T>& y,
                                        const Algorithm& algorithm) {
  const Index n = x.entries_each();
  if (n == 0) return;
  const auto contiguous_axis = x.is_in_memory() && y.is_in_memory()
                                   ? contiguous_axis_of(x.memory(), y.memory())
                                   : ContiguousAxis::none;
  switch (layout_of_distributions(contiguous_axis, n, x.count(), static_cast<Index>(V::size),
                                  max_entries_forward)) {
    case Layout::transposed_tile:
      return forward_in_tiles<V>(x, y, algorithm);
    case Layout::contiguous:
      return forward_contiguous<V>(x.memory(), y.memory(), x.count(), algorithm);
    case Layout::one_per_lane:
      break;
  }
  for_each_lane_block<V>(
      x.count(), x.is_in_memory() && y.is_in_memory(),
      [&](Index first, Index count) {
        forward_block<V, AreStored, OnePerLane<V, false>>(x, y, first, count, algorithm);
      },
      [&](Index first, Index count) {
        forward_block<V, true, Interleaved<V>>(x, y, first, count, algorithm);
      });
}

/// Adds the results of an algorithm to y: they are computed in blocks of distributions, into a
/// buffer that stays in the cache. compute(row, col, shape, to) computes those of a block. Returns
/// false where that is not possible: a distribution is too long for the buffer, or results are
/// rounded to another type.
template <class V, class Y, class Compute>
HILLOCK_PART bool add_in_blocks(Per axis, const Y& y, const Compute& compute) {
  using T = typename V::value_type;
  if constexpr (is_adding<Y> && std::is_same_v<T, typename Y::Element>) {
    constexpr Index capacity = 16384 / static_cast<Index>(sizeof(T));
    constexpr auto width = static_cast<Index>(V::size);
    const Index n = entries(y.shape(), axis), count = distributions(y.shape(), axis);
    if (n == 0 || n > capacity) return false;
    const Index fitting = capacity / n;
    // Distributions that alternate in memory are computed several at a time.
    if (fitting < width && y.step(axis == Per::row) != 1) return false;
    const Index step = fitting < width ? fitting : fitting / width * width;
    alignas(sizeof(V)) T buffer[static_cast<std::size_t>(capacity)];
    for (Index first = 0; first < count; first += step) {
      const Index block_length = count - first < step ? count - first : step;
      const bool is_column = axis == Per::column;
      const Shape shape = is_column ? Shape{n, block_length} : Shape{block_length, n};
      const Index row = is_column ? 0 : first, col = is_column ? first : 0;
      const bool by_rows = y.is_row_major();
      compute(row, col, shape,
              StridedView<T>(buffer, shape, by_rows ? shape.cols : 1, by_rows ? 1 : shape.rows,
                             by_rows));
      y.add(row, col, shape, buffer);
    }
    return true;
  } else {
    return false;
  }
}

/// Computes y from x, for views.
template <class V, class X, class Y, class Algorithm>
HILLOCK_PART void forward_by_distribution(Per axis, const X& x, const Y& y,
                                          const Algorithm& algorithm) {
  using T = typename V::value_type;
  const auto compute = [&](Index row, Index col, Shape shape, const auto& to) {
    const auto from = x.block(row, col, shape);
    forward_along_axis<V, true>(Source<T>(from, axis), Sink<T>(to, axis), algorithm);
  };
  if (add_in_blocks<V>(axis, y, compute)) return;
  constexpr bool are_stored = can_be_loaded<T, Y>;
  forward_along_axis<V, are_stored>(Source<T>(x, axis), Sink<T>(y, axis), algorithm);
}

/// Calls work(layout, entries, first, count) for every block of `count` distributions from `first`
/// on; `entries` reads their entries of x.
template <class V, class T, class Work>
HILLOCK_FLATTEN void reduce_along_axis(const Source<T>& x, const Work& work) {
  const Index n = x.entries_each();
  if (n == 0) return;
  const auto contiguous_axis =
      x.is_in_memory() ? contiguous_axis_of(x.memory()) : ContiguousAxis::none;
  switch (layout_of_distributions(contiguous_axis, n, x.count(), static_cast<Index>(V::size),
                                  max_entries_forward)) {
    case Layout::transposed_tile: {
      typename TransposedTile<V>::template Memory<max_entries_forward> memory;
      const TransposedTile<V> tile(memory);
      return for_each_tile<V>(x.count(), [&](Index first, Index count) {
        V maximum[tile.groups];
        read_tile(tile, x, first, count, maximum);
        for_each_group<V>(n, count, [&](const auto& layout, Index g) {
          work(layout, tile.reader(g), first + g * tile.width, tile.lanes_of(g, count));
        });
      });
    }
    case Layout::contiguous:
      for (Index j = 0; j < x.count(); ++j)
        work(Contiguous<V>(n), EntryReader<T>(x.memory().from(j).first, 1), j, Index{1});
      return;
    case Layout::one_per_lane:
      break;
  }
  EntryTile<V> tile;
  for_each_lane_block<V>(
      x.count(), x.is_in_memory(),
      [&](Index first, Index count) {
        constexpr auto lanes = static_cast<Index>(V::size);
        const EntryReader<T> in(x, first, count, lanes, tile);
        work(OnePerLane<V, false>(n, entry_chunk_size(n, lanes, in)), in, first, count);
      },
      [&](Index first, Index count) {
        const EntryReader<T> in(x, first, count, interleaved_count<V>, tile);
        work(Interleaved<V>(n, entry_chunk_size(n, interleaved_count<V>, in)), in, first, count);
      });
}

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
