// Layouts: how the entries of distributions lie in memory, and so how an algorithm along an axis
// takes them. The choice is made here, for every function along an axis.
//
// transposed tile   Few entries of each: they are transposed in a tile, which gives each
//                   distribution a lane. A maximum and a sum across the lanes of a register would
//                   take longer.
// contiguous        The entries of a distribution are neighbours in memory: a batch takes many of
//                   one distribution.
// one per lane      A batch takes an entry of many distributions: straight from memory where these
//                   are neighbours there, else through a buffer.
// interleaved       What "one per lane" becomes for distributions that would leave half of the
//                   lanes idle: a batch takes some entries of each.
#pragma once

#include <hillock/arrays/axis/distributions.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

enum class Layout { transposed_tile, contiguous, one_per_lane };

/// Which elements are neighbours in memory, in every array of a call.
enum class ContiguousAxis { entries, distributions, none };

/// Returns the neighbours of arrays whose entries and whose distributions are these steps apart.
template <class... Memory>
HILLOCK_INLINE ContiguousAxis contiguous_axis_of(const Memory&... memory) noexcept {
  if (((memory.along == 1) && ...)) return ContiguousAxis::entries;
  return ((memory.across == 1) && ...) ? ContiguousAxis::distributions : ContiguousAxis::none;
}

/// From so many entries on, sums are those of 16 partial sums, which batches of one distribution
/// can hold (summation.hpp).
inline constexpr Index partial_sums = 16;
inline constexpr Index shortest_tree = partial_sums;

/// Up to so many entries, distributions go through a transposed tile. A gradient has three tiles,
/// which the first-level cache must hold.
inline constexpr Index max_entries_forward = 64;
inline constexpr Index max_entries_backward = 32;

/// Returns the layout for softmax and its like: `count` distributions of n entries, batches of
/// `width`. No tile where it would leave half of the lanes idle and a contiguous distribution can
/// have them.
HILLOCK_INLINE Layout layout_of_distributions(ContiguousAxis contiguous_axis, Index n, Index count,
                                              Index width, Index max_entries) noexcept {
  const bool are_contiguous = contiguous_axis == ContiguousAxis::entries;
  const bool leaves_lanes_idle = 2 * count <= width;
  if (n <= max_entries && !(are_contiguous && n >= shortest_tree && leaves_lanes_idle))
    return Layout::transposed_tile;
  return are_contiguous ? Layout::contiguous : Layout::one_per_lane;
}

/// Returns the layout for groups of few consecutive entries (Maxout): they are transposed in
/// registers, a group to a lane, where the entries are neighbours in memory and the groups of a
/// distribution fill a batch; and taken one distribution to a lane from memory, or from buffers,
/// else.
HILLOCK_INLINE Layout layout_of_groups(ContiguousAxis contiguous_axis, Index entries_each,
                                       Index groups_each, Index width, Index max_entries) noexcept {
  const bool is_transposed =
      contiguous_axis == ContiguousAxis::entries && entries_each <= max_entries;
  return is_transposed && groups_each >= width ? Layout::transposed_tile : Layout::one_per_lane;
}

/// Returns the layout for the argmax of groups of n entries in `count` distributions.
HILLOCK_INLINE Layout layout_for_argmax(ContiguousAxis contiguous_axis, Index n, Index count,
                                        Index width, Index max_entries) noexcept {
  if (contiguous_axis != ContiguousAxis::entries) return Layout::one_per_lane;
  if (n > max_entries) return Layout::contiguous;
  return count >= width ? Layout::transposed_tile : Layout::one_per_lane;
}

/// Returns the layout for sums per unit, of arrays that may be expressions: rows are contiguous
/// where the array is stored by rows; a single row or column is, whatever it is stored in.
HILLOCK_INLINE Layout layout_of_sums(Shape shape, bool is_row_major, Per unit) noexcept {
  const bool has_contiguous_rows = shape.rows == 1 || (is_row_major && shape.cols != 1);
  return has_contiguous_rows == (unit == Per::column) ? Layout::one_per_lane : Layout::contiguous;
}

/// As many distributions are interleaved as the narrowest batch has lanes.
template <class V>
inline constexpr Index interleaved_count =
    static_cast<Index>(simd::Batch<typename V::value_type, simd::NarrowArch>::size);

/// Whether `count` distributions, one to a lane, would leave half of the lanes or more idle, and
/// interleaved would not.
template <class V>
inline constexpr bool can_interleave = interleaved_count<V> < static_cast<Index>(V::size);
template <class V>
constexpr bool should_interleave(Index count) noexcept {
  return can_interleave<V> && 2 * count <= static_cast<Index>(V::size);
}

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
