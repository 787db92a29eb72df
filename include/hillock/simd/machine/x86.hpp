// x86 with SSE2 or more, for g++ and clang. The code that all register widths have in common is
// written here once, as macros; x86_sse2.hpp, x86_avx.hpp and x86_avx512.hpp apply them and add the
// functions of each width. simd/machine.hpp says what every function does.
#pragma once

#include <hillock/simd/machine/x86_cpuid.hpp>

// <immintrin.h> is not included for SSE2 alone: its 60000 lines for later processors took a fifth
// of the time to compile a file that includes hillock (g++).
#if defined(__AVX__)
#include <immintrin.h>
#else
#include <emmintrin.h>
#endif

#include <cstddef>
#include <cstdint>

#if !defined(__SSE2_MATH__)
#include <hillock/simd/machine/environment_exceptions.hpp>
#endif

// g++ 12 warns of an uninitialised __Y inside its own AVX-512 intrinsics once they are inlined here
// (PR 105593).
#if !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif

// "v" allows all 32 registers of AVX-512VL, "x" the first 16.
#if defined(__AVX512VL__)
#define HILLOCK_X86_ANY_REGISTER "v"
#define HILLOCK_SEAL(value) asm("" : "+v"(value))
#else
#define HILLOCK_X86_ANY_REGISTER "x"
#define HILLOCK_SEAL(value) asm("" : "+x"(value))
#endif

// clang does not say whether -fassociative-math, -funsafe-math-optimizations or -ffast-math
// -fno-finite-math-only is on, but it has a barrier of its own, which costs nothing where sums may
// not be reordered.
#if defined(__clang__) && defined(__has_builtin)
#if __has_builtin(__arithmetic_fence)
#define HILLOCK_X86_HAS_FENCE 1
#define HILLOCK_X86_FENCE(Register) \
  HILLOCK_INLINE Register fenced(Register value) noexcept { return __arithmetic_fence(value); }
#endif
#endif
#ifndef HILLOCK_X86_FENCE
#define HILLOCK_X86_HAS_FENCE 0
#define HILLOCK_X86_FENCE(Register)
#endif

#if HILLOCK_HAS_FMA
#define HILLOCK_X86_MULTIPLY_ADD(Register, prefix, suffix)                                \
  HILLOCK_INLINE Register multiply_add(Register a, Register b, Register c) noexcept {     \
    return prefix##_fmadd_##suffix(a, b, c);                                              \
  }                                                                                       \
  HILLOCK_INLINE Register subtract_product(Register c, Register a, Register b) noexcept { \
    return prefix##_fnmadd_##suffix(a, b, c);                                             \
  }
#else
#define HILLOCK_X86_MULTIPLY_ADD(Register, prefix, suffix)
#endif

// Under -ffast-math the instruction is written as asm, because clang would swap the operands of the
// intrinsic, and the result for a NaN would be the other operand.
#if !HILLOCK_FAST_MATH
#define HILLOCK_X86_EXTREMES(Register, prefix, suffix)               \
  HILLOCK_INLINE Register maximum(Register a, Register b) noexcept { \
    return prefix##_max_##suffix(a, b);                              \
  }                                                                  \
  HILLOCK_INLINE Register minimum(Register a, Register b) noexcept { \
    return prefix##_min_##suffix(a, b);                              \
  }
#elif defined(__AVX__)
#define HILLOCK_X86_EXTREMES(Register, prefix, suffix)                 \
  HILLOCK_INLINE Register maximum(Register a, Register b) noexcept {   \
    asm("vmax" #suffix " {%1, %0, %0|%0, %0, %1}" : "+x"(a) : "x"(b)); \
    return a;                                                          \
  }                                                                    \
  HILLOCK_INLINE Register minimum(Register a, Register b) noexcept {   \
    asm("vmin" #suffix " {%1, %0, %0|%0, %0, %1}" : "+x"(a) : "x"(b)); \
    return a;                                                          \
  }
#else
#define HILLOCK_X86_EXTREMES(Register, prefix, suffix)               \
  HILLOCK_INLINE Register maximum(Register a, Register b) noexcept { \
    asm("max" #suffix " {%1, %0|%0, %1}" : "+x"(a) : "x"(b));        \
    return a;                                                        \
  }                                                                  \
  HILLOCK_INLINE Register minimum(Register a, Register b) noexcept { \
    asm("min" #suffix " {%1, %0|%0, %1}" : "+x"(a) : "x"(b));        \
    return a;                                                        \
  }
#endif

// Under -ffast-math both compilers turn a vector division or square root into an estimate and a
// Newton step, which is some ULP off and NaN where the divisor is infinite. An instruction in asm
// is exempt. clang does the same under -freciprocal-math, of which it defines no macro.
#if HILLOCK_FAST_MATH || defined(__clang__)
#define HILLOCK_X86_WRITES_DIVISION 1
#else
#define HILLOCK_X86_WRITES_DIVISION 0
#endif
#if !HILLOCK_X86_WRITES_DIVISION
#define HILLOCK_X86_DIVISION(Register, suffix)
#elif defined(__AVX__)
#define HILLOCK_X86_DIVISION(Register, suffix)                       \
  HILLOCK_INLINE Register divide(Register a, Register b) noexcept {  \
    Register quotient;                                               \
    asm("vdiv" #suffix " {%2, %1, %0|%0, %1, %2}"                    \
        : "=" HILLOCK_X86_ANY_REGISTER(quotient)                     \
        : HILLOCK_X86_ANY_REGISTER(a), HILLOCK_X86_ANY_REGISTER(b)); \
    return quotient;                                                 \
  }                                                                  \
  HILLOCK_INLINE Register square_root(Register a) noexcept {         \
    Register root;                                                   \
    asm("vsqrt" #suffix " {%1, %0|%0, %1}"                           \
        : "=" HILLOCK_X86_ANY_REGISTER(root)                         \
        : HILLOCK_X86_ANY_REGISTER(a));                              \
    return root;                                                     \
  }
#else
#define HILLOCK_X86_DIVISION(Register, suffix)                      \
  HILLOCK_INLINE Register divide(Register a, Register b) noexcept { \
    asm("div" #suffix " {%1, %0|%0, %1}" : "+x"(a) : "x"(b));       \
    return a;                                                       \
  }                                                                 \
  HILLOCK_INLINE Register square_root(Register a) noexcept {        \
    asm("sqrt" #suffix " {%0, %0|%0, %0}" : "+x"(a));               \
    return a;                                                       \
  }
#endif

// The instructions for wider registers do in every block of 128 bits what those of SSE2 do.
#define HILLOCK_X86_SHUFFLES(Floats, Doubles, prefix)                                     \
  HILLOCK_INLINE void split_pairs(Floats& a, Floats& b) noexcept {                        \
    const Floats even = prefix##_shuffle_ps(a, b, _MM_SHUFFLE(2, 0, 2, 0));               \
    b = prefix##_shuffle_ps(a, b, _MM_SHUFFLE(3, 1, 3, 1));                               \
    a = even;                                                                             \
  }                                                                                       \
  HILLOCK_INLINE void merge_pairs(Floats& a, Floats& b) noexcept {                        \
    const Floats first = prefix##_unpacklo_ps(a, b);                                      \
    b = prefix##_unpackhi_ps(a, b);                                                       \
    a = first;                                                                            \
  }                                                                                       \
  HILLOCK_INLINE void split_pairs(Doubles& a, Doubles& b) noexcept {                      \
    const Doubles even = prefix##_unpacklo_pd(a, b);                                      \
    b = prefix##_unpackhi_pd(a, b);                                                       \
    a = even;                                                                             \
  }                                                                                       \
  HILLOCK_INLINE void merge_pairs(Doubles& a, Doubles& b) noexcept { split_pairs(a, b); } \
  HILLOCK_INLINE void transpose(Floats(&r)[4]) noexcept {                                 \
    const Doubles a = prefix##_castps_pd(prefix##_unpacklo_ps(r[0], r[1]));               \
    const Doubles b = prefix##_castps_pd(prefix##_unpackhi_ps(r[0], r[1]));               \
    const Doubles c = prefix##_castps_pd(prefix##_unpacklo_ps(r[2], r[3]));               \
    const Doubles d = prefix##_castps_pd(prefix##_unpackhi_ps(r[2], r[3]));               \
    r[0] = prefix##_castpd_ps(prefix##_unpacklo_pd(a, c));                                \
    r[1] = prefix##_castpd_ps(prefix##_unpackhi_pd(a, c));                                \
    r[2] = prefix##_castpd_ps(prefix##_unpacklo_pd(b, d));                                \
    r[3] = prefix##_castpd_ps(prefix##_unpackhi_pd(b, d));                                \
  }

#define HILLOCK_X86_STREAM(T, Register, prefix, suffix)        \
  HILLOCK_INLINE void stream(T* to, Register value) noexcept { \
    prefix##_stream_##suffix(to, value);                       \
  }

// The instruction looks up in a table what to put in a lane, by the class of its number. From the
// lowest four bits on, the entries are for quiet NaNs, signalling NaNs, zeros, +1, -infinity,
// +infinity, other negative and other positive numbers. They say 0: the first operand, 2: the NaN,
// 10: 1. For doubles the table is in the lower half of the lane.
#if defined(__AVX512VL__)
#define HILLOCK_X86_CLASSES(Register, prefix, suffix)                                        \
  HILLOCK_INLINE Register one_where_positive(Register x, Register otherwise) noexcept {      \
    return prefix##_fixupimm_##suffix(otherwise, x,                                          \
                                      prefix##_set1_epi32(static_cast<int>(0xa0a0a022)), 0); \
  }                                                                                          \
  HILLOCK_INLINE Register nan_or(Register x, Register y) noexcept {                          \
    return prefix##_fixupimm_##suffix(y, x, prefix##_set1_epi32(0x22), 0);                   \
  }
#else
#define HILLOCK_X86_CLASSES(Register, prefix, suffix)
#endif

// Everything that the widths have in common, for the registers of one width.
#define HILLOCK_X86_WIDTH(Floats, Doubles, prefix) \
  HILLOCK_X86_FENCE(Floats)                        \
  HILLOCK_X86_FENCE(Doubles)                       \
  HILLOCK_X86_MULTIPLY_ADD(Floats, prefix, ps)     \
  HILLOCK_X86_MULTIPLY_ADD(Doubles, prefix, pd)    \
  HILLOCK_X86_EXTREMES(Floats, prefix, ps)         \
  HILLOCK_X86_EXTREMES(Doubles, prefix, pd)        \
  HILLOCK_X86_DIVISION(Floats, ps)                 \
  HILLOCK_X86_DIVISION(Doubles, pd)                \
  HILLOCK_X86_SHUFFLES(Floats, Doubles, prefix)    \
  HILLOCK_X86_STREAM(float, Floats, prefix, ps)    \
  HILLOCK_X86_STREAM(double, Doubles, prefix, pd)  \
  HILLOCK_X86_CLASSES(Floats, prefix, ps)          \
  HILLOCK_X86_CLASSES(Doubles, prefix, pd)

#include <hillock/simd/machine/x86_sse2.hpp>
#if defined(__AVX__)
#include <hillock/simd/machine/x86_avx.hpp>
#endif
#if defined(__AVX512F__)
#include <hillock/simd/machine/x86_avx512.hpp>
#endif

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace simd {
namespace machine {

inline constexpr bool has_fence = HILLOCK_X86_HAS_FENCE;
inline constexpr bool has_division = HILLOCK_X86_WRITES_DIVISION;
inline constexpr bool has_extremes = true;
inline constexpr bool extremes_of_equals_are_second = true;
inline constexpr bool has_conversions = true;
// The 256-bit registers of AVX alone have no instructions for integers.
#if !defined(__AVX__) || defined(__AVX2__)
inline constexpr bool has_16_bit_lanes = true;
#else
inline constexpr bool has_16_bit_lanes = false;
#endif
#if defined(__F16C__) && defined(__AVX2__)
inline constexpr bool has_half_conversions = true;
#else
inline constexpr bool has_half_conversions = false;
#endif
inline constexpr bool has_shuffles = true;
inline constexpr bool can_stream = true;

// The instructions that make a mask of the signs of 512 bits are AVX512DQ's. Without AVX512F, and
// for narrower registers, a blend takes the register itself.
#if defined(__AVX__) && (!defined(__AVX512F__) || defined(__AVX512DQ__))
inline constexpr bool has_blend_by_sign = true;
#else
inline constexpr bool has_blend_by_sign = false;
#endif
inline constexpr bool has_shifts = false;
inline constexpr bool has_nan_mask = true;

// AVX512VL has the instruction for every width.
#if defined(__AVX512VL__)
inline constexpr bool has_classes = true;
#else
inline constexpr bool has_classes = false;
#endif

#if defined(__AVX512F__)
inline constexpr std::size_t counting_register_bytes = 64;
#else
inline constexpr std::size_t counting_register_bytes = 0;
#endif

// Without AVX512VL, registers narrower than 512 bits have no lookup in a table of two registers.
// The tables are used together with fma only.
#if defined(__AVX512VL__) && defined(__FMA__)
inline constexpr int table_bits = 4;
#elif defined(__AVX2__) && !defined(__AVX512F__) && defined(__FMA__)
inline constexpr int table_bits = 3;
#else
inline constexpr int table_bits = 0;
#endif

// A square of two registers of doubles consists of two pairs.
template <class Register>
HILLOCK_INLINE void transpose(Register (&r)[2]) noexcept {
  split_pairs(r[0], r[1]);
}

HILLOCK_COLD inline std::size_t bytes_to_stream() noexcept {
  return bytes_to_stream(
      [](std::uint32_t leaf, std::uint32_t subleaf) noexcept { return cpuid(leaf, subleaf); });
}
HILLOCK_INLINE void finish_streaming() noexcept { _mm_sfence(); }
HILLOCK_INLINE void prefetch_for_one_use(std::uintptr_t address) noexcept {
  _mm_prefetch(reinterpret_cast<const char*>(address), _MM_HINT_NTA);
}

#if defined(__SSE2_MATH__)
class ExceptionMasks {
 public:
  // Usually no trap is enabled, and then the modes are not written, because each access to them
  // takes as long as five dependent additions of batches.
  ExceptionMasks() noexcept : before_(_mm_getcsr()) {
    if (!are_masked()) _mm_setcsr(before_ | masks);
  }
  ~ExceptionMasks() {
    if (!are_masked()) _mm_setcsr(before_);
  }
  ExceptionMasks(const ExceptionMasks&) = delete;
  ExceptionMasks& operator=(const ExceptionMasks&) = delete;

 private:
  static constexpr unsigned masks = 0x0680;  // invalid, division by zero, overflow
  unsigned before_;

  bool are_masked() const noexcept { return HILLOCK_LIKELY((before_ & masks) == masks); }
};
#else
// The x87 computes scalars here, and it has modes of its own.
using ExceptionMasks = EnvironmentExceptionMasks;
#endif

}  // namespace machine
}  // namespace simd
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock

#undef HILLOCK_X86_ANY_REGISTER
#undef HILLOCK_X86_HAS_FENCE
#undef HILLOCK_X86_FENCE
#undef HILLOCK_X86_MULTIPLY_ADD
#undef HILLOCK_X86_EXTREMES
#undef HILLOCK_X86_WRITES_DIVISION
#undef HILLOCK_X86_DIVISION
#undef HILLOCK_X86_SHUFFLES
#undef HILLOCK_X86_STREAM
#undef HILLOCK_X86_CLASSES
#undef HILLOCK_X86_WIDTH

#if !defined(__clang__)
#pragma GCC diagnostic pop
#endif
