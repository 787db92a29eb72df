#pragma once

#include <hillock/arrays/operations/parameter.hpp>
#include <hillock/kernels/clip.hpp>
#include <hillock/verbs.hpp>

#include <cmath>
#include <limits>
#include <type_traits>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Hard sigmoid: f(x) = min(max(slope x + offset, 0), 1), a straight line from 0 to 1. Its ends are
/// at x = -offset / slope and x = (1 - offset) / slope, by default at -3 and 3.
/// Derivative   slope between the ends, else 0.
/// Kinks        at both ends the derivative is 0, that of the flat side.
/// Parameters   slope, 1/6 by default, and offset, 0.5 by default; any finite numbers
///              (std::invalid_argument otherwise). PyTorch has the defaults, ONNX a slope of 0.2.
///              With slope 0 the function is constant. If an infinity or a NaN is written to them
///              later, every result is NaN.
/// Edge values  f(+-0) = offset, limited to [0, 1]; for a positive slope f(+inf) = 1, f(-inf) = 0;
///              f' = 0 at both infinities; NaN in, NaN out.
/// Computed as  the distance from the end where f is 0, times the slope. Next to that end this
///              keeps all digits; slope x + offset would lose them without a fused multiply-add.
///              The two ends are rounded to the element type once, as the parameters are, and the
///              line goes from the one end to the other: 1/6 is no binary number, but the ends -3
///              and 3 are. (With a slope beyond 2^125, in double 2^1021, the ends are subnormal.)
/// Accuracy     forward_bound, in ULP; the derivative is exact. exact: correctly rounded.
/// Type         HardSigmoid<> where C++ deduces no template arguments: as a member, a parameter or
///              a result. The element type is that of the arrays; there is no HardSigmoid<double>.
/// Source       Courbariaux, Bengio, David, "BinaryConnect", arXiv:1511.00363 (2015); with slope
///              1/6 Howard et al., "Searching for MobileNetV3", arXiv:1905.02244 (2019).
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class HardSigmoid : public PreparedActivation<HardSigmoid<A, Arch>> {
 public:
  static constexpr ErrorBound forward_bound{4};
  static constexpr ErrorBound derivative_bound{0};
  static constexpr bool has_unimodal_slope = true;

  double slope;
  double offset;
  static constexpr auto parameters() noexcept {
    return std::array{Parameter{"slope", &HardSigmoid::slope},
                      Parameter{"offset", &HardSigmoid::offset}};
  }

  constexpr explicit HardSigmoid(double steepness = 1 / 6.0, double value_at_zero = 0.5)
      : slope(detail::finite_parameter("HardSigmoid", "slope", steepness)),
        offset(detail::finite_parameter("HardSigmoid", "offset", value_at_zero)) {}

  /// The function with slope, offset and ends rounded to the element type, computed in T.
  template <class T>
  class Formula {
    using Element = std::conditional_t<A == Accuracy::exact, float, T>;

   public:
    explicit Formula(T steepness, T value_at_zero) noexcept : slope_(steepness) {
      const bool is_valid =
          !detail::simd::is_nan_number(steepness) && !detail::simd::is_nan_number(value_at_zero);
      summand_ = detail::simd::nan_unless<T>(is_valid);
      if (!is_valid)
        inverse_width_ = summand_;
      else if (steepness == 0)
        zero_end_ = value_at_zero < 0 ? T(0) : value_at_zero > 1 ? T(-1) : -value_at_zero;
      else
        find_ends(static_cast<double>(steepness), static_cast<double>(value_at_zero));
    }

    template <class V>
    HILLOCK_INLINE V forward_at(const V& x) const noexcept {
      const V distance = abs(clipped(x * V(scale_), V(low_), V(high_)) - V(zero_end_));
      if constexpr (A == Accuracy::exact)
        return not_above(distance / V(width_), V(1)) + V(summand_);
      else
        return not_above(distance * V(inverse_width_), V(1));
    }
    template <class V>
    HILLOCK_INLINE V derivative_at(const V& x) const noexcept {
      return clipped_derivative(x * V(scale_), V(low_), V(high_), V(slope_)) + V(summand_);
    }

   private:
    T slope_;
    T summand_;
    /// A power of two by which x and the ends are multiplied: 1, or a small one if the ends would
    /// be beyond all numbers.
    T scale_ = 1;
    // With slope 0 both ends are 0, and the distance from zero_end_ is the offset.
    T low_ = 0, high_ = 0, zero_end_ = 0;
    T width_ = 1, inverse_width_ = 1;

    static constexpr double magnitude(double number) noexcept {
      return number < 0 ? -number : number;
    }
    /// Rounds an end, limited to a quarter of the largest number.
    static Element rounded_end(double end) noexcept {
      constexpr double limit = static_cast<double>(std::numeric_limits<Element>::max()) / 4;
      return static_cast<Element>(end > limit ? limit : end < -limit ? -limit : end);
    }

    void find_ends(double steepness, double value_at_zero) noexcept {
      constexpr Element largest = std::numeric_limits<Element>::max();
      if (magnitude(steepness) <
          (1 + magnitude(value_at_zero)) * (4 / static_cast<double>(largest))) {
        constexpr double tiny = sizeof(Element) == 4 ? 0x1p-64 : 0x1p-512;
        scale_ = static_cast<T>(tiny);
        steepness /= tiny;
      }
      const Element zero_end = rounded_end(-value_at_zero / steepness);
      Element one_end = rounded_end((1 - value_at_zero) / steepness);
      // Of a steep slope far from 0 the two ends may be rounded to one number.
      if (one_end == zero_end)
        one_end = std::nextafter(zero_end, steepness > 0 ? largest : -largest);
      zero_end_ = static_cast<T>(zero_end);
      const auto end = static_cast<T>(one_end);
      low_ = end < zero_end_ ? end : zero_end_;
      high_ = end < zero_end_ ? zero_end_ : end;
      width_ = high_ - low_;
      constexpr T most = std::numeric_limits<T>::max();
      inverse_width_ = width_ < 1 / most ? most : 1 / width_;
      // The product is 1 at the end, and if it were less, it would be so at infinity too.
      if (width_ * inverse_width_ < 1) inverse_width_ = std::nextafter(inverse_width_, most);
    }
  };
  template <class T>
  Formula<T> formula() const noexcept {
    return Formula<T>(detail::rounded_parameter<A, T>(slope),
                      detail::rounded_parameter<A, T>(offset));
  }
};

/// The function as an object: hard_sigmoid(x), hard_sigmoid.derivative(x). exact::hard_sigmoid is
/// the correctly rounded one.
inline constexpr HardSigmoid<> hard_sigmoid{};

namespace exact {
using HardSigmoid = hillock::HardSigmoid<Accuracy::exact>;
inline constexpr HardSigmoid hard_sigmoid{};
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
