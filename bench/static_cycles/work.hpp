// The instructions that a loop executes.
#pragma once

#include <cstddef>
#include <vector>

#include "assembly.hpp"

namespace bench {

/// The way where a branch gives a choice. The branches in hillock's loops end the loop, ask what a
/// parameter is, or leave the work to a function for the few batches that need it. A way without a
/// call is preferred to every way with one: no loop is meant to call a function for an ordinary
/// batch. Of the others the shortest is what runs at the default parameters, because every
/// parameter that is not ordinary asks for more work.
enum class Way { shortest, longest };

struct Work {
  std::vector<const Instruction*> instructions;  ///< in the order of execution
  int batches = 0;                               ///< for which they are executed
  int loops = 0;                                 ///< that each batch goes through

  std::size_t calls() const;
  std::size_t fmas() const;
  std::size_t divisions() const;
  std::size_t stack_accesses() const;
  std::size_t branches() const;
};

/// Returns the instructions that the loop in a function executes for a block of batches. If a loop
/// over blocks contains loops over batches, they are those of one iteration of the outer loop, with
/// all iterations of the inner ones. If no loop contains another, they are those of as many
/// iterations as make a block; the outputs that an iteration stores tell how many batches it
/// computes. There may be several loops, because the compiler makes one for each kind of
/// parameters, or one for the remaining elements. Then the result is that of the loop on the given
/// way with the fewest (the most) instructions per batch. A loop next to one over blocks serves
/// short arrays and is ignored. Throws std::runtime_error if there is no loop.
Work work_of(const Function& function, Way way, int outputs, int batches_of_block);

}  // namespace bench
