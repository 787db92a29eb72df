#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <functional>
#include <iomanip>
#include <numeric>
#include <sstream>
#include <string>
#include <vector>

#include "activations.hpp"
#include "data.hpp"
#include "network.hpp"
#include "options.hpp"
#include "random.hpp"
#include "result.hpp"

namespace train_digits {

/// Set by ctrl-C: training ends after the batch, and nothing is written.
inline volatile std::sig_atomic_t interrupted = 0;

inline double accuracy(const Eigen::MatrixXf& probabilities, const std::vector<int>& labels) {
  int right = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    Eigen::Index best = 0;
    probabilities.col(static_cast<Eigen::Index>(i)).maxCoeff(&best);
    right += best == labels[i];
  }
  return right / static_cast<double>(labels.size());
}

inline double cross_entropy(const Eigen::MatrixXf& probabilities, const std::vector<int>& labels) {
  double sum = 0;
  for (std::size_t i = 0; i < labels.size(); ++i)  // at least the smallest float, for a finite loss
    sum -= std::log(std::max(probabilities(labels[i], static_cast<Eigen::Index>(i)), 0x1p-149F));
  return sum / static_cast<double>(labels.size());
}

/// The samples order[begin] to order[end - 1].
inline Samples select(const Samples& from, const std::vector<std::size_t>& order, std::size_t begin,
                      std::size_t end) {
  Samples chosen;
  chosen.pixels.resize(from.pixels.rows(), static_cast<Eigen::Index>(end - begin));
  for (std::size_t i = begin; i < end; ++i) {
    chosen.pixels.col(static_cast<Eigen::Index>(i - begin)) =
        from.pixels.col(static_cast<Eigen::Index>(order[i]));
    chosen.labels.push_back(from.labels[order[i]]);
  }
  return chosen;
}

template <class F>
Epoch measure(Network<F>& network, const Dataset& data) {
  Epoch epoch{};
  epoch.test_accuracy = accuracy(network(data.test.pixels), data.test.labels);
  const Eigen::MatrixXf probabilities = network(data.training.pixels);
  epoch.training_accuracy = accuracy(probabilities, data.training.labels);
  epoch.training_loss = cross_entropy(probabilities, data.training.labels);
  const Hidden<F>&first = network.first(), &second = network.second();
  epoch.first = examine(first.activation(), first.pre_activations());
  epoch.second = examine(second.activation(), second.pre_activations());
  return epoch;
}

template <class F>
std::string describe_learned(const Network<F>&) {
  return {};
}
inline std::string describe_learned(const Network<hillock::PReLU<>>& network) {
  const auto range = [](const Eigen::ArrayXd& slope) {
    std::ostringstream text;
    text << std::fixed << std::setprecision(2) << slope.minCoeff() << " to " << slope.maxCoeff();
    return text.str();
  };
  return "slopes started at 0.25 and learned: first layer " +
         range(network.first().activation().slope) + ", second layer " +
         range(network.second().activation().slope);
}

/// Trains from the seed. Calls report(epoch) after each epoch; stops early when interrupted or when
/// the loss is no longer a number.
template <class F>
Result train(const Activation<F>& activation, const Dataset& data, const Options& options,
             const std::function<void(const Epoch&)>& report) {
  constexpr std::size_t batch = 32;
  Random random(options.seed);
  Network<F> network(data.training.pixels.rows(), activation, options.weight_scale,
                     static_cast<float>(options.initial_bias), random);
  const Step step{static_cast<float>(options.learning_rate), 0.9F};
  std::vector<std::size_t> order(data.training.labels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});

  Result result;
  result.activation = activation.name;
  std::chrono::duration<double> spent{};
  for (int number = 1; number <= options.epochs && !interrupted; ++number) {
    const auto start = std::chrono::steady_clock::now();
    random.shuffle(order);
    for (std::size_t begin = 0; begin < order.size() && !interrupted; begin += batch) {
      const Samples chosen =
          select(data.training, order, begin, std::min(begin + batch, order.size()));
      network.train(chosen.pixels, chosen.labels, step);
    }
    spent += std::chrono::steady_clock::now() - start;
    if (interrupted) break;

    Epoch epoch = measure(network, data);
    epoch.number = number;
    epoch.seconds = spent.count();
    result.diverged = !std::isfinite(epoch.training_loss);
    if (result.diverged) epoch.first = epoch.second = Health{};  // of NaN there is nothing to say
    result.epochs.push_back(epoch);
    report(epoch);
    if (result.diverged) break;
  }
  result.learned = describe_learned(network);
  return result;
}

}  // namespace train_digits
