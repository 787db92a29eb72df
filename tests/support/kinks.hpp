// The derivative at kinks: a table of PyTorch's choice beside hillock's.
#pragma once

#include <support/contract.hpp>

namespace support {

/// The derivative at a kink, as PyTorch has it and as hillock has it.
struct Kink {
  double x;
  double pytorch;
  double ours;
};

/// Checks that f' has hillock's value at each kink, bit for bit, in float and in double, and that
/// `differing` of the values are not PyTorch's.
template <class F>
void check_kinks(const F& f, const std::vector<Kink>& kinks, std::size_t differing = 0) {
  REQUIRE(!kinks.empty());
  std::size_t others = 0;
  for (const Kink& kink : kinks) {
    const auto as_float = call_derivative(f, static_cast<float>(kink.x));
    const double as_double = call_derivative(f, kink.x);
    INFO("at " << kink.x << ": " << exactly(as_float) << ", " << exactly(as_double));
    CHECK(bits_of(as_float) == bits_of(static_cast<float>(kink.ours)));
    CHECK(bits_of(as_double) == bits_of(kink.ours));
    if (std::fabs(kink.pytorch - kink.ours) > 1e-12) ++others;
  }
  CHECK(others == differing);
}

}  // namespace support
