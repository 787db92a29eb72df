// What an activation says of itself through its derivative: where |f'| is small and where it is large.
#pragma once

#include <hillock/diagnostics/reports/digits.hpp>
#include <hillock/diagnostics/reports/finite.hpp>
#include <hillock/verbs.hpp>

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics {

/// Below this |f'| an element counts as saturated, unless another threshold is given.
inline constexpr double default_tau = 0.005;
/// An element is nearly linear where |f'| is within this share of its maximum.
inline constexpr double default_linear_band = 0.05;

/// |f'| < tau for every x <= low and for every x >= high; infinite where there is no such side.
struct SaturationRange {
  double low;
  double high;
};

// Accuracy::exact has no doubles.
template <class F>
using ProbeType = std::conditional_t<F::accuracy == Accuracy::exact, float, double>;

template <class F>
double slope_at(const F& f, double x) {
  return std::abs(static_cast<double>(f.derivative(static_cast<ProbeType<F>>(x))));
}

/// Calls visit(x, f'(x)) for the points of a grid in their order: on either side 64 to each factor of 2
/// from 2^-20 to below 2^64, and 0. f' is computed in T.
template <class T, class F, class Visit>
void visit_slopes(const F& f, const Visit& visit) {
  constexpr int steps = 64, first = -20, last = 63;
  T fractions[steps];
  for (int i = 0; i < steps; ++i) fractions[i] = static_cast<T>(std::exp2(i / double{steps}));
  const auto visit_octave = [&](T scale) {
    T points[steps], slopes[steps];
    for (int i = 0; i < steps; ++i) points[i] = fractions[scale < 0 ? steps - 1 - i : i] * scale;
    hillock::derivative(f, points, slopes, steps);
    for (int i = 0; i < steps; ++i) visit(points[i], slopes[i]);
  };
  for (int i = last; i >= first; --i) visit_octave(static_cast<T>(-std::exp2(i)));
  visit(T(0), f.derivative(T(0)));
  for (int i = first; i <= last; ++i) visit_octave(static_cast<T>(std::exp2(i)));
}

/// Of points that come in their order: the first and the last at which a condition holds, their
/// neighbours on the far sides, where it does not, and in how many runs it holds.
template <class T>
struct Stretch {
  std::optional<T> before, after;
  T first{}, last{};
  int runs = 0;

  void add(T x, bool holds) noexcept {
    if (holds && !held_) {
      if (runs == 0) {
        before = previous_;
        first = x;
      }
      ++runs;
      after.reset();
    } else if (held_ && !holds) {
      after = x;
    }
    if (holds) last = x;
    held_ = holds;
    previous_ = x;
  }

 private:
  std::optional<T> previous_;
  bool held_ = false;
};

/// The numbers x with after < x <= upto, which may be infinite.
template <class T>
struct Range {
  T after, upto;

  bool holds(double x) const noexcept {
    return x > static_cast<double>(after) && x <= static_cast<double>(upto);
  }
};

template <class T>
inline constexpr T infinity = std::numeric_limits<T>::infinity();
template <class T>
inline constexpr Range<T> everywhere{-infinity<T>, infinity<T>};
template <class T>
inline constexpr Range<T> nowhere{infinity<T>, infinity<T>};

/// The last number from a to b that answers as a does, if b does not.
template <class T, class Condition>
T last_like_first(T a, T b, const Condition& holds) {
  const bool at_a = holds(a);
  for (;;) {
    const T middle = a + (b - a) / 2;
    if (middle == a || middle == b) return a;
    (holds(middle) == at_a ? a : b) = middle;
  }
}

/// A stretch of the grid's points to the last bit, if the condition changes once on either side.
template <class T, class F, class Condition>
Range<T> range_of(const Stretch<T>& stretch, const F& f, const Condition& condition) {
  if (stretch.runs == 0) return nowhere<T>;
  const auto holds = [&](T x) { return condition(std::abs(f.derivative(x))); };
  Range<T> range = everywhere<T>;
  if (stretch.before) range.after = last_like_first(*stretch.before, stretch.first, holds);
  if (stretch.after) range.upto = last_like_first(stretch.last, *stretch.after, holds);
  return range;
}

/// From the far ends inwards to where |f'| reaches tau.
template <class F>
SaturationRange saturation_range(const F& f, double tau = default_tau) {
  using T = ProbeType<F>;
  const auto is_steep = [tau](T slope) { return !(static_cast<double>(slope) < tau); };
  Stretch<T> stretch;
  visit_slopes<T>(f, [&](T x, T slope) { stretch.add(x, is_steep(std::abs(slope))); });
  // Flat everywhere, as a step is: what lies on this side of 0 counts for it.
  if (stretch.runs == 0) return {0, std::numeric_limits<double>::denorm_min()};
  const Range<T> steep = range_of(stretch, f, is_steep);
  return {static_cast<double>(steep.after),
          static_cast<double>(std::nextafter(steep.upto, infinity<T>))};
}

// What a class says of itself: of one that is not pointwise there is nothing to ask.
template <class F, bool = detail::is_pointwise<F>>
inline constexpr bool may_keep_sign = false;
template <class F>
inline constexpr bool may_keep_sign<F, true> = F::may_keep_sign;
template <class F, bool = detail::is_pointwise<F>>
inline constexpr bool is_steep_in_one_stretch = false;
template <class F>
inline constexpr bool is_steep_in_one_stretch<F, true> = F::is_steep_in_one_stretch;

/// Whether f(x) has the sign of x for every x that is computed with in T.
template <class T, class F>
bool keeps_sign_in(const F& f) {
  // LeakyReLU may round a subnormal number to 0.
  constexpr T least = std::numeric_limits<T>::denorm_min();
  return f.forward(T(-1)) < 0 && f.forward(T(1)) > 0 && f.forward(-least) < 0 &&
         f.forward(least) > 0;
}
template <class F>
bool keeps_sign(const F& f) {
  if constexpr (may_keep_sign<F>) return keeps_sign_in<float>(f) && keeps_sign_in<ProbeType<F>>(f);
  return false;
}

/// The largest |f'| on a grid of 16 points to each factor of 2 from 2^-20 to 2^7, and at 0; 1 for a
/// function that is not pointwise. sigmoid: 0.25, tanh and ReLU: 1, Swish: 1.0998.
template <class F>
double largest_slope(const F& f) {
  if constexpr (detail::is_pointwise<F>) {
    double largest = slope_at(f, 0);
    for (int exponent = -20 * 16; exponent <= 7 * 16; ++exponent) {
      for (const double side : {-1.0, 1.0}) {
        const double slope = slope_at(f, side * std::exp2(exponent / 16.0));
        if (slope > largest) largest = slope;
      }
    }
    return largest;
  }
  return 1;
}

/// What tells one function from another: its parameters, where it has members with the names of
/// hillock's own (alpha, beta, slope), and f and f' at eight points. Nothing for a function that is
/// not pointwise, whose parameters change while it is trained.
class Fingerprint {
 public:
  template <class F>
  explicit Fingerprint(const F& f) : negligible_(std::numeric_limits<ProbeType<F>>::min()) {
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
      for (const double x : probes) {
        numbers_.push_back(static_cast<double>(f.forward(static_cast<ProbeType<F>>(x))));
        numbers_.push_back(static_cast<double>(f.derivative(static_cast<ProbeType<F>>(x))));
      }
    }
  }

  std::vector<double>& numbers() noexcept { return numbers_; }
  const std::vector<double>& numbers() const noexcept { return numbers_; }

  /// The first difference from another of the same class of functions, in words; empty if there is
  /// none. Parameters are compared by their bits.
  std::string difference_from(const Fingerprint& expected) const {
    for (std::size_t i = 0; i < numbers_.size(); ++i) {
      const double number = numbers_[i], wanted = expected.numbers_[i];
      const bool is_parameter = i < parameters_.size();
      if (is_same_number(number, wanted) || (!is_parameter && is_close(number, wanted))) continue;
      return (is_parameter ? parameters_[i] : probe_name(i - parameters_.size())) + " is " +
             all_digits(number) + ", expected " + all_digits(wanted);
    }
    return std::string();
  }

 private:
  static constexpr double probes[] = {-9, -2, -0.5, -0.0625, 0.25, 1, 3, 9};
  /// Names of the first numbers.
  std::vector<std::string> parameters_;
  std::vector<double> numbers_;
  double negligible_;

  template <class F, class Get>
  void add(const char* name, const F& f, const Get& get) {
    if constexpr (std::is_invocable_v<Get, const F&>) {
      parameters_.emplace_back(name);
      numbers_.push_back(get(f));
    }
  }

  static std::string probe_name(std::size_t i) {
    return (i % 2 == 0 ? "f(" : "f'(") + all_digits(probes[i / 2]) + ')';
  }

  /// Other instruction sets round a fast function otherwise, and -ffast-math takes subnormal
  /// numbers for 0. What is infinite or NaN is close to nothing.
  bool is_close(double a, double b) const noexcept {
    constexpr double tolerance = 1e-3;
    return is_finite(a) && is_finite(b) &&
           std::abs(a - b) <= tolerance * std::abs(a) + tolerance * std::abs(b) + negligible_;
  }
};

}  // namespace diagnostics
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
