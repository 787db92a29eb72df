#pragma once

#include <optional>
#include <string>
#include <vector>

namespace train_digits {

/// What became of hidden layers on the training set, as shares.
struct Health {
  std::optional<double> saturated;  // of pre-activations; Maxout does not saturate
  double dead;                      // of units; of a Maxout the pieces that never win
};

struct Epoch {
  int number;
  double training_loss, training_accuracy, test_accuracy;
  double seconds;  // of training so far, without the measuring
  Health first, second;

  /// Both layers together: they have the same number of units.
  Health both() const {
    return {
        first.saturated ? std::optional((*first.saturated + *second.saturated) / 2) : std::nullopt,
        (first.dead + second.dead) / 2};
  }
};

struct Result {
  std::string activation;
  std::vector<Epoch> epochs;
  std::string learned;  // what became of the activation's own parameters, if it has some

  bool diverged = false;
};

}  // namespace train_digits
