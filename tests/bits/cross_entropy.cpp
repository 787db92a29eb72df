#include <bits/cross_entropy.hpp>

namespace bit_record {

void add_cross_entropy(Results& results) {
  add_cross_entropy_lines<Accuracy::fast, float>(results);
  add_cross_entropy_lines<Accuracy::fast, double>(results);
}

}  // namespace bit_record
