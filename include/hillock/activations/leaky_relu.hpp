#pragma once

#include <hillock/arrays/operations/parameter.hpp>
#include <hillock/kernels/rectifier.hpp>
#include <hillock/kernels/slope_of_output.hpp>
#include <hillock/parameter_gradient.hpp>
#include <hillock/verbs.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Leaky rectified linear unit: f(x) = x for x > 0, else slope x.
/// Derivative   1 for x > 0, else slope; at 0 it is slope. The derivative by the slope is min(x,
///              0).
/// Parameters   slope, 0.01 by default; any finite number (std::invalid_argument otherwise).
///              An infinity or a NaN that is written to it later makes NaN of f(x) for x <= 0, and
///              f'(x) there.
/// Edge values  f(+-0) = +-0, f(+inf) = +inf, f(-inf) = -inf for a positive slope, NaN in, NaN out.
///              With slope 0 it is ReLU, f(-0) = +0 and f(-inf) = 0 included.
/// Accuracy     f is one multiplication and the derivative is exact, so both are correctly rounded
///              in either tier.
/// Type         LeakyReLU<> where C++ deduces no template arguments: as a member, a parameter or a
///              result. The element type is that of the arrays; there is no LeakyReLU<double>.
/// Source       Maas, Hannun, Ng, "Rectifier Nonlinearities Improve Neural Network Acoustic Models"
///              (2013).
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class LeakyReLU : public PreparedActivation<LeakyReLU<A, Arch>> {
 public:
  static constexpr ErrorBound forward_bound{0.5};
  static constexpr ErrorBound derivative_bound{0};
  static constexpr ErrorBound derivative_from_output_bound{0};
  static constexpr bool may_preserve_sign = true;
  static constexpr bool has_unimodal_slope = true;

  double slope;
  static constexpr auto parameters() noexcept {
    return std::array{Parameter{"slope", &LeakyReLU::slope}};
  }

  constexpr explicit LeakyReLU(double negative_slope = 0.01)
      : slope(detail::finite_parameter("LeakyReLU", "slope", negative_slope)) {}

  /// The function with its slope rounded to T.
  template <class T>
  struct Formula {
    detail::kernels::SharedSlope<T> slope;

    template <class V>
    HILLOCK_INLINE V forward_at(const V& x) const noexcept {
      return rectified(x, slope);
    }
    template <class V>
    HILLOCK_INLINE V derivative_at(const V& x) const noexcept {
      return rectified_derivative(x, slope);
    }
  };
  template <class T>
  Formula<T> formula() const noexcept {
    return {detail::kernels::SharedSlope<T>(detail::rounded_parameter<A, T>(slope))};
  }

  /// f' from y = f(x), which has the sign of x if the slope is not negative.
  template <class T>
  auto slope_of_output() const noexcept {
    return detail::kernels::RectifierSlopeOfOutput<T>{detail::rounded_parameter<A, T>(slope)};
  }
  [[nodiscard]] bool has_slope_of_output() const noexcept { return !(slope < 0); }

  /// Returns the gradient by slope of a loss whose gradient by f(z) is dy: the sum of dy min(z, 0).
  /// The terms are computed and added in double. Throws std::invalid_argument if the shapes differ.
  template <class Z, class DY>
  [[nodiscard]] double slope_gradient(const Z& z, const DY& dy) const {
    return detail::checked_parameter_gradient<Arch>("LeakyReLU::slope_gradient", detail::BySlope(),
                                                    z, dy);
  }
};

/// The function as an object: leaky_relu(x), leaky_relu.derivative(x). exact::leaky_relu is the
/// correctly rounded one.
inline constexpr LeakyReLU<> leaky_relu{};

namespace exact {
using LeakyReLU = hillock::LeakyReLU<Accuracy::exact>;
inline constexpr LeakyReLU leaky_relu{};
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
