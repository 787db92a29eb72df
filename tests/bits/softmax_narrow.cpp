#include <bits/softmax.hpp>

namespace bit_record {

void add_softmax_narrow(Results& results) {
  add_softmax_lines<Accuracy::fast, Eigen::half>(results);
  add_softmax_lines<Accuracy::fast, Eigen::bfloat16>(results);
}

}  // namespace bit_record
