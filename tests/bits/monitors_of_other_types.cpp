#include <bits/monitors.hpp>

namespace bit_record {

void add_monitors_of_other_types(Results& results) {
  add_diagnostics<double>(results);
  add_diagnostics<Eigen::half>(results);
}

}  // namespace bit_record
