// The factor by which initial weights keep the size of activations, and of gradients, from layer to
// layer.
#pragma once

#include <hillock/verbs.hpp>

#include <cmath>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// g at the ends and in the middle of an interval.
struct ThreeValues {
  double low, middle, high;
  /// The integral over an interval of this width (Simpson).
  double integral(double width) const { return width * (low + 4 * middle + high) / 6; }
};

/// The integral of g from `low` to `low + width`, by halves until they change nothing: they become
/// narrow around a kink or a jump of g, which is always seen, because the ends of every interval
/// are among its points.
template <class G>
double integral(const G& g, double low, double width, const ThreeValues& at, int depth) {
  const double half = width / 2;
  const ThreeValues left{at.low, g(low + half / 2), at.middle};
  const ThreeValues right{at.middle, g(low + half + half / 2), at.high};
  const double sum = left.integral(half) + right.integral(half);
  const double correction = (sum - at.integral(width)) / 15;
  if (depth == 0 || !(std::fabs(correction) > 1e-16)) return sum + correction;
  return integral(g, low, half, left, depth - 1) + integral(g, low + half, half, right, depth - 1);
}

/// The mean of g(z)^2 for normal z of mean 0 and variance 1, to 12 digits.
template <class G>
double normal_mean_of_square(const G& g) {
  const auto weighted = [&](double z) {
    const auto value = static_cast<double>(g(z));
    return value * value * std::exp(-z * z / 2) * 0.39894228040143267794;  // 1 / sqrt(2 pi)
  };
  // Beyond 13 the density is below 10^-37.
  constexpr int end = 13;
  constexpr double width = 0.25;
  double sum = 0;
  for (double low = -end; low < end; low += width)
    sum += integral(weighted, low, width,
                    {weighted(low), weighted(low + width / 2), weighted(low + width)}, 40);
  return sum;
}

template <class F>
struct CheckGain {
  static_assert(is_pointwise<F>,
                "hillock: gain takes a function of single elements, such as hillock::relu; for "
                "PReLU it is that of LeakyReLU with the same slope");
  static constexpr bool passed = true;
};

/// f as a function of doubles. Accuracy::exact has none: it takes floats.
template <Quantity Q, class F>
auto of_doubles(const F& f) {
  return [f](double z) {
    using T = std::conditional_t<F::accuracy == Accuracy::exact, float, double>;
    if constexpr (Q == Quantity::forward)
      return f(static_cast<T>(z));
    else
      return f.derivative(static_cast<T>(z));
  };
}

}  // namespace detail

/// Returns the gain of f: 1 / sqrt(mean of f(z)^2) for normal z of mean 0 and variance 1.
///
/// With weights of variance gain(f)^2 / n, where n is the number of a unit's inputs, pre-
/// activations keep the variance 1 from layer to layer: sqrt(2) for ReLU, sqrt(2 / (1 + slope^2))
/// for LeakyReLU, 1 for the identity and for SELU, which is made for it, 1.5925 for tanh, 1.5335
/// for GELU, 1.6765 for Swish. It is computed by integration, to 12 digits, for any pointwise
/// activation with any parameters, your own too. PyTorch's calculate_gain has a table, with 5/3 for
/// tanh, 1 for sigmoid and 3/4 for SELU. The gain is infinite for a function that is 0 everywhere.
/// Source: He, Zhang, Ren, Sun, arXiv:1502.01852 (2015), equation 7 for ReLU.
template <class F>
[[nodiscard]] double gain(const F& f) {
  static_assert(detail::CheckGain<F>::passed);
  return 1 /
         std::sqrt(detail::normal_mean_of_square(detail::of_doubles<detail::Quantity::forward>(f)));
}

/// Returns the gain of f': 1 / sqrt(mean of f'(z)^2) for normal z of mean 0 and variance 1. With
/// weights of variance gradient_gain(f)^2 / n, where n is the number of units that a unit feeds,
/// gradients keep their size on the way back. For ReLU it is gain(f); for sigmoid it is 4.7226,
/// beside a gain of 1.8462: no weights keep both sizes.
template <class F>
[[nodiscard]] double gradient_gain(const F& f) {
  static_assert(detail::CheckGain<F>::passed);
  return 1 / std::sqrt(detail::normal_mean_of_square(
                 detail::of_doubles<detail::Quantity::derivative>(f)));
}

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
