// x for x > 0, slope x otherwise: what ReLU's family shares.
#pragma once

#include <hillock/simd/batch.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace kernels {

/// With slope 0 it is ReLU: +0 for every x <= 0, -infinity included, where 0 x would be NaN or -0.
/// NaN stays NaN.
template <class V>
HILLOCK_INLINE V rectified(V x, V slope) noexcept {
  const V below = select((slope == 0) & (x <= 0), 0, slope * x);
  return select(x > 0, x, below);
}

/// The same with one slope for all: whether it is 0 is asked once and not in every lane.
template <class V>
HILLOCK_INLINE V rectified(V x, typename V::value_type slope) noexcept {
  return slope == 0 ? zero_where(x <= 0, x) : select(x > 0, x, slope * x);
}

/// 1 for x > 0, slope (a batch or a number) otherwise, NaN for NaN.
template <class V, class Slope>
HILLOCK_INLINE V rectified_derivative(V x, Slope slope) noexcept {
  return nan_or(x, select(x > 0, 1, slope));
}

}  // namespace kernels
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
