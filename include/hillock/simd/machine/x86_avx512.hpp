// The 512-bit registers of x86. machine/x86.hpp includes this file for AVX512F. A comment says
// where an extension of AVX512F is needed.
#pragma once

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace simd {
namespace machine {

HILLOCK_X86_WIDTH(__m512, __m512d, _mm512)

HILLOCK_INLINE __m512d widen_low(__m512 x) noexcept {
  return _mm512_cvtps_pd(_mm512_castps512_ps256(x));
}
// This uses the instruction that extracts doubles, because that for floats needs AVX512DQ.
HILLOCK_INLINE __m512d widen_high(__m512 x) noexcept {
  return _mm512_cvtps_pd(_mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(x), 1)));
}
HILLOCK_INLINE __m512 narrow(__m512d low, __m512d high) noexcept {
  return _mm512_castpd_ps(
      _mm512_insertf64x4(_mm512_castps_pd(_mm512_castps256_ps512(_mm512_cvtpd_ps(low))),
                         _mm256_castps_pd(_mm512_cvtpd_ps(high)), 1));
}

HILLOCK_INLINE void load_16_bit_lanes(const std::uint16_t* from, __m512& to) noexcept {
  const __m256i patterns = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  to = _mm512_castsi512_ps(_mm512_cvtepu16_epi32(patterns));
}
HILLOCK_INLINE void store_16_bit_lanes(std::uint16_t* to, __m512 from) noexcept {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to),
                      _mm512_cvtepi32_epi16(_mm512_castps_si512(from)));
}
HILLOCK_INLINE void load_halves(const std::uint16_t* from, __m512& to) noexcept {
  to = _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
}
HILLOCK_INLINE void store_halves(std::uint16_t* to, __m512 from) noexcept {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to),
                      _mm512_cvtps_ph(from, _MM_FROUND_TO_NEAREST_INT));
}

#if defined(__AVX512DQ__)
HILLOCK_INLINE __m512 blend_by_sign(__m512 a, __m512 b, __m512 sign) noexcept {
  return _mm512_mask_blend_ps(_mm512_movepi32_mask(_mm512_castps_si512(sign)), a, b);
}
HILLOCK_INLINE __m512d blend_by_sign(__m512d a, __m512d b, __m512d sign) noexcept {
  return _mm512_mask_blend_pd(_mm512_movepi64_mask(_mm512_castpd_si512(sign)), a, b);
}
#endif

HILLOCK_INLINE __m512i lookup(const std::uint32_t* table, __m512i index) noexcept {
  return _mm512_permutexvar_epi32(index, _mm512_load_si512(table));
}

HILLOCK_INLINE __m512i increment_where(__mmask16 lanes, __m512i counts) noexcept {
  return _mm512_mask_add_epi32(counts, lanes, counts, _mm512_set1_epi32(1));
}
HILLOCK_INLINE __m512i increment_where(__mmask8 lanes, __m512i counts) noexcept {
  return _mm512_mask_add_epi64(counts, lanes, counts, _mm512_set1_epi64(1));
}

HILLOCK_INLINE void load_blocks(const float* from, std::ptrdiff_t step, __m512& r) noexcept {
  r = _mm512_castps128_ps512(_mm_loadu_ps(from));
  r = _mm512_insertf32x4(r, _mm_loadu_ps(from + step), 1);
  r = _mm512_insertf32x4(r, _mm_loadu_ps(from + 2 * step), 2);
  r = _mm512_insertf32x4(r, _mm_loadu_ps(from + 3 * step), 3);
}
// These use the instructions that insert and extract floats, because those for doubles need
// AVX512DQ.
HILLOCK_INLINE void load_blocks(const double* from, std::ptrdiff_t step, __m512d& r) noexcept {
  const auto block = [=](std::ptrdiff_t i) { return _mm_castpd_ps(_mm_loadu_pd(from + i * step)); };
  __m512 blocks = _mm512_castps128_ps512(block(0));
  blocks = _mm512_insertf32x4(blocks, block(1), 1);
  blocks = _mm512_insertf32x4(blocks, block(2), 2);
  r = _mm512_castps_pd(_mm512_insertf32x4(blocks, block(3), 3));
}
template <int I>
HILLOCK_INLINE void store_block(float* to, __m512 r) noexcept {
  _mm_storeu_ps(to, _mm512_extractf32x4_ps(r, I));
}
template <int I>
HILLOCK_INLINE void store_block(double* to, __m512d r) noexcept {
  _mm_storeu_pd(to, _mm_castps_pd(_mm512_extractf32x4_ps(_mm512_castpd_ps(r), I)));
}

HILLOCK_INLINE __m512d in_memory_order(__m512d x) noexcept {
  return _mm512_permutexvar_pd(_mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7), x);
}
HILLOCK_INLINE __m512d in_split_order(__m512d x) noexcept {
  return _mm512_permutexvar_pd(_mm512_setr_epi64(0, 4, 1, 5, 2, 6, 3, 7), x);
}
HILLOCK_INLINE __m512 in_memory_order(__m512 x) noexcept {
  return _mm512_castpd_ps(in_memory_order(_mm512_castps_pd(x)));
}
HILLOCK_INLINE __m512 in_split_order(__m512 x) noexcept {
  return _mm512_castpd_ps(in_split_order(_mm512_castps_pd(x)));
}

}  // namespace machine
}  // namespace simd
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
