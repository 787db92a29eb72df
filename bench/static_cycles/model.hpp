// The cycles of a loop by llvm-mca.
#pragma once

#include <string>
#include <vector>

#include "assembly.hpp"
#include "work.hpp"

namespace bench {

/// Cycles of a batch on a processor, for each work, which is repeated again and again: the
/// difference of a long run and a short one, in which the filling of the pipeline cancels. In the
/// model no load waits for a store, or every load of x would wait for the y before it; so what is
/// stored and loaded again costs less than in truth, and a spill can even look faster. `file` is
/// overwritten with what llvm-mca reads. Throws std::runtime_error, with what llvm-mca printed,
/// where it fails.
std::vector<double> cycles_of(const std::vector<Work>& works, const std::string& llvm_mca,
                              Architecture architecture, const std::string& processor,
                              const std::string& file);

}  // namespace bench
