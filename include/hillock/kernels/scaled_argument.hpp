// A parameter times x, or x divided by it, as the argument of an exponential, with its rounding
// error.
#pragma once

#include <hillock/kernels/decay.hpp>
#include <hillock/kernels/error_free.hpp>
#include <hillock/kernels/pair.hpp>

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
  /// Copies member by member, for the reason given at SharedSlope.
  ArgumentFactor(const ArgumentFactor& other) noexcept
      : factor_(simd::loaded_alone(other.factor_)), reach_(simd::loaded_alone(other.reach_)) {}

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

/// Returns x - a b, which is exact where a b is x up to a rounding error.
template <class V>
HILLOCK_INLINE V rest_of_product(V x, typename V::value_type a, V b) noexcept {
  if constexpr (simd::has_fma) {
    return subtracted_product(x, V(a), b);
  } else {
    const TwoParts<V> product = exact_product(V(a), b);
    return (x - product.high) - product.low;
  }
}
template <class W>
Pair<W> rest_of_product(const Pair<W>& x, double a, const Pair<W>& b) noexcept {
  return x - Pair<W>(a) * b;
}

/// A divisor that is not negative, prepared for the quotients of many x. The limit of the quotients
/// for the divisor 0 is 0 for x = 0 and infinite elsewhere.
template <class T>
class ArgumentDivisor {
  using C = ExpConstants<T>;

 public:
  explicit ArgumentDivisor(T divisor) noexcept {
    constexpr T infinity = std::numeric_limits<T>::infinity();
    const bool is_zero = !simd::is_hidden_nan(divisor) && divisor == 0;
    scale_ = is_zero ? 1 / C::from_tail : simd::scale_to_one(divisor).to;
    divisor_ = is_zero ? C::from_tail * T(0x1p-61) : divisor * scale_;
    inverse_ = 1 / divisor_;
    // The product is taken of the smaller number, because clang computes it in any case, and it
    // would raise an exception.
    constexpr T largest = std::numeric_limits<T>::max() / C::decay_limit;
    const T reach = (divisor < largest ? divisor : largest) * C::decay_limit;
    reach_ = is_zero ? T(1) : divisor >= largest ? infinity : reach;
  }

  /// Copies member by member, for the reason given at SharedSlope.
  ArgumentDivisor(const ArgumentDivisor& other) noexcept
      : scale_(simd::loaded_alone(other.scale_)),
        divisor_(simd::loaded_alone(other.divisor_)),
        inverse_(simd::loaded_alone(other.inverse_)),
        reach_(simd::loaded_alone(other.reach_)) {}
  ArgumentDivisor& operator=(const ArgumentDivisor&) noexcept = default;

  /// Reduces -|x / divisor|, for decay_from_one_of. Below -decay_limit, the quotient is that limit.
  template <class V>
  HILLOCK_INLINE Reduced<V> reduced_quotient(const V& x) const noexcept {
    // Divisor and x are scaled by the same power of two, so that neither the inverse nor the rest
    // of the quotient is subnormal. The limit comes first, because the scaled x could overflow, and
    // again for an infinite x and a divisor whose reach is infinite.
    const V scaled =
        not_below(not_below(negative_magnitude(x), -reach_) * scale_, -C::decay_limit * divisor_);
    const V quotient = scaled * inverse_;
    Reduced<V> sum = reduced_decay_from_one(quotient);
    sum.r = fma(rest_of_product(scaled, divisor_, quotient), inverse_, sum.r);
    return sum;
  }

 private:
  T scale_;
  T divisor_;  ///< times scale_, which makes it 1 to 2 unless it is at an end of its range
  T inverse_;  ///< of divisor_
  T reach_;    ///< an x beyond it has a quotient beyond the decay limit
};

}  // namespace kernels
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
