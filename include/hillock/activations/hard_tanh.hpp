#pragma once

#include <hillock/arrays/operations/parameter.hpp>
#include <hillock/kernels/clip.hpp>
#include <hillock/verbs.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Hard tanh, a clip: f(x) = low for x <= low, high for x >= high, else x.
/// Derivative   1 for low < x < high, else 0.
/// Kinks        at both ends the derivative is 0, that of the flat side.
/// Parameters   low, -1 by default, and high, 1 by default; finite numbers with low <= high
///              (std::invalid_argument otherwise). With low = high the function is constant. If an
///              infinity, a NaN, or a low above high is written to them later, every result is NaN.
/// Edge values  f(+-0) = +-0 for low < 0 < high, and +0 if low or high is 0; f(+inf) = high,
///              f(-inf) = low, f' = 0 at both infinities; NaN in, NaN out.
/// Computed as  a maximum and a minimum.
/// Accuracy     exact.
/// Type         HardTanh<> where C++ deduces no template arguments: as a member, a parameter or a
///              result. The element type is that of the arrays; there is no HardTanh<double>.
/// Source       Collobert, "Large Scale Machine Learning" (thesis, 2004).
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class HardTanh : public PreparedActivation<HardTanh<A, Arch>> {
 public:
  static constexpr ErrorBound forward_bound{0};
  static constexpr ErrorBound derivative_bound{0};
  static constexpr bool may_preserve_sign = true;
  static constexpr bool has_unimodal_slope = true;

  double low;
  double high;
  static constexpr auto parameters() noexcept {
    return std::array{Parameter{"low", &HardTanh::low}, Parameter{"high", &HardTanh::high}};
  }

  constexpr explicit HardTanh(double smallest = -1, double largest = 1)
      : low(detail::finite_parameter("HardTanh", "low", smallest)),
        high(detail::high_parameter("HardTanh", smallest, largest)) {}

  /// The function with its limits rounded to T.
  template <class T>
  class Formula {
   public:
    explicit Formula(T smallest, T largest) noexcept
        : low_(smallest), high_(largest), summand_(summand_for(smallest, largest)) {}

    template <class V>
    HILLOCK_INLINE V forward_at(const V& x) const noexcept {
      // The summand is sealed, because under -ffast-math a compiler leaves out the addition of 0.
      return clipped(x, V(low_), V(high_)) + sealed(V(summand_));
    }
    template <class V>
    HILLOCK_INLINE V derivative_at(const V& x) const noexcept {
      return clipped_derivative(x, V(low_), V(high_), V(1)) + V(summand_);
    }

   private:
    T low_, high_;
    /// NaN if the limits are not valid. With a limit of 0 it is +0, which makes +0 of a -0, as on
    /// every processor it shall be; else it is -0.
    T summand_;

    static T summand_for(T smallest, T largest) noexcept {
      const bool is_valid = !detail::simd::is_nan_number(smallest) &&
                            !detail::simd::is_nan_number(largest) && smallest <= largest;
      const bool has_zero = is_valid && (smallest == 0 || largest == 0);
      return has_zero ? T(0) : detail::simd::nan_unless<T>(is_valid);
    }
  };
  template <class T>
  Formula<T> formula() const noexcept {
    return Formula<T>(detail::rounded_parameter<A, T>(low), detail::rounded_parameter<A, T>(high));
  }
};

/// The function as an object: hard_tanh(x), hard_tanh.derivative(x). exact::hard_tanh is the
/// correctly rounded one.
inline constexpr HardTanh<> hard_tanh{};

namespace exact {
using HardTanh = hillock::HardTanh<Accuracy::exact>;
inline constexpr HardTanh hard_tanh{};
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
