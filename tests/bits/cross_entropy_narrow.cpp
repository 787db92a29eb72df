#include <bits/cross_entropy.hpp>

namespace bit_record {

void add_cross_entropy_narrow(Results& results) {
  add_cross_entropy_lines<Accuracy::fast, Eigen::half>(results);
  add_cross_entropy_lines<Accuracy::fast, Eigen::bfloat16>(results);
}

}  // namespace bit_record
