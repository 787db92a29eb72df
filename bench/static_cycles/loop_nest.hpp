// The loops of a function, and which lies in which.
#pragma once

#include <cstddef>
#include <set>
#include <vector>

#include "assembly.hpp"

namespace bench {

/// Instructions that are all executed if the first one is.
struct Block {
  std::size_t begin;
  std::size_t end;
  std::vector<std::size_t> successors;  ///< the blocks to which the last one leads
};

/// A natural loop: blocks that one can reach only through `header`, and that lead back to it.
struct Loop {
  std::size_t header;
  std::set<std::size_t> blocks;
  std::vector<std::size_t> inner;  ///< the loops directly inside, as indices
  bool is_outermost = true;
};

struct LoopNest {
  std::vector<Block> blocks;
  std::vector<Loop> loops;
};

/// Returns the loops of a function with at least one instruction.
LoopNest loop_nest_of(const Function& function);

}  // namespace bench
