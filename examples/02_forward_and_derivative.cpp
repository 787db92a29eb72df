// The four verbs, and why a derivative takes the input.

#include <Eigen/Core>
#include <hillock/hillock.hpp>
#include <iostream>
#include <vector>

int main() {
  const Eigen::ArrayXf x = Eigen::ArrayXf::LinSpaced(5, -4, 4);
  Eigen::ArrayXf y(5), slope(5), dx(5);

  // A verb writes into arrays that are there already and allocates nothing.
  hillock::forward(hillock::tanh, x, y);
  hillock::derivative(hillock::tanh, x, slope);
  hillock::forward_and_derivative(hillock::tanh, x, y,
                                  slope);  // the same bits, from one exponential
  // Backward is what back-propagation needs: the gradient that comes from above, times f'(x).
  const Eigen::ArrayXf dy = Eigen::ArrayXf::Constant(5, 10);
  hillock::backward(hillock::tanh, x, dy, dx);
  Eigen::ArrayXXf table(5, 4);
  table << x, y, slope, dx;
  std::cout << "x, tanh(x), tanh'(x), 10 tanh'(x):\n" << table << "\n\n";

  // Without Eigen: pointers and a length. In place is allowed.
  std::vector<double> values{-1, 0, 1};
  hillock::forward(hillock::sigmoid, values.data(), values.data(), values.size());
  std::cout << "sigmoid of -1, 0, 1: " << values[0] << ' ' << values[1] << ' ' << values[2]
            << "\n\n";

  // Many libraries compute the derivative from the output, s (1 - s). At 20 the output is 1 in
  // float, and a unit that still learns looks dead. From the input nothing is lost.
  const float s = hillock::sigmoid(20.0F);
  std::cout << "sigmoid'(20) from the output: " << s * (1 - s) << '\n'
            << "sigmoid'(20) from the input:  " << hillock::sigmoid.derivative(20.0F) << '\n';
}
