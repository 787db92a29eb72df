// The file that clang-tidy reads (tidy.sh). It includes every public header, and instantiates
// templates of each room once, for floats. (All that everything.hpp instantiates takes minutes.)
#include <hillock/diagnostics.hpp>
#include <hillock/hillock.hpp>
#include <vector>

bool is_healthy() {
  const Eigen::ArrayXXf z = Eigen::ArrayXXf::Constant(4, 4, 0.5F);
  Eigen::ArrayXXf y = hillock::elu(z);
  hillock::backward(hillock::elu, z, y, y, hillock::accumulate);
  hillock::forward(hillock::relu, z, y, hillock::threads(2));
  y = hillock::PReLU{Eigen::ArrayXd::Constant(4, 0.25), hillock::Per::row}.backward(z, y);
  y = hillock::Softmax{hillock::Per::column}.backward(z, y);
  y = hillock::Maxout{2, hillock::Per::column}(z);
  hillock::backward(hillock::Softmax{hillock::Per::column}, z, z, y, hillock::accumulate);
  hillock::derivative_from_output(hillock::tanh, z, y);
  const hillock::BinaryCrossEntropy loss;
  y = y * static_cast<float>(loss(z, z) * hillock::gain(hillock::tanh));
  std::vector<float> values(4);
  hillock::forward(hillock::tanh, values, values);
  hillock::UnitMonitor monitor(hillock::relu, 4, hillock::Per::row);
  monitor.observe(z);
  hillock::NetworkReport report;
  report.add("layer", monitor.report());
  return report.is_healthy();
}
