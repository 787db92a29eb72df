#include "loop_nest.hpp"

#include <algorithm>
#include <map>

namespace bench {
namespace {

std::vector<Block> blocks_of(const Function& function) {
  const auto& instructions = function.instructions;
  std::set<std::size_t> begins{0};
  for (const auto& label : function.labels) begins.insert(label.second);
  for (std::size_t i = 0; i < instructions.size(); ++i) {
    const Flow flow = instructions[i].flow;
    if (flow != Flow::next && flow != Flow::call) begins.insert(i + 1);
  }
  begins.erase(instructions.size());

  std::vector<Block> blocks;
  std::map<std::size_t, std::size_t> block_at;
  for (const std::size_t begin : begins) {
    if (!blocks.empty()) blocks.back().end = begin;
    block_at[begin] = blocks.size();
    blocks.push_back({begin, instructions.size(), {}});
  }
  for (Block& block : blocks) {
    const Instruction& last = instructions[block.end - 1];
    const auto lead_to = [&](std::size_t instruction) {
      const auto found = block_at.find(instruction);
      if (found != block_at.end()) block.successors.push_back(found->second);
    };
    if (last.flow != Flow::jump && last.flow != Flow::leave) lead_to(block.end);
    if (last.flow == Flow::jump || last.flow == Flow::branch) {
      const auto target = function.labels.find(last.target);
      if (target != function.labels.end()) lead_to(target->second);
    }
  }
  return blocks;
}

/// For each block those that one passes on every way to it, itself included.
std::vector<std::vector<bool>> dominators_of(const std::vector<Block>& blocks) {
  const std::size_t size = blocks.size();
  std::vector<std::vector<bool>> dominators(size, std::vector<bool>(size, true));
  dominators[0].assign(size, false);
  dominators[0][0] = true;
  for (bool has_changed = true; has_changed;) {
    has_changed = false;
    for (std::size_t from = 0; from < size; ++from) {
      for (const std::size_t to : blocks[from].successors) {
        for (std::size_t each = 0; each < size; ++each) {
          if (each == to || !dominators[to][each] || dominators[from][each]) continue;
          dominators[to][each] = false;
          has_changed = true;
        }
      }
    }
  }
  return dominators;
}

/// Adds the blocks to which one can come from `block`, itself included.
void add_ways_from(std::size_t block, const std::vector<Block>& blocks,
                   std::set<std::size_t>& reached) {
  if (!reached.insert(block).second) return;
  for (const std::size_t next : blocks[block].successors) add_ways_from(next, blocks, reached);
}

/// Adds the blocks that lead to `block`, the loop's header apart.
void add_ways_to(std::size_t block, const std::vector<std::vector<std::size_t>>& predecessors,
                 std::set<std::size_t>& blocks) {
  if (!blocks.insert(block).second) return;
  for (const std::size_t before : predecessors[block]) add_ways_to(before, predecessors, blocks);
}

bool lies_in(const Loop& inner, const Loop& outer) {
  return inner.header != outer.header && outer.blocks.count(inner.header) > 0;
}

void nest(std::vector<Loop>& loops) {
  for (std::size_t i = 0; i < loops.size(); ++i) {
    Loop* smallest = nullptr;
    for (Loop& outer : loops) {
      if (lies_in(loops[i], outer) &&
          (smallest == nullptr || outer.blocks.size() < smallest->blocks.size()))
        smallest = &outer;
    }
    if (smallest == nullptr) continue;
    smallest->inner.push_back(i);
    loops[i].is_outermost = false;
  }
}

}  // namespace

LoopNest loop_nest_of(const Function& function) {
  LoopNest result{blocks_of(function), {}};
  const std::vector<Block>& blocks = result.blocks;
  // To some blocks only the section for unlikely code leads, which was not read.
  std::set<std::size_t> reached;
  add_ways_from(0, blocks, reached);
  std::vector<std::vector<std::size_t>> predecessors(blocks.size());
  for (const std::size_t i : reached)
    for (const std::size_t next : blocks[i].successors) predecessors[next].push_back(i);

  const auto dominators = dominators_of(blocks);
  std::map<std::size_t, std::set<std::size_t>> loops;  // by their headers
  for (const std::size_t i : reached) {
    for (const std::size_t next : blocks[i].successors) {
      if (!dominators[i][next]) continue;
      loops[next].insert(next);
      add_ways_to(i, predecessors, loops[next]);
    }
  }
  for (const auto& loop : loops) result.loops.push_back({loop.first, loop.second, {}, true});
  nest(result.loops);
  return result;
}

}  // namespace bench
