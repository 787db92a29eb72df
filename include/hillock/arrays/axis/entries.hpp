// How an algorithm along an axis reads and writes the entries of a few distributions: as batches
// that lie a constant step apart. They lie in memory itself, or in a tile on the stack where the
// entries of a batch are not contiguous or have another type than the computation. A tile is filled
// long before its batches are loaded; a load right after stores of single elements would wait for
// them.
#pragma once

#include <hillock/arrays/axis/layout.hpp>

#include <array>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// The number of elements of a tile on the stack: 1 or 2 KB each for x, dy and dx.
inline constexpr Index tile_size = 256;

/// Storage for entries that cannot be loaded from memory as batches.
template <class V>
struct EntryTile {
  alignas(sizeof(V)) typename V::value_type data[static_cast<std::size_t>(tile_size)];
};

/// Whether batches of `count` distributions, with `lanes` distributions per batch, can be loaded
/// from memory. (Where `lanes` is less than V::size, the distributions are interleaved.)
template <class V, class T>
HILLOCK_PART bool are_batches_in_memory(const Distributions<T>& memory, Index count,
                                        Index lanes) noexcept {
  const bool is_whole_batch = lanes == static_cast<Index>(V::size);
  return memory.across == 1 && count == lanes && (is_whole_batch || memory.along == lanes);
}

/// Reads entries: read(start, n) returns the address of n of them, which lie step() elements apart.
/// The caller may overwrite what it has read.
template <class T>
class EntryReader {
 public:
  /// Reads entries from memory, where they lie a step apart.
  HILLOCK_PART EntryReader(const T* first, Index step) noexcept : first_(first), step_(step) {}

  /// Reads entries of `count` distributions, with `lanes` distributions per batch.
  template <class V>
  EntryReader(const Source<T>& source, Index first, Index count, Index lanes,
              EntryTile<V>& tile) noexcept
      : source_(&source), distribution_(first), count_(count), step_(lanes) {
    if (source.is_in_memory() && are_batches_in_memory<V>(source.memory(), count, lanes)) {
      first_ = source.memory().from(first).first;
      step_ = source.memory().along;
    } else {
      tile_ = tile.data;
    }
  }

  HILLOCK_PART bool is_direct() const noexcept { return tile_ == nullptr; }
  HILLOCK_PART Index step() const noexcept { return step_; }
  HILLOCK_PART const T* read(Index start, Index n) const {
    return is_direct() ? first_ + start * step_ : copied(start, n);
  }

 private:
  HILLOCK_LOOP const T* copied(Index start, Index n) const {
    source_->copy({distribution_, count_, start, n}, tile_, step_);
    return tile_;
  }

  const Source<T>* source_ = nullptr;
  Index distribution_ = 0, count_ = 0;
  T* tile_ = nullptr;
  const T* first_ = nullptr;
  Index step_;
};

/// Writes entries: the caller puts n of them at destination(start) and then calls write(start, n).
template <class T>
class EntryWriter {
 public:
  static constexpr bool is_output = true;
  HILLOCK_PART EntryWriter(T* first, Index step) noexcept : first_(first), step_(step) {}
  template <class V>
  EntryWriter(const Sink<T>& sink, Index first, Index count, Index lanes,
              EntryTile<V>& tile) noexcept
      : sink_(&sink), distribution_(first), count_(count), step_(lanes) {
    if (sink.is_in_memory() && are_batches_in_memory<V>(sink.memory(), count, lanes)) {
      first_ = sink.memory().from(first).first;
      step_ = sink.memory().along;
    } else {
      tile_ = tile.data;
    }
  }

  /// The address at which entries are put.
  struct Destination {
    T* first;
    Index step;
    template <class V>
    HILLOCK_PART void put(Index i, V value) const noexcept {
      value.store(first + i * step);
    }
  };
  HILLOCK_PART bool is_direct() const noexcept { return tile_ == nullptr; }
  HILLOCK_PART Destination destination(Index start) const noexcept {
    return {is_direct() ? first_ + start * step_ : tile_, step_};
  }
  HILLOCK_PART void write(Index start, Index n) const {
    if (!is_direct()) copy(start, n);
  }

 private:
  HILLOCK_LOOP void copy(Index start, Index n) const {
    sink_->copy(tile_, step_, {distribution_, count_, start, n});
  }

  const Sink<T>* sink_ = nullptr;
  Index distribution_ = 0, count_ = 0;
  T* tile_ = nullptr;
  T* first_ = nullptr;
  Index step_;
};

/// The output of a pass that computes sums alone.
struct NoOutput {
  static constexpr bool is_output = false;
  struct Destination {};
  static constexpr bool is_direct() noexcept { return true; }
  HILLOCK_PART Destination destination(Index) const noexcept { return {}; }
  HILLOCK_PART void write(Index, Index) const noexcept {}
};

/// The output of a pass over a square of entries, which are then transposed in registers.
template <class V>
struct SquareOutput {
  static constexpr bool is_output = true;
  V* square;
  struct Destination {
    V* square;
    HILLOCK_PART void put(Index i, V value) const noexcept { square[i] = value; }
  };
  HILLOCK_PART Destination destination(Index) const noexcept { return {square}; }
  HILLOCK_PART void write(Index, Index) const noexcept {}
};

/// Returns how many entries a pass processes per chunk: all of them where none goes through a tile,
/// else as many as a tile holds.
template <class... Access>
HILLOCK_PART Index entry_chunk_size(Index n, Index lanes, const Access&... access) noexcept {
  return (access.is_direct() && ...) ? n : tile_size / lanes;
}

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
