// The 256-bit registers of x86, and the functions that AVX, AVX2 and AVX512VL add for 128-bit
// registers. machine/x86.hpp includes this file for AVX.
#pragma once

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace simd {
namespace machine {

HILLOCK_X86_WIDTH(__m256, __m256d, _mm256)

HILLOCK_INLINE __m256 nan_mask(__m256 x) noexcept { return _mm256_cmp_ps(x, x, _CMP_UNORD_Q); }
HILLOCK_INLINE __m256d nan_mask(__m256d x) noexcept { return _mm256_cmp_pd(x, x, _CMP_UNORD_Q); }

HILLOCK_INLINE __m256d widen_low(__m256 x) noexcept {
  return _mm256_cvtps_pd(_mm256_castps256_ps128(x));
}
HILLOCK_INLINE __m256d widen_high(__m256 x) noexcept {
  return _mm256_cvtps_pd(_mm256_extractf128_ps(x, 1));
}
HILLOCK_INLINE __m256 narrow(__m256d low, __m256d high) noexcept {
  return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm256_cvtpd_ps(low)), _mm256_cvtpd_ps(high),
                              1);
}

#if defined(__AVX2__)
HILLOCK_INLINE void load_16_bit_lanes(const std::uint16_t* from, __m256& to) noexcept {
  const __m128i patterns = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  to = _mm256_castsi256_ps(_mm256_cvtepu16_epi32(patterns));
}
HILLOCK_INLINE void store_16_bit_lanes(std::uint16_t* to, __m256 from) noexcept {
  const __m256i lanes = _mm256_castps_si256(from);
  _mm_storeu_si128(
      reinterpret_cast<__m128i*>(to),
      _mm_packus_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1)));
}
#endif

#if defined(__F16C__)
HILLOCK_INLINE void load_halves(const std::uint16_t* from, __m128& to) noexcept {
  to = _mm_cvtph_ps(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from)));
}
HILLOCK_INLINE void load_halves(const std::uint16_t* from, __m256& to) noexcept {
  to = _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
}
HILLOCK_INLINE void store_halves(std::uint16_t* to, __m128 from) noexcept {
  _mm_storel_epi64(reinterpret_cast<__m128i*>(to), _mm_cvtps_ph(from, _MM_FROUND_TO_NEAREST_INT));
}
HILLOCK_INLINE void store_halves(std::uint16_t* to, __m256 from) noexcept {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to),
                   _mm256_cvtps_ph(from, _MM_FROUND_TO_NEAREST_INT));
}
#endif

HILLOCK_INLINE __m128 blend_by_sign(__m128 a, __m128 b, __m128 sign) noexcept {
  return _mm_blendv_ps(a, b, sign);
}
HILLOCK_INLINE __m128d blend_by_sign(__m128d a, __m128d b, __m128d sign) noexcept {
  return _mm_blendv_pd(a, b, sign);
}
HILLOCK_INLINE __m256 blend_by_sign(__m256 a, __m256 b, __m256 sign) noexcept {
  return _mm256_blendv_ps(a, b, sign);
}
HILLOCK_INLINE __m256d blend_by_sign(__m256d a, __m256d b, __m256d sign) noexcept {
  return _mm256_blendv_pd(a, b, sign);
}

#if defined(__AVX512VL__) && defined(__FMA__)
HILLOCK_INLINE __m256i lookup(const std::uint32_t* table, __m256i index) noexcept {
  const auto* const half = reinterpret_cast<const __m256i*>(table);
  return _mm256_permutex2var_epi32(_mm256_load_si256(half), index, _mm256_load_si256(half + 1));
}
#elif defined(__AVX2__) && !defined(__AVX512F__) && defined(__FMA__)
HILLOCK_INLINE __m256i lookup(const std::uint32_t* table, __m256i index) noexcept {
  return _mm256_permutevar8x32_epi32(_mm256_load_si256(reinterpret_cast<const __m256i*>(table)),
                                     index);
}
#endif
#if defined(__FMA__) && (defined(__AVX512VL__) || (defined(__AVX2__) && !defined(__AVX512F__)))
HILLOCK_INLINE __m128i lookup(const std::uint32_t* table, __m128i index) noexcept {
  return _mm256_castsi256_si128(lookup(table, _mm256_castsi128_si256(index)));
}
#endif

HILLOCK_INLINE void load_blocks(const float* from, std::ptrdiff_t step, __m256& r) noexcept {
  r = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(from)), _mm_loadu_ps(from + step),
                           1);
}
HILLOCK_INLINE void load_blocks(const double* from, std::ptrdiff_t step, __m256d& r) noexcept {
  r = _mm256_insertf128_pd(_mm256_castpd128_pd256(_mm_loadu_pd(from)), _mm_loadu_pd(from + step),
                           1);
}
template <int I>
HILLOCK_INLINE void store_block(float* to, __m256 r) noexcept {
  _mm_storeu_ps(to, _mm256_extractf128_ps(r, I));
}
template <int I>
HILLOCK_INLINE void store_block(double* to, __m256d r) noexcept {
  _mm_storeu_pd(to, _mm256_extractf128_pd(r, I));
}

HILLOCK_INLINE __m256d in_memory_order(__m256d x) noexcept {
#if defined(__AVX2__)
  return _mm256_permute4x64_pd(x, _MM_SHUFFLE(3, 1, 2, 0));
#else
  const __m256d swapped = _mm256_permute2f128_pd(x, x, 1);
  return _mm256_blend_pd(_mm256_unpacklo_pd(x, swapped), _mm256_unpackhi_pd(swapped, x), 12);
#endif
}
// With two blocks the second and the third quarter are exchanged, in both directions.
HILLOCK_INLINE __m256d in_split_order(__m256d x) noexcept { return in_memory_order(x); }
HILLOCK_INLINE __m256 in_memory_order(__m256 x) noexcept {
  return _mm256_castpd_ps(in_memory_order(_mm256_castps_pd(x)));
}
HILLOCK_INLINE __m256 in_split_order(__m256 x) noexcept { return in_memory_order(x); }

}  // namespace machine
}  // namespace simd
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
