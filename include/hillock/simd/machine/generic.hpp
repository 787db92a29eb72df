// The generic family, for a processor that xsimd knows and hillock does not. It gives right
// results, but uses no instruction of its own. simd/machine.hpp says what every function does;
// where this family lacks a function, the rest of simd/ uses operations of xsimd, or works lane by
// lane.
#pragma once

#include <hillock/simd/machine/environment_exceptions.hpp>

#include <cstddef>
#include <cstdint>

// The value passes through memory, because the constraint letter of a vector register differs
// between processors.
#if defined(__GNUC__)
#define HILLOCK_SEAL(value) asm("" : "+m"(value))
#else
#define HILLOCK_SEAL(value) static_cast<void>(value)
#endif

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace simd {
namespace machine {

inline constexpr bool has_fence = false;
inline constexpr bool has_division = false;
inline constexpr bool has_extremes = false;
inline constexpr bool extremes_of_equals_are_second = false;
inline constexpr bool has_blend_by_sign = false;
inline constexpr bool has_shifts = false;
inline constexpr bool has_conversions = false;
inline constexpr bool has_shuffles = false;
inline constexpr bool has_16_bit_lanes = false;
inline constexpr bool has_half_conversions = false;
inline constexpr bool has_nan_mask = false;
inline constexpr bool has_classes = false;
inline constexpr bool can_stream = false;
inline constexpr std::size_t counting_register_bytes = 0;
inline constexpr int table_bits = 0;

using ExceptionMasks = EnvironmentExceptionMasks;

HILLOCK_INLINE std::size_t bytes_to_stream() noexcept { return SIZE_MAX; }
HILLOCK_INLINE void finish_streaming() noexcept {}
HILLOCK_INLINE void prefetch_for_one_use(std::uintptr_t) noexcept {}

}  // namespace machine
}  // namespace simd
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
