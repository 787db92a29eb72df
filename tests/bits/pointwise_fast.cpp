#include <bits/pointwise.hpp>

namespace bit_record {

void add_pointwise_fast(Results& results) {
  add_functions<hillock::Accuracy::fast, float>(results);
  add_functions<hillock::Accuracy::fast, double>(results);
}

}  // namespace bit_record
