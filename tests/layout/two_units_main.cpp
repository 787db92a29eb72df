#include <iostream>

#include "two_units.hpp"

int main() {
  const Eigen::ArrayXf z = Eigen::ArrayXf::LinSpaced(101, -20, 20);
  const Seen here = seen_here(z);
  const Seen there = seen_by_the_other_unit(z);
  const bool same = (here.value == there.value).all() && here.saturated == there.saturated &&
                    here.object == there.object;
  std::cout << (same ? "both units see the same\n" : "the two units differ\n");
  return same ? 0 : 1;
}
