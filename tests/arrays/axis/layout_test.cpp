// Which layout is chosen for given strides and lengths: once, for all functions along an axis.
#include <support/catch.hpp>

#include <hillock/arrays/axis/layout.hpp>

namespace {

using namespace hillock::detail;
using hillock::Per;

/// Distributions with these steps in memory.
Distributions<const float> memory(Index across, Index along) { return {nullptr, across, along, 8}; }

TEST_CASE("the contiguous axis is the one whose steps are 1 in every array", "[axis]") {
  CHECK(contiguous_axis_of(memory(8, 1)) == ContiguousAxis::entries);
  CHECK(contiguous_axis_of(memory(1, 8)) == ContiguousAxis::distributions);
  CHECK(contiguous_axis_of(memory(16, 2)) == ContiguousAxis::none);
  CHECK(contiguous_axis_of(memory(8, 1), memory(9, 1)) == ContiguousAxis::entries);
  CHECK(contiguous_axis_of(memory(8, 1), memory(1, 8)) == ContiguousAxis::none);
  // A single distribution of a single entry is contiguous along both; its entries come first.
  CHECK(contiguous_axis_of(memory(1, 1)) == ContiguousAxis::entries);
}

TEST_CASE("distributions of few entries go through a transposed tile", "[axis]") {
  const auto layout = [](ContiguousAxis axis, Index n, Index count) {
    return layout_of_distributions(axis, n, count, 8, max_entries_forward);
  };
  for (const auto axis :
       {ContiguousAxis::entries, ContiguousAxis::distributions, ContiguousAxis::none}) {
    CHECK(layout(axis, 1, 100) == Layout::transposed_tile);
    CHECK(layout(axis, max_entries_forward, 100) == Layout::transposed_tile);
  }
  CHECK(layout(ContiguousAxis::entries, max_entries_forward + 1, 100) == Layout::contiguous);
  CHECK(layout(ContiguousAxis::distributions, max_entries_forward + 1, 100) ==
        Layout::one_per_lane);
  CHECK(layout(ContiguousAxis::none, max_entries_forward + 1, 100) == Layout::one_per_lane);
}

TEST_CASE("contiguous distributions leave at most half of a tile's lanes idle", "[axis]") {
  const auto layout = [](ContiguousAxis axis, Index n, Index count) {
    return layout_of_distributions(axis, n, count, 8, max_entries_forward);
  };
  CHECK(layout(ContiguousAxis::entries, shortest_tree, 4) == Layout::contiguous);
  CHECK(layout(ContiguousAxis::entries, shortest_tree, 5) == Layout::transposed_tile);
  CHECK(layout(ContiguousAxis::entries, shortest_tree - 1, 1) == Layout::transposed_tile);
  CHECK(layout(ContiguousAxis::none, shortest_tree, 1) == Layout::transposed_tile);
}

TEST_CASE("groups are transposed where they are contiguous, few-membered and fill a batch",
          "[axis]") {
  const auto layout = [](ContiguousAxis axis, Index entries_each, Index groups_each) {
    return layout_of_groups(axis, entries_each, groups_each, 8, 4);
  };
  CHECK(layout(ContiguousAxis::entries, 4, 8) == Layout::transposed_tile);
  CHECK(layout(ContiguousAxis::entries, 5, 8) == Layout::one_per_lane);
  CHECK(layout(ContiguousAxis::entries, 4, 7) == Layout::one_per_lane);
  CHECK(layout(ContiguousAxis::distributions, 4, 8) == Layout::one_per_lane);
}

TEST_CASE("an argmax is searched along contiguous entries, or across lanes", "[axis]") {
  const auto layout = [](ContiguousAxis axis, Index n, Index count) {
    return layout_for_argmax(axis, n, count, 8, 64);
  };
  CHECK(layout(ContiguousAxis::entries, 65, 1) == Layout::contiguous);
  CHECK(layout(ContiguousAxis::entries, 64, 8) == Layout::transposed_tile);
  CHECK(layout(ContiguousAxis::entries, 64, 7) == Layout::one_per_lane);
  CHECK(layout(ContiguousAxis::distributions, 65, 8) == Layout::one_per_lane);
  CHECK(layout(ContiguousAxis::none, 2, 8) == Layout::one_per_lane);
}

TEST_CASE("units are summed along the axis that is contiguous", "[axis]") {
  CHECK(layout_of_sums({5, 7}, true, Per::row) == Layout::contiguous);
  CHECK(layout_of_sums({5, 7}, true, Per::column) == Layout::one_per_lane);
  CHECK(layout_of_sums({5, 7}, false, Per::row) == Layout::one_per_lane);
  CHECK(layout_of_sums({5, 7}, false, Per::column) == Layout::contiguous);
  // A single row or column is contiguous in either storage order.
  for (const bool is_row_major : {true, false}) {
    CHECK(layout_of_sums({1, 7}, is_row_major, Per::row) == Layout::contiguous);
    CHECK(layout_of_sums({7, 1}, is_row_major, Per::column) == Layout::contiguous);
  }
}

TEST_CASE("so few distributions are interleaved that half of the lanes would be idle", "[axis]") {
  using V = simd::Batch<float>;
  constexpr auto width = static_cast<Index>(V::size);
  CHECK(should_interleave<V>(width / 2) == can_interleave<V>);
  CHECK_FALSE(should_interleave<V>(width / 2 + 1));
  CHECK_FALSE(can_interleave<simd::Batch<float, simd::NarrowArch>>);
}

}  // namespace
