// Stores that go past the caches, for results that are too large for a cache to hold them. An
// ordinary store first reads the cache line into which it writes, so that without streaming a pass
// over x and y moves 50 % more bytes. Whether that is slower depends on the processor: AMD's Zen
// gains by streaming, Intel's servers lose half of their speed.
#pragma once

#include <hillock/simd/batch.hpp>

#include <cstddef>
#include <cstdint>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace simd {

/// Whether the processor family has such stores; elsewhere stream() stores as usual.
inline constexpr bool can_stream = machine::can_stream;

/// The size of results, in bytes, below which the processor is not asked whether it streams them.
/// It takes a virtual machine some microseconds to answer, and a thread a millisecond to compute as
/// much.
inline constexpr std::size_t min_streamed_bytes = std::size_t{8} << 20;

/// Returns whether results of so many bytes are ready earlier with streaming stores. It asks the
/// processor, unless the results are small, or HILLOCK_STREAM_BYTES says from how many bytes on
/// every result is streamed. A program that knows its machine may define that before it includes
/// hillock, alike in every file.
HILLOCK_INLINE bool gains_by_streaming(std::size_t bytes) noexcept {
#if defined(HILLOCK_STREAM_BYTES)
  return bytes >= HILLOCK_STREAM_BYTES;
#else
  if (HILLOCK_LIKELY(bytes < min_streamed_bytes)) return false;
  return bytes >= machine::bytes_to_stream();
#endif
}

/// Stores past the caches; `to` is aligned to the size of the batch.
template <class T, class Arch>
HILLOCK_INLINE void stream(T* to, Batch<T, Arch> value) noexcept {
  if constexpr (can_stream)
    machine::stream(to, value.reg());
  else
    value.store(to);
}

/// Must follow the last stream(): only then do other threads see the results before anything that
/// is stored later.
HILLOCK_INLINE void finish_streaming() noexcept { machine::finish_streaming(); }

/// Prefetches the cache line 2 KiB ahead of `from`, which will be read once. The processor's own
/// prefetching stops at the end of every page.
template <class T>
HILLOCK_INLINE void fetch_ahead_of(const T* from) noexcept {
  // The address is a number, because it may lie past the array's end, where no pointer may point.
  machine::prefetch_for_one_use(reinterpret_cast<std::uintptr_t>(from) + 2048);
}

}  // namespace simd
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
