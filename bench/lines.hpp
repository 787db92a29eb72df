// The lines that are measured; the contenders of a line do the same work.
#pragma once

#include <benchmark/benchmark.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace bench {

/// A ceiling is what no function reaches, such as a copy: no part of "the fastest peer".
enum class Kind { hillock, peer, ceiling };

struct Contender {
  std::string name;
  Kind kind;
  std::function<void(benchmark::State&)> run;
  /// The largest error over a sweep, in ULP; empty where there is no reference.
  std::function<double()> max_ulp;
};

/// One operation of one activation, on elements of one type in an array of one size.
struct Line {
  std::string section;  // of the table
  std::string activation;
  std::string operation;
  std::string type;
  std::string size;
  std::vector<Contender> contenders;

  std::string name() const { return activation + '/' + operation + '/' + type + '/' + size; }
  /// Lines of one row are measured side by side.
  std::string row() const { return activation + '/' + type + '/' + size; }
};

/// All lines, in the order in which they were added.
std::vector<Line>& lines();
void add(const Line& line, Contender contender);

/// A file of rows says so with a static object of this class; `add_rows` is called when the options
/// are known.
class Rows {
 public:
  explicit Rows(void (*add_rows)());
  static void add_all();
};

struct Options {
  std::string filter = ".";
  bool is_quick = false;
  std::string csv;          // a file to write, or empty
  std::string targets_csv;  // the same
  double threshold = 0.05;  // of the comparison of two builds
};
Options& options();

/// Takes its own options out of the arguments: --benchmark_filter, --quick, --csv, --targets_csv,
/// --threshold; hands the rest to Google Benchmark. False if something is left over.
bool parse(int argc, char** argv);

}  // namespace bench
