// Reads and writes one entry of many distributions at a time, one distribution per lane. Maxout and
// the argmax counter use it where they cannot load batches from memory.
#pragma once

#include <hillock/arrays/axis/entries.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// Reads `count` distributions from `first` on, one entry at a time, each in its own lane. Further
/// lanes repeat one of the distributions. The caller asks for the entries in ascending order, and
/// may start again at 0. It may overwrite the entries that it has asked for.
template <class V>
class LaneReader {
 public:
  using T = typename V::value_type;
  static constexpr Index width = static_cast<Index>(V::size);
  LaneReader(const Source<T>& source, Index first, Index count) noexcept
      : reader_(source, first, count, width, tile_),
        n_(source.entries_each()),
        chunk_size_(entry_chunk_size(n_, width, reader_)) {}

  HILLOCK_PART V operator()(Index entry) {
    if (entry < start_ || entry >= start_ + chunk_size_ || entry == 0) {
      start_ = entry;
      from_ = reader_.read(entry, n_ - entry < chunk_size_ ? n_ - entry : chunk_size_);
    }
    return sealed(V::load(from_ + (entry - start_) * reader_.step()));
  }

 private:
  EntryTile<V> tile_;
  const EntryReader<T> reader_;
  const Index n_;
  const Index chunk_size_;
  Index start_ = 0;
  const T* from_ = nullptr;
};

/// Writes distributions in the same way: the entries in ascending order from 0, then finish().
template <class V>
class LaneWriter {
 public:
  using T = typename V::value_type;
  static constexpr Index width = static_cast<Index>(V::size);
  LaneWriter(const Sink<T>& sink, Index first, Index count) noexcept
      : writer_(sink, first, count, width, tile_),
        chunk_size_(entry_chunk_size(sink.memory().entries, width, writer_)) {}

  HILLOCK_PART void operator()(Index entry, V value) {
    if (entry == start_ + chunk_size_) {
      writer_.write(start_, chunk_size_);
      start_ = entry;
    }
    end_ = entry + 1;
    writer_.destination(start_).put(entry - start_, value);
  }
  void finish() const { writer_.write(start_, end_ - start_); }

 private:
  EntryTile<V> tile_;
  const EntryWriter<T> writer_;
  const Index chunk_size_;
  Index start_ = 0, end_ = 0;
};

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
