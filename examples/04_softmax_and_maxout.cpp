// Functions of several numbers at once: the axis they work along is always spoken.

#include <Eigen/Core>
#include <hillock/hillock.hpp>
#include <iostream>

int main() {
  // Three scores for each of two samples, one sample per column.
  Eigen::ArrayXXf Z(3, 2);
  Z << 1, 1000,  //
      2, 1001,   //
      3, 1002;
  const hillock::Softmax softmax{hillock::Per::column};
  const Eigen::ArrayXXf P = softmax(Z);
  std::cout << "softmax(Z), columns that sum to 1 however large the scores =\n" << P << "\n\n";

  const Eigen::VectorXf z = Z.col(0).matrix();
  std::cout << "its Jacobian for the first sample =\n" << softmax.jacobian(z) << "\n\n";

  // With the cross-entropy as loss the gradient of the scores is P - (1 at the right class). Going
  // through softmax.backward with the loss's own gradient, -1/p at the right class, gives the same.
  Eigen::ArrayXXf dP = Eigen::ArrayXXf::Zero(3, 2);
  dP(2, 0) = -1 / P(2, 0);
  dP(0, 1) = -1 / P(0, 1);
  std::cout << "softmax.backward(Z, dP) =\n" << softmax.backward(Z, dP) << "\n\n";

  // A Maxout unit is the largest of its pieces; the gradient goes to that piece, the argmax.
  Eigen::ArrayXXf pieces(4, 2), dY(2, 2);
  pieces << 1, 5,  //
      2, 4,        //
      -1, 0,       //
      -3, 7;
  dY << 10, 20,  //
      30, 40;
  const hillock::Maxout maxout{2, hillock::Per::column};
  std::cout << "maxout of pairs in a column =\n"
            << maxout(pieces) << "\nand its gradient =\n"
            << maxout.backward(pieces, dY) << '\n';
}
