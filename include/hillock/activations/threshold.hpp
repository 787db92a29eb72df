#pragma once

#include <hillock/arrays/operations/parameter.hpp>
#include <hillock/kernels/threshold.hpp>
#include <hillock/verbs.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Threshold: f(x) = x for x > threshold, else value. With value 0 it is ThresholdedReLU.
/// Derivative   1 for x > threshold, else 0.
/// Kinks        at the threshold the derivative is 0, that of the flat side. There f may jump.
/// Parameters   threshold, 1 by default, and value, 0 by default; any finite numbers
///              (std::invalid_argument otherwise). If an infinity or a NaN is written to them
///              later, every result is NaN.
/// Edge values  f(+-0) = value for threshold >= 0, else +-0; f(+inf) = +inf, f(-inf) = value,
///              f'(+inf) = 1, f'(-inf) = 0; NaN in, NaN out.
/// Computed as  a comparison and a selection.
/// Accuracy     exact.
/// Type         Threshold<> where C++ deduces no template arguments: as a member, a parameter or a
///              result. The element type is that of the arrays; there is no Threshold<double>.
/// Source       Torch and PyTorch, which have it as a layer of this name.
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class Threshold : public PreparedActivation<Threshold<A, Arch>> {
 public:
  static constexpr ErrorBound forward_bound{0};
  static constexpr ErrorBound derivative_bound{0};
  // It does not say that |f'| is unimodal, although it is: of a function that is one operation and
  // says so, a monitor takes f of the smallest input for the smallest output, but f jumps down at
  // the threshold if value is larger.

  double threshold;
  double value;
  static constexpr auto parameters() noexcept {
    return std::array{Parameter{"threshold", &Threshold::threshold},
                      Parameter{"value", &Threshold::value}};
  }

  constexpr explicit Threshold(double largest_replaced = 1, double replacement = 0)
      : threshold(detail::finite_parameter("Threshold", "threshold", largest_replaced)),
        value(detail::finite_parameter("Threshold", "value", replacement)) {}

  /// Returns the function with its parameters rounded to T.
  template <class T>
  auto formula() const noexcept {
    return detail::kernels::ThresholdFormula<T>(detail::rounded_parameter<A, T>(threshold),
                                                detail::rounded_parameter<A, T>(value));
  }
};

/// The function as an object: threshold(x), threshold.derivative(x). exact::threshold is the
/// correctly rounded one.
inline constexpr Threshold<> threshold{};

namespace exact {
using Threshold = hillock::Threshold<Accuracy::exact>;
inline constexpr Threshold threshold{};
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
