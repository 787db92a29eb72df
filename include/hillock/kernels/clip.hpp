// Clipping to an interval: what the functions that are flat outside of one share.
#pragma once

#include <hillock/simd/batch.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace kernels {

/// Returns x, limited to [low, high]; NaN for NaN. Where a limit is 0, the sign of a zero may be
/// that of x or that of the limit, depending on the processor.
template <class V>
HILLOCK_INLINE V clipped(V x, V low, V high) noexcept {
  return not_above(not_below(x, low), high);
}

/// Returns the slope for low < x < high, else 0, at both ends too; NaN for NaN.
template <class V>
HILLOCK_INLINE V clipped_derivative(V x, V low, V high, V slope) noexcept {
  return nan_or(x, zero_where((x <= low) | (x >= high), slope));
}

}  // namespace kernels
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
