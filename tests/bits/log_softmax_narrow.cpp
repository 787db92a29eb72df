#include <bits/log_softmax.hpp>

namespace bit_record {

void add_log_softmax_narrow(Results& results) {
  add_log_softmax_lines<Accuracy::fast, Eigen::half>(results);
  add_log_softmax_lines<Accuracy::fast, Eigen::bfloat16>(results);
}

}  // namespace bit_record
