#include <bits/pointwise.hpp>

namespace bit_record {

void add_pointwise_fast_narrow(Results& results) {
  add_functions<hillock::Accuracy::fast, Eigen::half>(results);
  add_functions<hillock::Accuracy::fast, Eigen::bfloat16>(results);
}

}  // namespace bit_record
