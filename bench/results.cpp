#include "results.hpp"

#include <algorithm>
#include <cstdio>
#include <regex>

#if defined(__unix__) || defined(__APPLE__)
#include <unistd.h>
#endif

namespace bench {
namespace {

bool stderr_is_terminal() {
#if defined(__unix__) || defined(__APPLE__)
  return isatty(STDERR_FILENO) == 1;
#else
  return false;
#endif
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

/// Collects speeds by the benchmarks' names, and prints nothing.
class Collector : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      const auto counter = run.counters.find("items_per_second");
      if (run.run_type == Run::RT_Iteration && counter != run.counters.end())
        speeds[run.run_name.function_name].push_back(counter->second);
    }
  }
  std::map<std::string, std::vector<double>> speeds;
};

std::string name_of(const Line& line, const Contender& contender) {
  return line.name() + '/' + contender.name;
}

}  // namespace

const Measured* MeasuredLine::find(const std::string& contender) const {
  for (const Measured& each : contenders)
    if (each.contender->name == contender) return &each;
  return nullptr;
}

const Measured* MeasuredLine::fastest_peer() const {
  const Measured* fastest = nullptr;
  for (const Measured& each : contenders) {
    if (each.contender->kind == Kind::peer && (fastest == nullptr || each.speed > fastest->speed))
      fastest = &each;
  }
  return fastest;
}

Choice by_filter() {
  return [filter = std::regex(options().filter)](const Line& line, const Contender& contender) {
    return std::regex_search(name_of(line, contender), filter);
  };
}

std::vector<MeasuredLine> measure(const Choice& wanted, bool with_accuracy) {
  std::vector<MeasuredLine> results;
  for (const Line& line : lines()) {
    MeasuredLine chosen{&line, {}};
    for (const Contender& contender : line.contenders) {
      if (wanted(line, contender))
        chosen.contenders.push_back({&contender, 0, std::numeric_limits<double>::quiet_NaN()});
    }
    if (!chosen.contenders.empty()) results.push_back(std::move(chosen));
  }

  const bool shows_progress = stderr_is_terminal();
  std::map<std::string, double> errors;  // the same at every size
  for (std::size_t i = 0; i < results.size(); ++i) {
    const std::string row = results[i].line->row();
    if (results[i].contenders.front().speed > 0) continue;
    if (shows_progress) std::fprintf(stderr, "\r%zu of %zu lines", i, results.size());
    benchmark::ClearRegisteredBenchmarks();
    for (const MeasuredLine& each : results) {
      if (each.line->row() != row) continue;
      for (const Measured& one : each.contenders)
        benchmark::RegisterBenchmark(name_of(*each.line, *one.contender).c_str(),
                                     one.contender->run);
    }
    Collector collector;
    benchmark::RunSpecifiedBenchmarks(&collector, ".");
    for (MeasuredLine& each : results) {
      if (each.line->row() != row) continue;
      for (Measured& one : each.contenders) {
        one.speed = median(collector.speeds.at(name_of(*each.line, *one.contender)));
        if (!with_accuracy || !one.contender->max_ulp) continue;
        const std::string subject = each.line->activation + '/' + each.line->operation + '/' +
                                    each.line->type + '/' + one.contender->name;
        const auto known = errors.find(subject);
        one.max_ulp =
            known != errors.end() ? known->second : errors[subject] = one.contender->max_ulp();
      }
    }
  }
  if (shows_progress) std::fprintf(stderr, "\r                    \r");
  return results;
}

}  // namespace bench
