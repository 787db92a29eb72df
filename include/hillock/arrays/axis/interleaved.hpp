// Distributions that are too few to fill the lanes of a batch, interleaved: a batch takes some entries of
// each (partial_sums.hpp has the walk).
#pragma once

#include <hillock/arrays/axis/lanes.hpp>
#include <hillock/arrays/axis/summation.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// As many distributions are interleaved as the narrowest batch has lanes.
template <class V>
inline constexpr Index interleaved =
    static_cast<Index>(simd::Batch<typename V::value_type, simd::NarrowArch>::size);

/// Whether `count` distributions, one to a lane, would leave half of the lanes or more without work, and
/// interleaved would not.
template <class V>
inline constexpr bool may_be_interleaved = interleaved<V> < static_cast<Index>(V::size);
template <class V>
constexpr bool are_few(Index count) noexcept {
  return may_be_interleaved<V> && 2 * count <= static_cast<Index>(V::size);
}

/// Whether the first `count` lie interleaved in memory already.
template <class V, class T>
bool are_interleaved(const Distributions<T>& in, Index count) noexcept {
  return in.across == 1 && in.along == interleaved<V> && count == in.along;
}

/// Where they do not lie interleaved in memory, entries go through a tile: most are loaded long after
/// they were stored, the others wait for that.
template <class V>
struct InterleavedTile {
  static constexpr Index entries = 64;
  using T = typename V::value_type;
  using Narrow = simd::Batch<T, simd::NarrowArch>;
  static constexpr Index together = interleaved<V>;
  alignas(sizeof(V)) T of[static_cast<std::size_t>(entries * together)];

  /// Entries [start, end) of the first `count` distributions; further ones repeat the first.
  void read(Distributions<const T> in, Index count, Index start, Index end) noexcept {
    const T* from = in.first + start * in.along;
    T* to = of;
    if (in.across == 1 && count == together) {
      for (Index i = start; i < end; ++i, from += in.along, to += together)
        Narrow::load(from).store(to);
    } else {
      for (Index i = start; i < end; ++i, from += in.along, to += together)
        for (Index j = 0; j < together; ++j) to[j] = from[j < count ? j * in.across : 0];
    }
  }
  void write(Distributions<T> out, Index count, Index start, Index end) const noexcept {
    const T* from = of;
    T* to = out.first + start * out.along;
    if (out.across == 1 && count == together) {
      for (Index i = start; i < end; ++i, from += together, to += out.along)
        Narrow::load(from).store(to);
    } else {
      for (Index i = start; i < end; ++i, from += together, to += out.along)
        for (Index j = 0; j < count; ++j) to[j * out.across] = from[j];
    }
  }
};

/// Batches of the first `count` distributions, interleaved. What was asked for may be overwritten.
template <class V>
class InterleavedReader {
  using T = typename V::value_type;
  static constexpr Index together = interleaved<V>;
  static constexpr Index entries_at_once = static_cast<Index>(V::size) / together;

 public:
  InterleavedReader(const Distributions<const T>& in, Index count,
                    InterleavedTile<V>& tile) noexcept
      : in_(in), count_(count), tile_(tile) {}

  HILLOCK_INLINE V operator()(Index entry) noexcept {
    if (lacks(entry)) {
      const Index most = in_.entries - entry;
      const Index read = most < InterleavedTile<V>::entries ? most : InterleavedTile<V>::entries;
      tile_.read(in_, count_, entry, entry + read);
      start_ = entry;
      further_ = read - entries_at_once;
    }
    return sealed(V::load(tile_.of + (entry - start_) * together));
  }
  /// Whether the entries from this one on are still to be read into the tile.
  HILLOCK_INLINE bool lacks(Index entry) const noexcept {
    return static_cast<std::size_t>(entry - start_) > static_cast<std::size_t>(further_);
  }

 private:
  const Distributions<const T> in_;
  const Index count_;
  InterleavedTile<V>& tile_;
  /// What can be asked for are the entries start_ to start_ + further_, each with those after it that a
  /// batch takes: none yet, as no entry is -1.
  Index start_ = -1;
  Index further_ = 0;
};

/// Writes them; finish() after the last, and before what was written is read.
template <class V>
class InterleavedWriter {
  using T = typename V::value_type;
  static constexpr Index together = interleaved<V>;

 public:
  InterleavedWriter(const Distributions<T>& out, Index count, InterleavedTile<V>& tile) noexcept
      : out_(out), count_(count), tile_(tile) {}

  HILLOCK_INLINE void operator()(Index entry, V value) noexcept {
    if (entry != end_ || end_ - start_ == InterleavedTile<V>::entries) {
      finish();
      start_ = end_ = entry;
    }
    value.store(tile_.of + (entry - start_) * together);
    end_ += static_cast<Index>(V::size) / together;
  }

  HILLOCK_INLINE void finish() noexcept {
    if (end_ > start_) tile_.write(out_, count_, start_, end_);
    start_ = end_;
  }

 private:
  const Distributions<T> out_;
  const Index count_;
  InterleavedTile<V>& tile_;
  Index start_ = 0;
  Index end_ = 0;
};

/// Calls work(first, count) for `count` distributions from `first` on, as many at a time as are
/// interleaved.
template <class V, class Work>
void for_each_interleaved(Index first, Index count, const Work& work) {
  for (Index j = 0; j < count; j += interleaved<V>)
    work(first + j, count - j < interleaved<V> ? count - j : interleaved<V>);
}

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
