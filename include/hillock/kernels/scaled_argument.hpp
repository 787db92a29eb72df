// A parameter times x as the argument of an exponential, with its rounding error.
#pragma once

#include <hillock/kernels/error_free.hpp>
#include <hillock/kernels/exp.hpp>

#include <limits>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace kernels {

/// x, x limited to finite numbers, and t = factor x, with -|t| in two parts: magnitude + low.
template <class V>
struct ScaledArgument {
  V x;
  V finite_x;
  V t;
  V magnitude;
  V low;
};

/// A factor, prepared for the multiplication of many x.
template <class T>
class ArgumentFactor {
  using C = ExpConstants<T>;

 public:
  constexpr explicit ArgumentFactor(T factor) noexcept
      : factor_(factor), reach_(reach_of(factor < 0 ? -factor : factor)) {}

  constexpr T value() const noexcept { return factor_; }

  /// Returns factor x. Beyond the limit where the exponential is 0, even times the largest number,
  /// t is that limit.
  template <class V>
  HILLOCK_INLINE ScaledArgument<V> times(const V& x) const noexcept {
    const V finite_x = not_below(not_above(x, reach_), -reach_);
    const V whole = factor_ * finite_x;
    const V t = not_below(not_above(whole, C::product_limit), -C::product_limit);
    const auto is_inside = t == whole;
    const V low = exact_product_of_parameter(factor_, select(is_inside, finite_x, V(0))).low;
    return {x, finite_x, t, negative_magnitude(t), select(t < 0, low, -low)};
  }

  /// Returns the same for a tiny factor: its product with the largest number is not beyond the
  /// limit, but that with infinity is. (The caller handles a factor that is NaN.)
  template <class V>
  HILLOCK_INLINE ScaledArgument<V> times_if_tiny(const V& x) const noexcept {
    ScaledArgument<V> t = times(x);
    if (factor_ == 0) return t;
    // `largest` is sealed, because a compiler that may assume that there is no infinity would
    // remove the comparison with it.
    const V largest = sealed(V(std::numeric_limits<typename V::value_type>::max()));
    const auto is_infinite = abs(x) > largest;
    const V limit = C::product_limit;
    t.t = select(is_infinite, copysign(limit, t.t), t.t);
    t.magnitude = select(is_infinite, -limit, t.magnitude);
    t.low = select(is_infinite, V(0), t.low);
    return t;
  }

 private:
  T factor_;
  /// x is limited to this magnitude, because factor x could overflow. At the limit, |t| is beyond
  /// its own limit already.
  T reach_;

  static constexpr T reach_of(T steepness) noexcept {
    constexpr T largest = std::numeric_limits<T>::max();
    return steepness > T(0x1p64) ? T(1) : steepness > 1 ? C::product_limit : largest;
  }
};

}  // namespace kernels
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
