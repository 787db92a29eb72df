#pragma once

#include <string>
#include <vector>

#include "../training/activations.hpp"

namespace train_digits {

using training::Health;

inline constexpr int units = 64;  // of each hidden layer

struct Epoch {
  int number;
  double training_loss, training_accuracy, test_accuracy;
  double seconds;  // of training so far, without the measuring
  Health first, second;

  /// Both layers together: they have the same number of units.
  Health both() const {
    Health both;
    both.saturated = (first.saturated + second.saturated) / 2;
    both.dead = (first.dead + second.dead) / 2;
    return both;
  }
};

struct Result {
  std::string activation;
  std::vector<Epoch> epochs;
  std::string learned;  // what became of the activation's own parameters, if it has some

  bool diverged = false;
};

}  // namespace train_digits
