#include <bits/log_softmax.hpp>

namespace bit_record {

void add_log_softmax_double(Results& results) {
  add_log_softmax_lines<Accuracy::fast, double>(results);
}

}  // namespace bit_record
