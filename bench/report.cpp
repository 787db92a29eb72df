#include "report.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <hillock/simd/instruction_set.hpp>
#include <sstream>
#include <xsimd/xsimd.hpp>

#if defined(__unix__) || defined(__APPLE__)
#include <unistd.h>
#endif

namespace bench {
namespace {

std::string processor() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
  }
  return "unknown processor";
}

std::string compiler() {
#if defined(__clang__)
  return "clang " + std::to_string(__clang_major__) + '.' + std::to_string(__clang_minor__);
#elif defined(__GNUC__)
  return "g++ " + std::to_string(__GNUC__) + '.' + std::to_string(__GNUC_MINOR__);
#else
  return "unknown compiler";
#endif
}

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

/// The median in billions per second; 0 for a contender that did not run.
double speed(const std::map<std::string, std::vector<double>>& speeds, const char* contender) {
  const auto found = speeds.find(contender);
  return found == speeds.end() ? 0 : median(found->second) * 1e-9;
}

void print_number(double value) {
  if (value > 0)
    std::printf("%9.2f", value);
  else
    std::printf("%9s", "-");
}

}  // namespace

bool Report::ReportContext(const Context&) {
  shows_progress_ = stderr_is_terminal();
  std::printf("%s, %s, %s, xsimd %d.%d.%d (%s), Eigen %d.%d.%d\n", processor().c_str(),
              compiler().c_str(), hillock::simd::instruction_set(), XSIMD_VERSION_MAJOR,
              XSIMD_VERSION_MINOR, XSIMD_VERSION_PATCH, xsimd::default_arch::name(),
              EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION);
  return true;
}

void Report::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    if (run.run_type != Run::RT_Iteration) continue;
    const auto counter = run.counters.find("items_per_second");
    if (counter == run.counters.end()) continue;
    std::istringstream name(run.run_name.function_name);
    std::string activation, operation, type, size, contender;
    std::getline(name, activation, '/');
    std::getline(name, operation, '/');
    std::getline(name, type, '/');
    std::getline(name, size, '/');
    std::getline(name, contender, '/');
    const std::int64_t order = run.family_index;
    Row& entry = row(group(type + ", " + size, order), activation, operation, order);
    entry.speeds[contender].push_back(counter->second);
  }
  ++finished_;
  if (shows_progress_) std::fprintf(stderr, "\r%zu measured", finished_);
}

void Report::Finalize() {
  if (shows_progress_) std::fprintf(stderr, "\r                    \r");
  std::printf(
      "billions of elements per second (medians); ratio: hillock's verb to the faster peer\n");
  const auto by_order = [](const auto& a, const auto& b) { return a.order < b.order; };
  std::sort(groups_.begin(), groups_.end(), by_order);
  for (Group& each : groups_) {
    std::sort(each.rows.begin(), each.rows.end(), by_order);
    print(each);
  }
}

Report::Group& Report::group(const std::string& title, std::int64_t order) {
  auto found = std::find_if(groups_.begin(), groups_.end(),
                            [&](const Group& each) { return each.title == title; });
  if (found == groups_.end()) found = groups_.insert(found, {title, order, {}});
  found->order = std::min(found->order, order);
  return *found;
}

Report::Row& Report::row(Group& group, const std::string& activation, const std::string& operation,
                         std::int64_t order) {
  auto found = std::find_if(group.rows.begin(), group.rows.end(), [&](const Row& each) {
    return each.activation == activation && each.operation == operation;
  });
  if (found == group.rows.end())
    found = group.rows.insert(found, {activation, operation, order, {}});
  found->order = std::min(found->order, order);
  return *found;
}

void Report::print(const Group& group) const {
  std::printf("\n%-40s%9s%9s%9s%9s%9s\n", group.title.c_str(), "verb", "lazy", "Eigen", "xsimd",
              "ratio");
  for (const Row& each : group.rows) {
    const double verb = speed(each.speeds, "verb");
    const double eigen = speed(each.speeds, "Eigen");
    const double xsimd = speed(each.speeds, "xsimd");
    const double peer = std::max(eigen, xsimd);
    std::printf("%-19s%-21s", each.activation.c_str(), each.operation.c_str());
    print_number(verb);
    print_number(speed(each.speeds, "lazy"));
    print_number(eigen);
    print_number(xsimd);
    print_number(peer > 0 ? verb / peer : 0);
    std::printf("\n");
  }
}

}  // namespace bench
