// 64-bit ARM with its 128-bit registers (Advanced SIMD), for g++ and clang. simd/machine.hpp says
// what every function does.
#pragma once

#include <hillock/simd/machine/environment_exceptions.hpp>

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#define HILLOCK_SEAL(value) asm("" : "+w"(value))

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace simd {
namespace machine {

inline constexpr bool has_fence = false;
// xsimd 8.1 divides floats by an estimate and two Newton steps, 0.8 ULP off.
inline constexpr bool has_division = true;
inline constexpr bool has_extremes = true;
inline constexpr bool extremes_of_equals_are_second = false;  // the maximum of -0 and +0 is +0
inline constexpr bool has_blend_by_sign = false;
inline constexpr bool has_shifts = true;
inline constexpr bool has_conversions = true;
inline constexpr bool has_shuffles = true;
inline constexpr bool has_16_bit_lanes = true;
inline constexpr bool has_half_conversions = false;
inline constexpr bool has_nan_mask = false;
inline constexpr bool has_classes = false;
// There are stores with such a hint, but g++ has no way to write them.
inline constexpr bool can_stream = false;
inline constexpr std::size_t counting_register_bytes = 0;
inline constexpr int table_bits = 0;

using ExceptionMasks = EnvironmentExceptionMasks;

HILLOCK_INLINE float32x4_t multiply_add(float32x4_t a, float32x4_t b, float32x4_t c) noexcept {
  return vfmaq_f32(c, a, b);
}
HILLOCK_INLINE float64x2_t multiply_add(float64x2_t a, float64x2_t b, float64x2_t c) noexcept {
  return vfmaq_f64(c, a, b);
}
HILLOCK_INLINE float32x4_t subtract_product(float32x4_t c, float32x4_t a, float32x4_t b) noexcept {
  return vfmsq_f32(c, a, b);
}
HILLOCK_INLINE float64x2_t subtract_product(float64x2_t c, float64x2_t a, float64x2_t b) noexcept {
  return vfmsq_f64(c, a, b);
}

HILLOCK_INLINE float32x4_t divide(float32x4_t a, float32x4_t b) noexcept { return vdivq_f32(a, b); }
HILLOCK_INLINE float64x2_t divide(float64x2_t a, float64x2_t b) noexcept { return vdivq_f64(a, b); }
HILLOCK_INLINE float32x4_t square_root(float32x4_t a) noexcept { return vsqrtq_f32(a); }
HILLOCK_INLINE float64x2_t square_root(float64x2_t a) noexcept { return vsqrtq_f64(a); }

// These return a NaN if either operand is one, within what the contract allows.
HILLOCK_INLINE float32x4_t maximum(float32x4_t a, float32x4_t b) noexcept {
  return vmaxq_f32(a, b);
}
HILLOCK_INLINE float64x2_t maximum(float64x2_t a, float64x2_t b) noexcept {
  return vmaxq_f64(a, b);
}
HILLOCK_INLINE float32x4_t minimum(float32x4_t a, float32x4_t b) noexcept {
  return vminq_f32(a, b);
}
HILLOCK_INLINE float64x2_t minimum(float64x2_t a, float64x2_t b) noexcept {
  return vminq_f64(a, b);
}

// The instruction shifts to the left, and by a negative count to the right.
HILLOCK_INLINE uint32x4_t shift_left(uint32x4_t a, int count) noexcept {
  return vshlq_u32(a, vdupq_n_s32(count));
}
HILLOCK_INLINE uint64x2_t shift_left(uint64x2_t a, int count) noexcept {
  return vshlq_u64(a, vdupq_n_s64(count));
}
HILLOCK_INLINE uint32x4_t shift_right(uint32x4_t a, int count) noexcept {
  return vshlq_u32(a, vdupq_n_s32(-count));
}
HILLOCK_INLINE uint64x2_t shift_right(uint64x2_t a, int count) noexcept {
  return vshlq_u64(a, vdupq_n_s64(-count));
}

HILLOCK_INLINE float64x2_t widen_low(float32x4_t x) noexcept {
  return vcvt_f64_f32(vget_low_f32(x));
}
HILLOCK_INLINE float64x2_t widen_high(float32x4_t x) noexcept { return vcvt_high_f64_f32(x); }
HILLOCK_INLINE float32x4_t narrow(float64x2_t low, float64x2_t high) noexcept {
  return vcvt_high_f32_f64(vcvt_f32_f64(low), high);
}

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
// A square of two registers of doubles consists of two pairs.
template <class Register>
HILLOCK_INLINE void transpose(Register (&r)[2]) noexcept {
  split_pairs(r[0], r[1]);
}
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

HILLOCK_INLINE void load_16_bit_lanes(const std::uint16_t* from, float32x4_t& to) noexcept {
  to = vreinterpretq_f32_u32(vmovl_u16(vld1_u16(from)));
}
HILLOCK_INLINE void store_16_bit_lanes(std::uint16_t* to, float32x4_t from) noexcept {
  vst1_u16(to, vmovn_u32(vreinterpretq_u32_f32(from)));
}

HILLOCK_INLINE std::size_t bytes_to_stream() noexcept { return SIZE_MAX; }
HILLOCK_INLINE void finish_streaming() noexcept {}
HILLOCK_INLINE void prefetch_for_one_use(std::uintptr_t) noexcept {}

}  // namespace machine
}  // namespace simd
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
