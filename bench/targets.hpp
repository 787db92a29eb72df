// The targets of hillock: ratios of speeds that were measured by one program.
#pragma once

#include <string>
#include <vector>

#include "results.hpp"

namespace bench {

enum class Isa { v4, v3, plain };

/// The instruction set that this program is built for.
constexpr Isa isa() {
#if defined(__AVX512F__)
  return Isa::v4;
#elif defined(__AVX2__) && defined(__FMA__)
  return Isa::v3;
#else
  return Isa::plain;
#endif
}
constexpr const char* name_of(Isa isa) {
  return isa == Isa::v4 ? "v4" : isa == Isa::v3 ? "v3" : "plain";
}

/// The speed of a contender is to be at least `wanted` times that of another.
struct Target {
  std::string group;
  std::string line;       // such as sigmoid/forward/float/4096
  std::string contender;  // of that line
  std::string other_line;
  std::string other;  // a contender of it, or several as a|b: the fastest; "peers": of all of them
  double wanted;
};

std::vector<Target> targets(Isa isa);

/// A target and what was reached; what did not run is no part of it.
struct Outcome {
  Target target;
  std::string against;  // the contender that it came to
  double reached;
  bool is_met() const { return reached >= target.wanted; }
};
std::vector<Outcome> outcomes(const std::vector<Target>& targets,
                              const std::vector<MeasuredLine>& results);

}  // namespace bench
