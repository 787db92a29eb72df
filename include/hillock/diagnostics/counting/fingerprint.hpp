// Numbers that distinguish one function from another.
#pragma once

#include <hillock/diagnostics/counting/slope_ranges.hpp>

#include <string>
#include <type_traits>
#include <vector>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics::internal {

/// The parameters of a function, if it has members named alpha, beta or slope as hillock's
/// functions have, and f and f' at eight points. For a function that is not pointwise it is empty,
/// because its parameters change while it is trained.
class Fingerprint {
 public:
  template <class F>
  explicit Fingerprint(const F& f)
      : negligible_(static_cast<double>(std::numeric_limits<ProbeType<F>>::min())) {
    if constexpr (detail::is_pointwise<F>) {
      add("alpha", f, [](const auto& g) -> decltype(static_cast<double>(g.alpha)) {
        return static_cast<double>(g.alpha);
      });
      add("beta", f, [](const auto& g) -> decltype(static_cast<double>(g.beta)) {
        return static_cast<double>(g.beta);
      });
      add("slope", f, [](const auto& g) -> decltype(static_cast<double>(g.slope)) {
        return static_cast<double>(g.slope);
      });
      add_probes(element_function<ProbeType<F>>(f));
    }
  }

  std::vector<double>& numbers() noexcept { return numbers_; }
  const std::vector<double>& numbers() const noexcept { return numbers_; }

  /// Returns the first difference from another fingerprint of the same class of functions, in
  /// words; empty if there is none. Parameters are compared by their bits.
  HILLOCK_NOINLINE std::string difference_from(const Fingerprint& expected) const {
    for (std::size_t i = 0; i < numbers_.size(); ++i) {
      const double number = numbers_[i], wanted = expected.numbers_[i];
      const bool is_parameter = i < parameters_.size();
      if (is_same_number(number, wanted) || (!is_parameter && is_close(number, wanted))) continue;
      if (is_parameter)
        return joined(
            {parameters_[i], " is ", all_digits(number), ", expected ", all_digits(wanted)});
      const std::size_t probe = i - parameters_.size();
      return joined({probe % 2 == 0 ? "f(" : "f'(", all_digits(probes[probe / 2]), ") is ",
                     all_digits(number), ", expected ", all_digits(wanted)});
    }
    return std::string();
  }

 private:
  static constexpr double probes[] = {-9, -2, -0.5, -0.0625, 0.25, 1, 3, 9};
  /// The names of the first numbers.
  std::vector<const char*> parameters_;
  std::vector<double> numbers_;
  double negligible_;

  template <class F, class Get>
  void add(const char* name, const F& f, const Get& get) {
    if constexpr (std::is_invocable_v<Get, const F&>) add_parameter(name, get(f));
  }
  HILLOCK_NOINLINE void add_parameter(const char* name, double value) {
    parameters_.push_back(name);
    numbers_.push_back(value);
  }
  template <class T>
  HILLOCK_NOINLINE void add_probes(const ElementFunction<T>& f) {
    for (const double x : probes) {
      const OneElement<T> values = evaluate_at(f, static_cast<T>(x));
      numbers_.push_back(static_cast<double>(values.y));
      numbers_.push_back(static_cast<double>(values.slope));
    }
  }

  /// Fast functions round differently on other instruction sets, and -ffast-math replaces subnormal
  /// numbers by 0. An infinity or a NaN is close to no number.
  bool is_close(double a, double b) const noexcept {
    constexpr double tolerance = 1e-3;
    return is_finite(a) && is_finite(b) &&
           std::abs(a - b) <= tolerance * std::abs(a) + tolerance * std::abs(b) + negligible_;
  }
};

}  // namespace diagnostics::internal
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
