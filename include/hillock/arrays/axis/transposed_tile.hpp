// Tiles in which distributions of few entries are transposed, so that each has a lane.
#pragma once

#include <hillock/arrays/axis/summation.hpp>
#include <hillock/simd/transpose.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// Writes to[j * to_step + i] = from[i * from_step + j] for i < rows, j < cols; the two must not
/// overlap. It transposes squares, the last of which overlap the ones before.
template <class T>
HILLOCK_LOOP void transpose(const T* from, Index from_step, Index rows, Index cols, T* to,
                            Index to_step) noexcept {
  constexpr auto size = static_cast<Index>(simd::Batch<T, simd::NarrowArch>::size);
  if (rows < size || cols < size) {
    for (Index i = 0; i < rows; ++i)
      for (Index j = 0; j < cols; ++j) to[j * to_step + i] = from[i * from_step + j];
  } else {
    for (Index i = 0; i < rows; i += size) {
      const Index row = i + size <= rows ? i : rows - size;
      for (Index j = 0; j < cols; j += size) {
        const Index col = j + size <= cols ? j : cols - size;
        simd::transpose_square(from + row * from_step + col, from_step, to + col * to_step + row,
                               to_step);
      }
    }
  }
}

/// Several groups of distributions of few entries, each group one distribution per lane. While one
/// group waits for its maximum or its sum, the processor computes another.
template <class V>
class TransposedTile {
 public:
  using T = typename V::value_type;
  static constexpr Index width = static_cast<Index>(V::size);
  static constexpr Index groups = 4;
  /// The number of entries that are transposed at once.
  static constexpr auto square = static_cast<Index>(simd::square_size<T>);
  using Squares = std::integral_constant<Index, square>;

  /// Memory for `groups` batches of distributions of up to MaxEntries entries.
  template <Index MaxEntries>
  struct Memory {
    alignas(sizeof(V)) T data[static_cast<std::size_t>(groups * MaxEntries * width)];
  };
  template <Index MaxEntries>
  HILLOCK_PART explicit TransposedTile(Memory<MaxEntries>& memory) noexcept
      : memory_(memory.data), group_size_(MaxEntries * width) {}

  /// Returns how many of `count` distributions are in a group.
  static HILLOCK_PART Index lanes_of(Index group, Index count) noexcept {
    return count - group * width < width ? count - group * width : width;
  }
  /// The entries of a group, which lie `width` elements apart.
  HILLOCK_PART T* group(Index g) const noexcept { return memory_ + g * group_size_; }
  HILLOCK_PART EntryReader<T> reader(Index g) const noexcept { return {group(g), width}; }
  HILLOCK_PART EntryWriter<T> writer(Index g) const noexcept { return {group(g), width}; }
  HILLOCK_PART V load(Index g, Index entry) const noexcept {
    return sealed(V::load(group(g) + entry * width));
  }

  /// Reads `lanes` distributions of n contiguous entries, `step` elements from one distribution to
  /// the next. Returns the largest entry of each; for a distribution with a NaN, any number.
  HILLOCK_PART V read(Index g, const T* from, Index step, Index n, Index lanes) const noexcept {
    T* const tile = group(g);
    if (lanes == width && n >= square) return read_squares(tile, from, step, n);
    transpose(from, step, lanes, n, tile, width);
    // Further lanes repeat the first, so that they raise no floating-point exception of their own.
    for (Index i = 0; i < n; ++i)
      for (Index lane = lanes; lane < width; ++lane) tile[i * width + lane] = tile[i * width];
    return maximum(tile, n);
  }
  /// Reads distributions that are not contiguous, in the same way.
  V read(Index g, const Source<T>& source, Index first, Index lanes) const {
    T* const tile = group(g);
    const Index n = source.entries_each();
    if (!source.is_in_memory() || !are_batches_in_memory<V>(source.memory(), lanes, width)) {
      source.copy({first, lanes, 0, n}, tile, width);
      return maximum(tile, n);
    }
    const T* from = source.memory().from(first).first;
    V maximum = sealed(V::load(from));
    for (Index i = 0; i < n; ++i, from += source.memory().along) {
      const V value = sealed(V::load(from));
      maximum = not_below(value, maximum);
      value.store(tile + i * width);
    }
    return maximum;
  }

  /// Writes distributions of n contiguous entries, square by square: fill(layout, output) computes
  /// the entries of a square. The last square overlaps the one before it.
  template <class Fill>
  static HILLOCK_PART void write_squares(T* to, Index step, Index n, const Fill& fill) noexcept {
    for (Index i = 0; i < n; i += square) {
      const Index at = i + square <= n ? i : n - square;
      V entry[simd::square_size<T>];
      fill(EntrySlice<V, Squares>(at, Squares()), SquareOutput<V>{entry});
      store_transposed(entry, to + at, step);
    }
  }

 private:
  static HILLOCK_PART V maximum(const T* tile, Index n) noexcept {
    V maximum = sealed(V::load(tile));
    for (Index i = 1; i < n; ++i) maximum = not_below(sealed(V::load(tile + i * width)), maximum);
    return maximum;
  }

  /// Reads in squares, the last of which overlaps the one before it.
  static HILLOCK_PART V read_squares(T* tile, const T* from, Index step, Index n) noexcept {
    V maximum = 0;
    for (Index i = 0; i < n; i += square) {
      const Index at = i + square <= n ? i : n - square;
      V entry[simd::square_size<T>];
      load_transposed(from + at, step, entry);
      if (i == 0) maximum = entry[0];
      for (Index k = 0; k < square; ++k) {
        maximum = not_below(entry[k], maximum);
        entry[k].store(tile + (at + k) * width);
      }
    }
    return maximum;
  }
  T* memory_;
  Index group_size_;
};

/// Reads `count` distributions from `first` on into a tile, and the largest entry of each into
/// `maximum`, or 0 where NeedsMaximum is false, which spares softmax's gradient 4 % of its time.
template <bool NeedsMaximum = true, class V>
HILLOCK_LOOP void read_tile(const TransposedTile<V>& tile,
                            const Source<typename V::value_type>& source, Index first, Index count,
                            V* maximum) {
  constexpr Index width = TransposedTile<V>::width;
  const Index n = source.entries_each();
  const auto& memory = source.memory();
  const bool are_contiguous = source.is_in_memory() && memory.along == 1;
  for (Index g = 0; g * width < count; ++g) {
    const Index lanes = tile.lanes_of(g, count), start = first + g * width;
    const V largest = are_contiguous
                          ? tile.read(g, memory.from(start).first, memory.across, n, lanes)
                          : tile.read(g, source, start, lanes);
    maximum[g] = NeedsMaximum ? largest : V(0);
  }
}

/// Writes `count` distributions from `first` on: fill(group, layout, output) writes their
/// entries.
template <class V, class Fill>
HILLOCK_PART void write_tile(const TransposedTile<V>& tile,
                             const Sink<typename V::value_type>& sink, Index n, Index first,
                             Index count, const Fill& fill) {
  constexpr Index width = TransposedTile<V>::width;
  using T = typename V::value_type;
  const auto& memory = sink.memory();
  const bool is_in_memory = sink.is_in_memory();
  const bool are_contiguous = is_in_memory && memory.along == 1;
  for (Index g = 0; g * width < count; ++g) {
    const Index lanes = tile.lanes_of(g, count), start = first + g * width;
    const auto fill_group = [&](const auto& layout, const auto& out)
                                HILLOCK_PART_LAMBDA { fill(g, layout, out); };
    if (are_contiguous && lanes == width && n >= tile.square) {
      tile.write_squares(memory.from(start).first, memory.across, n, fill_group);
      continue;
    }
    // Two separate calls, so that the compiler knows in each of them that the output is no buffer.
    if (is_in_memory && are_batches_in_memory<V>(memory, lanes, width)) {
      T* const to = memory.from(start).first;
      fill_group(OnePerLane<V, true>(n, n), EntryWriter<T>(to, memory.along));
      continue;
    }
    fill_group(OnePerLane<V, true>(n, n), tile.writer(g));
    if (are_contiguous)
      transpose(tile.group(g), width, n, lanes, memory.from(start).first, memory.across);
    else
      sink.copy(tile.group(g), width, {start, lanes, 0, n});
  }
}

/// Calls work(first, count) for blocks of as many distributions as a TransposedTile holds.
template <class V, class Work>
HILLOCK_PART void for_each_tile(Index count, const Work& work) {
  constexpr Index step = TransposedTile<V>::groups * TransposedTile<V>::width;
  for (Index first = 0; first < count; first += step)
    work(first, count - first < step ? count - first : step);
}

/// Calls work(layout, group) for the groups of a tile. The layout depends on the number of entries,
/// because few entries are added in another order than many.
template <class V, class Work>
HILLOCK_PART void for_each_group(Index n, Index count, const Work& work) {
  const Index groups = (count + TransposedTile<V>::width - 1) / TransposedTile<V>::width;
  if (n < shortest_tree) {
    for (Index g = 0; g < groups; ++g) work(OnePerLane<V, true>(n, n), g);
  } else {
    for (Index g = 0; g < groups; ++g) work(OnePerLane<V, false>(n, n), g);
  }
}

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
