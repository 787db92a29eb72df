#pragma once

#include <Eigen/Core>

#include "random.hpp"

namespace train_digits {

/// Velocity v = momentum v - rate gradient: Sutskever, Martens, Dahl, Hinton, ICML 2013.
struct Step {
  float learning_rate;
  float momentum;
};

/// W X + b, one sample per column, and its share of the training.
class Linear {
 public:
  /// Weights uniform with the given standard deviation.
  Linear(Eigen::Index inputs, Eigen::Index outputs, double deviation, float bias, Random& random);

  Eigen::MatrixXf operator()(const Eigen::MatrixXf& inputs) const;

  /// Takes the gradient of the outputs, returns that of the inputs, and moves the weights.
  Eigen::MatrixXf backward(const Eigen::MatrixXf& inputs, const Eigen::MatrixXf& gradient,
                           const Step& step);

 private:
  Eigen::MatrixXf weights_, weights_velocity_;
  Eigen::VectorXf bias_, bias_velocity_;
};

}  // namespace train_digits
