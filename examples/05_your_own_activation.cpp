// Your own activation: write two formulas, and get expressions, verbs and diagnostics.

#include <Eigen/Core>
#include <hillock/diagnostics.hpp>
#include <hillock/hillock.hpp>
#include <iostream>

/// Squareplus, f(x) = (x + sqrt(x^2 + b)) / 2, a softplus
/// without exponentials: Barron, arXiv:2112.11687.
struct Squareplus : hillock::Activation<Squareplus> {
  double b = 4;

  // V is a batch of values; sqrt and fma are found by its type.
  template <class V>
  V forward_at(const V& x) const {
    return 0.5 * (x + sqrt(fma(x, x, b)));
  }
  template <class V>
  V derivative_at(const V& x) const {
    return 0.5 * (1 + x / sqrt(fma(x, x, b)));
  }
};

int main() {
  const Squareplus squareplus;
  const Eigen::ArrayXf x = Eigen::ArrayXf::LinSpaced(7, -6, 6);

  // An expression, fused with what surrounds it.
  const Eigen::ArrayXf y = 2 * squareplus(x) - 1;

  // The verbs.
  Eigen::ArrayXf forward(7), derivative(7), dx(7);
  hillock::forward_and_derivative(squareplus, x, forward, derivative);
  hillock::backward(squareplus, x, y, dx);

  Eigen::ArrayXXf table(7, 5);
  table << x, y, forward, derivative, dx;
  std::cout << "x, y = 2 f(x) - 1, f(x), f'(x), y f'(x):\n" << table << "\n\n";

  std::cout << "f(1) = " << squareplus(1.0F) << '\n'
            << "share of x where |f'| is below 0.1: "
            << hillock::saturated_fraction(squareplus, x, 0.1) << '\n';
}
