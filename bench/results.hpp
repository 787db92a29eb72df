// Runs the lines and keeps what came out.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lines.hpp"

namespace bench {

struct Measured {
  const Contender* contender;
  double speed;    // the median, in elements per second
  double max_ulp;  // NaN where it is not known
};

struct MeasuredLine {
  const Line* line;
  std::vector<Measured> contenders;

  /// Null if it did not run.
  const Measured* find(const std::string& contender) const;
  /// The fastest peer; null if there is none.
  const Measured* fastest_peer() const;
};

/// Measures the contenders that are wanted, and their accuracy where that is wanted too.
using Choice = std::function<bool(const Line& line, const Contender& contender)>;
std::vector<MeasuredLine> measure(const Choice& wanted, bool with_accuracy);

/// Those that the filter of the options lets pass.
Choice by_filter();

}  // namespace bench
