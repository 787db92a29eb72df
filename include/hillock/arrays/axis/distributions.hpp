// Views of arrays as distributions along an axis: one distribution per column, or one per row.
//
// A function along an axis reads from a Source and writes to a Sink. Their types depend on the
// element type of the computation and not on any Eigen type, so that an algorithm is compiled once
// for all arrays.
#pragma once

#include <hillock/arrays/operations/operation.hpp>
#include <hillock/arrays/views/checks.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// Returns the number of distributions in an array of this shape.
inline Index distributions(Shape shape, Per per) noexcept {
  return per == Per::column ? shape.cols : shape.rows;
}
/// Returns the number of entries of each distribution.
inline Index entries(Shape shape, Per per) noexcept {
  return per == Per::column ? shape.rows : shape.cols;
}

/// Whether T is wider than the type that elements are otherwise computed in: Accuracy::exact
/// computes floats in double.
template <class T, class Element>
inline constexpr bool is_wider = !std::is_same_v<T, ComputeType<Element>>;

/// A batch of Arch's width, of the type in which a sum over a view's elements is computed.
template <class View, Accuracy A, class Arch>
using BatchForSums =
    simd::Batch<std::conditional_t<A == Accuracy::exact, double, typename View::T>, Arch>;

/// Whether an algorithm that computes in T can load from these views' memory, and store to it.
template <class T, class... Views>
inline constexpr bool can_be_loaded = ((Views::is_loadable &&
                                        std::is_same_v<T, typename Views::T>)&&...);

/// Distributions in memory: entry i of distribution j is first[j * across + i * along].
template <class T>
struct Distributions {
  T* first;
  Index across;
  Index along;
  Index entries;

  HILLOCK_PART Distributions from(Index distribution) const noexcept {
    return {first + distribution * across, across, along, entries};
  }
};

/// Returns where an array's distributions lie in memory.
template <class T, class View>
HILLOCK_PART Distributions<T> distributions_of(const View& view, Per axis) noexcept {
  const bool along_row = axis != Per::column;
  return {view.data(), view.step(!along_row), view.step(along_row), entries(view.shape(), axis)};
}

/// `count` distributions from `first` on, and `n` of their entries from `start` on.
struct EntryRange {
  Index first;
  Index count;
  Index start;
  Index n;
};

/// Copies entries to a tile of `lanes` lanes: entry start + i of distribution first + j goes to
/// to[i * lanes + j]. Further lanes repeat a distribution, so that they raise no floating-point
/// exception of their own.
template <class T>
HILLOCK_LOOP void copy_to_tile(const Distributions<const T>& in, EntryRange range, T* to,
                               Index lanes) noexcept {
  using Narrow = simd::Batch<T, simd::NarrowArch>;
  constexpr auto size = static_cast<Index>(Narrow::size);
  const T* from = in.first + range.first * in.across + range.start * in.along;
  const Index count = range.count;
  if (in.across == 1 && count >= size) {
    for (Index i = 0; i < range.n; ++i, from += in.along, to += lanes) {
      for (Index j = 0; j < lanes; j += size)
        Narrow::load(from + (j + size <= count ? j : count - size)).store(to + j);
      if (count < lanes) Narrow::load(from + count - size).store(to + count - size);
    }
    return;
  }
  if (lanes == size) {
    // Interleaved distributions have a constant number of lanes, so that the compiler unrolls the
    // loop.
    Index lane[Narrow::size];
    for (Index j = 0; j < size; ++j) lane[j] = j < count ? j * in.across : 0;
    for (Index i = 0; i < range.n; ++i, from += in.along, to += size)
      for (Index j = 0; j < size; ++j) to[j] = from[lane[j]];
    return;
  }
  for (Index j = 0; j < lanes; ++j) {
    const T* const lane = from + (j < count ? j * in.across : 0);
    for (Index i = 0; i < range.n; ++i) to[i * lanes + j] = lane[i * in.along];
  }
}

/// Copies entries from a tile to memory.
template <class T>
HILLOCK_LOOP void copy_from_tile(const T* from, Index lanes, const Distributions<T>& out,
                                 EntryRange range) noexcept {
  using Narrow = simd::Batch<T, simd::NarrowArch>;
  constexpr auto size = static_cast<Index>(Narrow::size);
  T* to = out.first + range.first * out.across + range.start * out.along;
  const Index count = range.count;
  if (out.across == 1 && count >= size) {
    for (Index i = 0; i < range.n; ++i, from += lanes, to += out.along) {
      for (Index j = 0; j + size <= count; j += size) Narrow::load(from + j).store(to + j);
      Narrow::load(from + count - size).store(to + count - size);
    }
    return;
  }
  for (Index j = 0; j < count; ++j)
    for (Index i = 0; i < range.n; ++i) to[j * out.across + i * out.along] = from[i * lanes + j];
}

/// Copies entries to a tile from a view whose elements cannot be loaded as batches of T: an
/// expression, 16-bit elements, or floats that are computed in double. `erased` points to the view.
template <class T, class View>
HILLOCK_LOOP void convert_to_tile(const void* erased, Per axis, EntryRange range, T* to,
                                  Index lanes) {
  using Element = typename View::Element;
  using Narrow = simd::Batch<T, simd::NarrowArch>;
  const View& view = *static_cast<const View*>(erased);
  for (Index j = 0; j < lanes; ++j) {
    const Index distribution = range.first + (j < range.count ? j : 0);
    for (Index i = 0; i < range.n; ++i) {
      const Index entry = range.start + i;
      const Index row = axis == Per::column ? entry : distribution;
      const Index col = axis == Per::column ? distribution : entry;
      if constexpr (is_wider<T, Element>)
        to[i * lanes + j] = static_cast<T>(view.at(row, col));
      else
        to[i * lanes + j] = view.lane(row, col);
    }
  }
  if constexpr (is_narrow<Element> && !is_wider<T, Element>) {
    for (Index i = 0; i < range.n * lanes; i += static_cast<Index>(Narrow::size))
      widened<Element>(Narrow::load(to + i)).store(to + i);
  }
}

template <class T, class View>
HILLOCK_LOOP void convert_from_tile(T* from, Index lanes, const void* erased, Per axis,
                                    EntryRange range) {
  using Element = typename View::Element;
  using Narrow = simd::Batch<T, simd::NarrowArch>;
  const View& view = *static_cast<const View*>(erased);
  for (Index i = 0; i < range.n * lanes; i += static_cast<Index>(Narrow::size)) {
    const Narrow value = Narrow::load(from + i);
    if constexpr (is_wider<T, Element>)
      kernels::rounded_to<typename FormatOf<Element>::type>(value).store(from + i);
    else
      rounded<Element>(value).store(from + i);
  }
  for (Index j = 0; j < range.count; ++j) {
    for (Index i = 0; i < range.n; ++i) {
      const Index entry = range.start + i, distribution = range.first + j;
      const Index row = axis == Per::column ? entry : distribution;
      const Index col = axis == Per::column ? distribution : entry;
      if constexpr (is_wider<T, Element>)
        view.set(row, col, static_cast<ComputeType<Element>>(from[i * lanes + j]));
      else
        view.set_lane(row, col, from[i * lanes + j]);
    }
  }
}

/// The distributions of an array that is read, converted to the type of the computation. It refers
/// to the view.
template <class T>
class Source {
 public:
  template <class View>
  HILLOCK_PART Source(const View& view, Per axis) noexcept
      : memory_{nullptr, 0, 0, entries(view.shape(), axis)},
        count_(distributions(view.shape(), axis)),
        axis_(axis),
        view_(&view) {
    if constexpr (can_be_loaded<T, View>)
      memory_ = distributions_of<const T>(view, axis);
    else
      convert_ = &convert_to_tile<T, View>;
  }
  /// Reads what was written to memory.
  explicit Source(const Distributions<const T>& memory, Index count) noexcept
      : memory_(memory), count_(count) {}

  HILLOCK_PART Index entries_each() const noexcept { return memory_.entries; }
  HILLOCK_PART Index count() const noexcept { return count_; }
  /// Whether entries can be loaded from memory().
  HILLOCK_PART bool is_in_memory() const noexcept { return convert_ == nullptr; }
  HILLOCK_PART const Distributions<const T>& memory() const noexcept { return memory_; }

  void copy(EntryRange range, T* tile, Index lanes) const {
    if (is_in_memory())
      copy_to_tile(memory_, range, tile, lanes);
    else
      convert_(view_, axis_, range, tile, lanes);
  }
  HILLOCK_PART T at(Index entry, Index distribution) const {
    return is_in_memory() ? memory_.from(distribution).first[entry * memory_.along]
                          : converted(entry, distribution);
  }

 private:
  HILLOCK_LOOP T converted(Index entry, Index distribution) const {
    T value[simd::Batch<T, simd::NarrowArch>::size];
    convert_(view_, axis_, {distribution, 1, entry, 1}, value,
             static_cast<Index>(sizeof value / sizeof(T)));
    return value[0];
  }

  Distributions<const T> memory_;
  Index count_;
  Per axis_ = Per::column;
  const void* view_ = nullptr;
  void (*convert_)(const void*, Per, EntryRange, T*, Index) = nullptr;
};

/// The distributions of an array that is written.
template <class T>
class Sink {
 public:
  template <class View>
  HILLOCK_PART Sink(const View& view, Per axis) noexcept
      : memory_{nullptr, 0, 0, entries(view.shape(), axis)}, axis_(axis), view_(&view) {
    if constexpr (can_be_loaded<T, View>)
      memory_ = distributions_of<T>(view, axis);
    else
      convert_ = &convert_from_tile<T, View>;
    count_ = distributions(view.shape(), axis);
  }

  HILLOCK_PART bool is_in_memory() const noexcept { return convert_ == nullptr; }
  HILLOCK_PART const Distributions<T>& memory() const noexcept { return memory_; }
  /// Returns a source that reads what was written, where that is in memory.
  Source<T> as_source() const noexcept {
    return Source<T>({memory_.first, memory_.across, memory_.along, memory_.entries}, count_);
  }

  /// Copies entries from a tile, whose contents are lost.
  void copy(T* tile, Index lanes, EntryRange range) const {
    if (is_in_memory())
      copy_from_tile(tile, lanes, memory_, range);
    else
      convert_(tile, lanes, view_, axis_, range);
  }
  /// Writes one entry, rounded once to the element type.
  HILLOCK_PART void set(Index entry, Index distribution, T value) const {
    if (is_in_memory())
      memory_.from(distribution).first[entry * memory_.along] = value;
    else
      convert(entry, distribution, value);
  }

 private:
  HILLOCK_LOOP void convert(Index entry, Index distribution, T value) const {
    T tile[simd::Batch<T, simd::NarrowArch>::size] = {value};
    convert_(tile, static_cast<Index>(sizeof tile / sizeof(T)), view_, axis_,
             {distribution, 1, entry, 1});
  }

  Distributions<T> memory_;
  Index count_;
  Per axis_;
  const void* view_;
  void (*convert_)(T*, Index, const void*, Per, EntryRange) = nullptr;
};

/// Calls block(first, count) for blocks of V::size distributions; the last one may be smaller.
template <class V, class Block>
void for_each_block(Index count, const Block& block) {
  constexpr auto width = static_cast<Index>(V::size);
  for (Index first = 0; first < count; first += width)
    block(first, count - first < width ? count - first : width);
}

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
