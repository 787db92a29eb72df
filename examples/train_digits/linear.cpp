#include "linear.hpp"

#include <cmath>

namespace train_digits {

Linear::Linear(Eigen::Index inputs, Eigen::Index outputs, double deviation, float bias,
               Random& random)
    : weights_(outputs, inputs),
      weights_velocity_(Eigen::MatrixXf::Zero(outputs, inputs)),
      bias_(Eigen::VectorXf::Constant(outputs, bias)),
      bias_velocity_(Eigen::VectorXf::Zero(outputs)) {
  const double limit = std::sqrt(3.0) * deviation;
  for (float& weight : weights_.reshaped())
    weight = static_cast<float>(limit * (2 * random.uniform() - 1));
}

Eigen::MatrixXf Linear::operator()(const Eigen::MatrixXf& inputs) const {
  return (weights_ * inputs).colwise() + bias_;
}

Eigen::MatrixXf Linear::backward(const Eigen::MatrixXf& inputs, const Eigen::MatrixXf& gradient,
                                 const Step& step) {
  Eigen::MatrixXf inputs_gradient = weights_.transpose() * gradient;
  weights_velocity_ *= step.momentum;
  weights_velocity_.noalias() -= step.learning_rate * gradient * inputs.transpose();
  weights_ += weights_velocity_;
  bias_velocity_ = step.momentum * bias_velocity_ - step.learning_rate * gradient.rowwise().sum();
  bias_ += bias_velocity_;
  return inputs_gradient;
}

}  // namespace train_digits
