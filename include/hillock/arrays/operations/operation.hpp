// Operations, which the loops apply to batches. A formula becomes an operation here, once: with an
// element type, an accuracy and a schedule.
//
// An operation takes a batch of each input in a std::array and returns a batch of each output in
// one:
//
//   op(in)
//       all steps at once
//   op.finish(in, op.exponentiate(in, op.reduce(in)))
//       the same in three steps, if op.schedule is not at_once
//
// It has the constants
//
//   op.schedule
//       how the loop over contiguous elements takes the steps
//   op.is_compute_bound
//       whether a batch takes some ten cycles or more, as an exponential does, so that the time is
//       not that of the memory
#pragma once

#include <hillock/arrays/operations/prepared_formula.hpp>
#include <hillock/kernels/exact.hpp>

#include <array>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// The results of a function that an operation computes.
enum class Quantity { forward, derivative, forward_and_derivative };

/// How a loop takes the steps of an operation (kernels/exponential_formula.hpp says why).
enum class Schedule {
  at_once,       ///< all steps for one batch after the other
  reduce_first,  ///< the reduced arguments of a block of batches first, then the rest
  step_by_step   ///< every step for a block of batches
};

template <class F, class V, class = void>
inline constexpr bool has_both_at = false;
template <class F, class V>
inline constexpr bool has_both_at<
    F, V, std::void_t<decltype(std::declval<const F&>().both_at(std::declval<const V&>()))>> = true;

/// Returns a quantity of a formula at x.
template <Quantity Q, class Formula, class V>
HILLOCK_INLINE auto value_of(const Formula& formula, const V& x) noexcept {
  if constexpr (Q == Quantity::forward)
    return V(formula.forward_at(x));
  else if constexpr (Q == Quantity::derivative)
    return V(formula.derivative_at(x));
  else if constexpr (has_both_at<Formula, V>)
    return ForwardAndDerivative<V>(formula.both_at(x));
  else
    return ForwardAndDerivative<V>{formula.forward_at(x), formula.derivative_at(x)};
}

/// Returns the quantity from the exponential, for a formula that has one.
template <Quantity Q, class Formula, class V, class Exponential>
HILLOCK_INLINE auto value_from(const Formula& formula, const V& x, const Exponential& e) noexcept {
  if constexpr (Q == Quantity::forward)
    return V(formula.forward_from(x, e));
  else if constexpr (Q == Quantity::derivative)
    return V(formula.derivative_from(x, e));
  else
    return ForwardAndDerivative<V>{formula.forward_from(x, e), formula.derivative_from(x, e)};
}

template <class V>
HILLOCK_INLINE std::array<V, 1> as_array(const V& result) noexcept {
  return {result};
}
template <class V>
HILLOCK_INLINE std::array<V, 2> as_array(const ForwardAndDerivative<V>& results) noexcept {
  return {results.forward, results.derivative};
}

/// Whether a formula is computed in the three steps.
template <class Formula>
inline constexpr bool has_steps = std::is_base_of_v<kernels::ExponentialFormula<Formula>, Formula>;

template <Quantity Q, class Formula, bool IsRounded>
constexpr Schedule schedule_of() noexcept {
  if constexpr (!has_steps<Formula>)
    return Schedule::at_once;
  else if constexpr (IsRounded || (Q != Quantity::forward && Formula::has_long_derivative))
    return Schedule::step_by_step;
  else
    return Schedule::reduce_first;
}

template <class Element>
struct FormatOf {
  using type = kernels::Binary32;
};
template <>
struct FormatOf<Eigen::half> {
  using type = kernels::Binary16;
};
template <>
struct FormatOf<Eigen::bfloat16> {
  using type = kernels::BFloat16;
};

/// Whether an error bound of a formula is too large for a correctly rounded Element, so that the
/// formula has to be computed in double and rounded.
template <class F, class Element>
constexpr bool is_rounded_from_double(ErrorBound bound) noexcept {
  return F::accuracy == Accuracy::exact && bound.ulp > (std::is_same_v<Element, float> ? 0.5 : 0);
}

template <Quantity Q, class F, class Element>
constexpr bool is_rounded_from_double() noexcept {
  if constexpr (F::accuracy != Accuracy::exact)
    return false;  // a user's own class states no bounds
  else if constexpr (Q == Quantity::forward)
    return is_rounded_from_double<F, Element>(F::forward_bound);
  else if constexpr (Q == Quantity::derivative)
    return is_rounded_from_double<F, Element>(F::derivative_bound);
  else
    return is_rounded_from_double<F, Element>(F::forward_bound) ||
           is_rounded_from_double<F, Element>(F::derivative_bound);
}

/// A quantity of a formula in double, or on pairs of doubles, with its error bound, as
/// kernels::rounded_once needs it.
template <Quantity Q, class F, class Formula>
struct FormulaWithError {
  static constexpr ErrorBound bound =
      Q == Quantity::forward ? F::forward_bound : F::derivative_bound;
  /// The error relative to the result. One ULP is added for the roundings of the test in
  /// kernels::rounded_once.
  static constexpr double relative_error = (bound.ulp + 1) * 0x1p-52;
  static constexpr double error_at_root = bound.epsilons_at_root > 0
                                              ? (bound.epsilons_at_root + 0.5) * 0x1p-52
                                              : 0;
  const Formula& formula;

  template <class V>
  HILLOCK_INLINE V operator()(const V& x) const noexcept {
    return value_of<Q>(formula, x);
  }
  template <class V>
  HILLOCK_INLINE auto is_near_root(const V& x) const noexcept {
    return formula.is_near_root(x);
  }
};

/// The results of a step for the lower and for the upper lanes of a batch of floats, which is
/// computed in two batches of doubles.
template <class Half>
struct LowAndHigh {
  Half low;
  Half high;
};
template <class Half>
LowAndHigh(Half, Half) -> LowAndHigh<Half>;

/// Computes a quantity of F for arrays of Element (for a call with a batch, Element is the batch's
/// type). The first input is x; an operation that derives from this one may have further inputs.
template <Quantity Q, class F, class Element>
class Operation {
  static constexpr bool is_rounded = is_rounded_from_double<Q, F, Element>();
  using T = std::conditional_t<is_rounded, double, ComputeType<Element>>;
  using Format = typename FormatOf<Element>::type;
  using Formula = typename PreparedFormula<F, T>::type;
  static_assert(CheckAccuracy<F, Element>::passed);

 public:
  static constexpr bool is_compute_bound = !is_one_operation<F>;
  static constexpr Schedule schedule = schedule_of<Q, Formula, is_rounded>();

  constexpr explicit Operation(const F& f) noexcept : formula_(PreparedFormula<F, T>::of(f)) {}

  template <class V, std::size_t I>
  HILLOCK_INLINE auto operator()(const std::array<V, I>& in) const noexcept {
    const V& x = in[0];
    if constexpr (is_rounded)
      return as_array(rounded(x, LowAndHigh{value_of<Q>(formula_, widened_low(x)),
                                            value_of<Q>(formula_, widened_high(x))}));
    else
      return as_array(value_of<Q>(formula_, x));
  }

  template <class V, std::size_t I>
  HILLOCK_INLINE auto reduce(const std::array<V, I>& in) const noexcept {
    const V& x = in[0];
    if constexpr (is_rounded)
      return LowAndHigh{formula_.reduce(widened_low(x)), formula_.reduce(widened_high(x))};
    else
      return formula_.reduce(x);
  }
  /// Returns the exponentials. If the results are rounded from double, it returns those doubles,
  /// which finish() rounds.
  template <class V, std::size_t I, class Reduced>
  HILLOCK_INLINE auto exponentiate(const std::array<V, I>& in,
                                   const Reduced& reduced) const noexcept {
    if constexpr (is_rounded) {
      const V& x = in[0];
      return LowAndHigh{
          value_from<Q>(formula_, widened_low(x), formula_.exponentiate(reduced.low)),
          value_from<Q>(formula_, widened_high(x), formula_.exponentiate(reduced.high))};
    } else {
      return formula_.exponentiate(reduced);
    }
  }
  template <class V, std::size_t I, class Exponential>
  HILLOCK_INLINE auto finish(const std::array<V, I>& in, const Exponential& e) const noexcept {
    const V& x = in[0];
    if constexpr (is_rounded)
      return as_array(rounded(x, e));
    else
      return as_array(value_from<Q>(formula_, x, e));
  }

 private:
  Formula formula_;

  template <class V, class W>
  HILLOCK_INLINE V rounded(const V& x, const LowAndHigh<W>& y) const noexcept {
    return rounded_quantity<Q>(x, y.low, y.high);
  }
  template <class V, class W>
  HILLOCK_INLINE ForwardAndDerivative<V> rounded(
      const V& x, const LowAndHigh<ForwardAndDerivative<W>>& y) const noexcept {
    return {rounded_quantity<Quantity::forward>(x, y.low.forward, y.high.forward),
            rounded_quantity<Quantity::derivative>(x, y.low.derivative, y.high.derivative)};
  }
  template <Quantity Which, class V, class W>
  HILLOCK_INLINE V rounded_quantity(const V& x, const W& low, const W& high) const noexcept {
    if constexpr (is_rounded_from_double<Which, F, Element>())
      return kernels::rounded_once<Format>(FormulaWithError<Which, F, Formula>{formula_}, x, low,
                                           high);
    else
      // The results are floats already, which the loop rounds to Element.
      return simd::narrowed_with_subnormals(low, high);
  }
};

/// Computes dy f'(x) from x and dy; Slope is the operation of f'.
template <class Slope>
class TimesGradient : public Slope {
 public:
  using Slope::Slope;
  constexpr explicit TimesGradient(const Slope& slope) noexcept : Slope(slope) {}

  template <class V, std::size_t I>
  HILLOCK_INLINE std::array<V, 1> operator()(const std::array<V, I>& in) const noexcept {
    return {in[1] * Slope::operator()(in)[0]};
  }
  template <class V, std::size_t I, class Exponential>
  HILLOCK_INLINE std::array<V, 1> finish(const std::array<V, I>& in,
                                         const Exponential& e) const noexcept {
    return {in[1] * Slope::finish(in, e)[0]};
  }
};

/// Adds the results of an operation to the outputs, which are also the inputs from number First on.
template <class Op, std::size_t First>
class Accumulating : public Op {
 public:
  constexpr explicit Accumulating(const Op& op) noexcept : Op(op) {}

  template <class V, std::size_t I>
  HILLOCK_INLINE auto operator()(const std::array<V, I>& in) const noexcept {
    return sum(in, Op::operator()(in));
  }
  template <class V, std::size_t I, class Exponential>
  HILLOCK_INLINE auto finish(const std::array<V, I>& in, const Exponential& e) const noexcept {
    return sum(in, Op::finish(in, e));
  }

 private:
  template <class V, std::size_t I, std::size_t O>
  static HILLOCK_INLINE std::array<V, O> sum(const std::array<V, I>& in,
                                             std::array<V, O> y) noexcept {
    for (std::size_t o = 0; o < O; ++o) y[o] = in[First + o] + y[o];
    return y;
  }
};

template <class F, class Element>
using ForwardOperation = Operation<Quantity::forward, F, Element>;
template <class F, class Element>
using DerivativeOperation = Operation<Quantity::derivative, F, Element>;
template <class F, class Element>
using BothOperation = Operation<Quantity::forward_and_derivative, F, Element>;
template <class F, class Element>
using BackwardOperation = TimesGradient<DerivativeOperation<F, Element>>;

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
