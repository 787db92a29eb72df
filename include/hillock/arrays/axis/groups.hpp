// Groups of a few consecutive entries, such as the pieces of a Maxout unit, which are transposed in
// registers so that each group has a lane.
#pragma once

#include <hillock/arrays/axis/layout.hpp>
#include <hillock/simd/transpose.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// Two pieces, the most common number, are a constant of the type, so that the compiler removes the
/// loops over the pieces.
using TwoPieces = std::integral_constant<int, 2>;

/// Loads and stores a whole batch, or only its first lanes.
template <class V>
struct WholeBatch {
  using T = typename V::value_type;
  HILLOCK_PART V load(const T* from) const noexcept { return sealed(V::load(from)); }
  HILLOCK_PART void store(V value, T* to) const noexcept { value.store(to); }
};
template <class V>
struct FirstLanes {
  using T = typename V::value_type;
  std::size_t count;
  HILLOCK_PART V load(const T* from) const noexcept { return sealed(V::load_first(from, count)); }
  HILLOCK_PART void store(V value, T* to) const noexcept { value.store_first(to, count); }
};

inline constexpr int max_transposed_pieces = 8;

/// The pieces of V::size consecutive groups in memory: piece[i] holds piece i of each group. Where
/// a group has fewer pieces than a square, the elements behind the last group are read and written
/// too.
template <class V>
struct TransposedGroups {
  using T = typename V::value_type;
  static constexpr int size = static_cast<int>(simd::square_size<T>);
  static constexpr int overrun(TwoPieces) noexcept { return 0; }
  static constexpr int overrun(int pieces_each) noexcept {
    return pieces_each < size ? size - pieces_each : 0;
  }
  V piece[max_transposed_pieces];

  HILLOCK_PART void read(const T* from, TwoPieces) noexcept {
    piece[0] = V::load(from);
    piece[1] = V::load(from + V::size);
    split_pairs(piece[0], piece[1]);
  }
  HILLOCK_PART void write(T* to, TwoPieces) noexcept {
    merge_pairs(piece[0], piece[1]);
    piece[0].store(to);
    piece[1].store(to + V::size);
  }
  /// Return lanes in the order of the groups in memory, and back in the order of read(). The two
  /// differ for two pieces only.
  static HILLOCK_PART V in_order(V x, TwoPieces) noexcept { return pairs_in_order(x); }
  static HILLOCK_PART V in_tile_order(V x, TwoPieces) noexcept { return pairs_in_split_order(x); }
  static HILLOCK_PART V in_order(V x, int) noexcept { return x; }
  static HILLOCK_PART V in_tile_order(V x, int) noexcept { return x; }

  HILLOCK_PART void read(const T* from, int pieces_each) noexcept {
    for_each_square(pieces_each, [&](int at) {
      V square[simd::square_size<T>];
      load_transposed(from + at, pieces_each, square);
      for (int i = 0; i < size; ++i) piece[at + i] = square[i];
    });
  }
  HILLOCK_PART void write(T* to, int pieces_each) noexcept {
    for_each_square(pieces_each, [&](int at) {
      V square[simd::square_size<T>];
      for (int i = 0; i < size; ++i) square[i] = piece[at + i];
      store_transposed(square, to + at, pieces_each);
    });
  }

 private:
  /// Calls work(at) for each square of pieces, which begins at piece `at`. The last square overlaps
  /// the one before it.
  template <class Work>
  static HILLOCK_PART void for_each_square(int pieces_each, const Work& work) {
    // The first square is outside of the loop, because g++ then sees which pieces it holds and
    // keeps them in registers.
    work(0);
    for (int at = size; at < pieces_each; at += size)
      work(at + size <= pieces_each ? at : pieces_each - size);
  }
};

/// A copy of the last groups of a distribution. It is needed where they are fewer than V has lanes,
/// or where the memory behind them must not be touched.
template <class V>
struct CopiedGroups {
  using T = typename V::value_type;
  T element[max_transposed_pieces * V::size + simd::square_size<T>];

  void read(const T* from, int pieces_each, Index groups_each) noexcept {
    const Index count = groups_each * pieces_each;
    // Further groups repeat the first piece, so that they raise no floating-point exception of
    // their own.
    for (Index i = 0; i < static_cast<Index>(sizeof element / sizeof(T)); ++i)
      element[i] = from[i < count ? i : 0];
  }
  void write(T* to, int pieces_each, Index groups_each) const noexcept {
    for (Index i = 0; i < groups_each * pieces_each; ++i) to[i] = element[i];
  }
};

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
