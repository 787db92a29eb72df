#include "report.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <hillock/simd/instruction_set.hpp>
#include <set>
#include <xsimd/xsimd.hpp>

#include "peers/peers.hpp"

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

/// The contenders of the lines, each name once, hillock's first and ceilings last.
std::vector<std::string> columns_of(const std::vector<const MeasuredLine*>& lines) {
  std::vector<std::string> names;
  for (const Kind kind : {Kind::hillock, Kind::peer, Kind::ceiling}) {
    for (const MeasuredLine* line : lines) {
      for (const Measured& each : line->contenders) {
        const std::string& name = each.contender->name;
        if (each.contender->kind == kind &&
            std::find(names.begin(), names.end(), name) == names.end())
          names.push_back(name);
      }
    }
  }
  return names;
}

/// hillock's first contender to the fastest peer; 0 if one of the two is missing.
double ratio_of(const MeasuredLine& line) {
  const Measured* const peer = line.fastest_peer();
  const Measured& own = line.contenders.front();
  return peer == nullptr || own.contender->kind != Kind::hillock ? 0 : own.speed / peer->speed;
}

void print_cell(double value, const char* format) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  std::printf("%11s", text);
}

void print_line(const MeasuredLine& line, const std::vector<std::string>& columns,
                bool with_errors) {
  std::printf("%-23s%-21s%-12s", line.line->activation.c_str(), line.line->operation.c_str(),
              line.line->size.c_str());
  bool has_errors = false;
  for (const std::string& column : columns) {
    const Measured* const one = line.find(column);
    print_cell(one ? one->speed * 1e-9 : 0, one == nullptr     ? ""
                                            : one->speed < 1e9 ? "%.3f"
                                                               : "%.2f");
    if (one && one->max_ulp == one->max_ulp) has_errors = true;
  }
  const double ratio = ratio_of(line);
  print_cell(ratio, ratio > 0 ? "%.2f" : "-");
  std::printf("\n");
  if (!has_errors || !with_errors) return;
  std::printf("%-56s", "");
  for (const std::string& column : columns) {
    const Measured* const one = line.find(column);
    const bool is_known = one && one->max_ulp == one->max_ulp;
    print_cell(is_known ? one->max_ulp : 0, !is_known              ? ""
                                            : one->max_ulp >= 1000 ? "(%.0e)"
                                                                   : "(%.2f)");
  }
  std::printf("\n");
}

}  // namespace

void print_environment() {
  std::printf("%s, %s, %s (%s), xsimd %d.%d.%d (%s), Eigen %d.%d.%d\n", processor().c_str(),
              compiler().c_str(), name_of(isa()), hillock::detail::simd::instruction_set(),
              XSIMD_VERSION_MAJOR, XSIMD_VERSION_MINOR, XSIMD_VERSION_PATCH,
              xsimd::default_arch::name(), EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION,
              EIGEN_MINOR_VERSION);
  for (const std::string& remark : peers::remarks()) std::printf("%s\n", remark.c_str());
  std::printf(
      "Billions of elements per second (medians); below them the largest error in ULP over 10^6 "
      "finite numbers (swish' by its root left out).\nRatio: hillock's first column to its fastest "
      "peer. A copy or other ceiling "
      "is no peer.\n");
}

void print_summary(const std::vector<MeasuredLine>& results) {
  std::vector<const MeasuredLine*> lines;
  for (const MeasuredLine& line : results)
    if (ratio_of(line) > 0) lines.push_back(&line);
  if (lines.empty()) return;
  std::sort(lines.begin(), lines.end(), [](const MeasuredLine* a, const MeasuredLine* b) {
    return ratio_of(*a) < ratio_of(*b);
  });
  const auto print_ratio = [](const char* which, const MeasuredLine& line) {
    const Measured& peer = *line.fastest_peer();
    std::printf("%-8s%6.2f  %s against %s", which, ratio_of(line), line.line->name().c_str(),
                peer.contender->name.c_str());
    if (peer.max_ulp == peer.max_ulp)
      std::printf(
          peer.max_ulp >= 1000 ? ", which is up to %.0e ULP off" : ", which is up to %.2f ULP off",
          peer.max_ulp);
    std::printf("\n");
  };
  std::printf("\nThe speed of hillock to that of the fastest peer, in %zu lines:\n", lines.size());
  print_ratio("worst", *lines.front());
  print_ratio("median", *lines[lines.size() / 2]);
}

void print_tables(const std::vector<MeasuredLine>& results) {
  const auto title_of = [](const MeasuredLine& line) {
    return line.line->type + ", " + line.line->section;
  };
  std::vector<std::string> titles;
  for (const MeasuredLine& line : results) {
    if (std::find(titles.begin(), titles.end(), title_of(line)) == titles.end())
      titles.push_back(title_of(line));
  }
  std::set<std::string> with_errors;  // they are the same at every size
  for (const std::string& title : titles) {
    std::vector<const MeasuredLine*> lines;
    for (const MeasuredLine& line : results)
      if (title_of(line) == title) lines.push_back(&line);
    const std::vector<std::string> columns = columns_of(lines);
    std::printf("\n%-56s", title.c_str());
    for (const std::string& column : columns) std::printf("%11s", column.c_str());
    std::printf("%11s\n", "ratio");
    for (const MeasuredLine* line : lines) {
      const Line& of = *line->line;
      print_line(*line, columns, with_errors.insert(of.activation + of.operation + of.type).second);
    }
  }
}

void print_targets(const std::vector<Outcome>& outcomes) {
  if (outcomes.empty()) return;
  std::vector<const Outcome*> sorted;
  for (const Outcome& each : outcomes) sorted.push_back(&each);
  std::stable_sort(sorted.begin(), sorted.end(), [](const Outcome* a, const Outcome* b) {
    return a->reached / a->target.wanted < b->reached / b->target.wanted;
  });
  std::printf("\n%-30s%-52s%-8s%-12s%8s%9s\n", "target", "line", "", "against", "wanted",
              "reached");
  for (const Outcome* each : sorted) {
    const Target& target = each->target;
    const std::string against =
        target.line == target.other_line
            ? each->against
            : target.other_line.substr(
                  0, target.other_line.find('/', target.other_line.find('/') + 1));
    std::printf("%-30s%-52s%-8s%-22s%8.2f%9.2f  %s\n", target.group.c_str(), target.line.c_str(),
                target.contender.c_str(), against.c_str(), target.wanted, each->reached,
                each->is_met() ? "met" : "NOT MET");
  }
  std::printf("\n");
  std::vector<std::string> groups;
  for (const Outcome& each : outcomes) {
    if (std::find(groups.begin(), groups.end(), each.target.group) == groups.end())
      groups.push_back(each.target.group);
  }
  std::size_t all_met = 0;
  for (const std::string& group : groups) {
    std::size_t met = 0, count = 0;
    for (const Outcome& each : outcomes) {
      if (each.target.group != group) continue;
      ++count;
      if (each.is_met()) ++met;
    }
    all_met += met;
    std::printf("%-32s%4zu of %zu met\n", group.c_str(), met, count);
  }
  std::printf("%s: %zu of %zu targets met\n", name_of(isa()), all_met, outcomes.size());
}

bool write_csv(const std::string& file, const std::vector<MeasuredLine>& results) {
  std::ofstream out(file);
  out << "isa,activation,operation,type,size,contender,elements_per_second,to_fastest_peer,max_"
         "ulp\n";
  for (const MeasuredLine& line : results) {
    const Measured* const peer = line.fastest_peer();
    for (const Measured& each : line.contenders) {
      out << name_of(isa()) << ',' << line.line->activation << ',' << line.line->operation << ','
          << line.line->type << ',' << line.line->size << ',' << each.contender->name << ','
          << each.speed << ',';
      if (peer != nullptr) out << each.speed / peer->speed;
      out << ',';
      if (each.max_ulp == each.max_ulp) out << each.max_ulp;
      out << '\n';
    }
  }
  return out.good();
}

bool write_csv(const std::string& file, const std::vector<Outcome>& outcomes) {
  std::ofstream out(file);
  out << "isa,target,line,contender,against_line,against,wanted,reached,met\n";
  for (const Outcome& each : outcomes) {
    out << name_of(isa()) << ',' << each.target.group << ',' << each.target.line << ','
        << each.target.contender << ',' << each.target.other_line << ',' << each.against << ','
        << each.target.wanted << ',' << each.reached << ',' << (each.is_met() ? "yes" : "no")
        << '\n';
  }
  return out.good();
}

}  // namespace bench
