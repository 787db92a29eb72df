#pragma once

#include <Eigen/Core>
#include <cmath>
#include <hillock/diagnostics.hpp>
#include <hillock/hillock.hpp>
#include <string>

#include "data.hpp"
#include "result.hpp"

namespace train_digits {

// The standard deviations of the initial weights that
// keep the variance of the signal from layer to layer.

/// For functions of slope 1 near 0, both ways through the layer: Glorot and Bengio, AISTATS 2010.
inline double glorot(Eigen::Index inputs, Eigen::Index outputs) {
  return std::sqrt(2.0 / static_cast<double>(inputs + outputs));
}

/// The sigmoid's slope is 1/4 there: four times the weights, as the same authors' tutorial has it
/// (deeplearning.net, "Multilayer Perceptron").
inline double four_times_glorot(Eigen::Index inputs, Eigen::Index outputs) {
  return 4 * glorot(inputs, outputs);
}

/// For functions that pass one half only: He, Zhang, Ren, Sun, arXiv:1502.01852.
inline double he(Eigen::Index inputs, Eigen::Index) {
  return std::sqrt(2.0 / static_cast<double>(inputs));
}

/// The same for a maximum of two: of two independent
/// normal values the larger has the mean square of one.
inline double lecun(Eigen::Index inputs, Eigen::Index) {
  return std::sqrt(1.0 / static_cast<double>(inputs));
}

/// One row of the table that the program prints.
template <class F>
struct Activation {
  std::string name;
  F function;
  double (*deviation)(Eigen::Index inputs, Eigen::Index outputs);
};

/// Calls visit(Activation<F>) for each of them.
template <class Visitor>
void for_each_activation(Visitor&& visit) {
  const auto show = [&visit](const char* name, const auto& function, auto deviation) {
    visit(Activation<std::decay_t<decltype(function)>>{name, function, deviation});
  };
  show("sigmoid", hillock::sigmoid, four_times_glorot);
  show("tanh", hillock::tanh, glorot);
  show("relu", hillock::relu, he);
  show("leaky_relu", hillock::leaky_relu, he);
  show("prelu", hillock::PReLU{Eigen::ArrayXd::Constant(units, 0.25), hillock::Per::row}, he);
  show("elu", hillock::elu, he);
  show("swish", hillock::swish, he);
  show("maxout", hillock::Maxout{2, hillock::Per::column}, lecun);
}

// Where the eight differ.

/// Pre-activations per unit.
template <class F>
int pieces(const F&) {
  return 1;
}
inline int pieces(const hillock::Maxout<>& maxout) { return maxout.pieces; }

/// PReLU learns its slopes with the weights; the others have nothing to learn.
template <class F>
void train_parameters(F&, const Eigen::MatrixXf&, const Eigen::MatrixXf&, float) {}
inline void train_parameters(hillock::PReLU<>& prelu, const Eigen::MatrixXf& pre_activations,
                             const Eigen::MatrixXf& gradient, float learning_rate) {
  prelu.slope -= learning_rate * prelu.slope_gradient(pre_activations, gradient);
}

template <class F>
Health examine(const F& f, const Eigen::MatrixXf& pre_activations) {
  hillock::UnitMonitor monitor(f, pre_activations.rows(), hillock::Per::row);
  monitor.observe(pre_activations);
  const hillock::UnitReport report = monitor.report();
  return {report.saturated_low_fraction() + report.saturated_high_fraction(),
          report.dead_fraction()};
}
/// Of a Maxout unit the pieces that never win.
inline Health examine(const hillock::Maxout<>& maxout, const Eigen::MatrixXf& pre_activations) {
  const Eigen::ArrayXXf wins = maxout.derivative(pre_activations);
  return {std::nan(""), static_cast<double>((wins.rowwise().maxCoeff() == 0).count()) /
                            static_cast<double>(wins.rows())};
}

}  // namespace train_digits
