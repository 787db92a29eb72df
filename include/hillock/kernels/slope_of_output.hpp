// f' as a function of y = f(x), for the activations whose output tells it. These formulas have the
// form of an activation's: forward_at(y) is f'(x).
#pragma once

#include <hillock/kernels/expm1.hpp>
#include <hillock/kernels/rectifier.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace kernels {

/// Sigmoid's: y (1 - y).
struct SigmoidSlopeOfOutput {
  template <class V>
  HILLOCK_INLINE V forward_at(const V& y) const noexcept {
    return y * (1 - y);
  }
};

/// Tanh's: 1 - y^2. Without fma the square is rounded, and near 1 the difference would lose digits.
struct TanhSlopeOfOutput {
  template <class V>
  HILLOCK_INLINE V forward_at(const V& y) const noexcept {
    if constexpr (simd::has_fma)
      return subtracted_product(V(1), y, y);
    else
      return (1 - y) * (1 + y);
  }
};

/// That of ReLU and its kin with a slope that is not negative: y has the sign of x.
template <class T>
struct RectifierSlopeOfOutput {
  T slope;

  template <class V>
  HILLOCK_INLINE V forward_at(const V& y) const noexcept {
    return rectified_derivative(y, V(slope));
  }
};
struct ReLUSlopeOfOutput {
  template <class V>
  HILLOCK_INLINE V forward_at(const V& y) const noexcept {
    return positive_part_derivative(y);
  }
};

/// That of a lambda x for x > 0, else scale (e^x - 1): y + scale. ELU and SELU have it.
template <class T>
struct ELUSlopeOfOutput {
  T lambda;
  T scale;

  template <class V>
  HILLOCK_INLINE V forward_at(const V& y) const noexcept {
    return select(y > 0, V(lambda), y + V(scale));
  }
};

/// CELU's: (y + alpha) / alpha.
template <class T>
struct CELUSlopeOfOutput {
  T alpha;

  template <class V>
  HILLOCK_INLINE V forward_at(const V& y) const noexcept {
    return select(y > 0, V(1), (not_above(y, 0) + V(alpha)) / V(alpha));
  }
};

/// Softplus': 1 - e^(-beta y).
template <class T>
struct SoftplusSlopeOfOutput {
  T beta;

  template <class V>
  HILLOCK_INLINE V forward_at(const V& y) const noexcept {
    return -expm1(y * V(-beta));
  }
};

}  // namespace kernels
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
