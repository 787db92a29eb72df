// x above a threshold, else a constant: what Threshold and ThresholdedReLU share.
#pragma once

#include <hillock/simd/batch.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace kernels {

/// The function f(x) = x for x > threshold, else value, with its derivative. If a parameter is NaN,
/// every result is.
template <class T>
class ThresholdFormula {
 public:
  explicit ThresholdFormula(T threshold, T value) noexcept
      : threshold_(threshold),
        value_(value),
        summand_(
            simd::nan_unless<T>(!simd::is_nan_number(threshold) && !simd::is_nan_number(value))) {}

  template <class V>
  HILLOCK_INLINE V forward_at(const V& x) const noexcept {
    return nan_propagated(x, select(x <= V(threshold_), V(value_), x)) + V(summand_);
  }
  template <class V>
  HILLOCK_INLINE V derivative_at(const V& x) const noexcept {
    return nan_or(x, zero_where(x <= V(threshold_), V(1))) + V(summand_);
  }

 private:
  T threshold_, value_, summand_;
};

}  // namespace kernels
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
