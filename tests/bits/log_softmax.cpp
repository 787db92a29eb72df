#include <bits/log_softmax.hpp>

namespace bit_record {

void add_log_softmax(Results& results) { add_log_softmax_lines<Accuracy::fast, float>(results); }

}  // namespace bit_record
