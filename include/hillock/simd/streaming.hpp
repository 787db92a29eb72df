// Stores that go past the caches, for results so large that nobody finds them there anyway. An ordinary
// store reads the line that it writes into; without that a pass over x and y moves two thirds of the
// bytes.
#pragma once

#include <hillock/simd/batch.hpp>

#include <cstddef>
#include <cstdint>

/// From how many bytes of results on a verb streams them. 16 MiB: on a Zen 4 with a last-level cache of
/// 32 MiB and AVX2, ReLU of 2^21 floats runs at 9.0 G/s with ordinary stores and 6.9 with streaming ones,
/// of 2^22 at 5.6 and 5.9, of 2^24 at 2.8 and 3.8 (`bench/run stores`). Define it before including
/// hillock, in every file alike, for another cache; 0 streams always.
#ifndef HILLOCK_STREAM_BYTES
#define HILLOCK_STREAM_BYTES (std::size_t{16} << 20)
#endif

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace simd {

// With SSE2 on, all of x86. (aarch64 has stores with the same hint, and g++ no way to write them.)
#if defined(__GNUC__) && defined(__SSE2__)
inline constexpr bool can_stream = true;

namespace machine {

HILLOCK_INLINE void stream(float* to, __m128 value) noexcept { _mm_stream_ps(to, value); }
HILLOCK_INLINE void stream(double* to, __m128d value) noexcept { _mm_stream_pd(to, value); }
#if defined(__AVX__)
HILLOCK_INLINE void stream(float* to, __m256 value) noexcept { _mm256_stream_ps(to, value); }
HILLOCK_INLINE void stream(double* to, __m256d value) noexcept { _mm256_stream_pd(to, value); }
#endif
#if defined(__AVX512F__)
HILLOCK_INLINE void stream(float* to, __m512 value) noexcept { _mm512_stream_ps(to, value); }
HILLOCK_INLINE void stream(double* to, __m512d value) noexcept { _mm512_stream_pd(to, value); }
#endif

}  // namespace machine

/// Stores past the caches; `to` is aligned to the batch's size.
template <class T, class Arch>
HILLOCK_INLINE void stream(T* to, Batch<T, Arch> value) noexcept {
  machine::stream(to, value.reg());
}

/// After the last of them: other threads see them before what is stored from here on.
HILLOCK_INLINE void finish_streaming() noexcept { _mm_sfence(); }

/// Fetches what will be read once, 2 KiB ahead of `from`: the processor's own prefetching stops at every
/// page.
template <class T>
HILLOCK_INLINE void fetch_ahead_of(const T* from) noexcept {
  // As a number: the address may be past the array's end, where a pointer must not point.
  const std::uintptr_t address = reinterpret_cast<std::uintptr_t>(from) + 2048;
  _mm_prefetch(reinterpret_cast<const char*>(address), _MM_HINT_NTA);
}
#else
inline constexpr bool can_stream = false;
template <class T, class Arch>
HILLOCK_INLINE void stream(T* to, Batch<T, Arch> value) noexcept {
  value.store(to);
}
HILLOCK_INLINE void finish_streaming() noexcept {}
template <class T>
HILLOCK_INLINE void fetch_ahead_of(const T*) noexcept {}
#endif

}  // namespace simd
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
