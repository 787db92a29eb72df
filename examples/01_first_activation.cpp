// A function of hillock takes a number or any Eigen array, like any other function.

#include <Eigen/Core>
#include <hillock/hillock.hpp>
#include <iostream>

int main() {
  std::cout << "sigmoid(0.5) = " << hillock::sigmoid(0.5F) << "\n\n";

  // A layer of two units that see three samples: one column per sample.
  Eigen::MatrixXf W(2, 2), X(2, 3);
  W << 1, -1,  //
      0.5, 2;
  X << 0, 1, -2,  //
      1, 1, 3;
  const Eigen::VectorXf b(Eigen::Vector2f(0.1F, -0.1F));

  // The expression is computed here, in one vectorised pass, not where tanh was called.
  const Eigen::MatrixXf H = hillock::tanh((W * X).colwise() + b);
  std::cout << "tanh(W X + b) =\n" << H << '\n';
}
