#pragma once

#include <cmath>
#include <string>
#include <vector>

namespace train_digits {

/// What became of hidden layers on the training set, as shares.
struct Health {
  double saturated = std::nan("");  // of pre-activations; NaN for Maxout, which does not saturate
  double dead = std::nan("");       // of units; of a Maxout the pieces that never win
};

struct Epoch {
  int number;
  double training_loss, training_accuracy, test_accuracy;
  double seconds;  // of training so far, without the measuring
  Health first, second;

  /// Both layers together: they have the same number of units.
  Health both() const {
    return {(first.saturated + second.saturated) / 2, (first.dead + second.dead) / 2};
  }
};

struct Result {
  std::string activation;
  std::vector<Epoch> epochs;
  std::string learned;  // what became of the activation's own parameters, if it has some

  bool diverged = false;
};

}  // namespace train_digits
