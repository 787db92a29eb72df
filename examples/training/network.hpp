#pragma once

#include <Eigen/Core>
#include <memory>
#include <vector>

#include "activations.hpp"
#include "linear.hpp"
#include "random.hpp"

namespace training {

/// A linear layer and its activation.
class Hidden {
 public:
  Hidden(Linear linear, std::unique_ptr<Activation> activation)
      : linear_(std::move(linear)), activation_(std::move(activation)) {}

  const Eigen::MatrixXf& forward(const Eigen::MatrixXf& inputs);

  /// Takes the gradient of the outputs, keeps that of what it learns, returns that of the inputs.
  Eigen::MatrixXf backward(const Eigen::MatrixXf& inputs, const Eigen::MatrixXf& gradient);

  void move(const Step& step);

  const Linear& linear() const { return linear_; }
  Linear& linear() { return linear_; }
  const Activation& activation() const { return *activation_; }

  // The values of the last samples that were propagated, one sample per column.
  const Eigen::MatrixXf& pre_activations() const { return pre_activations_; }
  const Eigen::MatrixXf& pre_activations_gradient() const { return pre_activations_gradient_; }
  const Eigen::MatrixXf& outputs() const { return outputs_; }
  Health examine() const { return activation_->examine(pre_activations_); }

 private:
  Linear linear_;
  std::unique_ptr<Activation> activation_;
  Eigen::MatrixXf pre_activations_, pre_activations_gradient_, outputs_;
};

struct Shape {
  Eigen::Index inputs;
  std::vector<Eigen::Index> hidden;  // the units of each hidden layer
  Eigen::Index classes;
};

/// How the hidden layers start.
struct Start {
  double weight_scale = 1;  // times the usual initial weights of the activation
  double bias = 0;
};

/// Hidden layers of one activation, then softmax.
class Network {
 public:
  Network(const Shape& shape, const ActivationKind& kind, const Start& start, Random& random);

  /// The probability of every class (row) for every sample (column).
  Eigen::MatrixXf operator()(const Eigen::MatrixXf& inputs);

  /// The gradient of the mean cross-entropy of a batch: every layer keeps its own.
  void backward(const Eigen::MatrixXf& inputs, const std::vector<int>& labels);

  /// One step down that gradient.
  void move(const Step& step);

  const std::vector<Hidden>& hidden() const { return hidden_; }
  std::vector<Hidden>& hidden() { return hidden_; }
  const Linear& output() const { return output_; }
  Linear& output() { return output_; }

  /// Weights, biases and learned slopes.
  Eigen::Index parameters() const;

 private:
  std::vector<Hidden> hidden_;
  Linear output_;
};

}  // namespace training
