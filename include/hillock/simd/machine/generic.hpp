// Any processor that xsimd knows and hillock does not: right, but with nothing done in the
// processor's own way. simd/machine.hpp says what every function does; what this family has not,
// the rest of simd/ writes in operations of xsimd or lane by lane.
#pragma once

#include <hillock/simd/machine/environment_exceptions.hpp>

#include <cstddef>
#include <cstdint>

// Through memory, because the letter that stands for a vector register differs from processor to
// processor.
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
inline constexpr bool has_conversions = false;
inline constexpr bool has_shuffles = false;
inline constexpr bool can_stream = false;
inline constexpr std::size_t counting_register_bytes = 0;
inline constexpr int table_bits = 0;

using ExceptionMasks = EnvironmentExceptionMasks;

HILLOCK_INLINE void finish_streaming() noexcept {}
HILLOCK_INLINE void prefetch_for_one_use(std::uintptr_t) noexcept {}

}  // namespace machine
}  // namespace simd
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
