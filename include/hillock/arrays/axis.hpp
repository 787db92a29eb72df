// Arrays as distributions: one a column, or one a row, taken several at a time, one to a lane.
//
// Every distribution is computed in its own lane, element after element, so that its bits depend on
// its values alone and not on the layout of the array, the width of the registers or its
// neighbours.
#pragma once

#include <hillock/arrays/overlap.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace arrays {

/// The number of distributions in an array and the number of entries of each.
inline Index distributions(Shape shape, Per per) noexcept {
  return per == Per::column ? shape.cols : shape.rows;
}
inline Index entries(Shape shape, Per per) noexcept {
  return per == Per::column ? shape.rows : shape.cols;
}

/// Entry `entry` of distributions first, first + 1, ..., `count` of them, as a batch; further lanes
/// repeat the first.
template <class V, class X>
V read_lanes(const Input<X>& in, Per per, Index first, Index count, Index entry) {
  typename V::value_type lanes[V::size] = {};
  const bool along_row = per == Per::column;
  const Index row = along_row ? entry : first;
  const Index col = along_row ? first : entry;
  const auto* from = in.read(row, col, count, along_row, lanes);
  return sealed(count == static_cast<Index>(V::size)
                    ? V::load(from)
                    : V::load_first(from, static_cast<std::size_t>(count)));
}

template <class V, class Y>
void write_lanes(Output<Y>& out, Per per, Index first, Index count, Index entry, V value) {
  typename V::value_type lanes[V::size];
  const bool along_row = per == Per::column;
  const Index row = along_row ? entry : first;
  const Index col = along_row ? first : entry;
  auto* to = out.place(row, col, count, along_row, lanes);
  if (to != lanes && count == static_cast<Index>(V::size)) {
    value.store(to);
  } else if (to != lanes) {
    value.store_first(to, static_cast<std::size_t>(count));
  } else {
    value.store(lanes);
    out.write(row, col, count, along_row, lanes, lanes);
  }
}

/// Calls block(first, count) for every group of V::size distributions.
template <class V, class Block>
void for_each_block(Index count, const Block& block) {
  constexpr Index width = static_cast<Index>(V::size);
  for (Index first = 0; first < count; first += width)
    block(first, count - first < width ? count - first : width);
}

}  // namespace arrays
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
