// Parameters: a functor type takes them by the paper's names, and PReLU learns its own.

#include <Eigen/Core>
#include <hillock/hillock.hpp>
#include <iostream>

// As a member the type is written with <>.
struct Layer {
  hillock::ELU<> activation{0.5};
};

int main() {
  const Eigen::ArrayXf x = Eigen::ArrayXf::LinSpaced(5, -2, 2);
  const hillock::LeakyReLU leaky{0.1};
  const hillock::Swish swish{1.5F};
  const Layer layer;
  Eigen::ArrayXXf table(5, 4);
  table << x, leaky(x), layer.activation(x), swish(x);
  std::cout << "x, LeakyReLU of slope 0.1, ELU of alpha 0.5, Swish of beta 1.5:\n"
            << table << "\n\n";

  // Two units (rows), one slope each, and three samples.
  Eigen::ArrayXXf Z(2, 3);
  Z << -1, 2, -3,  //
      1, -1, 4;
  hillock::PReLU prelu{Eigen::ArrayXd::Constant(2, 0.25), hillock::Per::row};
  std::cout << "PReLU(Z) =\n" << prelu(Z) << '\n';

  // One step of training: towards outputs that are 0 wherever Z is negative.
  const Eigen::ArrayXXf dY = prelu(Z) - Z.max(0.0F);
  const Eigen::ArrayXd gradient = prelu.slope_gradient(Z, dY);  // summed over the samples
  prelu.slope -= 0.05 * gradient;
  std::cout << "slope gradient " << gradient.transpose() << ", slopes after a step "
            << prelu.slope.transpose() << '\n';
}
