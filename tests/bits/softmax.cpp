#include <bits/softmax.hpp>

namespace bit_record {

void add_softmax(Results& results) {
  add_softmax_lines<Accuracy::fast, float>(results);
  add_softmax_lines<Accuracy::fast, double>(results);
}

}  // namespace bit_record
