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

/// What the loop in a function executes for a block of batches. A loop over blocks has loops inside
/// that take a batch a turn: one iteration of it, the loops inside written out iteration by iteration. Where no
/// loop has others inside: as many iterations as make a block; a iteration is for as many batches as it fills
/// the outputs. Of several, such as those that the compiler has made of one for different
/// parameters, or a loop for what is left over, the one on the given way with the fewest (the most)
/// instructions for a batch. A loop that stands beside one over blocks is for short arrays. Throws
/// std::runtime_error if there is no loop.
Work work_of(const Function& function, Way way, int outputs, int batches_of_block);

}  // namespace bench
