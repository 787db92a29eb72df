// Distributions of few entries that are neighbours in memory, turned so that each has a lane.
#pragma once

#include <hillock/arrays/axis/lanes.hpp>
#include <hillock/simd/transpose.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// to[j * to_step + i] = from[i * from_step + j] for i < rows, j < cols; the two share nothing. In
/// squares, the last of which overlap.
template <class T>
void transpose(const T* from, Index from_step, Index rows, Index cols, T* to,
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

/// Some batches of distributions of few entries. Several at a time: the processor has something to do while
/// one waits for its maximum or its sum.
template <class V, Index MostEntries>
class TurnedTile {
 public:
  using T = typename V::value_type;
  static constexpr Index width = static_cast<Index>(V::size);
  static constexpr Index groups = 4;
  static constexpr Index most_entries = MostEntries;
  /// How many entries at a time `write` asks for at most, some of them twice.
  static constexpr auto square = static_cast<Index>(simd::square_size<T>);

  /// How many of `count` distributions are in a group.
  static Index lanes_of(Index group, Index count) noexcept {
    return count - group * width < width ? count - group * width : width;
  }

  /// Reads `lanes` distributions of n entries, `step` elements apart. Returns the largest entry of each;
  /// any number where there is a NaN.
  HILLOCK_INLINE V read(Index group, const T* from, Index step, Index n, Index lanes) noexcept {
    if (lanes == width && n >= square) return read_squares(group, from, step, n);
    transpose(from, step, lanes, n, tile_[group], width);
    // Further lanes repeat the first: they raise no exception that it does not.
    for (Index i = 0; i < n; ++i)
      for (Index lane = lanes; lane < width; ++lane)
        tile_[group][i * width + lane] = tile_[group][i * width];
    V top = load(group, 0);
    for (Index i = 1; i < n; ++i) top = not_below(load(group, i), top);
    return top;
  }

  /// Writes what fill(first, count, store) gives to store(entry, value), for `count` entries from `first`
  /// on; count is a constant, or n. Where `to` is null, into the tile alone.
  template <class Fill>
  HILLOCK_INLINE void write(Index group, T* to, Index step, Index n, Index lanes,
                            const Fill& fill) noexcept {
    if (to != nullptr && lanes == width && n >= square) return write_squares(to, step, n, fill);
    fill(Index{0}, n, [&](Index entry, V value) { store(group, entry, value); });
    if (to != nullptr) transpose(tile_[group], width, n, lanes, to, step);
  }

  HILLOCK_INLINE V load(Index group, Index entry) const noexcept {
    return sealed(V::load(tile_[group] + entry * width));
  }
  HILLOCK_INLINE void store(Index group, Index entry, V value) noexcept {
    value.store(tile_[group] + entry * width);
  }

 private:
  /// In squares, the last of which overlap.
  HILLOCK_INLINE V read_squares(Index group, const T* from, Index step, Index n) noexcept {
    V top = 0;
    for (Index i = 0; i < n; i += square) {
      const Index at = i + square <= n ? i : n - square;
      V turned[simd::square_size<T>];
      load_transposed(from + at, step, turned);
      if (i == 0) top = turned[0];
      for (Index k = 0; k < square; ++k) {
        top = not_below(turned[k], top);
        store(group, at + k, turned[k]);
      }
    }
    return top;
  }
  template <class Fill>
  static HILLOCK_INLINE void write_squares(T* to, Index step, Index n, const Fill& fill) noexcept {
    for (Index i = 0; i < n; i += square) {
      const Index at = i + square <= n ? i : n - square;
      V turned[simd::square_size<T>];
      fill(at, std::integral_constant<Index, square>(),
           [&](Index entry, V value) { turned[entry - at] = value; });
      store_transposed(turned, to + at, step);
    }
  }

  alignas(sizeof(V)) T tile_[groups][static_cast<std::size_t>(most_entries * width)];
};

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
