#include <bits/log_softmax.hpp>

namespace bit_record {

void add_log_softmax_exact(Results& results) {
  add_log_softmax_lines<Accuracy::exact, float>(results);
  add_log_softmax_lines<Accuracy::exact, Eigen::half>(results);
  add_log_softmax_lines<Accuracy::exact, Eigen::bfloat16>(results);
}

}  // namespace bit_record
