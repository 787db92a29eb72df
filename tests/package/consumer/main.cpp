#include <hillock/hillock.hpp>

#include <hillock/diagnostics.hpp>
#include <iostream>

int main() {
  const Eigen::ArrayXf z = Eigen::ArrayXf::LinSpaced(9, -4, 4);
  const Eigen::ArrayXf y = hillock::sigmoid(z);
  std::cout << "sigmoid(0) = " << y(4) << ", saturated "
            << hillock::saturated_fraction(hillock::sigmoid, z) << '\n';
  return y(4) == 0.5F ? 0 : 1;
}
