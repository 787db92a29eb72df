#pragma once

#include <functional>

#include "../training/data.hpp"
#include "options.hpp"
#include "result.hpp"

namespace train_digits {

/// Trains from the seed. Calls report(epoch) after each epoch; stops early when
/// the loss is no longer a number. Throws training::Interrupted after ctrl-C.
Result train(const training::ActivationKind& kind, const training::Dataset& data,
             const Options& options, const std::function<void(const Epoch&)>& report);

}  // namespace train_digits
