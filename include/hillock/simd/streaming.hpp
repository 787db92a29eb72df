// Stores that go past the caches, for results that are too large for a cache to hold them. An
// ordinary store first reads the cache line into which it writes, so that without streaming a pass
// over x and y moves 50 % more bytes.
#pragma once

#include <hillock/simd/batch.hpp>

#include <cstddef>
#include <cstdint>

/// The size of results, in bytes, from which on a verb streams them. It is 16 MiB: on a Zen 4 with
/// a last-level cache of 32 MiB and AVX2, ReLU of 2^21 floats reaches 9.0 G/s with ordinary stores
/// and 6.9 with streaming stores, of 2^22 floats 5.6 and 5.9, of 2^24 floats 2.8 and 3.8
/// (`bench/run stores`). For another cache define it before including hillock, alike in every file;
/// 0 streams always.
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
