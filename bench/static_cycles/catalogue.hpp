// The pointwise activations whose loops bench/cycles looks at, in one place.
#pragma once

#include <hillock/hillock.hpp>

namespace bench {

/// Calls visitor(name, functor) for every pointwise activation of one accuracy, at its default
/// parameters.
template <hillock::Accuracy A, class Visitor>
void for_each_activation(const Visitor& visitor) {
  visitor("identity", hillock::Identity<A>{});
  visitor("step", hillock::Step<A>{});
  visitor("sigmoid", hillock::Sigmoid<A>{});
  visitor("tanh", hillock::Tanh<A>{});
  visitor("relu", hillock::ReLU<A>{});
  visitor("leaky_relu", hillock::LeakyReLU<A>{});
  visitor("prelu", hillock::PReLU<A>{});
  visitor("elu", hillock::ELU<A>{});
  visitor("swish", hillock::Swish<A>{});
}

}  // namespace bench
