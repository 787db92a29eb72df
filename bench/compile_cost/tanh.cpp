// tanh, forward and backward.
#include <hillock/activations/tanh.hpp>

void forward(const Eigen::ArrayXXf& x, Eigen::ArrayXXf& y) {
  hillock::forward(hillock::tanh, x, y);
}
void backward(const Eigen::ArrayXXf& x, const Eigen::ArrayXXf& dy, Eigen::ArrayXXf& dx) {
  hillock::backward(hillock::tanh, x, dy, dx);
}
