// Arrays as distributions: one a column, or one a row, taken several at a time, one to a lane.
//
// Every distribution is computed in its own lane, element after element, so that its bits depend on
// its values alone and not on the layout of the array, the width of the registers or its
// neighbours.
#pragma once

#include <hillock/arrays/operations/operation.hpp>
#include <hillock/arrays/views/checks.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// The number of distributions in an array and the number of entries of each.
inline Index distributions(Shape shape, Per per) noexcept {
  return per == Per::column ? shape.cols : shape.rows;
}
inline Index entries(Shape shape, Per per) noexcept {
  return per == Per::column ? shape.rows : shape.cols;
}

/// Entries go through a tile of this many where the lanes of one entry are not neighbours in memory:
/// a batch is then loaded from the tile, long after its lanes were stored, and not put together from
/// single elements, which stalls. So do 16-bit elements, converted there.
inline constexpr Index tile_entries = 16;

/// Whether batches of T hold more than elements are computed in: doubles, for Accuracy::exact.
template <class T, class Element>
inline constexpr bool is_wider = !std::is_same_v<T, ComputeType<Element>>;

/// A batch as wide as Arch's registers, of the type that a sum over a view's elements is computed in.
template <class View, Accuracy A, class Arch>
using BatchForSums =
    simd::Batch<std::conditional_t<A == Accuracy::exact, double, typename View::T>, Arch>;

/// Copies `count` neighbours, at least as many as the narrowest batch has lanes, to as many as V has, the
/// further ones repeating others; and back.
template <class V, class T>
HILLOCK_INLINE void copy_to_lanes(const T* from, Index count, T* to) noexcept {
  using Narrow = simd::Batch<T, simd::NarrowArch>;
  constexpr auto size = static_cast<Index>(Narrow::size);
  for (Index j = 0; j < static_cast<Index>(V::size); j += size)
    Narrow::load(from + (j + size <= count ? j : count - size)).store(to + j);
  Narrow::load(from + count - size).store(to + count - size);
}
template <class V, class T>
HILLOCK_INLINE void copy_from_lanes(const T* from, Index count, T* to) noexcept {
  using Narrow = simd::Batch<T, simd::NarrowArch>;
  constexpr auto size = static_cast<Index>(Narrow::size);
  for (Index j = 0; j + size <= count; j += size) Narrow::load(from + j).store(to + j);
  Narrow::load(from + count - size).store(to + count - size);
}

/// Reads `count` distributions, the first one `first`, an entry at a time, each in its own lane;
/// further lanes repeat one of them. The entries are asked for in ascending order, any number of times
/// over; what was asked for may be overwritten.
template <class V, class X>
class LaneReader {
 public:
  using T = typename V::value_type;
  using Element = typename X::Element;
  LaneReader(const X& in, Per per, Index first, Index count) noexcept
      : in_(in), per_(per), first_(first), count_(count), end_(entries(in.shape(), per)) {
    if constexpr (X::is_strided) {
      lane_step_ = in.step(per == Per::column);
      entry_step_ = in.step(per != Per::column);
      from_ = in.data() + first * lane_step_;
    }
  }

  V operator()(Index entry) {
    if constexpr (std::is_same_v<T, Element> && X::is_strided) {
      if (lane_step_ == 1 && count_ == width) return sealed(V::load(from_ + entry * entry_step_));
    }
    if (entry < start_ || entry >= start_ + tile_entries || entry == 0) fill(entry);
    return sealed(V::load(tile_[entry - start_]));
  }

 private:
  static constexpr Index width = static_cast<Index>(V::size);
  static constexpr Index narrow_width = static_cast<Index>(simd::Batch<T, simd::NarrowArch>::size);

  void fill(Index start) {
    start_ = start;
    const Index n = end_ - start < tile_entries ? end_ - start : tile_entries;
    if constexpr (std::is_same_v<T, Element> && X::is_strided) {
      if (lane_step_ == 1 && count_ >= narrow_width) {
        const T* from = from_ + start * entry_step_;
        for (Index i = 0; i < n; ++i, from += entry_step_) copy_to_lanes<V>(from, count_, tile_[i]);
        return;
      }
    }
    for (Index lane = 0; lane < width; ++lane) {
      const Index of = first_ + (lane < count_ ? lane : 0);
      for (Index i = 0; i < n; ++i) tile_[i][lane] = element(start + i, of);
    }
    if constexpr (is_narrow<Element> && !is_wider<T, Element>) {
      for (Index i = 0; i < n; ++i) widened<Element>(V::load(tile_[i])).store(tile_[i]);
    }
  }

  T element(Index entry, Index distribution) const {
    const Index row = per_ == Per::column ? entry : distribution;
    const Index col = per_ == Per::column ? distribution : entry;
    if constexpr (is_wider<T, Element>)
      return static_cast<T>(in_.at(row, col));
    else if constexpr (X::is_strided)
      return to_lane(from_[(distribution - first_) * lane_step_ + entry * entry_step_]);
    else
      return in_.lane(row, col);
  }

  const X& in_;
  Per per_;
  Index first_;
  Index count_;
  Index end_;
  const Element* from_ = nullptr;
  Index lane_step_ = 0;
  Index entry_step_ = 0;
  Index start_ = -tile_entries;
  T tile_[tile_entries][static_cast<std::size_t>(width)];
};

/// Writes them, the entries in ascending order from 0; finish() after the last.
template <class V, class Y>
class LaneWriter {
 public:
  using T = typename V::value_type;
  using Element = typename Y::Element;
  LaneWriter(const Y& out, Per per, Index first, Index count) noexcept
      : out_(out), per_(per), first_(first), count_(count) {
    if constexpr (Y::is_strided) {
      lane_step_ = out.step(per == Per::column);
      entry_step_ = out.step(per != Per::column);
      to_ = out.data() + first * lane_step_;
    }
  }

  void operator()(Index entry, V value) {
    if constexpr (std::is_same_v<T, Element> && Y::is_strided) {
      if (lane_step_ == 1 && count_ == width) {
        value.store(to_ + entry * entry_step_);
        return;
      }
    }
    if (entry == start_ + tile_entries) finish();
    if (filled_ == 0) start_ = entry;
    if constexpr (is_wider<T, Element>)
      kernels::rounded_to<typename FormatOf<Element>::type>(value).store(tile_[filled_++]);
    else
      rounded<Element>(value).store(tile_[filled_++]);
  }

  void finish() {
    if constexpr (std::is_same_v<T, Element> && Y::is_strided) {
      if (lane_step_ == 1 && count_ >= narrow_width) {
        T* to = to_ + start_ * entry_step_;
        for (Index i = 0; i < filled_; ++i, to += entry_step_)
          copy_from_lanes<V>(tile_[i], count_, to);
        filled_ = 0;
        return;
      }
    }
    for (Index lane = 0; lane < count_; ++lane)
      for (Index i = 0; i < filled_; ++i) set(start_ + i, first_ + lane, tile_[i][lane]);
    filled_ = 0;
  }

 private:
  static constexpr Index width = static_cast<Index>(V::size);
  static constexpr Index narrow_width = static_cast<Index>(simd::Batch<T, simd::NarrowArch>::size);

  void set(Index entry, Index distribution, T lane) {
    const Index row = per_ == Per::column ? entry : distribution;
    const Index col = per_ == Per::column ? distribution : entry;
    if constexpr (is_wider<T, Element>)
      out_.set(row, col, static_cast<ComputeType<Element>>(lane));
    else if constexpr (Y::is_strided)
      to_[(distribution - first_) * lane_step_ + entry * entry_step_] = from_lane<Element>(lane);
    else
      out_.set_lane(row, col, lane);
  }

  const Y& out_;
  Per per_;
  Index first_;
  Index count_;
  Element* to_ = nullptr;
  Index lane_step_ = 0;
  Index entry_step_ = 0;
  Index start_ = 0;
  Index filled_ = 0;
  T tile_[tile_entries][static_cast<std::size_t>(width)];
};

/// Whether the entries of a distribution can be, and are, neighbours in memory, in every array.
template <class T, class... Arrays>
inline constexpr bool may_be_contiguous = ((Arrays::is_loadable &&
                                            std::is_same_v<T, typename Arrays::T>)&&...);
template <class T, class... Arrays>
bool are_contiguous(Per axis, const Arrays&... arrays) noexcept {
  if constexpr (may_be_contiguous<T, Arrays...>)
    return ((arrays.step(axis != Per::column) == 1) && ...);
  else
    return false;
}

/// Entry i of distribution j is first[j * across + i * along].
template <class T>
struct Distributions {
  T* first;
  Index across;
  Index along;
  Index entries;

  Distributions from(Index distribution) const noexcept {
    return {first + distribution * across, across, along, entries};
  }
};

/// An array's distributions.
template <class T, class Array>
Distributions<T> distributions_of(const Array& array, Per axis) noexcept {
  const bool along_row = axis != Per::column;
  return {array.data(), array.step(!along_row), array.step(along_row),
          entries(array.shape(), axis)};
}

/// The first entry of a distribution.
template <class Array>
auto* start_of(const Array& array, Per axis, Index distribution) noexcept {
  return array.data() + distribution * array.step(axis == Per::column);
}

/// Puts one number down, rounded once to the element type.
template <class Y, class T>
void set_nearest(const Y& out, Index row, Index col, T value) {
  using Element = typename Y::Element;
  if constexpr (is_wider<T, Element>) {
    using W = simd::Batch<double, simd::NarrowArch>;
    value = kernels::rounded_to<typename FormatOf<Element>::type>(W(value)).first();
  }
  out.set(row, col, static_cast<ComputeType<Element>>(value));
}

/// Calls block(first, count) for every group of V::size distributions.
template <class V, class Block>
void for_each_block(Index count, const Block& block) {
  constexpr Index width = static_cast<Index>(V::size);
  for (Index first = 0; first < count; first += width)
    block(first, count - first < width ? count - first : width);
}

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
