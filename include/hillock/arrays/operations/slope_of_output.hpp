// f' as a function of y = f(x), for functions whose output tells it.
#pragma once

#include <hillock/arrays/operations/operation.hpp>
#include <hillock/errors.hpp>

#include <string>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// Whether f' of F can be computed from f(x). Then F has the members
///
///   derivative_from_output_bound
///       the error bound of the result for the y given
///   slope_of_output<T>()
///       an object with forward_at(y), which is f'(x); for a function along an axis with slopes of
///       its own, such as PReLU, the verbs take y in place of x instead
///   has_slope_of_output()
///       whether the output tells the slope with these parameters; only if there are any
template <class F, class = void>
inline constexpr bool has_slope_of_output = false;
template <class F>
inline constexpr bool
    has_slope_of_output<F, std::void_t<decltype(F::derivative_from_output_bound)>> = true;

/// Checks it at compile time.
template <class F>
struct CheckOutputTellsSlope {
  static_assert(has_slope_of_output<F>,
                "hillock: f' of this function cannot be computed from f(x), because several inputs "
                "with different slopes have the same output; use derivative and backward, which "
                "take the input");
  static constexpr bool passed = true;
};

template <class F, class = void>
inline constexpr bool depends_on_parameters = false;
template <class F>
inline constexpr bool depends_on_parameters<
    F, std::void_t<decltype(std::declval<const F&>().has_slope_of_output())>> = true;

[[noreturn]] HILLOCK_COLD inline void throw_no_slope_of_output(const char* where,
                                                               const std::string& parameter) {
  refuse(std::string("hillock::") + where + ": " + parameter +
         ", but expected above 0, because otherwise inputs with different slopes have the same "
         "output; or use the verb that takes the input");
}

/// Throws std::invalid_argument if the parameters make the output ambiguous.
template <class F>
HILLOCK_INLINE void check_slope_of_output(const char* where, const F& f) {
  if constexpr (depends_on_parameters<F>) {
    if (HILLOCK_LIKELY(f.has_slope_of_output())) return;
    constexpr auto parameter = F::parameters()[0];
    const auto& value = f.*parameter.member;
    if constexpr (std::is_same_v<decltype(value), const double&>)
      throw_no_slope_of_output(where, parameter.name + (" is " + std::to_string(value)));
    else
      throw_no_slope_of_output(where, parameter.name + std::string(" has a negative number"));
  }
}

/// f' as a function of y = f(x), in the form of an activation. It is fast in either tier of F.
template <class F>
class SlopeOfOutput : public PointwiseBase {
 public:
  static constexpr Accuracy accuracy = Accuracy::fast;
  using Architecture = typename F::Architecture;
  /// By it the loops tell what takes as long as the memory (is_one_operation): formulas of two or
  /// three operations, and only Softplus' has an exponential.
  static constexpr ErrorBound forward_bound{F::derivative_from_output_bound.ulp < 2 ? 0.5 : 2};

  constexpr explicit SlopeOfOutput(const F& f) noexcept : f_(f) {}

  template <class T>
  auto formula() const noexcept {
    return f_.template slope_of_output<T>();
  }

 private:
  const F& f_;
};

template <class F, class Element>
using BackwardFromOutputOperation = TimesGradient<ForwardOperation<SlopeOfOutput<F>, Element>>;

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
