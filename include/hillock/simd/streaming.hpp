// Stores that go past the caches, for results so large that nobody finds them in a cache anyway. An
// ordinary store first reads the cache line into which it writes: without streaming, a pass over x
// and y moves half as many bytes again.
#pragma once

#include <hillock/simd/batch.hpp>

#include <cstddef>
#include <cstdint>

/// The number of bytes of results from which on a verb streams them. 16 MiB: on a Zen 4 with a
/// last-level cache of 32 MiB and AVX2, ReLU of 2^21 floats runs at 9.0 G/s with ordinary stores
/// and 6.9 with streaming ones, of 2^22 at 5.6 and 5.9, of 2^24 at 2.8 and 3.8 (`bench/run
/// stores`). For another cache define it before including hillock, alike in every file; 0 streams
/// always.
#ifndef HILLOCK_STREAM_BYTES
#define HILLOCK_STREAM_BYTES (std::size_t{16} << 20)
#endif

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace simd {

/// Whether the processor family has such stores; elsewhere stream() stores as usual.
inline constexpr bool can_stream = machine::can_stream;

/// Stores past the caches; `to` is aligned to the size of the batch.
template <class T, class Arch>
HILLOCK_INLINE void stream(T* to, Batch<T, Arch> value) noexcept {
  if constexpr (can_stream)
    machine::stream(to, value.reg());
  else
    value.store(to);
}

/// Has to follow the last stream(): only then other threads are certain to see the results before
/// anything that is stored later.
HILLOCK_INLINE void finish_streaming() noexcept { machine::finish_streaming(); }

/// Fetches what will be read once, 2 KiB ahead of `from`, because the processor's own prefetching
/// stops at the end of every page.
template <class T>
HILLOCK_INLINE void fetch_ahead_of(const T* from) noexcept {
  // The address is a number, because it may lie past the array's end, where no pointer may point.
  machine::prefetch_for_one_use(reinterpret_cast<std::uintptr_t>(from) + 2048);
}

}  // namespace simd
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
