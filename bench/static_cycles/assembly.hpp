// A compiler's assembly, as far as bench/cycles has to understand it: the functions of loops.cpp,
// their instructions and where each of these leads.
#pragma once

#include <cstddef>
#include <istream>
#include <map>
#include <string>
#include <vector>

namespace bench {

enum class Architecture { x86_64, aarch64 };

/// The instruction that may follow an instruction.
enum class Flow {
  next,    ///< to the one below it
  call,    ///< to a function, and then to the one below it
  jump,    ///< to a label
  branch,  ///< to a label, or to the one below it
  leave    ///< out of the function
};

struct Instruction {
  std::string text;
  Flow flow = Flow::next;
  std::string target;  ///< the label of a jump or a branch
  bool is_fma = false;
  bool is_division = false;  ///< or a square root
  /// Whether it reads or writes one certain place of the function's stack frame. A place that an
  /// index chooses belongs to an array of the function's own.
  bool is_on_stack = false;
  int vector_stores = 0;  ///< whole vector registers that it writes to memory
};

struct Function {
  std::vector<Instruction> instructions;
  std::map<std::string, std::size_t> labels;  ///< the instruction below each
};

/// A line of the table of contents that loops.cpp writes.
struct Entry {
  std::string type;
  std::string name;
  std::string what;
  std::string way;
  int outputs;           ///< arrays that the loop writes
  int batches_of_block;  ///< where the loop is one over blocks
  std::string function;
};

struct Assembly {
  std::vector<Entry> entries;
  std::map<std::string, Function> functions;
};

/// Reads what g++ -S has written. The section for unlikely code is left out: a jump there leads to
/// no label. Throws std::runtime_error if there is no table of contents, or it names what is not
/// there.
Assembly read_assembly(std::istream& file, Architecture architecture);

}  // namespace bench
