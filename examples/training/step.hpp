#pragma once

namespace training {

/// Velocity v = momentum v - rate gradient: Sutskever, Martens, Dahl, Hinton, ICML 2013.
struct Step {
  float learning_rate;
  float momentum;
};

}  // namespace training
