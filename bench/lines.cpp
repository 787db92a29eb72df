#include "lines.hpp"

#include <algorithm>

namespace bench {
namespace {

std::vector<void (*)()>& all_rows() {
  static std::vector<void (*)()> list;
  return list;
}

}  // namespace

std::vector<Line>& lines() {
  static std::vector<Line> list;
  return list;
}

void add(const Line& wanted, Contender contender) {
  auto& list = lines();
  auto line = std::find_if(list.begin(), list.end(),
                           [&](const Line& each) { return each.name() == wanted.name(); });
  if (line == list.end()) line = list.insert(list.end(), wanted);
  line->contenders.push_back(std::move(contender));
}

Rows::Rows(void (*add_rows)()) { all_rows().push_back(add_rows); }
void Rows::add_all() {
  for (const auto add_rows : all_rows()) add_rows();
}

Options& options() {
  static Options chosen;
  return chosen;
}

bool parse(int argc, char** argv) {
  std::vector<char*> left = {argv[0]};
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const auto value_of = [&](const std::string& option, std::string& value) {
      if (argument.rfind(option + '=', 0) != 0) return false;
      value = argument.substr(option.size() + 1);
      return true;
    };
    std::string threshold;
    if (argument == "--quick")
      options().is_quick = true;
    else if (value_of("--threshold", threshold))
      options().threshold = std::stod(threshold);
    else if (!value_of("--benchmark_filter", options().filter) &&
             !value_of("--csv", options().csv) && !value_of("--targets_csv", options().targets_csv))
      left.push_back(argv[i]);
  }
  // Short runs, repeated in random order: on a shared machine the medians of what ran side by side
  // are comparable. What comes later on the command line overrules.
  static std::string defaults[] = {"--benchmark_enable_random_interleaving=true",
                                   "--benchmark_min_time=0.004", "--benchmark_repetitions=9"};
  if (options().is_quick) {
    defaults[1] = "--benchmark_min_time=0.002";
    defaults[2] = "--benchmark_repetitions=5";
  }
  left.insert(left.begin() + 1, {defaults[0].data(), defaults[1].data(), defaults[2].data()});
  int count = static_cast<int>(left.size());
  benchmark::Initialize(&count, left.data());
  return !benchmark::ReportUnrecognizedArguments(count, left.data());
}

}  // namespace bench
