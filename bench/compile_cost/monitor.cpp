// A monitor of the units of a layer, and the report on a network.
#include <hillock/activations/tanh.hpp>
#include <hillock/diagnostics.hpp>

#include <iostream>

void report(const Eigen::ArrayXXf& z) {
  hillock::UnitMonitor monitor(hillock::tanh, z.rows(), hillock::Per::row);
  monitor.observe(z);
  hillock::NetworkReport network;
  network.add("hidden", monitor.report());
  std::cout << network;
}
