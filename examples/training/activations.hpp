#pragma once

#include <Eigen/Core>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "step.hpp"

namespace training {

/// The health of a hidden layer on some samples, as shares.
struct Health {
  double saturated = std::nan("");  // of pre-activations; NaN for Maxout, which does not saturate
  double dead = std::nan("");       // of units; of Maxout: pieces never the argmax
  std::vector<bool> is_dead;        // unit by unit (piece by piece)
};

/// The activation of a layer, whichever it is: behind one
/// interface, so that networks are compiled once for all.
class Activation {
 public:
  virtual ~Activation() = default;

  virtual Eigen::MatrixXf forward(const Eigen::MatrixXf& pre_activations) const = 0;

  /// Takes the gradient of the outputs, keeps that of its own
  /// parameters if it has some, returns that of the pre-activations.
  virtual Eigen::MatrixXf backward(const Eigen::MatrixXf& pre_activations,
                                   const Eigen::MatrixXf& gradient) = 0;

  /// Moves its own parameters by the gradient that backward() has stored.
  virtual void move(const Step& /*step*/) {}

  virtual Health examine(const Eigen::MatrixXf& pre_activations) const = 0;

  /// Pre-activations per unit.
  virtual int pieces() const { return 1; }

  /// Those that PReLU learned, one per unit; of the others none.
  virtual Eigen::ArrayXd slopes() const { return {}; }
};

/// An activation by name, and the initial weights that go with it.
struct ActivationKind {
  std::string name;
  std::unique_ptr<Activation> (*make)(Eigen::Index units);
  /// The standard deviation of initial weights that keeps
  /// the variance of the signal from layer to layer.
  double (*deviation)(Eigen::Index inputs, Eigen::Index outputs);
};

/// For functions of slope 1 near 0, both ways through the layer: Glorot and Bengio, AISTATS 2010.
double glorot(Eigen::Index inputs, Eigen::Index outputs);

/// The lectures' eight: sigmoid, tanh, relu, leaky_relu, prelu, elu, swish, maxout of two.
const std::vector<ActivationKind>& activations();

/// One of them, or identity.
const ActivationKind& activation(const std::string& name);

}  // namespace training
