// Measures the speed of hillock and of its peers, and compares it with the targets.
#include <cstdio>

#include "report.hpp"

int main(int argc, char** argv) {
  if (!bench::parse(argc, argv)) return 2;
  bench::print_environment();
  bench::Rows::add_all();
  const auto results = bench::measure(bench::by_filter(), true);
  const auto outcomes = bench::outcomes(bench::targets(bench::isa()), results);
  bench::print_summary(results);
  bench::print_tables(results);
  bench::print_targets(outcomes);
  const auto& options = bench::options();
  if ((!options.csv.empty() && !bench::write_csv(options.csv, results)) ||
      (!options.targets_csv.empty() && !bench::write_csv(options.targets_csv, outcomes))) {
    std::fprintf(stderr, "cannot write %s or %s\n", options.csv.c_str(),
                 options.targets_csv.c_str());
    return 1;
  }
}
