#pragma once

#include <hillock/array_activation.hpp>
#include <hillock/arrays/operations/parameter.hpp>
#include <hillock/arrays/operations/slope_of_output.hpp>
#include <hillock/errors.hpp>
#include <hillock/kernels/rectifier.hpp>
#include <hillock/parameter_gradient.hpp>

#include <optional>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

namespace detail {

/// Returns f(x), f'(x) or both. The kernels need the slope in both forms: as `slopes`, which has
/// its properties, and as a number or batch.
template <Quantity Q, Accuracy A, class Element, class V, class Slopes, class Number>
HILLOCK_INLINE auto rectified_quantity(const V& x, const Slopes& slopes,
                                       const Number& slope) noexcept {
  const auto value = [&]() HILLOCK_INLINE_LAMBDA {
    if constexpr (A == Accuracy::exact && is_narrow<Element>)
      return kernels::rectified_once<typename FormatOf<Element>::type>(x, V(slope));
    else
      return kernels::rectified(x, slopes);
  };
  if constexpr (Q == Quantity::forward)
    return std::array<V, 1>{value()};
  else if constexpr (Q == Quantity::derivative)
    return std::array<V, 1>{kernels::rectified_derivative(x, slopes)};
  else
    return std::array<V, 2>{value(), kernels::rectified_derivative(x, slopes)};
}

/// Computes f, f' or both of PReLU with one slope for all elements.
template <Quantity Q, Accuracy A, class Element>
class SharedSlopeOperation {
  using T = ComputeType<Element>;
  kernels::SharedSlope<T> slope_;

 public:
  static constexpr bool is_compute_bound = false;
  static constexpr Schedule schedule = Schedule::at_once;
  constexpr explicit SharedSlopeOperation(T slope) noexcept : slope_(slope) {}

  template <class V, std::size_t I>
  HILLOCK_INLINE auto operator()(const std::array<V, I>& in) const noexcept {
    return rectified_quantity<Q, A, Element>(in[0], slope_, slope_.value);
  }
};

/// Does the same with a slope for each element, which is the last input.
template <Quantity Q, Accuracy A, class Element>
class SlopesOperation {
  bool are_in_unit_interval_;

 public:
  static constexpr bool is_compute_bound = false;
  static constexpr Schedule schedule = Schedule::at_once;
  /// are_in_unit_interval: whether all slopes are in (0, 1].
  constexpr explicit SlopesOperation(bool are_in_unit_interval) noexcept
      : are_in_unit_interval_(are_in_unit_interval) {}

  template <class V, std::size_t I>
  HILLOCK_INLINE auto operator()(const std::array<V, I>& in) const noexcept {
    return rectified_quantity<Q, A, Element>(
        in[0], kernels::OwnSlopes<V>{in[I - 1], are_in_unit_interval_}, in[I - 1]);
  }
};

/// PReLU's operations with the slopes as a broadcast input (elementwise/broadcast.hpp). Adapted
/// makes the operation that is evaluated: it computes the quantity itself, or its product with a
/// gradient.
template <Quantity Q, Accuracy A, class Element, template <class> class Adapted>
struct BroadcastSlopesOperation {
  static constexpr bool is_compute_bound = false;
  template <class T>
  HILLOCK_INLINE auto bound_to(T slope) const noexcept {
    return Adapted<SharedSlopeOperation<Q, A, Element>>(slope);
  }
  template <class V>
  HILLOCK_INLINE auto with_numbers(V smallest, V largest) const noexcept {
    return Adapted<SlopesOperation<Q, A, Element>>(
        !any((smallest <= 0) | (largest > 1) | is_nan(smallest)));
  }
  auto with_any_numbers() const noexcept { return Adapted<SlopesOperation<Q, A, Element>>(false); }
};

template <class Op>
using Unadapted = Op;

}  // namespace detail

/// Parametric rectified linear unit: f(x) = x for x > 0, else slope x, with trainable slopes: one
/// for all, one per row or one per column.
/// Derivative   1 for x > 0, else the slope; at 0 it is the slope. The derivative by a slope is
///              min(x, 0), summed over the elements that share it.
/// Parameters   slope (0.25 by default): any finite numbers (std::invalid_argument otherwise). The
///              array belongs to the object; train it by prelu.slope -= rate *
///              prelu.slope_gradient(Z, dY). If an infinity or a NaN is written to it later, f(x)
///              and f'(x) for x <= 0 are NaN.
/// Shapes       one slope for each row (column) of Z, or one that all share; any other number
///              throws std::invalid_argument when the function is used. Results have Z's shape.
/// Edge values  as LeakyReLU's: f(+-0) = +-0, f(+inf) = +inf, f(-inf) = -inf for a positive slope,
///              NaN in, NaN out.
/// Accuracy     f is one multiplication and the derivative is exact, so both are correctly rounded
///              in either tier. The slope gradient is summed in double.
/// Type         PReLU<> where C++ deduces no template arguments: as a member, a parameter or a
///              result. The element type is that of the arrays; there is no PReLU<double>.
/// Source       He, Zhang, Ren, Sun, arXiv:1502.01852 (2015).
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class PReLU : public ArrayActivation<PReLU<A, Arch>> {
 public:
  static constexpr ErrorBound forward_bound{0.5};
  static constexpr ErrorBound derivative_bound{0};
  static constexpr ErrorBound derivative_from_output_bound{0};
  static constexpr bool is_elementwise = true;

  detail::Parameters slope;
  static constexpr auto parameters() noexcept {
    return std::array{Parameter{"slope", &PReLU::slope}};
  }

  /// One slope for all units.
  explicit PReLU(double shared_slope = 0.25)
      : slope(detail::Parameters::Constant(1, shared_slope)) {
    check_slopes();
  }

  /// One slope per row or per column.
  template <class S, class = std::enable_if_t<detail::is_dense<S>>>
  PReLU(const S& slopes, Per per) : axis_(per) {
    if (slopes.rows() != 1 && slopes.cols() != 1 && slopes.size() != 0) {
      detail::refuse("hillock::PReLU: the slopes are " +
                     detail::to_string(detail::shape_of(slopes)) + ", expected a vector");
    }
    const detail::Plain<S> given = slopes;
    slope.resize(given.size());
    for (detail::Index i = 0; i < slope.size(); ++i) {
      const auto value = given.rows() == 1 ? given.coeff(0, i) : given.coeff(i, 0);
      slope[i] = static_cast<double>(detail::value_of_element(value));
    }
    check_slopes();
  }

  /// Returns whether rows or columns have a slope each; nothing if all elements share one.
  [[nodiscard]] std::optional<Per> axis() const noexcept { return axis_; }

  /// Whether f' can be computed from y = f(x), which has the sign of x if no slope is negative.
  [[nodiscard]] bool has_slope_of_output() const noexcept { return !(slope.array() < 0).any(); }
  /// Returns f' from y = f(z), and dy f' for a gradient dy. They throw std::invalid_argument for
  /// negative slopes, and as derivative and backward do.
  template <class Y>
  [[nodiscard]] auto derivative_from_output(const Y& y) const {
    detail::check_slope_of_output("PReLU::derivative_from_output", *this);
    return this->derivative(y);
  }
  template <class Y, class DY>
  [[nodiscard]] auto backward_from_output(const Y& y, const DY& dy) const {
    detail::check_slope_of_output("PReLU::backward_from_output", *this);
    return this->backward(y, dy);
  }

  /// Returns the gradient by each slope of a loss whose gradient by f(z) is dy: dy min(z, 0),
  /// summed (not averaged) over the elements that share the slope. The order of the sum is always
  /// the same: for one slope, first along the longer side of z. Throws std::invalid_argument if the
  /// shapes or the number of slopes do not fit.
  template <class Z, class DY>
  [[nodiscard]] detail::Parameters slope_gradient(const Z& z, const DY& dy) const {
    constexpr const char* where = "PReLU::slope_gradient";
    return detail::with_checked_gradient(where, z, dy, [&](const auto& x, const auto& gradient) {
      require_slopes(where, x.shape());
      detail::Parameters by_slope = detail::Parameters::Zero(slope.size());
      if (axis_)
        detail::parameter_gradient_per_unit<Arch>(detail::BySlope(), *axis_, x, gradient,
                                                  by_slope.data());
      else
        by_slope[0] = detail::parameter_gradient<Arch>(detail::BySlope(), x, gradient);
      return by_slope;
    });
  }

  /// The verbs call these functions, with views.
  template <class Policy, class X, class Y>
  HILLOCK_INLINE void forward_into(const Policy& policy, const X& x, const Y& y) const {
    using detail::Named;
    evaluate<detail::Quantity::forward, detail::Unadapted>(
        "PReLU::forward", policy, std::tuple(Named{"y", y}), std::tuple(Named{"x", x}));
  }
  template <class Policy, class X, class D>
  HILLOCK_INLINE void derivative_into(const Policy& policy, const X& x, const D& d) const {
    using detail::Named;
    evaluate<detail::Quantity::derivative, detail::Unadapted>(
        "PReLU::derivative", policy, std::tuple(Named{"d", d}), std::tuple(Named{"x", x}));
  }
  template <class Policy, class X, class Y, class D>
  HILLOCK_INLINE void forward_and_derivative_into(const Policy& policy, const X& x, const Y& y,
                                                  const D& d) const {
    using detail::Named;
    evaluate<detail::Quantity::forward_and_derivative, detail::Unadapted>(
        "PReLU::forward_and_derivative", policy, std::tuple(Named{"y", y}, Named{"d", d}),
        std::tuple(Named{"x", x}));
  }
  template <class Policy, class X, class DY, class DX>
  HILLOCK_INLINE void backward_into(const Policy& policy, const X& x, const DY& dy,
                                    const DX& dx) const {
    using detail::Named;
    evaluate<detail::Quantity::derivative, detail::TimesGradient>(
        "PReLU::backward", policy, std::tuple(Named{"dx", dx}),
        std::tuple(Named{"x", x}, Named{"dy", dy}));
  }

  /// The operations for monitors, with the slopes as a broadcast input.
  template <detail::Quantity Q, class Element>
  using BroadcastOperation = detail::BroadcastSlopesOperation<Q, A, Element, detail::Unadapted>;
  /// Refuses an array that does not fit the slopes.
  void require_fitting(detail::Shape shape) const {
    require_slopes("PReLU::forward_and_derivative", shape);
  }

 private:
  std::optional<Per> axis_;

  void check_slopes() const {
    for (detail::Index i = 0; i < slope.size(); ++i)
      detail::finite_parameter("PReLU", "slope", slope[i]);
  }

  /// Checks the number of slopes: they are a public member, to which an array of another length may
  /// have been written.
  HILLOCK_INLINE void require_slopes(const char* where, detail::Shape shape) const {
    const detail::Index expected = !axis_ ? 1 : *axis_ == Per::row ? shape.rows : shape.cols;
    if (HILLOCK_LIKELY(slope.size() == expected)) return;
    throw_slopes(where, shape);
  }
  [[noreturn]] HILLOCK_COLD void throw_slopes(const char* where, detail::Shape shape) const {
    const std::string slopes = std::to_string(slope.size()) + " slopes";
    detail::refuse(std::string("hillock::") + where +
                   (axis_ ? ": x is " + detail::to_string(shape) + ", but there are " + slopes +
                                ", one per " + (*axis_ == Per::row ? "row" : "column")
                          : ": there are " + slopes + ", expected one that all units share"));
  }

  /// Force-inlined: otherwise the views spill to the stack, 8 of the 14 ns that a short call took.
  template <detail::Quantity Q, template <class> class Adapted, class Policy, class Outputs,
            class In, class... More>
  HILLOCK_INLINE void evaluate(const char* where, const Policy& policy, const Outputs& outputs,
                               const std::tuple<detail::Named<In>, More...>& inputs) const {
    using T = typename In::T;
    using Element = typename In::Element;
    const detail::Shape shape = std::get<0>(inputs).view.shape();
    require_slopes(where, shape);
    if (axis_) {
      const detail::BroadcastInput<A, detail::simd::Batch<T, Arch>> slopes(slope.data(), *axis_,
                                                                           shape);
      detail::evaluate<Arch>(where, policy,
                             detail::BroadcastSlopesOperation<Q, A, Element, Adapted>(), outputs,
                             std::tuple_cat(inputs, std::tuple(detail::Named{"slope", slopes})));
    } else {
      const Adapted<detail::SharedSlopeOperation<Q, A, Element>> op(
          detail::rounded_parameter<A, T>(slope[0]));
      detail::evaluate<Arch>(where, policy, op, outputs, inputs);
    }
  }
};

namespace exact {
using PReLU = hillock::PReLU<Accuracy::exact>;
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
