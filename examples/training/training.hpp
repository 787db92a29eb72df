#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <functional>
#include <vector>

#include "data.hpp"
#include "network.hpp"
#include "random.hpp"

namespace training {

/// Ctrl-C was pressed: main() says that nothing was written and returns 130, as a shell reports it.
struct Interrupted {};

/// From here on ctrl-C does not end the program, but the next throw_if_interrupted() does.
void catch_interrupts();
void throw_if_interrupted();

double accuracy(const Eigen::MatrixXf& probabilities, const std::vector<int>& labels);
double cross_entropy(const Eigen::MatrixXf& probabilities, const std::vector<int>& labels);

/// The samples order[begin] to order[end - 1].
Samples select(const Samples& from, const std::vector<std::size_t>& order, std::size_t begin,
               std::size_t end);

/// Trains a network on batches of the samples in random order, all of them once in each epoch.
class Trainer {
 public:
  Trainer(Network& network, const Samples& samples, const Step& step, Random& random,
          std::size_t batch = 32);

  /// Calls before_move() when the gradient of a batch is
  /// known and after_move() after the step. Throws Interrupted.
  void epoch(const std::function<void()>& before_move = {},
             const std::function<void()>& after_move = {});

 private:
  Network& network_;
  const Samples& samples_;
  Step step_;
  Random& random_;
  std::size_t batch_;
  std::vector<std::size_t> order_;
};

}  // namespace training
