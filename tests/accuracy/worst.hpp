// The largest error of a sweep, and how often the bound was exceeded.
#pragma once

#include <accuracy/format.hpp>
#include <accuracy/subjects.hpp>

namespace accuracy {

template <class T>
struct Worst {
  double ulp = 0;               // away from the derivative's root
  double epsilons_at_root = 0;  // near it, of what is beyond the bound in ULP
  T x = 0;
  T computed = 0;
  Wide<T> truth = 0;
  std::uint64_t beyond_bound = 0;
  /// Of the correctly rounded results.
  std::uint64_t wrong = 0;
  std::uint64_t not_judged = 0;
  T wrong_x = 0;
  T wrong_computed = 0;

  void merge(const Worst& other) {
    const auto magnitude = [](T value) { return Format<T>::bits(value) & ~Format<T>::sign; };
    // The same place whatever the number of threads.
    if (other.ulp > ulp ||
        (other.ulp == ulp && other.ulp > 0 && magnitude(other.x) < magnitude(x))) {
      ulp = other.ulp;
      x = other.x;
      computed = other.computed;
      truth = other.truth;
    }
    if (other.wrong > 0 && (wrong == 0 || magnitude(other.wrong_x) < magnitude(wrong_x))) {
      wrong_x = other.wrong_x;
      wrong_computed = other.wrong_computed;
    }
    if (other.epsilons_at_root > epsilons_at_root) epsilons_at_root = other.epsilons_at_root;
    beyond_bound += other.beyond_bound;
    wrong += other.wrong;
    not_judged += other.not_judged;
  }
};

/// `reference` of n points against what was computed. `is_near_root` may be null. Where the bound
/// is infinite, the signs of zeros are not looked at.
template <class T>
void compare(const T* x, const T* computed, const Wide<T>* reference, std::size_t n,
             const Bound& bound, double value, bool (*is_near_root)(double, T), Worst<T>& worst) {
  using F = Format<T>;
  using W = Wide<T>;
  const auto look_closer = [&](std::size_t i, bool has_wrong_sign) {
    const W truth = reference[i];
    const double error =
        has_wrong_sign ? std::numeric_limits<double>::infinity() : ulp_error(computed[i], truth);
    // Where the bound is another one, near a root, ULP grow without a limit: counted apart.
    if (bound.epsilons_at_root > 0 && is_near_root != nullptr && is_near_root(value, x[i])) {
      if (error <= bound.ulp) return;
      // A zero of the wrong sign is as good as any other small number of it.
      const auto epsilons = static_cast<double>(std::fabs(F::wide(computed[i]) - truth) /
                                                static_cast<W>(F::Limits::epsilon()));
      if (!(epsilons <= bound.epsilons_at_root)) ++worst.beyond_bound;
      if (epsilons > worst.epsilons_at_root) worst.epsilons_at_root = epsilons;
      return;
    }
    if (error > bound.ulp) ++worst.beyond_bound;
    if (error > worst.ulp) {
      worst.ulp = error;
      worst.x = x[i];
      worst.computed = computed[i];
      worst.truth = truth;
    }
  };
  const bool is_bounded = std::isfinite(bound.ulp);
  for (std::size_t i = 0; i < n; ++i) {
    const W wide = F::wide(computed[i]);
    const double error =
        static_cast<double>(std::fabs(wide - reference[i]) * per_spacing<T>(reference[i]));
    const bool has_wrong_sign =
        is_bounded && wide == 0 && std::signbit(wide) != std::signbit(reference[i]);
    // NaNs and infinities do not pass either.
    if (!(error <= worst.ulp && error <= bound.ulp) || has_wrong_sign)
      look_closer(i, has_wrong_sign && reference[i] == reference[i]);
  }
}

}  // namespace accuracy
