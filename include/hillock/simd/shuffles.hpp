// Registers rearranged: squares mirrored, pairs split, parts of the narrowest size put together.
//
// A wider register holds several of the narrowest side by side, and what is done to those is done to all
// of them at once: one macro writes it for every size.
#pragma once

#include <hillock/simd/machine.hpp>

#include <cstddef>

// g++ 12 warns of an uninitialised __Y inside its own AVX-512 intrinsics once they are inlined here
// (PR 105593).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace simd {
namespace machine {

// Of the narrowest registers nothing of this is asked, but the names must be there.
template <class T, class Register>
void load_parts(const T* from, std::ptrdiff_t step, Register& r) = delete;
template <int I, class T, class Register>
void store_part(T* to, Register r) = delete;
template <class Register>
Register in_order(Register r) = delete;
template <class Register>
Register in_parts(Register r) = delete;

// transpose: squares of registers, mirrored at their diagonals. split_pairs and merge_pairs: the even and
// the odd lanes of two registers, part by part, and the two back.
#if defined(__SSE2__)
#define HILLOCK_SHUFFLES(Floats, Doubles, prefix)                           \
  HILLOCK_INLINE void transpose(Floats(&r)[4]) noexcept {                   \
    const Doubles a = prefix##_castps_pd(prefix##_unpacklo_ps(r[0], r[1])); \
    const Doubles b = prefix##_castps_pd(prefix##_unpackhi_ps(r[0], r[1])); \
    const Doubles c = prefix##_castps_pd(prefix##_unpacklo_ps(r[2], r[3])); \
    const Doubles d = prefix##_castps_pd(prefix##_unpackhi_ps(r[2], r[3])); \
    r[0] = prefix##_castpd_ps(prefix##_unpacklo_pd(a, c));                  \
    r[1] = prefix##_castpd_ps(prefix##_unpackhi_pd(a, c));                  \
    r[2] = prefix##_castpd_ps(prefix##_unpacklo_pd(b, d));                  \
    r[3] = prefix##_castpd_ps(prefix##_unpackhi_pd(b, d));                  \
  }                                                                         \
  HILLOCK_INLINE void split_pairs(Floats& a, Floats& b) noexcept {          \
    const Floats even = prefix##_shuffle_ps(a, b, _MM_SHUFFLE(2, 0, 2, 0)); \
    b = prefix##_shuffle_ps(a, b, _MM_SHUFFLE(3, 1, 3, 1));                 \
    a = even;                                                               \
  }                                                                         \
  HILLOCK_INLINE void merge_pairs(Floats& a, Floats& b) noexcept {          \
    const Floats first = prefix##_unpacklo_ps(a, b);                        \
    b = prefix##_unpackhi_ps(a, b);                                         \
    a = first;                                                              \
  }                                                                         \
  HILLOCK_INLINE void split_pairs(Doubles& a, Doubles& b) noexcept {        \
    const Doubles even = prefix##_unpacklo_pd(a, b);                        \
    b = prefix##_unpackhi_pd(a, b);                                         \
    a = even;                                                               \
  }                                                                         \
  HILLOCK_INLINE void merge_pairs(Doubles& a, Doubles& b) noexcept { split_pairs(a, b); }
HILLOCK_SHUFFLES(__m128, __m128d, _mm)
#if defined(__AVX__)
HILLOCK_SHUFFLES(__m256, __m256d, _mm256)
#endif
#if defined(__AVX512F__)
HILLOCK_SHUFFLES(__m512, __m512d, _mm512)
#endif
#undef HILLOCK_SHUFFLES
#elif defined(__aarch64__)
HILLOCK_INLINE void split_pairs(float32x4_t& a, float32x4_t& b) noexcept {
  const float32x4x2_t split = vuzpq_f32(a, b);
  a = split.val[0];
  b = split.val[1];
}
HILLOCK_INLINE void merge_pairs(float32x4_t& a, float32x4_t& b) noexcept {
  const float32x4x2_t merged = vzipq_f32(a, b);
  a = merged.val[0];
  b = merged.val[1];
}
HILLOCK_INLINE void split_pairs(float64x2_t& a, float64x2_t& b) noexcept {
  const float64x2_t even = vzip1q_f64(a, b);
  b = vzip2q_f64(a, b);
  a = even;
}
HILLOCK_INLINE void merge_pairs(float64x2_t& a, float64x2_t& b) noexcept { split_pairs(a, b); }
HILLOCK_INLINE void transpose(float32x4_t (&r)[4]) noexcept {
  const float32x4x2_t upper = vzipq_f32(r[0], r[2]);
  const float32x4x2_t lower = vzipq_f32(r[1], r[3]);
  const float32x4x2_t first = vzipq_f32(upper.val[0], lower.val[0]);
  const float32x4x2_t second = vzipq_f32(upper.val[1], lower.val[1]);
  r[0] = first.val[0];
  r[1] = first.val[1];
  r[2] = second.val[0];
  r[3] = second.val[1];
}
#endif
// A square of two registers of doubles is a pair of them.
#if defined(__SSE2__) || defined(__aarch64__)
template <class Register>
HILLOCK_INLINE void transpose(Register (&r)[2]) noexcept {
  split_pairs(r[0], r[1]);
}
#endif

#if defined(__AVX__)
// Registers of the narrowest size side by side, from memory and to it: part i at from + i * step.
HILLOCK_INLINE void load_parts(const float* from, std::ptrdiff_t step, __m256& r) noexcept {
  r = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(from)), _mm_loadu_ps(from + step),
                           1);
}
HILLOCK_INLINE void load_parts(const double* from, std::ptrdiff_t step, __m256d& r) noexcept {
  r = _mm256_insertf128_pd(_mm256_castpd128_pd256(_mm_loadu_pd(from)), _mm_loadu_pd(from + step),
                           1);
}
template <int I>
HILLOCK_INLINE void store_part(float* to, __m256 r) noexcept {
  _mm_storeu_ps(to, _mm256_extractf128_ps(r, I));
}
template <int I>
HILLOCK_INLINE void store_part(double* to, __m256d r) noexcept {
  _mm_storeu_pd(to, _mm256_extractf128_pd(r, I));
}
// Halves of parts, those of two registers in turn, to those of one after those of the other, and back.
HILLOCK_INLINE __m256d in_order(__m256d x) noexcept {
#if defined(__AVX2__)
  return _mm256_permute4x64_pd(x, _MM_SHUFFLE(3, 1, 2, 0));
#else
  const __m256d swapped = _mm256_permute2f128_pd(x, x, 1);
  return _mm256_blend_pd(_mm256_unpacklo_pd(x, swapped), _mm256_unpackhi_pd(swapped, x), 12);
#endif
}
HILLOCK_INLINE __m256d in_parts(__m256d x) noexcept { return in_order(x); }
HILLOCK_INLINE __m256 in_order(__m256 x) noexcept {
  return _mm256_castpd_ps(in_order(_mm256_castps_pd(x)));
}
HILLOCK_INLINE __m256 in_parts(__m256 x) noexcept { return in_order(x); }
#endif

#if defined(__AVX512F__)
HILLOCK_INLINE void load_parts(const float* from, std::ptrdiff_t step, __m512& r) noexcept {
  r = _mm512_castps128_ps512(_mm_loadu_ps(from));
  r = _mm512_insertf32x4(r, _mm_loadu_ps(from + step), 1);
  r = _mm512_insertf32x4(r, _mm_loadu_ps(from + 2 * step), 2);
  r = _mm512_insertf32x4(r, _mm_loadu_ps(from + 3 * step), 3);
}
// By the instructions for floats: those for doubles are an extension of their own.
HILLOCK_INLINE void load_parts(const double* from, std::ptrdiff_t step, __m512d& r) noexcept {
  const auto part = [=](std::ptrdiff_t i) { return _mm_castpd_ps(_mm_loadu_pd(from + i * step)); };
  __m512 parts = _mm512_castps128_ps512(part(0));
  parts = _mm512_insertf32x4(parts, part(1), 1);
  parts = _mm512_insertf32x4(parts, part(2), 2);
  r = _mm512_castps_pd(_mm512_insertf32x4(parts, part(3), 3));
}
template <int I>
HILLOCK_INLINE void store_part(float* to, __m512 r) noexcept {
  _mm_storeu_ps(to, _mm512_extractf32x4_ps(r, I));
}
template <int I>
HILLOCK_INLINE void store_part(double* to, __m512d r) noexcept {
  _mm_storeu_pd(to, _mm_castps_pd(_mm512_extractf32x4_ps(_mm512_castpd_ps(r), I)));
}
HILLOCK_INLINE __m512d in_order(__m512d x) noexcept {
  return _mm512_permutexvar_pd(_mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7), x);
}
HILLOCK_INLINE __m512d in_parts(__m512d x) noexcept {
  return _mm512_permutexvar_pd(_mm512_setr_epi64(0, 4, 1, 5, 2, 6, 3, 7), x);
}
HILLOCK_INLINE __m512 in_order(__m512 x) noexcept {
  return _mm512_castpd_ps(in_order(_mm512_castps_pd(x)));
}
HILLOCK_INLINE __m512 in_parts(__m512 x) noexcept {
  return _mm512_castpd_ps(in_parts(_mm512_castps_pd(x)));
}
#endif

}  // namespace machine
}  // namespace simd
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
