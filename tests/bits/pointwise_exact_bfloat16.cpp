#include <bits/pointwise.hpp>

namespace bit_record {

void add_pointwise_exact_bfloat16(Results& results) {
  add_functions<hillock::Accuracy::exact, Eigen::bfloat16>(results);
}

}  // namespace bit_record
