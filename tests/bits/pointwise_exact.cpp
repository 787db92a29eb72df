#include <bits/pointwise.hpp>

namespace bit_record {

void add_pointwise_exact(Results& results) {
  add_functions<hillock::Accuracy::exact, float>(results);
}

}  // namespace bit_record
