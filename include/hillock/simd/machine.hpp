// What the batches need of the machine beneath xsimd: a seal that no optimiser looks through, a
// fused multiply-add for every register, and division and square root that -ffast-math leaves
// alone. And the bits of a number.
#pragma once

#include <hillock/simd/instruction_set.hpp>

#include <cstdint>
#include <cstring>
#include <type_traits>

// g++ 12 warns of an uninitialised __Y inside its own AVX-512 intrinsics once they are inlined here
// (PR 105593).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif

// Not <immintrin.h> for SSE2 alone: its 60000 lines for later processors were a fifth of what a file that includes
// hillock takes to compile (g++).
#if defined(__AVX__)
#include <immintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace simd {

template <class T>
inline constexpr bool is_element = std::is_same_v<T, float> || std::is_same_v<T, double>;

namespace machine {

template <class T>
using BitsOf = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

// An empty asm that claims to change its operand: the compiler can merge, reorder or assume nothing
// across it.
#if defined(__GNUC__) && (defined(__x86_64__) || defined(__i386__)) && defined(__AVX512VL__)
#define HILLOCK_SEAL(value) asm("" : "+v"(value))
#elif defined(__GNUC__) && (defined(__x86_64__) || defined(__i386__)) && defined(__SSE2__)
#define HILLOCK_SEAL(value) asm("" : "+x"(value))
#elif defined(__GNUC__) && defined(__aarch64__)
#define HILLOCK_SEAL(value) asm("" : "+w"(value))
#else
#define HILLOCK_SEAL(value) static_cast<void>(value)
#endif

// clang says nothing of -fassociative-math, -funsafe-math-optimizations or -ffast-math
// -fno-finite-math-only, but has a barrier of its own, which costs nothing where sums may not be
// reordered.
#if defined(__clang__) && defined(__has_builtin)
#if __has_builtin(__arithmetic_fence) && (defined(__x86_64__) || defined(__i386__))
#define HILLOCK_FENCED(value) __arithmetic_fence(value)
#endif
#endif
#ifndef HILLOCK_FENCED
#define HILLOCK_FENCED(value) (value)
#endif

inline constexpr bool seals_sums = HILLOCK_FAST_MATH;

// a b + c and c - a b, rounded once.
#if defined(__FMA__)
#define HILLOCK_FUSED(Register, prefix, suffix)                                     \
  HILLOCK_INLINE Register fused(Register a, Register b, Register c) noexcept {      \
    return prefix##_fmadd_##suffix(a, b, c);                                        \
  }                                                                                 \
  HILLOCK_INLINE Register fused_from(Register c, Register a, Register b) noexcept { \
    return prefix##_fnmadd_##suffix(a, b, c);                                       \
  }
HILLOCK_FUSED(__m128, _mm, ps)
HILLOCK_FUSED(__m128d, _mm, pd)
HILLOCK_FUSED(__m256, _mm256, ps)
HILLOCK_FUSED(__m256d, _mm256, pd)
#if defined(__AVX512F__)
HILLOCK_FUSED(__m512, _mm512, ps)
HILLOCK_FUSED(__m512d, _mm512, pd)
#endif
#undef HILLOCK_FUSED
#elif defined(__aarch64__)
HILLOCK_INLINE float32x4_t fused(float32x4_t a, float32x4_t b, float32x4_t c) noexcept {
  return vfmaq_f32(c, a, b);
}
HILLOCK_INLINE float64x2_t fused(float64x2_t a, float64x2_t b, float64x2_t c) noexcept {
  return vfmaq_f64(c, a, b);
}
HILLOCK_INLINE float32x4_t fused_from(float32x4_t c, float32x4_t a, float32x4_t b) noexcept {
  return vfmsq_f32(c, a, b);
}
HILLOCK_INLINE float64x2_t fused_from(float64x2_t c, float64x2_t a, float64x2_t b) noexcept {
  return vfmsq_f64(c, a, b);
}
#endif

// A table of 2^HILLOCK_TABLE_BITS numbers that stays in registers, each lane taking the one that the
// lowest bits of its index name: in one instruction, where there is one for all of the lanes.
#if defined(__GNUC__) && defined(__AVX512F__) && defined(__AVX512VL__) && defined(__FMA__)
#define HILLOCK_TABLE_BITS 4
HILLOCK_INLINE __m512i looked_up(const std::uint32_t* table, __m512i index) noexcept {
  return _mm512_permutexvar_epi32(index, _mm512_load_si512(table));
}
HILLOCK_INLINE __m256i looked_up(const std::uint32_t* table, __m256i index) noexcept {
  const auto* const half = reinterpret_cast<const __m256i*>(table);
  return _mm256_permutex2var_epi32(_mm256_load_si256(half), index, _mm256_load_si256(half + 1));
}
HILLOCK_INLINE __m128i looked_up(const std::uint32_t* table, __m128i index) noexcept {
  return _mm256_castsi256_si128(looked_up(table, _mm256_castsi128_si256(index)));
}
#elif defined(__GNUC__) && defined(__AVX2__) && !defined(__AVX512F__) && defined(__FMA__)
#define HILLOCK_TABLE_BITS 3
HILLOCK_INLINE __m256i looked_up(const std::uint32_t* table, __m256i index) noexcept {
  return _mm256_permutevar8x32_epi32(_mm256_load_si256(reinterpret_cast<const __m256i*>(table)),
                                     index);
}
HILLOCK_INLINE __m128i looked_up(const std::uint32_t* table, __m128i index) noexcept {
  return _mm256_castsi256_si128(looked_up(table, _mm256_castsi128_si256(index)));
}
#else
#define HILLOCK_TABLE_BITS 0
#endif

// A maximum and a minimum that return their second operand if either is NaN, and a blend by the
// sign bit: one instruction each where a comparison and a select are two. Under -ffast-math the
// instruction is written out: clang swaps the operands otherwise, and the NaN is gone.
#if defined(__GNUC__) && defined(__SSE2__)
#if !HILLOCK_FAST_MATH
#define HILLOCK_EXTREMES(Register, prefix, suffix)                   \
  HILLOCK_INLINE Register larger(Register a, Register b) noexcept {  \
    return prefix##_max_##suffix(a, b);                              \
  }                                                                  \
  HILLOCK_INLINE Register smaller(Register a, Register b) noexcept { \
    return prefix##_min_##suffix(a, b);                              \
  }
#elif defined(__AVX__)
#define HILLOCK_EXTREMES(Register, prefix, suffix)                     \
  HILLOCK_INLINE Register larger(Register a, Register b) noexcept {    \
    asm("vmax" #suffix " {%1, %0, %0|%0, %0, %1}" : "+x"(a) : "x"(b)); \
    return a;                                                          \
  }                                                                    \
  HILLOCK_INLINE Register smaller(Register a, Register b) noexcept {   \
    asm("vmin" #suffix " {%1, %0, %0|%0, %0, %1}" : "+x"(a) : "x"(b)); \
    return a;                                                          \
  }
#else
#define HILLOCK_EXTREMES(Register, prefix, suffix)                   \
  HILLOCK_INLINE Register larger(Register a, Register b) noexcept {  \
    asm("max" #suffix " {%1, %0|%0, %1}" : "+x"(a) : "x"(b));        \
    return a;                                                        \
  }                                                                  \
  HILLOCK_INLINE Register smaller(Register a, Register b) noexcept { \
    asm("min" #suffix " {%1, %0|%0, %1}" : "+x"(a) : "x"(b));        \
    return a;                                                        \
  }
#endif
HILLOCK_EXTREMES(__m128, _mm, ps)
HILLOCK_EXTREMES(__m128d, _mm, pd)
#if defined(__AVX__)
HILLOCK_EXTREMES(__m256, _mm256, ps)
HILLOCK_EXTREMES(__m256d, _mm256, pd)
#endif
#if defined(__AVX512F__)
HILLOCK_EXTREMES(__m512, _mm512, ps)
HILLOCK_EXTREMES(__m512d, _mm512, pd)
#endif
#undef HILLOCK_EXTREMES
#define HILLOCK_HAS_EXTREMES 1
#elif defined(__aarch64__)
HILLOCK_INLINE float32x4_t larger(float32x4_t a, float32x4_t b) noexcept { return vmaxq_f32(a, b); }
HILLOCK_INLINE float64x2_t larger(float64x2_t a, float64x2_t b) noexcept { return vmaxq_f64(a, b); }
HILLOCK_INLINE float32x4_t smaller(float32x4_t a, float32x4_t b) noexcept {
  return vminq_f32(a, b);
}
HILLOCK_INLINE float64x2_t smaller(float64x2_t a, float64x2_t b) noexcept {
  return vminq_f64(a, b);
}
#define HILLOCK_HAS_EXTREMES 1
#else
#define HILLOCK_HAS_EXTREMES 0
#endif

#if HILLOCK_HAS_EXTREMES && defined(__AVX__) && (!defined(__AVX512F__) || defined(__AVX512DQ__))
HILLOCK_INLINE __m128 blended(__m128 a, __m128 b, __m128 s) noexcept {
  return _mm_blendv_ps(a, b, s);
}
HILLOCK_INLINE __m128d blended(__m128d a, __m128d b, __m128d s) noexcept {
  return _mm_blendv_pd(a, b, s);
}
HILLOCK_INLINE __m256 blended(__m256 a, __m256 b, __m256 s) noexcept {
  return _mm256_blendv_ps(a, b, s);
}
HILLOCK_INLINE __m256d blended(__m256d a, __m256d b, __m256d s) noexcept {
  return _mm256_blendv_pd(a, b, s);
}
#if defined(__AVX512F__)
HILLOCK_INLINE __m512 blended(__m512 a, __m512 b, __m512 s) noexcept {
  return _mm512_mask_blend_ps(_mm512_movepi32_mask(_mm512_castps_si512(s)), a, b);
}
HILLOCK_INLINE __m512d blended(__m512d a, __m512d b, __m512d s) noexcept {
  return _mm512_mask_blend_pd(_mm512_movepi64_mask(_mm512_castpd_si512(s)), a, b);
}
#endif
#define HILLOCK_HAS_BLEND 1
#else
#define HILLOCK_HAS_BLEND 0
#endif

// Under -ffast-math both compilers turn a vector division or square root into an estimate and a
// Newton step, which is some ULP off and NaN where the divisor is infinite. The instruction itself
// is exempt. clang does the same under -freciprocal-math, of which it defines no macro.
#if (HILLOCK_FAST_MATH || defined(__clang__)) && defined(__GNUC__) && defined(__SSE2__)
#if defined(__AVX__)
#if defined(__AVX512VL__)
#define HILLOCK_ANY_REGISTER "v"
#else
#define HILLOCK_ANY_REGISTER "x"
#endif
#define HILLOCK_EXACT_OPERATIONS(Register, suffix)                   \
  HILLOCK_INLINE Register divided(Register a, Register b) noexcept { \
    Register quotient;                                               \
    asm("vdiv" suffix " {%2, %1, %0|%0, %1, %2}"                     \
        : "=" HILLOCK_ANY_REGISTER(quotient)                         \
        : HILLOCK_ANY_REGISTER(a), HILLOCK_ANY_REGISTER(b));         \
    return quotient;                                                 \
  }                                                                  \
  HILLOCK_INLINE Register square_root(Register a) noexcept {         \
    Register root;                                                   \
    asm("vsqrt" suffix " {%1, %0|%0, %1}"                            \
        : "=" HILLOCK_ANY_REGISTER(root)                             \
        : HILLOCK_ANY_REGISTER(a));                                  \
    return root;                                                     \
  }
HILLOCK_EXACT_OPERATIONS(__m256, "ps")
HILLOCK_EXACT_OPERATIONS(__m256d, "pd")
#if defined(__AVX512F__)
HILLOCK_EXACT_OPERATIONS(__m512, "ps")
HILLOCK_EXACT_OPERATIONS(__m512d, "pd")
#endif
#else
#define HILLOCK_EXACT_OPERATIONS(Register, suffix)                   \
  HILLOCK_INLINE Register divided(Register a, Register b) noexcept { \
    asm("div" suffix " {%1, %0|%0, %1}" : "+x"(a) : "x"(b));         \
    return a;                                                        \
  }                                                                  \
  HILLOCK_INLINE Register square_root(Register a) noexcept {         \
    asm("sqrt" suffix " {%0, %0|%0, %0}" : "+x"(a));                 \
    return a;                                                        \
  }
#endif
HILLOCK_EXACT_OPERATIONS(__m128, "ps")
HILLOCK_EXACT_OPERATIONS(__m128d, "pd")
#undef HILLOCK_EXACT_OPERATIONS
#undef HILLOCK_ANY_REGISTER
#define HILLOCK_HAS_EXACT_OPERATIONS 1
#elif defined(__aarch64__)
// xsimd 8.1 divides floats by an estimate and two Newton steps there, 0.8 ULP off.
HILLOCK_INLINE float32x4_t divided(float32x4_t a, float32x4_t b) noexcept {
  return vdivq_f32(a, b);
}
HILLOCK_INLINE float64x2_t divided(float64x2_t a, float64x2_t b) noexcept {
  return vdivq_f64(a, b);
}
HILLOCK_INLINE float32x4_t square_root(float32x4_t a) noexcept { return vsqrtq_f32(a); }
HILLOCK_INLINE float64x2_t square_root(float64x2_t a) noexcept { return vsqrtq_f64(a); }
#define HILLOCK_HAS_EXACT_OPERATIONS 1
#else
#define HILLOCK_HAS_EXACT_OPERATIONS 0
#endif

#if defined(__AVX512F__)
// counts + 1 in the lanes of a mask: one instruction, where both compilers make an addition and a choice
// of what is written as such.
HILLOCK_INLINE __m512i counted(__mmask16 lanes, __m512i counts) noexcept {
  return _mm512_mask_add_epi32(counts, lanes, counts, _mm512_set1_epi32(1));
}
HILLOCK_INLINE __m512i counted(__mmask8 lanes, __m512i counts) noexcept {
  return _mm512_mask_add_epi64(counts, lanes, counts, _mm512_set1_epi64(1));
}
#endif

// A register of floats as two of doubles, the lower lanes and the upper, and back, rounded once.
#if defined(__SSE2__)
HILLOCK_INLINE __m128d widened_low(__m128 x) noexcept { return _mm_cvtps_pd(x); }
HILLOCK_INLINE __m128d widened_high(__m128 x) noexcept { return _mm_cvtps_pd(_mm_movehl_ps(x, x)); }
HILLOCK_INLINE __m128 narrowed(__m128d low, __m128d high) noexcept {
  return _mm_movelh_ps(_mm_cvtpd_ps(low), _mm_cvtpd_ps(high));
}
#if defined(__AVX__)
HILLOCK_INLINE __m256d widened_low(__m256 x) noexcept {
  return _mm256_cvtps_pd(_mm256_castps256_ps128(x));
}
HILLOCK_INLINE __m256d widened_high(__m256 x) noexcept {
  return _mm256_cvtps_pd(_mm256_extractf128_ps(x, 1));
}
HILLOCK_INLINE __m256 narrowed(__m256d low, __m256d high) noexcept {
  return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm256_cvtpd_ps(low)), _mm256_cvtpd_ps(high),
                              1);
}
#endif
#if defined(__AVX512F__)
HILLOCK_INLINE __m512d widened_low(__m512 x) noexcept {
  return _mm512_cvtps_pd(_mm512_castps512_ps256(x));
}
HILLOCK_INLINE __m512d widened_high(__m512 x) noexcept {
  return _mm512_cvtps_pd(_mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(x), 1)));
}
HILLOCK_INLINE __m512 narrowed(__m512d low, __m512d high) noexcept {
  return _mm512_castpd_ps(
      _mm512_insertf64x4(_mm512_castps_pd(_mm512_castps256_ps512(_mm512_cvtpd_ps(low))),
                         _mm256_castps_pd(_mm512_cvtpd_ps(high)), 1));
}
#endif
#elif defined(__aarch64__)
HILLOCK_INLINE float64x2_t widened_low(float32x4_t x) noexcept {
  return vcvt_f64_f32(vget_low_f32(x));
}
HILLOCK_INLINE float64x2_t widened_high(float32x4_t x) noexcept { return vcvt_high_f64_f32(x); }
HILLOCK_INLINE float32x4_t narrowed(float64x2_t low, float64x2_t high) noexcept {
  return vcvt_high_f32_f64(vcvt_f32_f64(low), high);
}
#endif

}  // namespace machine

/// 2^table_bits is the size of the tables that Batch<T>::looked_up takes; 0 where there are none.
template <class T>
inline constexpr int table_bits = std::is_same_v<T, float> ? HILLOCK_TABLE_BITS : 0;

/// Whether a number is NaN, asked of its bits: -ffast-math assumes that none is.
template <class T>
inline bool is_nan_number(T number) noexcept {
  machine::BitsOf<T> pattern;
  std::memcpy(&pattern, &number, sizeof(T));
  constexpr machine::BitsOf<T> infinity = sizeof(T) == 4 ? 0x7f800000 : 0x7ff0000000000000;
  return (pattern & static_cast<machine::BitsOf<T>>(
                        ~(machine::BitsOf<T>{1} << (8 * sizeof(T) - 1)))) > infinity;
}

/// Whether a number is finite, asked of its bits in the same way.
template <class T>
inline bool is_finite_number(T number) noexcept {
  machine::BitsOf<T> pattern;
  std::memcpy(&pattern, &number, sizeof(T));
  constexpr machine::BitsOf<T> exponent = sizeof(T) == 4 ? 0x7f800000 : 0x7ff0000000000000;
  return (pattern & exponent) != exponent;
}

/// What float a double below 2^-126 in magnitude is rounded to, to nearest, ties to even: a
/// subnormal one, 0 or 2^-126. By integers alone, because g++ and clang link start-up code into a
/// program that is linked with -ffast-math, which makes the processor put 0 in the place of every
/// subnormal result and operand.
inline float subnormal_from(double number) noexcept {
  std::uint64_t pattern;
  std::memcpy(&pattern, &number, sizeof pattern);
  const auto exponent = static_cast<int>((pattern >> 52) & 0x7ff);
  const std::uint64_t fraction = pattern & ((std::uint64_t{1} << 52) - 1);
  const std::uint64_t digits = exponent == 0 ? fraction : fraction | std::uint64_t{1} << 52;
  // The number is digits 2^(exponent - 1075), and subnormal floats are multiples of 2^-149.
  const int shift = 926 - exponent;
  std::uint64_t multiple = 0;
  if (shift < 54) {
    const std::uint64_t half = std::uint64_t{1} << (shift - 1);
    multiple = digits >> shift;
    const std::uint64_t rest = digits & (2 * half - 1);
    if (rest > half || (rest == half && (multiple & 1) != 0)) ++multiple;
  }
  const auto result = static_cast<std::uint32_t>(multiple | (pattern >> 63) << 31);
  float rounded;
  std::memcpy(&rounded, &result, sizeof rounded);
  return rounded;
}

/// A float as a double, also where the processor reads a subnormal one as 0.
inline double widened_as_it_is(float number) noexcept {
  std::uint32_t pattern;
  std::memcpy(&pattern, &number, sizeof pattern);
  const std::uint32_t magnitude = pattern & 0x7fffffff;
  if (magnitude > 0x7fffff || magnitude == 0) return static_cast<double>(number);
  const double value = static_cast<double>(magnitude) * 0x1p-149;
  return pattern == magnitude ? value : -value;
}

/// Whether a number is NaN, where -ffast-math lets a comparison with NaN be true; false elsewhere.
/// It has to be asked before a comparison: behind a == 0 the compiler would put 0 for a.
template <class T>
constexpr bool is_hidden_nan(T number) noexcept {
#if HILLOCK_FAST_MATH
  return is_nan_number(number);
#else
  static_cast<void>(number);
  return false;
#endif
}

/// Powers of two: a times `to` has a magnitude in [1, 2) (below 1 if a is subnormal or 0, up to 4
/// if it is the largest), and to times back is 1.
template <class T>
struct Scale {
  T to;
  T back;
};
template <class T>
inline Scale<T> scale_to_one(T a) noexcept {
  using Pattern = machine::BitsOf<T>;
  constexpr int mantissa_bits = sizeof(T) == 4 ? 23 : 52;
  constexpr Pattern bias = sizeof(T) == 4 ? 127 : 1023;
  Pattern pattern;
  std::memcpy(&pattern, &a, sizeof(T));
  Pattern exponent = (pattern >> mantissa_bits) & (2 * bias + 1);
  exponent = exponent < 1 ? Pattern{1} : exponent > 2 * bias - 1 ? Pattern{2 * bias - 1} : exponent;
  const Pattern to = (2 * bias - exponent) << mantissa_bits;
  const Pattern back = exponent << mantissa_bits;
  Scale<T> scale;
  std::memcpy(&scale.to, &to, sizeof(T));
  std::memcpy(&scale.back, &back, sizeof(T));
  return scale;
}

}  // namespace simd
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
