#include "work.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "loop_nest.hpp"

namespace bench {
namespace {

using Instructions = std::vector<const Instruction*>;

template <class Predicate>
std::size_t count(const Instructions& instructions, Predicate predicate) {
  return static_cast<std::size_t>(
      std::count_if(instructions.begin(), instructions.end(),
                    [&](const Instruction* each) { return predicate(*each); }));
}

bool is_call(const Instruction& instruction) { return instruction.flow == Flow::call; }

/// Ways through the loops of a function.
class Ways {
 public:
  Ways(const Function& function, Way way, int iterations_inside)
      : function_(function),
        nest_(loop_nest_of(function)),
        way_(way),
        iterations_inside_(iterations_inside) {}

  const std::vector<Loop>& loops() const { return nest_.loops; }

  /// Returns the work of one iteration of a loop: from its header to its header again.
  std::optional<Work> iteration_of(const Loop& loop) const {
    Search search{loop, {}, {}, {}};
    follow(loop.header, search);
    return search.best;
  }

  /// The number of calls counts first, then that of instructions; both for a batch.
  bool is_better(const Work& a, const Work& b) const {
    const auto a_batches = static_cast<std::size_t>(std::max(a.batches, 1));
    const auto b_batches = static_cast<std::size_t>(std::max(b.batches, 1));
    const std::size_t a_calls = a.calls() * b_batches, b_calls = b.calls() * a_batches;
    if (a_calls != b_calls) return a_calls < b_calls;
    const std::size_t a_length = a.instructions.size() * b_batches;
    const std::size_t b_length = b.instructions.size() * a_batches;
    return way_ == Way::shortest ? a_length < b_length : a_length > b_length;
  }

 private:
  struct Search {
    const Loop& loop;
    std::set<std::size_t> passed;
    Work behind;
    std::optional<Work> best;
  };

  void follow(std::size_t block, Search& search) const {
    if (!search.passed.insert(block).second) return;
    const Work behind = search.behind;
    const Loop* const inside = inner_loop_at(block, search.loop);
    const std::optional<std::vector<std::size_t>> next =
        inside != nullptr ? go_through(*inside, search.behind) : go_through(block, search.behind);
    if (next) {
      for (const std::size_t each : *next) {
        if (each == search.loop.header)
          finish(search);
        else if (search.loop.blocks.count(each) > 0)
          follow(each, search);
      }
    }
    search.behind = behind;
    search.passed.erase(block);
  }

  void finish(Search& search) const {
    if (!search.best || is_better(search.behind, *search.best)) search.best = search.behind;
  }

  const Loop* inner_loop_at(std::size_t block, const Loop& outer) const {
    for (const std::size_t inner : outer.inner)
      if (nest_.loops[inner].header == block) return &nest_.loops[inner];
    return nullptr;
  }

  /// Appends a block, and returns those to which it leads.
  std::optional<std::vector<std::size_t>> go_through(std::size_t block, Work& work) const {
    for (std::size_t i = nest_.blocks[block].begin; i < nest_.blocks[block].end; ++i)
      work.instructions.push_back(&function_.instructions[i]);
    return nest_.blocks[block].successors;
  }

  /// Appends all iterations of an inner loop, and returns the blocks to which it leads; nothing if
  /// no iteration ends.
  std::optional<std::vector<std::size_t>> go_through(const Loop& inner, Work& work) const {
    const std::optional<Work> iteration = iteration_of(inner);
    if (!iteration) return std::nullopt;
    for (int i = 0; i < iterations_inside_; ++i) {
      work.instructions.insert(work.instructions.end(), iteration->instructions.begin(),
                               iteration->instructions.end());
    }
    work.loops += std::max(iteration->loops, 1);
    std::vector<std::size_t> exits;
    for (const std::size_t block : inner.blocks)
      for (const std::size_t next : nest_.blocks[block].successors)
        if (inner.blocks.count(next) == 0) exits.push_back(next);
    return exits;
  }

  const Function& function_;
  LoopNest nest_;
  Way way_;
  int iterations_inside_;
};

int vector_stores(const Instructions& instructions) {
  int sum = 0;
  for (const Instruction* each : instructions)
    if (!each->is_on_stack) sum += each->vector_stores;
  return sum;
}

}  // namespace

std::size_t Work::calls() const { return count(instructions, is_call); }
std::size_t Work::fmas() const {
  return count(instructions, [](const Instruction& each) { return each.is_fma; });
}
std::size_t Work::divisions() const {
  return count(instructions, [](const Instruction& each) { return each.is_division; });
}
std::size_t Work::stack_accesses() const {
  return count(instructions, [](const Instruction& each) { return each.is_on_stack; });
}
std::size_t Work::branches() const {
  return count(instructions, [](const Instruction& each) { return each.flow == Flow::branch; });
}

Work work_of(const Function& function, Way way, int outputs, int batches_of_block) {
  const Ways ways(function, way, batches_of_block);
  const auto is_over_blocks = [](const Loop& loop) { return !loop.inner.empty(); };
  const bool has_blocks = std::any_of(ways.loops().begin(), ways.loops().end(), is_over_blocks);
  std::optional<Work> best;
  for (const Loop& loop : ways.loops()) {
    if (!loop.is_outermost || is_over_blocks(loop) != has_blocks) continue;
    std::optional<Work> iteration = ways.iteration_of(loop);
    if (!iteration) continue;
    iteration->batches =
        iteration->loops > 0 ? batches_of_block : vector_stores(iteration->instructions) / outputs;
    iteration->loops = std::max(iteration->loops, 1);
    if (iteration->batches > 0 && (!best || ways.is_better(*iteration, *best))) best = iteration;
  }
  if (!best) throw std::runtime_error("the compiler has made something else than a loop of it");

  Work block = *best;
  for (; block.batches < batches_of_block; block.batches += best->batches) {
    block.instructions.insert(block.instructions.end(), best->instructions.begin(),
                              best->instructions.end());
  }
  return block;
}

}  // namespace bench
