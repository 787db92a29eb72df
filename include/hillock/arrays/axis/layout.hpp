// The layouts in which an algorithm along an axis reads the entries of distributions. They depend
// on how the entries lie in memory. This file chooses among them, for every function along an axis.
//
// transposed tile   Distributions of few entries are transposed in a tile, so that each has a lane
//                   of its own. A maximum and a sum across the lanes of a register would take
//                   longer.
// contiguous        The entries of a distribution are contiguous: a batch holds many entries of one
//                   distribution.
// one per lane      A batch holds one entry of each of many distributions. It is loaded from memory
//                   where the distributions are contiguous there, and from a buffer elsewhere.
// interleaved       Replaces "one per lane" where so few distributions would leave half of the
//                   lanes idle: a batch holds several entries of each.
#pragma once

#include <hillock/arrays/axis/distributions.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

enum class Layout { transposed_tile, contiguous, one_per_lane };

/// The elements that are contiguous in memory in every array of a call.
enum class ContiguousAxis { entries, distributions, none };

/// Returns which elements are contiguous in all of these arrays.
template <class... Memory>
HILLOCK_PART ContiguousAxis contiguous_axis_of(const Memory&... memory) noexcept {
  if (((memory.along == 1) && ...)) return ContiguousAxis::entries;
  return ((memory.across == 1) && ...) ? ContiguousAxis::distributions : ContiguousAxis::none;
}

/// A distribution of at least this many entries is added in 16 partial sums, which batches of one
/// distribution can hold (summation.hpp).
inline constexpr Index partial_sums = 16;
inline constexpr Index shortest_tree = partial_sums;

/// Distributions of at most this many entries go through a transposed tile. A gradient needs three
/// tiles, all of which the first-level cache must hold.
inline constexpr Index max_entries_forward = 64;
inline constexpr Index max_entries_backward = 32;

/// Returns the layout for softmax, log-softmax and cross-entropy of `count` distributions of n
/// entries, with batches of `width` lanes. Contiguous distributions do not go through a tile where
/// it would leave half of the lanes idle.
HILLOCK_PART Layout layout_of_distributions(ContiguousAxis contiguous_axis, Index n, Index count,
                                            Index width, Index max_entries) noexcept {
  const bool are_contiguous = contiguous_axis == ContiguousAxis::entries;
  const bool leaves_lanes_idle = 2 * count <= width;
  if (n <= max_entries && !(are_contiguous && n >= shortest_tree && leaves_lanes_idle))
    return Layout::transposed_tile;
  return are_contiguous ? Layout::contiguous : Layout::one_per_lane;
}

/// Returns the layout for groups of few consecutive entries (Maxout). They are transposed in
/// registers, one group per lane, where the entries are contiguous and the groups of a distribution
/// fill a batch. Elsewhere each distribution has a lane.
HILLOCK_PART Layout layout_of_groups(ContiguousAxis contiguous_axis, Index entries_each,
                                     Index groups_each, Index width, Index max_entries) noexcept {
  const bool is_transposed =
      contiguous_axis == ContiguousAxis::entries && entries_each <= max_entries;
  return is_transposed && groups_each >= width ? Layout::transposed_tile : Layout::one_per_lane;
}

/// Returns the layout for the argmax of groups of n entries in `count` distributions.
HILLOCK_PART Layout layout_for_argmax(ContiguousAxis contiguous_axis, Index n, Index count,
                                      Index width, Index max_entries) noexcept {
  if (contiguous_axis != ContiguousAxis::entries) return Layout::one_per_lane;
  if (n > max_entries) return Layout::contiguous;
  return count >= width ? Layout::transposed_tile : Layout::one_per_lane;
}

/// Returns the layout for sums per unit of arrays that may be expressions. Rows are contiguous
/// where the array is stored by rows. A single row or column is contiguous in either storage order.
HILLOCK_PART Layout layout_of_sums(Shape shape, bool is_row_major, Per unit) noexcept {
  const bool has_contiguous_rows = shape.rows == 1 || (is_row_major && shape.cols != 1);
  return has_contiguous_rows == (unit == Per::column) ? Layout::one_per_lane : Layout::contiguous;
}

/// The number of distributions that are interleaved: the lanes of the narrowest batch.
template <class V>
inline constexpr Index interleaved_count =
    static_cast<Index>(simd::Batch<typename V::value_type, simd::NarrowArch>::size);

/// Whether `count` distributions are interleaved: one per lane, they would leave at least half of
/// the lanes idle.
template <class V>
inline constexpr bool can_interleave = interleaved_count<V> < static_cast<Index>(V::size);
template <class V>
constexpr bool should_interleave(Index count) noexcept {
  return can_interleave<V> && 2 * count <= static_cast<Index>(V::size);
}

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
