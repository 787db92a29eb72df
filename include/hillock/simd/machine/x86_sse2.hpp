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
