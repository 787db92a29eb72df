// Activation<Derived>, the base of every pointwise activation function, hillock's own and yours.
#pragma once

#include <hillock/arrays/lazy/assignment.hpp>
#include <hillock/arrays/lazy/expression.hpp>
#include <hillock/arrays/operations/operation.hpp>
#include <hillock/arrays/operations/parameter.hpp>
#include <hillock/arrays/operations/slope_of_output.hpp>
#include <hillock/autodiff.hpp>
// The functions that a formula may call unqualified.
#include <hillock/kernels/erf.hpp>
#include <hillock/kernels/exp.hpp>
#include <hillock/kernels/expm1.hpp>
#include <hillock/kernels/log1p.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Base of every pointwise activation function f. The class that derives from it holds the formula,
///
///   struct Squareplus : hillock::Activation<Squareplus> {
///     template <class V> V forward_at(const V& x) const { return 0.5 * (x + sqrt(x * x + 4)); }
///     template <class V> V derivative_at(const V& x) const {
///       return 0.5 * (1 + x / sqrt(x * x + 4));
///     }
///   };
///
/// where V is a batch of floats or doubles that knows + - * /, comparisons and, called unqualified,
/// select fma abs min max sqrt exp expm1 log1p erf copysign is_nan. If f and f' share work,
/// `both_at` may return the two as a ForwardAndDerivative<V>; it must return the same bits. The
/// class then has these calls, for a number, a batch, and any dense Eigen array, matrix or
/// expression of float, double, Eigen::half or Eigen::bfloat16 (the 16-bit types are computed in
/// float and rounded once):
///
///   f(x), f.forward(x)      the value
///   f.derivative(x)         the derivative at the input x
///   f.backward(x, dy)       dy f'(x), for a gradient dy of x's shape; throws
///                           std::invalid_argument for any other shape
///   f.derivative_from_output(y), f.backward_from_output(y, dy)
///                           the same from y = f(x), where the output tells f'
///
/// f(x) and f.forward(x) take dual numbers too, such as Eigen::AutoDiffScalar (autodiff.hpp).
///
/// For Eigen arguments these are lazy Eigen expressions of x's kind and shape: they refer to x and
/// compute on use. The verbs (forward, derivative, forward_and_derivative, backward) and the
/// diagnostics take the class as well.
///
/// Bounds and equal bits hold while the processor rounds to nearest, as it does when a program
/// starts. A finite x of up to half of the largest number raises no floating-point exception but
/// inexact and underflow, and overflow where a result of hillock's functions is infinite.
template <class Derived>
class Activation : public detail::PointwiseBase, public detail::Tier<Derived> {
  template <class X>
  using FitsFor = detail::IfFits<detail::HintFor<Derived, X, true>>;
  template <class X, class DY>
  using FitsForBoth = detail::IfFits<detail::HintForBoth<Derived, X, DY, true>>;
  template <class X>
  using HintFor = detail::IfNot<detail::HintFor<Derived, X, true>>;
  template <class X>
  using HintForValue = std::enable_if_t<!detail::is_dual<X>, HintFor<X>>;
  template <class X, class DY>
  using HintForBoth = detail::IfNot<detail::HintForBoth<Derived, X, DY, true>>;

 public:
  // A class may define members of these names itself. They make the diagnostics faster.
  /// Whether f(x) has the sign of x for all x, provided that f(-1) < 0 < f(1).
  static constexpr bool may_preserve_sign = false;
  /// Whether |f'| is unimodal: for any threshold, it is above the threshold on at most one interval
  /// of x, apart from a root of f'. If a class sets it wrongly, the diagnostics classify elements
  /// wrongly.
  static constexpr bool has_unimodal_slope = false;

  /// The function's parameters (Parameter): none, unless the class lists its own.
  static constexpr std::array<Parameter<Derived>, 0> parameters() noexcept { return {}; }

  template <class X, FitsFor<X> = 0>
  [[nodiscard]] auto operator()(const X& x) const noexcept(!detail::is_dense<X>) {
    return forward(x);
  }

  template <class X, FitsFor<X> = 0>
  [[nodiscard]] auto forward(const X& x) const noexcept(!detail::is_dense<X>) {
    return apply(detail::ForwardOperation<Derived, detail::ElementOf<X>>(derived()), x);
  }

  template <class X, detail::IfDual<X> = 0>
  [[nodiscard]] auto operator()(const X& x) const {
    return forward(x);
  }
  template <class X, detail::IfDual<X> = 0>
  [[nodiscard]] auto forward(const X& x) const {
    using Value = detail::ValueOfDual<X>;
    using V = detail::simd::Batch<Value, detail::simd::NarrowArch>;
    const detail::BothOperation<Derived, Value> op(derived());
    const std::array<V, 2> both = op(std::array<V, 1>{sealed(V(DualNumber<X>::value(x)))});
    return DualNumber<X>::chained(x, both[0].first(), both[1].first());
  }

  template <class X, FitsFor<X> = 0>
  [[nodiscard]] auto derivative(const X& x) const noexcept(!detail::is_dense<X>) {
    return apply(detail::DerivativeOperation<Derived, detail::ElementOf<X>>(derived()), x);
  }

  template <class X, class DY, FitsForBoth<X, DY> = 0>
  [[nodiscard]] auto backward(const X& x, const DY& dy) const noexcept(!detail::is_dense<X>) {
    return apply("backward", detail::BackwardOperation<Derived, detail::ElementOf<X>>(derived()), x,
                 dy);
  }

  /// f'(x) for the x with f(x) = y (from_output.hpp says for which functions, and how exact).
  template <class Y, FitsFor<Y> = 0>
  [[nodiscard]] auto derivative_from_output(const Y& y) const {
    static_assert(detail::CheckOutputTellsSlope<Derived>::passed);
    detail::check_slope_of_output("derivative_from_output", derived());
    using Slope = detail::SlopeOfOutput<Derived>;
    return apply(detail::ForwardOperation<Slope, detail::ElementOf<Y>>(Slope(derived())), y);
  }

  /// dy f'(x) for the x with f(x) = y.
  template <class Y, class DY, FitsForBoth<Y, DY> = 0>
  [[nodiscard]] auto backward_from_output(const Y& y, const DY& dy) const {
    static_assert(detail::CheckOutputTellsSlope<Derived>::passed);
    detail::check_slope_of_output("backward_from_output", derived());
    return apply("backward_from_output",
                 detail::BackwardFromOutputOperation<Derived, detail::ElementOf<Y>>(
                     detail::SlopeOfOutput<Derived>(derived())),
                 y, dy);
  }

  // Calls with something that is no argument.
  template <class X, class Hint = HintForValue<X>>
  Hint operator()(const X&) const = delete;
  template <class X, class Hint = HintForValue<X>>
  Hint forward(const X&) const = delete;
  template <class X, class Hint = HintFor<X>>
  Hint derivative(const X&) const = delete;
  template <class X, class DY, class Hint = HintForBoth<X, DY>>
  Hint backward(const X&, const DY&) const = delete;

  /// Called by Eigen for z.unaryExpr(f).
  template <class Packet>
  HILLOCK_INLINE Packet packetOp(const Packet& x) const noexcept {
    using Element = typename Eigen::internal::unpacket_traits<Packet>::type;
    return detail::apply_to_packet<Element>(detail::ForwardOperation<Derived, Element>(derived()),
                                            x);
  }

 protected:
  const Derived& derived() const noexcept { return static_cast<const Derived&>(*this); }

 private:
  template <class Op, class X>
  static auto apply(const Op& op, const X& x) {
    if constexpr (detail::is_dense<X>)
      return detail::lazy(op, detail::as_dense(x));
    else if constexpr (detail::simd::is_batch<X>)
      return op(std::array<X, 1>{x})[0];
    else
      return detail::apply_to_scalar(op, x);
  }
  template <class Op, class X, class DY>
  static auto apply(const char* where, const Op& op, const X& x, const DY& dy) {
    if constexpr (detail::is_dense<X>)
      return detail::lazy(where, op, detail::as_dense(x), detail::as_dense(dy));
    else if constexpr (detail::simd::is_batch<X>)
      return op(std::array<X, 2>{x, dy})[0];
    else
      return detail::apply_to_scalar(op, x, dy);
  }
};

/// Base of an activation with parameters that has a member `formula<T>()`. This returns an object
/// with the _at functions, for which everything that depends on the parameters alone is computed
/// already (detail::PreparedFormula). The base gives the class the same functions.
template <class Derived>
class PreparedActivation : public Activation<Derived> {
 public:
  template <class V>
  HILLOCK_INLINE V forward_at(const V& x) const noexcept {
    return formula_for<V>().forward_at(x);
  }
  template <class V>
  HILLOCK_INLINE V derivative_at(const V& x) const noexcept {
    return formula_for<V>().derivative_at(x);
  }
  template <class V>
  HILLOCK_INLINE ForwardAndDerivative<V> both_at(const V& x) const noexcept {
    return detail::value_of<detail::Quantity::forward_and_derivative>(formula_for<V>(), x);
  }

 private:
  template <class V>
  HILLOCK_INLINE auto formula_for() const noexcept {
    return this->derived().template formula<typename V::value_type>();
  }
};

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock

namespace Eigen {
namespace internal {
// Eigen's unaryExpr uses packets with hillock's own functors.
template <template <hillock::Accuracy, class> class F, hillock::Accuracy A, class Arch>
struct functor_traits<F<A, Arch>> {
  enum { Cost = hillock::detail::expression_cost, PacketAccess = true };
};
}  // namespace internal
}  // namespace Eigen

/// Lets Eigen's unaryExpr use packets with an activation of your own. (f(x) uses them anyway.)
/// Write at global scope: HILLOCK_EIGEN_FUNCTOR(my::Squareplus), HILLOCK_EIGEN_FUNCTOR(my::Power<2,
/// int>)
#define HILLOCK_EIGEN_FUNCTOR(...)                                         \
  template <>                                                              \
  struct Eigen::internal::functor_traits<__VA_ARGS__> {                    \
    enum { Cost = hillock::detail::expression_cost, PacketAccess = true }; \
  }
