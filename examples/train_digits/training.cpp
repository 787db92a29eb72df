#include "training.hpp"

#include <chrono>
#include <cmath>
#include <iomanip>
#include <sstream>

#include "../training/network.hpp"
#include "../training/training.hpp"

namespace train_digits {
namespace {

Epoch measure(training::Network& network, const training::Dataset& data) {
  Epoch epoch{};
  epoch.test_accuracy = training::accuracy(network(data.test.pixels), data.test.labels);
  const Eigen::MatrixXf probabilities = network(data.training.pixels);
  epoch.training_accuracy = training::accuracy(probabilities, data.training.labels);
  epoch.training_loss = training::cross_entropy(probabilities, data.training.labels);
  epoch.first = network.hidden().front().examine();
  epoch.second = network.hidden().back().examine();
  return epoch;
}

std::string describe_learned(const training::Network& network) {
  const Eigen::ArrayXd first = network.hidden().front().activation().slopes(),
                       second = network.hidden().back().activation().slopes();
  if (first.size() == 0) return {};
  const auto range = [](const Eigen::ArrayXd& slope) {
    std::ostringstream text;
    text << std::fixed << std::setprecision(2) << slope.minCoeff() << " to " << slope.maxCoeff();
    return text.str();
  };
  return "slopes started at 0.25 and learned: first layer " + range(first) + ", second layer " +
         range(second);
}

}  // namespace

Result train(const training::ActivationKind& kind, const training::Dataset& data,
             const Options& options, const std::function<void(const Epoch&)>& report) {
  training::Random random(options.seed);
  training::Network network({data.training.pixels.rows(), {units, units}, data.training.classes},
                            kind, {options.weight_scale, options.initial_bias}, random);
  training::Trainer trainer(network, data.training,
                            {static_cast<float>(options.learning_rate), 0.9F}, random);

  Result result;
  result.activation = kind.name;
  std::chrono::duration<double> spent{};
  for (int number = 1; number <= options.epochs; ++number) {
    const auto start = std::chrono::steady_clock::now();
    trainer.epoch();
    spent += std::chrono::steady_clock::now() - start;

    Epoch epoch = measure(network, data);
    epoch.number = number;
    epoch.seconds = spent.count();
    result.diverged = !std::isfinite(epoch.training_loss);
    if (result.diverged) epoch.first = epoch.second = {};  // of NaN there is nothing to say
    result.epochs.push_back(epoch);
    report(epoch);
    if (result.diverged) break;
  }
  result.learned = describe_learned(network);
  return result;
}

}  // namespace train_digits
