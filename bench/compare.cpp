// Two builds of hillock in one program: their contenders stand side by side in every line. Exit
// status 1 if the candidate is slower by more than the threshold anywhere.
#include <algorithm>
#include <cstdio>

#include "results.hpp"

namespace {

const std::string prefix = "reference ";

struct Comparison {
  std::string line;
  std::string contender;
  double ratio;  // of the candidate's speed to the reference's
};

std::vector<Comparison> compared(const bench::Choice& wanted) {
  std::vector<Comparison> all;
  for (const bench::MeasuredLine& line : bench::measure(wanted, false)) {
    for (const bench::Measured& each : line.contenders) {
      const bench::Measured* const reference = line.find(prefix + each.contender->name);
      if (reference != nullptr)
        all.push_back({line.line->name(), each.contender->name, each.speed / reference->speed});
    }
  }
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  if (!bench::parse(argc, argv)) return 2;
  bench::Rows::add_all();
  const double least = 1 - bench::options().threshold;
  const auto by_filter = bench::by_filter();
  const auto is_hillock = [&](const bench::Line& line, const bench::Contender& contender) {
    // The reference runs where its counterpart does.
    bench::Contender named = contender;
    if (named.name.rfind(prefix, 0) == 0) named.name.erase(0, prefix.size());
    return contender.kind == bench::Kind::hillock && by_filter(line, named);
  };
  std::vector<Comparison> all = compared(is_hillock);

  // A disturbance of the machine shows in one measurement, a regression in every one.
  for (int again = 0; again < 3; ++again) {
    const auto was_slow = [&](const bench::Line& line, const bench::Contender& contender) {
      return is_hillock(line, contender) &&
             std::any_of(all.begin(), all.end(), [&](const Comparison& each) {
               return each.line == line.name() && each.ratio < least;
             });
    };
    for (const Comparison& repeated : compared(was_slow)) {
      for (Comparison& each : all) {
        if (each.line == repeated.line && each.contender == repeated.contender)
          each.ratio = std::max(each.ratio, repeated.ratio);
      }
    }
  }

  std::stable_sort(all.begin(), all.end(),
                   [](const Comparison& a, const Comparison& b) { return a.ratio < b.ratio; });
  int slower = 0;
  std::printf("speed as a ratio to the reference's, the lowest first\n");
  for (const Comparison& each : all) {
    const bool is_slower = each.ratio < least;
    if (is_slower) ++slower;
    std::printf("%-60s%-8s%8.2f%s\n", each.line.c_str(), each.contender.c_str(), each.ratio,
                is_slower ? "  SLOWER" : "");
  }
  std::printf("%zu compared, %d slower by more than %.0f %%, in each of four measurements\n",
              all.size(), slower, 100 * bench::options().threshold);
  if (all.empty()) std::printf("nothing was compared\n");
  return slower > 0 || all.empty() ? 1 : 0;
}
