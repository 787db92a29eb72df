#pragma once

#include <Eigen/Core>

#include "random.hpp"
#include "step.hpp"

namespace training {

/// W X + b, one sample per column, and its share of the training.
class Linear {
 public:
  /// Weights uniform with the given standard deviation.
  Linear(Eigen::Index inputs, Eigen::Index outputs, double deviation, float bias, Random& random);

  Eigen::MatrixXf operator()(const Eigen::MatrixXf& inputs) const;

  /// Takes the gradient of the outputs, keeps that of the weights, returns that of the inputs.
  Eigen::MatrixXf backward(const Eigen::MatrixXf& inputs, const Eigen::MatrixXf& gradient);

  /// Moves the weights by the gradient that backward() has stored.
  void move(const Step& step);

  const Eigen::MatrixXf& weights() const { return weights_; }
  const Eigen::MatrixXf& weights_gradient() const { return weights_gradient_; }
  const Eigen::VectorXf& bias() const { return bias_; }
  Eigen::MatrixXf& weights() { return weights_; }
  Eigen::VectorXf& bias() { return bias_; }

 private:
  Eigen::MatrixXf weights_, weights_velocity_, weights_gradient_;
  Eigen::VectorXf bias_, bias_velocity_, bias_gradient_;
};

}  // namespace training
