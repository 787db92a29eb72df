#include "linear.hpp"

#include <cmath>

namespace training {

Linear::Linear(Eigen::Index inputs, Eigen::Index outputs, double deviation, float bias,
               Random& random)
    : weights_(outputs, inputs),
      weights_velocity_(Eigen::MatrixXf::Zero(outputs, inputs)),
      weights_gradient_(Eigen::MatrixXf::Zero(outputs, inputs)),
      bias_(Eigen::VectorXf::Constant(outputs, bias)),
      bias_velocity_(Eigen::VectorXf::Zero(outputs)),
      bias_gradient_(Eigen::VectorXf::Zero(outputs)) {
  const double limit = std::sqrt(3.0) * deviation;
  for (float& weight : weights_.reshaped())
    weight = static_cast<float>(limit * (2 * random.uniform() - 1));
}

Eigen::MatrixXf Linear::operator()(const Eigen::MatrixXf& inputs) const {
  return (weights_ * inputs).colwise() + bias_;
}

Eigen::MatrixXf Linear::backward(const Eigen::MatrixXf& inputs, const Eigen::MatrixXf& gradient) {
  weights_gradient_.noalias() = gradient * inputs.transpose();
  bias_gradient_ = gradient.rowwise().sum();
  return weights_.transpose() * gradient;
}

void Linear::move(const Step& step) {
  weights_velocity_ = step.momentum * weights_velocity_ - step.learning_rate * weights_gradient_;
  weights_ += weights_velocity_;
  bias_velocity_ = step.momentum * bias_velocity_ - step.learning_rate * bias_gradient_;
  bias_ += bias_velocity_;
}

}  // namespace training
