// What is computed of an activation, in batches: f, f', dy f' and both together, to the accuracy that
// the activation's type asks for.
#pragma once

#include <hillock/accuracy.hpp>
#include <hillock/arrays/views/arguments.hpp>
#include <hillock/kernels/exact.hpp>
#include <hillock/kernels/exponential_formula.hpp>

#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <tuple>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

namespace detail {

struct PointwiseBase {};

/// Whether F is a pointwise activation: a class derived from Activation.
template <class F>
inline constexpr bool is_pointwise = std::is_base_of_v<PointwiseBase, F>;

/// Base of the functions whose results are plain arrays (plain_results.hpp).
struct PlainResultsBase {};

/// F is a function that the verbs know.
template <class F>
struct CheckFunction {
  static_assert(
      is_pointwise<F> || std::is_base_of_v<PlainResultsBase, F>,
      "hillock: the first argument must be an activation: an object such as hillock::relu "
      "or hillock::ELU{0.5}, or one of a class of yours that derives from "
      "hillock::Activation");
  static constexpr bool passed = true;
};

template <class F, class V, class = void>
inline constexpr bool has_both_at = false;
template <class F, class V>
inline constexpr bool has_both_at<
    F, V, std::void_t<decltype(std::declval<const F&>().both_at(std::declval<const V&>()))>> = true;

/// Whether f takes one operation and a choice, as what is piecewise linear does: of more, none would be
/// within half an ULP.
template <class F, class = void>
inline constexpr bool is_brief = false;
template <class F>
inline constexpr bool is_brief<F, std::enable_if_t<(F::forward_bound.ulp <= 0.5)>> = true;

/// Whether a formula has the steps of kernels::ByExponential.
template <class Formula>
inline constexpr bool has_steps = std::is_base_of_v<kernels::ByExponential<Formula>, Formula>;

/// What the class of a pointwise activation asks for; fast for a user's own.
template <class F>
inline constexpr Accuracy accuracy_of = Accuracy::fast;
template <template <Accuracy, class> class F, Accuracy A, class Arch>
inline constexpr Accuracy accuracy_of<F<A, Arch>> = A;

/// A parameter as is computed with in T: rounded once to the element type, whose largest number stands
/// for all finite ones beyond it. What is not finite becomes NaN, so that a parameter that training
/// has lost shows in the results. Accuracy::exact computes in double what it promises for float.
template <Accuracy A, class T>
T rounded_parameter(double parameter) noexcept {
  using Element = std::conditional_t<A == Accuracy::exact, float, T>;
  constexpr auto largest = static_cast<double>(std::numeric_limits<Element>::max());
  // In this form a minimum and a maximum, which leave a loop where a choice does not.
  const double below = parameter < largest ? parameter : largest;
  const double clamped = below > -largest ? below : -largest;
#if HILLOCK_FAST_MATH
  // By the bits, because the compiler takes every number for finite.
  if (!simd::is_finite_number(parameter)) return std::numeric_limits<T>::quiet_NaN();
  return static_cast<T>(static_cast<Element>(clamped));
#else
  // The difference is 0 of a finite number, else NaN.
  return static_cast<T>(static_cast<Element>(clamped - (parameter - parameter)));
#endif
}

/// F as it is computed in T. A class with parameters may have `template <class T> formula() const`, an
/// object with the _at functions that holds what depends on the parameters alone: it is made once for
/// a call, where the class itself would work that out for every batch.
template <class F, class T, class = void>
struct FormulaOf {
  using type = F;
  static constexpr const F& of(const F& f) noexcept { return f; }
};
template <class F, class T>
struct FormulaOf<F, T, std::void_t<decltype(std::declval<const F&>().template formula<T>())>> {
  using type = decltype(std::declval<const F&>().template formula<T>());
  static type of(const F& f) noexcept { return f.template formula<T>(); }
};

/// F computes in Element: a class, as the checks of dense.hpp are.
template <class F, class Element>
struct CheckAccuracy {
  static_assert(accuracy_of<F> == Accuracy::fast || !std::is_same_v<Element, double>,
                "hillock: Accuracy::exact is not there for double, because its results come from "
                "formulas computed in double; use Accuracy::fast, or float");
  static constexpr bool passed = true;
};

/// What is wrong with X as an argument of F, as a type of hillock::hint; void if nothing is.
template <class F, class X, bool MayBeNumber>
struct HintFor {
  using OfArgument = std::remove_pointer_t<decltype(hint_for_argument<X, MayBeNumber>())>;
  using OfAccuracy =
      std::conditional_t<accuracy_of<F> == Accuracy::exact && std::is_same_v<ElementOf<X>, double>,
                         hint::Accuracy_exact_is_not_there_for_double_use_Accuracy_fast, void>;
  using type = std::conditional_t<std::is_void_v<OfArgument>, OfAccuracy, OfArgument>;
};

/// The same of x and dy.
template <class F, class X, class DY, bool MayBeNumber>
struct HintForBoth {
  using OfX = typename HintFor<F, X, MayBeNumber>::type;
  using OfDY = typename HintFor<F, DY, MayBeNumber>::type;
  using OfTypes = std::conditional_t<
      is_dense<X> != is_dense<DY> || (!is_dense<X> && !std::is_same_v<X, DY>),
      hint::x_and_dy_must_have_the_same_type,
      std::conditional_t<std::is_same_v<ElementOf<X>, ElementOf<DY>>, void,
                         hint::x_and_dy_must_have_the_same_element_type_use_cast>>;
  using OfEither = std::conditional_t<std::is_void_v<OfX>, OfDY, OfX>;
  using type = std::conditional_t<std::is_void_v<OfEither>, OfTypes, OfEither>;
};

/// 0, or no type where the arguments do not fit; and the hint, or no type where they fit.
template <class Hint>
using IfFits = std::enable_if_t<std::is_void_v<typename Hint::type>, int>;
template <class Hint>
using IfNot = std::enable_if_t<!std::is_void_v<typename Hint::type>, typename Hint::type>;

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

/// An error in ULP of a double as one relative to the result; one ULP more covers the roundings of
/// the test that it is for.
constexpr double relative_error(ErrorBound bound) noexcept { return (bound.ulp + 1) * 0x1p-52; }

/// Whether a formula within `bound` needs a wider type to give a correctly rounded Element.
template <class F, class Element>
constexpr bool is_rounded_from_double(ErrorBound bound) noexcept {
  return accuracy_of<F> == Accuracy::exact &&
         bound.ulp > (std::is_same_v<Element, float> ? 0.5 : 0);
}

/// f and f' as formulas, prepared for numbers of type T (for double, also for pairs of doubles), with
/// the error they have in double.
template <class F, class T>
struct ForwardFormula {
  using Formula = typename FormulaOf<F, T>::type;
  static constexpr bool keeps_exponentials = false;
  static constexpr ErrorBound bound() noexcept { return F::forward_bound; }
  static constexpr double relative_error = detail::relative_error(F::forward_bound);
  static constexpr double error_at_root = 0;
  Formula f;
  template <class V>
  HILLOCK_INLINE V operator()(const V& x) const noexcept {
    return f.forward_at(x);
  }
  template <class V, class E>
  HILLOCK_INLINE V finished(const V& x, const E& e) const noexcept {
    return f.forward_from(x, e);
  }
};

/// Whether a loop over f' keeps the exponentials of a block.
template <class Formula>
constexpr bool keeps_exponentials() noexcept {
  if constexpr (has_steps<Formula>)
    return Formula::keeps_exponentials;
  else
    return false;
}

template <class F, class T>
struct DerivativeFormula {
  using Formula = typename FormulaOf<F, T>::type;
  static constexpr bool keeps_exponentials = detail::keeps_exponentials<Formula>();
  static constexpr ErrorBound bound() noexcept { return F::derivative_bound; }
  static constexpr double relative_error = detail::relative_error(F::derivative_bound);
  static constexpr double error_at_root = F::derivative_bound.epsilons_at_root > 0
                                              ? (F::derivative_bound.epsilons_at_root + 0.5) *
                                                    0x1p-52
                                              : 0;
  Formula f;
  template <class V>
  HILLOCK_INLINE V operator()(const V& x) const noexcept {
    return f.derivative_at(x);
  }
  template <class V, class E>
  HILLOCK_INLINE V finished(const V& x, const E& e) const noexcept {
    return f.derivative_from(x, e);
  }
  template <class V>
  HILLOCK_INLINE auto is_near_root(const V& x) const noexcept {
    return f.is_near_root(x);
  }
};

template <class F, class V>
HILLOCK_INLINE ForwardAndDerivative<V> both(const F& f, const V& x) noexcept {
  if constexpr (has_both_at<F, V>)
    return f.both_at(x);
  else
    return {f.forward_at(x), f.derivative_at(x)};
}

/// Both together.
template <class F, class T>
struct BothFormula {
  using Formula = typename FormulaOf<F, T>::type;
  static constexpr bool keeps_exponentials = detail::keeps_exponentials<Formula>();
  static constexpr ErrorBound bound() noexcept { return F::forward_bound; }
  Formula f;
  template <class V>
  HILLOCK_INLINE ForwardAndDerivative<V> operator()(const V& x) const noexcept {
    return both(f, x);
  }
  template <class V, class E>
  HILLOCK_INLINE ForwardAndDerivative<V> finished(const V& x, const E& e) const noexcept {
    return f.both_from(x, e);
  }
};

/// What a formula gives for the lower and the upper lanes of x, rounded once.
template <class Format, class Formula, class V, class W>
HILLOCK_INLINE V rounded_results(const Formula& formula, const V& x, const W& low,
                                 const W& high) noexcept {
  return kernels::rounded_once<Format>(formula, x, low, high);
}
template <class Format, class F, class T, class V, class W>
HILLOCK_INLINE ForwardAndDerivative<V> rounded_results(
    const BothFormula<F, T>& formula, const V& x, const ForwardAndDerivative<W>& low,
    const ForwardAndDerivative<W>& high) noexcept {
  return {
      kernels::rounded_once<Format>(ForwardFormula<F, T>{formula.f}, x, low.forward, high.forward),
      kernels::rounded_once<Format>(DerivativeFormula<F, T>{formula.f}, x, low.derivative,
                                    high.derivative)};
}

/// Whether a formula is computed in double for arrays of Element, and rounded.
template <class F, class Element, template <class, class> class FormulaFor>
constexpr bool is_rounded() noexcept {
  if constexpr (accuracy_of<F> == Accuracy::exact)
    return is_rounded_from_double<F, Element>(FormulaFor<F, double>::bound());
  else
    return false;
}

/// The type of a formula's numbers.
template <class Element, bool IsRounded>
using FormulaType = std::conditional_t<IsRounded, double, ComputeType<Element>>;

/// Of a batch of floats that is computed in doubles: of the lower lanes and the upper.
template <class Half>
struct LowAndHigh {
  Half low;
  Half high;
};

template <class Half>
HILLOCK_INLINE LowAndHigh<Half> low_and_high(const Half& low, const Half& high) noexcept {
  return {low, high};
}

/// What the verbs and the expressions compute, in batches: op(x), or the same in steps, where the formula
/// has them: op.finished(x, op.continued(x, op.reduced(x))). What continued() returns is the exponential,
/// or the doubles that finished() rounds. Element is the element type of the arrays that the results go
/// to; for a call with a batch, the batch's own.
template <class F, class Element, template <class, class> class FormulaFor>
class Computed {
  static constexpr bool is_rounded = detail::is_rounded<F, Element, FormulaFor>();
  using T = FormulaType<Element, is_rounded>;
  using Format = typename FormatOf<Element>::type;
  FormulaFor<F, T> formula_;

 public:
  static constexpr bool takes_long = !is_brief<F>;
  static constexpr bool has_steps = detail::has_steps<typename FormulaFor<F, T>::Formula>;
  static constexpr bool keeps_all_steps = is_rounded || FormulaFor<F, T>::keeps_exponentials;
  static_assert(CheckAccuracy<F, Element>::passed);
  constexpr explicit Computed(const F& f) noexcept : formula_{FormulaOf<F, T>::of(f)} {}

  template <class V>
  HILLOCK_INLINE auto operator()(const V& x) const noexcept {
    if constexpr (is_rounded)
      return rounded_results<Format>(formula_, x, formula_(widened_low(x)),
                                     formula_(widened_high(x)));
    else
      return formula_(x);
  }

  template <class V>
  HILLOCK_INLINE auto reduced(const V& x) const noexcept {
    if constexpr (is_rounded)
      return low_and_high(formula_.f.reduced_at(widened_low(x)),
                          formula_.f.reduced_at(widened_high(x)));
    else
      return formula_.f.reduced_at(x);
  }
  template <class V, class Reduced>
  HILLOCK_INLINE auto continued(const V& x, const Reduced& reduced) const noexcept {
    if constexpr (is_rounded)
      return low_and_high(
          formula_.finished(widened_low(x), formula_.f.exponential_of(reduced.low)),
          formula_.finished(widened_high(x), formula_.f.exponential_of(reduced.high)));
    else
      return formula_.f.exponential_of(reduced);
  }
  template <class V, class Continued>
  HILLOCK_INLINE auto finished(const V& x, const Continued& y) const noexcept {
    if constexpr (is_rounded)
      return rounded_results<Format>(formula_, x, y.low, y.high);
    else
      return formula_.finished(x, y);
  }
};

template <class F, class Element>
using Forward = Computed<F, Element, ForwardFormula>;
template <class F, class Element>
using Derivative = Computed<F, Element, DerivativeFormula>;

template <class F, class Element>
class Backward {
  using Slope = Derivative<F, Element>;
  Slope derivative_;

 public:
  static constexpr bool takes_long = !is_brief<F>;
  static constexpr bool has_steps = Slope::has_steps;
  static constexpr bool keeps_all_steps = Slope::keeps_all_steps;
  constexpr explicit Backward(const F& f) noexcept : derivative_(f) {}

  template <class V>
  HILLOCK_INLINE V operator()(const V& x, const V& dy) const noexcept {
    return dy * derivative_(x);
  }

  template <class V>
  HILLOCK_INLINE auto reduced(const V& x, const V&) const noexcept {
    return derivative_.reduced(x);
  }
  template <class V, class Reduced>
  HILLOCK_INLINE auto continued(const V& x, const V&, const Reduced& reduced) const noexcept {
    return derivative_.continued(x, reduced);
  }
  template <class V, class Continued>
  HILLOCK_INLINE V finished(const V& x, const V& dy, const Continued& y) const noexcept {
    return dy * derivative_.finished(x, y);
  }
};

/// f and f' together, each by itself.
template <class F, class Element>
class BothApart {
  Forward<F, Element> forward_;
  Derivative<F, Element> derivative_;

 public:
  static constexpr bool takes_long = !is_brief<F>;
  static constexpr bool has_steps = false;
  static constexpr bool keeps_all_steps = false;
  constexpr explicit BothApart(const F& f) noexcept : forward_(f), derivative_(f) {}

  template <class V>
  HILLOCK_INLINE ForwardAndDerivative<V> operator()(const V& x) const noexcept {
    return {forward_(x), derivative_(x)};
  }
};

/// f and f' together, from one formula where both are rounded from doubles or neither is.
template <class F, class Element>
using Both = std::conditional_t<is_rounded<F, Element, ForwardFormula>() ==
                                    is_rounded<F, Element, DerivativeFormula>(),
                                Computed<F, Element, BothFormula>, BothApart<F, Element>>;

template <class V>
HILLOCK_INLINE std::array<V, 1> as_array(const V& result) noexcept {
  return {result};
}
template <class V>
HILLOCK_INLINE std::array<V, 2> as_array(const ForwardAndDerivative<V>& results) noexcept {
  return {results.forward, results.derivative};
}

/// An op as the walk calls it: from an array of inputs to an array of outputs.
template <class Op>
struct OnArrays {
  static constexpr bool takes_long = Op::takes_long;
  static constexpr bool has_steps = Op::has_steps;
  static constexpr bool keeps_all_steps = Op::keeps_all_steps;
  Op op;
  template <class V, std::size_t I>
  HILLOCK_INLINE auto operator()(const std::array<V, I>& in) const noexcept {
    return as_array(std::apply(op, in));
  }
  template <class V, std::size_t I>
  HILLOCK_INLINE auto reduced(const std::array<V, I>& in) const noexcept {
    return std::apply([&](const auto&... x) { return op.reduced(x...); }, in);
  }
  template <class V, std::size_t I, class Reduced>
  HILLOCK_INLINE auto continued(const std::array<V, I>& in, const Reduced& reduced) const noexcept {
    return std::apply([&](const auto&... x) { return op.continued(x..., reduced); }, in);
  }
  template <class V, std::size_t I, class Continued>
  HILLOCK_INLINE auto finished(const std::array<V, I>& in, const Continued& y) const noexcept {
    return as_array(std::apply([&](const auto&... x) { return op.finished(x..., y); }, in));
  }
};

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
