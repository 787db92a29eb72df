// The accuracy and the architecture of a function, and the function prepared for numbers of one
// type.
#pragma once

#include <hillock/accuracy.hpp>
#include <hillock/arrays/views/arguments.hpp>
#include <hillock/kernels/exponential_formula.hpp>

#include <limits>
#include <type_traits>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

struct PointwiseBase {
  static constexpr bool is_elementwise = true;
};

/// Whether F is a pointwise activation: a class derived from Activation.
template <class F>
inline constexpr bool is_pointwise = std::is_base_of_v<PointwiseBase, F>;

/// Base of the functions whose results are plain arrays (array_activation.hpp).
struct ArrayActivationBase {
  /// Whether every result depends on one element alone, and on parameters.
  static constexpr bool is_elementwise = false;
};

/// Checks that F is a function that the verbs accept.
template <class F>
struct CheckFunction {
  static_assert(
      is_pointwise<F> || std::is_base_of_v<ArrayActivationBase, F>,
      "hillock: the first argument must be an activation: an object such as hillock::relu "
      "or hillock::ELU{0.5}, or one of a class of yours that derives from "
      "hillock::Activation");
  static constexpr bool passed = true;
};

/// The accuracy and the architecture of a function, which its class has as members: Activation and
/// ArrayActivation derive from it. A class with other template parameters than hillock's own is
/// fast and for the native architecture, unless it has members of these names itself.
template <class F>
struct Tier {
  static constexpr Accuracy accuracy = Accuracy::fast;
  using Architecture = simd::NativeArch;
};
template <template <Accuracy, class> class F, Accuracy A, class Arch>
struct Tier<F<A, Arch>> {
  static constexpr Accuracy accuracy = A;
  using Architecture = Arch;
};

template <class F>
using ArchitectureOf = typename F::Architecture;

/// Whether f takes one operation and a selection, as the piecewise linear functions do. The error
/// bound tells: no longer formula stays within half an ULP.
template <class F, class = void>
inline constexpr bool is_one_operation = false;
template <class F>
inline constexpr bool is_one_operation<F, std::enable_if_t<(F::forward_bound.ulp <= 0.5)>> = true;

/// Returns a parameter as the computation in T uses it: rounded once to the element type, and at
/// most the largest number of that type. A parameter that is not finite becomes NaN, so that the
/// results show when training has lost a parameter. With Accuracy::exact the element type is float,
/// although the computation is in double.
template <Accuracy A, class T>
T rounded_parameter(double parameter) noexcept {
  using Element = std::conditional_t<A == Accuracy::exact, float, T>;
  constexpr auto largest = static_cast<double>(std::numeric_limits<Element>::max());
  // This form is a minimum and a maximum, which compilers move out of a loop. A branch would stay
  // in the loop.
  const double below = parameter < largest ? parameter : largest;
  const double clamped = below > -largest ? below : -largest;
#if HILLOCK_FAST_MATH
  // The bits decide, because the compiler assumes that every number is finite.
  if (!simd::is_finite_number(parameter)) return std::numeric_limits<T>::quiet_NaN();
  return static_cast<T>(static_cast<Element>(clamped));
#else
  // The difference is 0 for a finite number, else NaN.
  return static_cast<T>(static_cast<Element>(clamped - (parameter - parameter)));
#endif
}

/// F as it is computed in T. A class with parameters may have a member `template <class T>
/// formula() const`. It returns an object with the _at functions that holds what depends on the
/// parameters alone. That object is made once for a call; the class itself would compute the same
/// for every batch.
template <class F, class T, class = void>
struct PreparedFormula {
  using type = F;
  static constexpr const F& of(const F& f) noexcept { return f; }
};
template <class F, class T>
struct PreparedFormula<F, T,
                       std::void_t<decltype(std::declval<const F&>().template formula<T>())>> {
  using type = decltype(std::declval<const F&>().template formula<T>());
  static type of(const F& f) noexcept { return f.template formula<T>(); }
};

/// Checks that F computes elements of this type. It is a class, as the checks of arguments.hpp are.
template <class F, class Element>
struct CheckAccuracy {
  static_assert(F::accuracy == Accuracy::fast || !std::is_same_v<Element, double>,
                "hillock: Accuracy::exact is not there for double, because its results come from "
                "formulas computed in double; use Accuracy::fast, or float");
  static constexpr bool passed = true;
};

/// A type of hillock::hint that says what is wrong with X as an argument of F; void if nothing is
/// wrong.
template <class F, class X, bool MayBeNumber>
struct HintFor {
  using OfArgument = std::remove_pointer_t<decltype(hint_for_argument<X, MayBeNumber>())>;
  using OfAccuracy =
      std::conditional_t<F::accuracy == Accuracy::exact && std::is_same_v<ElementOf<X>, double>,
                         hint::Accuracy_exact_is_not_there_for_double_use_Accuracy_fast, void>;
  using type = std::conditional_t<std::is_void_v<OfArgument>, OfAccuracy, OfArgument>;
};

/// The hint for x and dy.
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

/// IfFits is int where the arguments fit, and no type elsewhere. IfNot is the hint where they do
/// not fit, and no type elsewhere.
template <class Hint>
using IfFits = std::enable_if_t<std::is_void_v<typename Hint::type>, int>;
template <class Hint>
using IfNot = std::enable_if_t<!std::is_void_v<typename Hint::type>, typename Hint::type>;

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
