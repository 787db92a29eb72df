#include <bits/pointwise.hpp>

namespace bit_record {

void add_pointwise_exact_half(Results& results) {
  add_functions<hillock::Accuracy::exact, Eigen::half>(results);
}

}  // namespace bit_record
