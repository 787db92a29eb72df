#include <array>
#include <cmath>
#include <iostream>

#include "kernels.hpp"

// Every variant this processor can run is tried, not only the best.
extern const Kernels kernels_baseline;

int main() {
  std::array<float, 37> x;
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = 0.5F * static_cast<float>(i) - 9;
  int wrong = 0;
  for (const Kernels* variant : {&kernels_baseline, &kernels()}) {
    std::array<float, 37> y{};
    variant->sigmoid(x.data(), y.data(), x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double expected = 1 / (1 + std::exp(-static_cast<double>(x[i])));
      if (!(std::abs(y[i] - expected) <= 1e-6 * expected)) ++wrong;
    }
    std::cout << variant->variant << ": " << wrong << " of " << x.size() << " wrong\n";
  }
  return wrong == 0 ? 0 : 1;
}
