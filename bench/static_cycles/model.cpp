#include "model.hpp"

#include <cstdio>
#include <fstream>
#include <stdexcept>

namespace bench {
namespace {

void write_regions(const std::vector<Work>& works, const std::string& file) {
  std::ofstream out(file);
  for (std::size_t i = 0; i < works.size(); ++i) {
    out << "# LLVM-MCA-BEGIN " << i << '\n';
    for (const Instruction* instruction : works[i].instructions) out << instruction->text << '\n';
    out << "# LLVM-MCA-END\n";
  }
  if (!out.flush()) throw std::runtime_error("cannot write " + file);
}

std::string output_of(const std::string& command) {
  std::FILE* const pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  std::string output;
  char buffer[4096];
  while (std::fgets(buffer, sizeof buffer, pipe) != nullptr) output += buffer;
  if (pclose(pipe) != 0) throw std::runtime_error(command + " failed:\n" + output);
  return output;
}

/// The numbers behind "Total Cycles:", one for each region.
std::vector<double> total_cycles(const std::string& output) {
  static const std::string label = "Total Cycles:";
  std::vector<double> result;
  for (auto at = output.find(label); at != std::string::npos; at = output.find(label, at + 1))
    result.push_back(std::stod(output.substr(at + label.size())));
  return result;
}

}  // namespace

std::vector<double> cycles_of(const std::vector<Work>& works, const std::string& llvm_mca,
                              Architecture architecture, const std::string& processor,
                              const std::string& file) {
  constexpr int short_run = 2, long_run = 6;
  write_regions(works, file);
  const std::string triple = architecture == Architecture::x86_64 ? "x86_64" : "aarch64";
  const auto run = [&](int times) {
    return output_of(llvm_mca + " -mtriple=" + triple + "-linux-gnu -mcpu=" + processor +
                     " -instruction-info=false -resource-pressure=false -iterations=" +
                     std::to_string(times) + " '" + file + '\'');
  };
  const std::string output = run(long_run);
  const std::vector<double> many = total_cycles(output), few = total_cycles(run(short_run));
  if (many.size() != works.size() || few.size() != works.size())
    throw std::runtime_error("cannot read what llvm-mca prints:\n" + output);
  std::vector<double> cycles;
  for (std::size_t i = 0; i < works.size(); ++i)
    cycles.push_back((many[i] - few[i]) / ((long_run - short_run) * works[i].batches));
  return cycles;
}

}  // namespace bench
