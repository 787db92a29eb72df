// Reads the assembly of loops.cpp, asks llvm-mca about its loops, and writes the table or compares
// it. Called by bench/cycles:
//
//   measure SET ASSEMBLY LLVM_MCA FUNCTION PROCESSOR...
//     prints the rows of one instruction set, of all functions where FUNCTION is empty
//   compare RECORDED FOUND FUNCTION
//     prints the rows that differ; exit status 1 if there are any

#include <exception>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "assembly.hpp"
#include "model.hpp"
#include "table.hpp"
#include "work.hpp"

namespace bench {
namespace {

std::ifstream opened(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  return file;
}

/// The row of an entry, without its cycles.
Row row_of(const Entry& entry, const Work& work, const std::string& instruction_set) {
  const auto of_a_batch = [&](std::size_t count) {
    return static_cast<double>(count) / work.batches;
  };
  return {instruction_set,
          entry.type,
          entry.name,
          entry.what,
          {},
          {{"loops", work.loops},
           {"instructions", of_a_batch(work.instructions.size())},
           {"fma", of_a_batch(work.fmas())},
           {"div", of_a_batch(work.divisions())},
           {"stack", of_a_batch(work.stack_accesses())},
           {"calls", of_a_batch(work.calls())},
           {"branches", of_a_batch(work.branches())}}};
}

int measure(const std::vector<std::string>& arguments) {
  const std::string& instruction_set = arguments[0];
  const std::string& path = arguments[1];
  const std::string& wanted = arguments[3];
  const Architecture architecture =
      instruction_set == "aarch64" ? Architecture::aarch64 : Architecture::x86_64;
  std::ifstream file = opened(path);
  const Assembly assembly = read_assembly(file, architecture);

  std::vector<Row> rows;
  std::vector<Work> works;
  for (const Entry& entry : assembly.entries) {
    if (!wanted.empty() && entry.name != wanted) continue;
    const Way way = entry.way == "longest" ? Way::longest : Way::shortest;
    try {
      works.push_back(work_of(assembly.functions.at(entry.function), way, entry.outputs,
                              entry.batches_of_block));
    } catch (const std::runtime_error& error) {
      throw std::runtime_error(entry.type + ' ' + entry.name + ' ' + entry.what + ": " +
                               error.what());
    }
    rows.push_back(row_of(entry, works.back(), instruction_set));
  }
  for (std::size_t i = 4; i < arguments.size(); ++i) {
    const std::vector<double> cycles =
        cycles_of(works, arguments[2], architecture, arguments[i], path + ".blocks.s");
    for (std::size_t row = 0; row < rows.size(); ++row)
      rows[row].cycles.push_back({arguments[i], cycles[row]});
  }
  write_rows(std::cout, rows);
  return 0;
}

int compare_files(const std::vector<std::string>& arguments) {
  std::ifstream recorded = opened(arguments[0]), found = opened(arguments[1]);
  return compare(std::cout, read_rows(recorded), read_rows(found), arguments[2]) == 0 ? 0 : 1;
}

int run(const std::vector<std::string>& arguments) {
  const std::string command = arguments.empty() ? "" : arguments.front();
  const std::vector<std::string> rest(arguments.begin() + (arguments.empty() ? 0 : 1),
                                      arguments.end());
  if (command == "measure" && rest.size() > 4) return measure(rest);
  if (command == "compare" && rest.size() == 3) return compare_files(rest);
  throw std::runtime_error("wrong arguments; bench/cycles knows the right ones");
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  try {
    return bench::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::cerr << "static_cycles: " << error.what() << '\n';
    return 2;
  }
}
