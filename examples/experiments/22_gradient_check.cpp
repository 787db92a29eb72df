// Checks gradients by differences, as one does for a network of one's own: of a loss by weights and
// by an activation's parameter, and of every function by its input. All in double, where
// differences have ten digits.

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <hillock/hillock.hpp>
#include <string>

namespace {

using Eigen::MatrixXd;

/// The gradient of a loss by a number that it depends on, from two values of the loss.
template <class Loss>
double difference(const Loss& loss, double& number) {
  const double at = number, step = 1e-5 * std::max(1.0, std::fabs(at));
  number = at + step;
  const double above = loss();
  number = at - step;
  const double below = loss();
  number = at;
  return (above - below) / (2 * step);
}

/// The error of a gradient, relative to it; absolute where it is small.
double error(double gradient, double expected) {
  return std::fabs(gradient - expected) / std::max(1e-3, std::fabs(expected));
}

/// One layer of Swish units, each of which says yes or no: the error of its gradients.
double check_layer() {
  const MatrixXd x = MatrixXd::Random(4, 32);
  const MatrixXd targets = (MatrixXd::Random(3, 32).array() > 0).cast<double>();
  MatrixXd weights = MatrixXd::Random(3, 4);
  hillock::Swish<> swish{1.5};
  const hillock::BinaryCrossEntropy loss;
  const auto value = [&] {
    const MatrixXd y = swish(weights * x);
    return loss(y, targets);
  };

  // Backwards: from the loss to the output, to the pre-activation, to the weights and to beta.
  const MatrixXd z = weights * x, y = swish(z);
  const MatrixXd dy = loss.backward(y, targets);
  const MatrixXd dz = swish.backward(z, dy);
  const MatrixXd by_weights = dz * x.transpose();
  const double by_beta = swish.beta_gradient(z, dy);

  double worst = error(by_beta, difference(value, swish.beta));
  for (Eigen::Index i = 0; i < weights.size(); ++i)
    worst = std::max(worst, error(by_weights(i), difference(value, weights(i))));
  return worst;
}

/// The error of f', at numbers that are no kink of any function. The numbers are arrays of one,
/// because PReLU takes nothing else.
template <class F>
double check_function(const F& f) {
  using Number = Eigen::Array<double, 1, 1>;
  double worst = 0;
  Number x, y, d;
  for (x(0) = -4.97; x(0) < 5; x(0) += 0.0617) {
    const auto value = [&] {
      y = f(x);
      return y(0);
    };
    d = f.derivative(x);
    worst = std::max(worst, error(d(0), difference(value, x(0))));
  }
  return worst;
}

}  // namespace

int main() {
  const double of_layer = check_layer();
  std::printf("A layer of Swish units with binary cross-entropy, by weights and beta: %.0e\n",
              of_layer);
  double worst = of_layer;
  int functions = 0;
  hillock::for_each_activation([&](const char* name, const auto& f) {
    const double of_function = check_function(f);
    std::printf("%-16s %.0e\n", name, of_function);
    worst = std::max(worst, of_function);
    ++functions;
  });
  const bool agree = worst < 1e-6;
  std::printf("The gradients of %d functions and of a layer %s with differences.\n", functions,
              agree ? "agree" : "do not agree");
  return agree ? 0 : 1;
}
