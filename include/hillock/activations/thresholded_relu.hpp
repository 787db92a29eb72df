#pragma once

#include <hillock/arrays/operations/parameter.hpp>
#include <hillock/kernels/threshold.hpp>
#include <hillock/verbs.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// ReLU with a threshold: f(x) = x for x > threshold, else 0. ThresholdedReLU{t} is Threshold{t,
/// 0}.
/// Derivative   1 for x > threshold, else 0.
/// Kinks        at the threshold the derivative is 0, that of the flat side. There f jumps.
/// Parameters   threshold, 1 by default; any finite number (std::invalid_argument otherwise). If an
///              infinity or a NaN is written to it later, every result is NaN.
/// Edge values  f(+-0) = +0 for threshold >= 0, else +-0; f(+inf) = +inf, f(-inf) = 0, f'(+inf) =
///              1, f'(-inf) = 0; NaN in, NaN out.
/// Computed as  Threshold's formula.
/// Accuracy     exact.
/// Type         ThresholdedReLU<> where C++ deduces no template arguments: as a member, a parameter
///              or a result. The element type is that of the arrays; there is no
///              ThresholdedReLU<double>.
/// Source       Konda, Memisevic, Krueger, "Zero-bias autoencoders and the benefits of co-adapting
///              features", arXiv:1402.3337 (2014).
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class ThresholdedReLU : public PreparedActivation<ThresholdedReLU<A, Arch>> {
 public:
  static constexpr ErrorBound forward_bound{0};
  static constexpr ErrorBound derivative_bound{0};
  static constexpr bool has_unimodal_slope = true;

  double threshold;
  static constexpr auto parameters() noexcept {
    return std::array{Parameter{"threshold", &ThresholdedReLU::threshold}};
  }

  constexpr explicit ThresholdedReLU(double largest_replaced = 1)
      : threshold(detail::finite_parameter("ThresholdedReLU", "threshold", largest_replaced)) {}

  /// Returns the function with its threshold rounded to T.
  template <class T>
  auto formula() const noexcept {
    return detail::kernels::ThresholdFormula<T>(detail::rounded_parameter<A, T>(threshold), T(0));
  }
};

/// The function as an object: thresholded_relu(x), thresholded_relu.derivative(x).
/// exact::thresholded_relu is the correctly rounded one.
inline constexpr ThresholdedReLU<> thresholded_relu{};

namespace exact {
using ThresholdedReLU = hillock::ThresholdedReLU<Accuracy::exact>;
inline constexpr ThresholdedReLU thresholded_relu{};
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
