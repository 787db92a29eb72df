#include <bits/cross_entropy.hpp>

namespace bit_record {

void add_cross_entropy_exact(Results& results) {
  add_cross_entropy_lines<Accuracy::exact, float>(results);
  add_cross_entropy_lines<Accuracy::exact, Eigen::half>(results);
  add_cross_entropy_lines<Accuracy::exact, Eigen::bfloat16>(results);
}

}  // namespace bit_record
