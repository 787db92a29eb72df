#pragma once

#include <Eigen/Core>
#include <hillock/hillock.hpp>

#include "activations.hpp"
#include "data.hpp"
#include "linear.hpp"
#include "random.hpp"

namespace train_digits {

/// A linear layer and its activation.
template <class F>
class Hidden {
 public:
  Hidden(Eigen::Index inputs, Eigen::Index outputs, const Activation<F>& activation, double scale,
         float bias, Random& random)
      : linear_(inputs, outputs * pieces(activation.function),
                scale * activation.deviation(inputs, outputs), bias, random),
        activation_(activation.function) {}

  const Eigen::MatrixXf& forward(const Eigen::MatrixXf& inputs) {
    pre_activations_ = linear_(inputs);
    outputs_ = activation_(pre_activations_);
    return outputs_;
  }

  Eigen::MatrixXf backward(const Eigen::MatrixXf& inputs, const Eigen::MatrixXf& gradient,
                           const Step& step) {
    const Eigen::MatrixXf pre_activations_gradient =
        activation_.backward(pre_activations_, gradient);
    train_parameters(activation_, pre_activations_, gradient, step.learning_rate);
    return linear_.backward(inputs, pre_activations_gradient, step);
  }

  const F& activation() const { return activation_; }
  const Eigen::MatrixXf& pre_activations() const { return pre_activations_; }
  const Eigen::MatrixXf& outputs() const { return outputs_; }

 private:
  Linear linear_;
  F activation_;
  Eigen::MatrixXf pre_activations_, outputs_;
};

/// Two hidden layers, then softmax.
template <class F>
class Network {
 public:
  Network(Eigen::Index inputs, const Activation<F>& activation, double scale, float bias,
          Random& random)
      : first_(inputs, units, activation, scale, bias, random),
        second_(units, units, activation, scale, bias, random),
        output_(units, classes, glorot(units, classes), 0, random) {}

  /// The probability of every class (row) for every sample (column).
  Eigen::MatrixXf operator()(const Eigen::MatrixXf& inputs) {
    return softmax_(output_(second_.forward(first_.forward(inputs))));
  }

  /// One step down the cross-entropy of a batch. Its
  /// gradient before the softmax is P - (1 at the label).
  void train(const Eigen::MatrixXf& inputs, const std::vector<int>& labels, const Step& step) {
    Eigen::MatrixXf gradient = (*this)(inputs);
    for (std::size_t i = 0; i < labels.size(); ++i)
      gradient(labels[i], static_cast<Eigen::Index>(i)) -= 1;
    gradient /= static_cast<float>(labels.size());
    gradient = output_.backward(second_.outputs(), gradient, step);
    gradient = second_.backward(first_.outputs(), gradient, step);
    first_.backward(inputs, gradient, step);
  }

  const Hidden<F>& first() const { return first_; }
  const Hidden<F>& second() const { return second_; }

 private:
  Hidden<F> first_, second_;
  Linear output_;
  hillock::Softmax<> softmax_{hillock::Per::column};
};

}  // namespace train_digits
