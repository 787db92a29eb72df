// The 128-bit registers of x86. machine/x86.hpp includes this file for SSE2.
#pragma once

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace simd {
namespace machine {

HILLOCK_X86_WIDTH(__m128, __m128d, _mm)

HILLOCK_INLINE __m128 nan_mask(__m128 x) noexcept { return _mm_cmpunord_ps(x, x); }
HILLOCK_INLINE __m128d nan_mask(__m128d x) noexcept { return _mm_cmpunord_pd(x, x); }

HILLOCK_INLINE void load_16_bit_lanes(const std::uint16_t* from, __m128& to) noexcept {
  const __m128i patterns = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from));
  to = _mm_castsi128_ps(_mm_unpacklo_epi16(patterns, _mm_setzero_si128()));
}
// SSE2 packs with signed saturation only, so the patterns become signed numbers first.
HILLOCK_INLINE void store_16_bit_lanes(std::uint16_t* to, __m128 from) noexcept {
  const __m128i lanes = _mm_srai_epi32(_mm_slli_epi32(_mm_castps_si128(from), 16), 16);
  _mm_storel_epi64(reinterpret_cast<__m128i*>(to), _mm_packs_epi32(lanes, lanes));
}

HILLOCK_INLINE __m128d widen_low(__m128 x) noexcept { return _mm_cvtps_pd(x); }
HILLOCK_INLINE __m128d widen_high(__m128 x) noexcept { return _mm_cvtps_pd(_mm_movehl_ps(x, x)); }
HILLOCK_INLINE __m128 narrow(__m128d low, __m128d high) noexcept {
  return _mm_movelh_ps(_mm_cvtpd_ps(low), _mm_cvtpd_ps(high));
}

}  // namespace machine
}  // namespace simd
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
