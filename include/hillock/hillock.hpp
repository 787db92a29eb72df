// hillock: activation functions of neural networks, their derivatives and gradients, for scalars
// and Eigen arrays.
//
// This header includes every activation; hillock/diagnostics.hpp is a header of its own. Each
// header in hillock/activations/ may also be included alone. The catalogue at the end,
// for_each_activation, lists all functions of single elements: a new one gets an #include and a row
// here.
#pragma once

#include <hillock/activations/binary_cross_entropy.hpp>
#include <hillock/activations/celu.hpp>
#include <hillock/activations/cross_entropy.hpp>
#include <hillock/activations/elu.hpp>
#include <hillock/activations/gelu.hpp>
#include <hillock/activations/gelu_tanh.hpp>
#include <hillock/activations/hard_shrink.hpp>
#include <hillock/activations/hard_sigmoid.hpp>
#include <hillock/activations/hard_swish.hpp>
#include <hillock/activations/hard_tanh.hpp>
#include <hillock/activations/identity.hpp>
#include <hillock/activations/leaky_hard_tanh.hpp>
#include <hillock/activations/leaky_relu.hpp>
#include <hillock/activations/log_sigmoid.hpp>
#include <hillock/activations/log_softmax.hpp>
#include <hillock/activations/maxout.hpp>
#include <hillock/activations/mish.hpp>
#include <hillock/activations/prelu.hpp>
#include <hillock/activations/relu.hpp>
#include <hillock/activations/relu6.hpp>
#include <hillock/activations/scaled_tanh.hpp>
#include <hillock/activations/selu.hpp>
#include <hillock/activations/sigmoid.hpp>
#include <hillock/activations/soft_shrink.hpp>
#include <hillock/activations/softmax.hpp>
#include <hillock/activations/softplus.hpp>
#include <hillock/activations/softsign.hpp>
#include <hillock/activations/squared_relu.hpp>
#include <hillock/activations/step.hpp>
#include <hillock/activations/swish.hpp>
#include <hillock/activations/tanh.hpp>
#include <hillock/activations/tanh_shrink.hpp>
#include <hillock/activations/threshold.hpp>
#include <hillock/activations/thresholded_relu.hpp>
#include <hillock/activations/xielu.hpp>
#include <hillock/autodiff.hpp>
#include <hillock/from_output.hpp>
#include <hillock/gain.hpp>
#include <hillock/gated.hpp>
#include <hillock/parameter_gradient.hpp>
#include <hillock/threads.hpp>
#include <hillock/verbs.hpp>
#include <hillock/version.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Calls visitor(name, f) for every function of single elements, with its default parameters:
///
///   hillock::for_each_activation([&](const char* name, const auto& f) {
///     std::cout << name << "(-1) = " << f(Eigen::Array<float, 1, 1>(-1.0F)) << '\n';
///   });
///
/// The names are those of the ready-made objects ("leaky_relu"), in alphabetical order; f's type
/// lists its parameters (Parameter). The verbs take every f, and so does a call with an array.
/// PReLU, whose one slope all elements share here, returns arrays where the others return lazy
/// expressions, and takes no number. With Accuracy::exact the functors are hillock::exact's.
template <Accuracy A = Accuracy::fast, class Visitor>
void for_each_activation(Visitor&& visitor) {
  visitor("celu", CELU<A>{});
  visitor("elu", ELU<A>{});
  visitor("gelu", GELU<A>{});
  visitor("gelu_tanh", GELUTanh<A>{});
  visitor("hard_shrink", HardShrink<A>{});
  visitor("hard_sigmoid", HardSigmoid<A>{});
  visitor("hard_swish", HardSwish<A>{});
  visitor("hard_tanh", HardTanh<A>{});
  visitor("identity", Identity<A>{});
  visitor("leaky_hard_tanh", LeakyHardTanh<A>{});
  visitor("leaky_relu", LeakyReLU<A>{});
  visitor("log_sigmoid", LogSigmoid<A>{});
  visitor("mish", Mish<A>{});
  visitor("prelu", PReLU<A>{});
  visitor("relu", ReLU<A>{});
  visitor("relu6", ReLU6<A>{});
  visitor("scaled_tanh", ScaledTanh<A>{});
  visitor("selu", SELU<A>{});
  visitor("sigmoid", Sigmoid<A>{});
  visitor("soft_shrink", SoftShrink<A>{});
  visitor("softplus", Softplus<A>{});
  visitor("softsign", Softsign<A>{});
  visitor("squared_relu", SquaredReLU<A>{});
  visitor("step", Step<A>{});
  visitor("swish", Swish<A>{});
  visitor("tanh", Tanh<A>{});
  visitor("tanh_shrink", TanhShrink<A>{});
  visitor("threshold", Threshold<A>{});
  visitor("thresholded_relu", ThresholdedReLU<A>{});
  visitor("xielu", XIELU<A>{});
}

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
