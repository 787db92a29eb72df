// The name of the instruction set for which a file is compiled, and the few properties of compilers
// on which hillock relies.
//
// All of hillock is in an inline namespace of this name. Two object files of one program may be
// compiled with different -m flags; if they shared a symbol, the linker would keep one copy of it
// and run, say, AVX-512 code on a machine without it. With the instruction set in the mangled name
// they share none.
#pragma once

// The level, which decides which registers there are.
#if defined(__AVX512F__)
#define HILLOCK_ISA_LEVEL avx512f
#elif defined(__AVX2__)
#define HILLOCK_ISA_LEVEL avx2
#elif defined(__AVX__)
#define HILLOCK_ISA_LEVEL avx
#elif defined(__SSE4_2__)
#define HILLOCK_ISA_LEVEL sse4_2
#elif defined(__SSE4_1__)
#define HILLOCK_ISA_LEVEL sse4_1
#elif defined(__SSSE3__)
#define HILLOCK_ISA_LEVEL ssse3
#elif defined(__SSE3__)
#define HILLOCK_ISA_LEVEL sse3
#elif defined(__SSE2__) || defined(_M_X64)
#define HILLOCK_ISA_LEVEL sse2
#elif defined(__ARM_FEATURE_SVE)
#define HILLOCK_ISA_LEVEL sve
#elif defined(__aarch64__)
#define HILLOCK_ISA_LEVEL neon64
#elif defined(__ARM_NEON)
#define HILLOCK_ISA_LEVEL neon
#else
#define HILLOCK_ISA_LEVEL generic
#endif

// Each extension that a compiler may use in addition is a part of the name too.
#ifdef HILLOCK_GENERIC_MACHINE  // explained in simd/machine.hpp
#define HILLOCK_ISA_FAMILY generic_
#else
#define HILLOCK_ISA_FAMILY
#endif
#ifdef __FMA__
#define HILLOCK_ISA_FMA _fma
#else
#define HILLOCK_ISA_FMA
#endif
#ifdef __FMA4__
#define HILLOCK_ISA_FMA4 _fma4
#else
#define HILLOCK_ISA_FMA4
#endif
#ifdef __F16C__
#define HILLOCK_ISA_F16C _f16c
#else
#define HILLOCK_ISA_F16C
#endif
#if defined(__BMI__) || defined(__BMI2__) || defined(__LZCNT__) || defined(__MOVBE__)
#define HILLOCK_ISA_BMI _bmi
#else
#define HILLOCK_ISA_BMI
#endif
#ifdef __POPCNT__
#define HILLOCK_ISA_POPCNT _popcnt
#else
#define HILLOCK_ISA_POPCNT
#endif
#if defined(__AVX512VL__) && defined(__AVX512DQ__) && defined(__AVX512BW__) && defined(__AVX512CD__)
#define HILLOCK_ISA_SKX _skx
#elif defined(__AVX512VL__) || defined(__AVX512DQ__) || defined(__AVX512BW__)
#define HILLOCK_ISA_SKX _partly_skx
#else
#define HILLOCK_ISA_SKX
#endif
#if defined(__AVX512VBMI__) || defined(__AVX512IFMA__)
#define HILLOCK_ISA_VBMI _vbmi
#else
#define HILLOCK_ISA_VBMI
#endif
#if defined(__AVX512VBMI2__) || defined(__AVX512BITALG__) || defined(__AVX512VPOPCNTDQ__)
#define HILLOCK_ISA_VBMI2 _vbmi2
#else
#define HILLOCK_ISA_VBMI2
#endif
#if defined(__AVX512VNNI__) || defined(__AVXVNNI__)
#define HILLOCK_ISA_VNNI _vnni
#else
#define HILLOCK_ISA_VNNI
#endif
#if defined(__AVX512BF16__) || defined(__AVX512FP16__)
#define HILLOCK_ISA_FP16 _fp16
#else
#define HILLOCK_ISA_FP16
#endif

#define HILLOCK_PASTE_NAMES(a, b, c, d, e, f, g, h, i, j, k, l) a##b##c##d##e##f##g##h##i##j##k##l
#define HILLOCK_PASTE(a, b, c, d, e, f, g, h, i, j, k, l) \
  HILLOCK_PASTE_NAMES(a, b, c, d, e, f, g, h, i, j, k, l)
#define HILLOCK_INSTRUCTION_SET                                                           \
  HILLOCK_PASTE(HILLOCK_ISA_FAMILY, HILLOCK_ISA_LEVEL, HILLOCK_ISA_FMA, HILLOCK_ISA_FMA4, \
                HILLOCK_ISA_F16C, HILLOCK_ISA_BMI, HILLOCK_ISA_POPCNT, HILLOCK_ISA_SKX,   \
                HILLOCK_ISA_VBMI, HILLOCK_ISA_VBMI2, HILLOCK_ISA_VNNI, HILLOCK_ISA_FP16)

#define HILLOCK_STRING_OF(name) #name
#define HILLOCK_STRING(name) HILLOCK_STRING_OF(name)

// HILLOCK_INLINE: kernels are a few dozen instructions and must be inlined into the caller's loop,
// whatever budget the optimiser has.
// HILLOCK_INLINE_LAMBDA: the same for the call of a lambda, written after its parameters.
// HILLOCK_COLD: for a function that is hardly ever called.
// HILLOCK_NOINLINE: for a function that would only make its callers longer. g++ makes no copies of
// it for constant arguments either: these were an eighth of softmax's code.
//
// HILLOCK_LOOP: for a function with a loop over batches, which would otherwise share registers with
// the function around it. HILLOCK_FLATTEN: the same, where it may be inlined.
// HILLOCK_PART, HILLOCK_PART_LAMBDA: for what such a function consists of. There are many levels of
// it, with several copies of a kernel at each. If all were force-inlined, g++ would optimise each
// copy at every level. Instead it is told to inline them into the loop's function at once, which
// saves a fifth of the time to compile softmax (bench/inclusion). (On 64-bit ARM it would then
// leave structs of two registers in memory.) A function with HILLOCK_INLINE must not call one with
// HILLOCK_PART: g++ decides on such a call too early, and leaves the part out of line.
#if defined(__GNUC__)
#define HILLOCK_INLINE inline __attribute__((always_inline))
#define HILLOCK_INLINE_LAMBDA __attribute__((always_inline))
#define HILLOCK_COLD __attribute__((noinline, cold))
#define HILLOCK_LIKELY(condition) __builtin_expect(condition, true)
#else
#define HILLOCK_INLINE inline
#define HILLOCK_INLINE_LAMBDA
#define HILLOCK_COLD
#define HILLOCK_LIKELY(condition) (condition)
#endif
#if defined(__clang__)
#define HILLOCK_NOINLINE __attribute__((noinline))
#elif defined(__GNUC__)
#define HILLOCK_NOINLINE __attribute__((noinline, noclone))
#else
#define HILLOCK_NOINLINE
#endif
#if defined(__GNUC__) && !defined(__clang__) && !defined(__aarch64__)
#define HILLOCK_FLATTEN __attribute__((flatten))
#define HILLOCK_PART inline
#define HILLOCK_PART_LAMBDA
#else
#define HILLOCK_FLATTEN
#define HILLOCK_PART HILLOCK_INLINE
#define HILLOCK_PART_LAMBDA HILLOCK_INLINE_LAMBDA
#endif
#define HILLOCK_LOOP HILLOCK_NOINLINE HILLOCK_FLATTEN

// 1 where the compiler may reorder sums, replace divisions or assume that there is no NaN. clang
// defines macros for -ffast-math and -ffinite-math-only alone, g++ for every part.
#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__) || \
    (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)
#define HILLOCK_FAST_MATH 1
#else
#define HILLOCK_FAST_MATH 0
#endif

// The processor family, whose file simd/machine.hpp includes. Where none is defined it is the
// generic one.
#if defined(HILLOCK_GENERIC_MACHINE)
#elif defined(__SSE2__)
#define HILLOCK_FAMILY_X86
#elif defined(__aarch64__)
#define HILLOCK_FAMILY_ARM64
#endif

// 1 where the family has machine::multiply_add. This is a macro, because code outside simd/ asks.
#if (defined(HILLOCK_FAMILY_X86) && defined(__FMA__)) || defined(HILLOCK_FAMILY_ARM64)
#define HILLOCK_HAS_FMA 1
#else
#define HILLOCK_HAS_FMA 0
#endif

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace simd {

/// Returns the name of the inline namespace: the instruction set of the file that asks.
constexpr const char* instruction_set() noexcept { return HILLOCK_STRING(HILLOCK_INSTRUCTION_SET); }

/// Whether fma(a, b, c) rounds once. Where it does not, fma is a product and a sum.
inline constexpr bool has_fma = HILLOCK_HAS_FMA;

}  // namespace simd
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
