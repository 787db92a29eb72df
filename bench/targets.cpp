#include "targets.hpp"

#include <algorithm>
#include <sstream>

namespace bench {
namespace {

constexpr const char* in_cache = "/float/4096";
constexpr const char* out_of_cache = "/float/16777216";

// "Within 15 % of" is a time of at most 1.15 times the other's.
constexpr double within(double percent) { return 1 / (1 + percent / 100); }

/// Collects targets for one instruction set.
struct List {
  Isa isa;
  std::vector<Target> all;

  void add(const char* group, const std::string& line, const char* contender,
           const std::string& other_line, const char* other, double wanted) {
    all.push_back({group, line, contender, other_line, other, wanted});
  }
  void add(const char* group, const std::string& line, const char* other, double wanted) {
    add(group, line, "verb", line, other, wanted);
  }
  double either(double v4, double v3) const { return isa == Isa::v4 ? v4 : v3; }
};

const std::vector<std::string> rectifiers = {"relu", "leaky_relu", "prelu"};
const std::vector<std::string> smooth = {"sigmoid", "tanh", "elu", "swish"};
const std::vector<std::string> operations = {"forward", "derivative", "both", "backward"};

std::vector<std::string> all_functions() {
  std::vector<std::string> all = rectifiers;
  all.insert(all.end(), smooth.begin(), smooth.end());
  return all;
}

/// 1. fast, float, in cache.
void add_in_cache(List& list) {
  const char* const group = "1 fast float in cache";
  for (const auto& name : rectifiers)
    list.add(group, name + "/forward" + in_cache, "copy", within(15));
  if (list.isa != Isa::plain) {
    list.add(group, std::string("sigmoid/forward") + in_cache, "Eigen", list.either(1.2, 1.7));
    list.add(group, std::string("tanh/forward") + in_cache, "Eigen", list.either(1.2, 1.05));
    list.add(group, std::string("elu/forward") + in_cache, "xsimd", list.either(1.6, 2.1));
    list.add(group, std::string("swish/forward") + in_cache, "xsimd", 1.4);
  }
  for (const auto& name : all_functions()) {
    const std::string forward = name + "/forward" + in_cache;
    const std::string both = name + "/both" + in_cache;
    const bool is_smooth = std::count(smooth.begin(), smooth.end(), name) > 0;
    if (name != "prelu") {  // it has no lazy expressions
      list.add("1 the verb and lazy alike", forward, "lazy", forward, "verb", within(10));
      list.add("1 the verb and lazy alike", forward, "verb", forward, "lazy", within(10));
    }
    list.add("1 derivative to forward", name + "/derivative" + in_cache, "verb", forward, "verb",
             0.8);
    if (is_smooth)
      list.add("1 both to forward", both, "verb", forward, "verb", 1 / 1.3);
    else
      list.add("1 both to a copy", both, "copy", within(15));
    list.add("1 backward to oneDNN", name + "/backward" + in_cache, "oneDNN", 3);
  }
}

/// 2. fast, double. 3. exact, float.
void add_double_and_exact(List& list) {
  if (list.isa != Isa::plain) {
    for (const char* name : {"sigmoid", "tanh"})
      list.add("2 fast double in cache", std::string(name) + "/forward/double/4096",
               "Eigen|xsimd|SLEEF u10|SLEEF u35", 1.5);
  }
  list.add("3 exact float", std::string("exact tanh/forward") + in_cache, "SLEEF u10", 2.5);
  if (list.isa == Isa::v4) {
    for (const auto& name : smooth)
      list.add("3 exact out of cache", "exact " + name + "/forward" + out_of_cache, "copy", 0.5);
  }
}

/// 4. Softmax, its logarithm and maxout. Names have rows x columns, of distributions as columns.
void add_distributions(List& list) {
  struct Size {
    const char* as_columns;
    const char* as_rows;
    double to_one_dnn;
  };
  const std::vector<Size> sizes = {{"10x4096", "4096x10", 4},
                                   {"64x1024", "1024x64", 1.3},
                                   {"1000x64", "64x1000", 1.3},
                                   {"32000x4", "4x32000", 1.3}};
  for (const std::string name : {"softmax", "log_softmax"}) {
    for (const Size& size : sizes) {
      const auto columns = [&](const char* operation) {
        return name + "_per_column/" + operation + "/float/" + size.as_columns;
      };
      const std::string rows = name + "_per_row/forward/float/" + size.as_rows;
      list.add("4 forward to oneDNN", columns("forward"), "oneDNN", size.to_one_dnn);
      list.add("4 strided to contiguous", rows, "verb", columns("forward"), "verb", 0.5);
      list.add("4 backward to the faster", columns("backward_from_output"), "oneDNN|Eigen", 1.2);
      list.add("4 backward from the input", columns("backward"), "oneDNN|Eigen", 1.2);
    }
  }
  for (const char* name : {"maxout_per_column", "maxout_per_row"}) {
    for (const char* operation : {"/forward", "/derivative", "/backward"}) {
      for (const char* size : {"/float/64x64", "/float/4096x4096"})
        list.add("4 maxout to memory traffic", std::string(name) + operation + size, "copy",
                 within(25));
    }
  }
}

/// 5. Out of cache. "At memory speed" is taken for within 10 % of a pass that only flips signs.
void add_out_of_cache(List& list) {
  for (const auto& name : all_functions()) {
    for (const char* operation : {"/forward", "/both", "/backward"})
      list.add("5 out of cache", name + operation + out_of_cache, "peers", 1.2);
    list.add("5 in place", name + "/in_place" + out_of_cache, "copy", within(10));
  }
}

/// 6. Without fma, Eigen's speed.
void add_plain(List& list) {
  if (list.isa != Isa::plain) return;
  for (const auto& name : all_functions())
    for (const auto& operation : operations)
      list.add("6 plain to Eigen", name + '/' + operation + in_cache, "Eigen", 1);
}

/// 7. Small arrays.
void add_small(List& list) {
  for (const auto& name : all_functions()) {
    if (name == "prelu") continue;  // no pointwise function
    for (const char* size : {"1", "2", "4", "8", "16", "32", "64"})
      list.add("7 small to a scalar loop", name + "/forward/float/" + size, "std", 1);
    for (const char* size : {"4x64", "8x64"}) {
      const std::string line = name + " fixed/forward/float/" + size;
      list.add("7 fixed size to arithmetic", line, "verb", line, "arithmetic", 1 / 1.5);
      list.add("7 fixed size to arithmetic", line, "lazy", line, "arithmetic", 1 / 1.5);
    }
  }
}

/// Observing costs at most twice what forward_and_derivative does.
void add_monitor(List& list) {
  for (const auto& name : all_functions()) {
    if (name == "prelu") continue;
    for (const char* size : {"64x64", "256x4096"})
      list.add("9 monitor to both", name + " monitor/observe/float/" + size, "both", 0.5);
  }
}

const MeasuredLine* find(const std::vector<MeasuredLine>& results, const std::string& name) {
  for (const MeasuredLine& each : results)
    if (each.line->name() == name) return &each;
  return nullptr;
}

/// The fastest of those named; null if none of them ran.
const Measured* fastest(const MeasuredLine& line, const std::string& names) {
  if (names == "peers") return line.fastest_peer();
  const Measured* found = nullptr;
  std::istringstream list(names);
  for (std::string name; std::getline(list, name, '|');) {
    const Measured* const each = line.find(name);
    if (each != nullptr && (found == nullptr || each->speed > found->speed)) found = each;
  }
  return found;
}

}  // namespace

std::vector<Target> targets(Isa isa) {
  List list{isa, {}};
  add_in_cache(list);
  add_double_and_exact(list);
  add_distributions(list);
  add_out_of_cache(list);
  add_plain(list);
  add_small(list);
  add_monitor(list);
  return list.all;
}

std::vector<Outcome> outcomes(const std::vector<Target>& targets,
                              const std::vector<MeasuredLine>& results) {
  std::vector<Outcome> found;
  for (const Target& target : targets) {
    const MeasuredLine* const line = find(results, target.line);
    const MeasuredLine* const other_line = find(results, target.other_line);
    if (line == nullptr || other_line == nullptr) continue;
    const Measured* const own = line->find(target.contender);
    const Measured* const other = fastest(*other_line, target.other);
    if (own == nullptr || other == nullptr) continue;
    found.push_back({target, other->contender->name, own->speed / other->speed});
  }
  return found;
}

}  // namespace bench
