// Softmax, forward and backward.
#include <hillock/activations/softmax.hpp>

constexpr hillock::Softmax softmax{hillock::Per::column};

void forward(const Eigen::ArrayXXf& x, Eigen::ArrayXXf& y) { hillock::forward(softmax, x, y); }
void backward(const Eigen::ArrayXXf& x, const Eigen::ArrayXXf& dy, Eigen::ArrayXXf& dx) {
  hillock::backward(softmax, x, dy, dx);
}
