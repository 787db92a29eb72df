// hillock: activation functions of neural networks, their derivatives and gradients, for scalars
// and Eigen arrays.
//
// This header is every activation; hillock/diagnostics.hpp is a door of its own. Each header under
// hillock/activations/ may also be included alone.
#pragma once

#include <hillock/activations/cross_entropy.hpp>
#include <hillock/activations/elu.hpp>
#include <hillock/activations/identity.hpp>
#include <hillock/activations/leaky_relu.hpp>
#include <hillock/activations/log_softmax.hpp>
#include <hillock/activations/maxout.hpp>
#include <hillock/activations/prelu.hpp>
#include <hillock/activations/relu.hpp>
#include <hillock/activations/sigmoid.hpp>
#include <hillock/activations/softmax.hpp>
#include <hillock/activations/step.hpp>
#include <hillock/activations/swish.hpp>
#include <hillock/activations/tanh.hpp>
#include <hillock/threads.hpp>
#include <hillock/verbs.hpp>
#include <hillock/version.hpp>
