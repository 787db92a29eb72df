#include "network.hpp"

#include <hillock/activations/softmax.hpp>

namespace training {
namespace {

std::vector<Hidden> make_hidden(const Shape& shape, const ActivationKind& kind, const Start& start,
                                Random& random) {
  std::vector<Hidden> layers;
  Eigen::Index inputs = shape.inputs;
  for (const Eigen::Index units : shape.hidden) {
    std::unique_ptr<Activation> activation = kind.make(units);
    Linear linear(inputs, units * activation->pieces(),
                  start.weight_scale * kind.deviation(inputs, units),
                  static_cast<float>(start.bias), random);
    layers.emplace_back(std::move(linear), std::move(activation));
    inputs = units;
  }
  return layers;
}

Linear make_output(const Shape& shape, Random& random) {
  const Eigen::Index inputs = shape.hidden.empty() ? shape.inputs : shape.hidden.back();
  return Linear(inputs, shape.classes, glorot(inputs, shape.classes), 0, random);
}

}  // namespace

const Eigen::MatrixXf& Hidden::forward(const Eigen::MatrixXf& inputs) {
  pre_activations_ = linear_(inputs);
  outputs_ = activation_->forward(pre_activations_);
  return outputs_;
}

Eigen::MatrixXf Hidden::backward(const Eigen::MatrixXf& inputs, const Eigen::MatrixXf& gradient) {
  pre_activations_gradient_ = activation_->backward(pre_activations_, gradient);
  return linear_.backward(inputs, pre_activations_gradient_);
}

void Hidden::move(const Step& step) {
  activation_->move(step);
  linear_.move(step);
}

Network::Network(const Shape& shape, const ActivationKind& kind, const Start& start, Random& random)
    : hidden_(make_hidden(shape, kind, start, random)), output_(make_output(shape, random)) {}

Eigen::MatrixXf Network::operator()(const Eigen::MatrixXf& inputs) {
  const Eigen::MatrixXf* outputs = &inputs;
  for (Hidden& layer : hidden_) outputs = &layer.forward(*outputs);
  return hillock::Softmax{hillock::Per::column}(output_(*outputs));
}

void Network::backward(const Eigen::MatrixXf& inputs, const std::vector<int>& labels) {
  // Before the softmax the gradient is P - (1 at the label).
  Eigen::MatrixXf gradient = (*this)(inputs);
  for (std::size_t i = 0; i < labels.size(); ++i)
    gradient(labels[i], static_cast<Eigen::Index>(i)) -= 1;
  gradient /= static_cast<float>(labels.size());
  gradient = output_.backward(hidden_.empty() ? inputs : hidden_.back().outputs(), gradient);
  for (std::size_t layer = hidden_.size(); layer-- > 0;)
    gradient = hidden_[layer].backward(layer > 0 ? hidden_[layer - 1].outputs() : inputs, gradient);
}

void Network::move(const Step& step) {
  for (Hidden& layer : hidden_) layer.move(step);
  output_.move(step);
}

Eigen::Index Network::parameters() const {
  Eigen::Index count = output_.weights().size() + output_.bias().size();
  for (const Hidden& layer : hidden_)
    count += layer.linear().weights().size() + layer.linear().bias().size() +
             layer.activation().slopes().size();
  return count;
}

}  // namespace training
