// A network of some seventy lines with everything that it needs: two hidden layers, a softmax at
// the end, the training step, monitors of both layers and the report on them.
#include <hillock/activations/cross_entropy.hpp>
#include <hillock/activations/relu.hpp>
#include <hillock/activations/softmax.hpp>
#include <hillock/activations/tanh.hpp>
#include <hillock/diagnostics.hpp>

#include <iostream>
#include <vector>

using Eigen::MatrixXf;
using hillock::Per;

template <class Activation>
class Layer {
 public:
  Layer(Activation activation, int inputs, int outputs)
      : activation_(activation),
        weights_(MatrixXf::Random(outputs, inputs) / std::sqrt(float(inputs))),
        bias_(Eigen::VectorXf::Zero(outputs)) {}

  const MatrixXf& forward(const MatrixXf& input) {
    input_ = input;
    z_ = (weights_ * input).colwise() + bias_;
    output_ = activation_(z_);
    return output_;
  }
  MatrixXf backward(const MatrixXf& gradient, float rate) {
    hillock::backward(activation_, z_, gradient, z_);
    const MatrixXf by_input = weights_.transpose() * z_;
    weights_ -= rate * z_ * input_.transpose();
    bias_ -= rate * z_.rowwise().sum();
    return by_input;
  }
  template <class Monitor>
  void observe(Monitor& monitor) const {
    monitor.observe(z_);
  }

 private:
  Activation activation_;
  MatrixXf weights_, input_, z_, output_;
  Eigen::VectorXf bias_;
};

int main() {
  const int inputs = 64, hidden = 32, classes = 10, samples = 128;
  const MatrixXf x = MatrixXf::Random(inputs, samples);
  std::vector<int> labels(samples);
  for (int i = 0; i < samples; ++i) labels[std::size_t(i)] = i % classes;

  Layer<hillock::Tanh<>> first(hillock::tanh, inputs, hidden);
  Layer<hillock::ReLU<>> second(hillock::relu, hidden, hidden);
  MatrixXf weights = MatrixXf::Random(classes, hidden) / std::sqrt(float(hidden));
  const hillock::CrossEntropy loss{Per::column};
  hillock::UnitMonitor first_monitor(hillock::tanh, hidden, Per::row);
  hillock::UnitMonitor second_monitor(hillock::relu, hidden, Per::row);
  for (int step = 0; step < 100; ++step) {
    const MatrixXf& h = second.forward(first.forward(x));
    const MatrixXf logits = weights * h;
    MatrixXf gradient(classes, samples);
    const double value = loss.forward_and_backward(logits, labels, gradient);
    const MatrixXf by_h = weights.transpose() * gradient;
    weights -= 0.1f * gradient * h.transpose();
    first.backward(second.backward(by_h, 0.1f), 0.1f);
    first.observe(first_monitor);
    second.observe(second_monitor);
    if (step % 10 == 0) std::cout << step << ": " << value << '\n';
  }
  const hillock::Softmax softmax{Per::column};
  const MatrixXf p = softmax(weights * second.forward(first.forward(x)));
  std::cout << p.colwise().maxCoeff().mean() << '\n';

  hillock::NetworkReport report;
  report.add("hidden 1", first_monitor.report()).add("hidden 2", second_monitor.report());
  std::cout << report;
}
