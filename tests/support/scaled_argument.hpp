// A parameter times x, as the argument of a reference's exponential.
#pragma once

#include <cmath>

namespace support {

/// t = parameter x in two parts: rounded even to a long double, it would cost e^t a third of an ULP
/// at 745.
template <class W>
struct ScaledArgument {
  W t;
  W low;

  ScaledArgument(W parameter, W x) : t(parameter * x) {
    const bool matters = std::fabs(t) > 1 && std::fabs(t) < 1500;
    low = matters ? std::fma(parameter, x, -t) : 0;
  }
};

}  // namespace support
