// gain and gradient_gain: the factors of initial weights.
#include <support/catch.hpp>
#include <support/squareplus.hpp>

#include <hillock/gain.hpp>
#include <hillock/hillock.hpp>

namespace {

/// Whether two numbers have the same twelve digits.
bool agree(double a, double b) { return std::fabs(a - b) <= 1e-12 * std::fabs(b); }

}  // namespace

TEST_CASE("gain is what is known") {
  CHECK(agree(hillock::gain(hillock::identity), 1));
  CHECK(agree(hillock::gain(hillock::relu), std::sqrt(2.0)));
  CHECK(agree(hillock::gain(hillock::LeakyReLU{0.25}), std::sqrt(2 / 1.0625)));
  // Half of all z are above 0, and the jump is at an end of the integral.
  CHECK(agree(hillock::gain(hillock::step), std::sqrt(2.0)));
  // SELU's constants are chosen for a second moment of 1.
  CHECK(std::fabs(hillock::gain(hillock::selu) - 1) < 1e-12);
}

TEST_CASE("gain agrees with integrals of 30 digits") {
  CHECK(agree(hillock::gain(hillock::tanh), 1.5925374197228314278));
  CHECK(agree(hillock::gain(hillock::sigmoid), 1.846228545338605413));
  CHECK(agree(hillock::gain(hillock::gelu), 1.5335304411955352338));
  CHECK(agree(hillock::gain(hillock::swish), 1.6765324703310911586));
  CHECK(agree(hillock::gain(hillock::softplus), 1.041866835535301708));
  CHECK(agree(hillock::gain(hillock::mish), 1.486847581273208102));
  CHECK(agree(hillock::gain(hillock::elu), 1.2451983007007065503));
  CHECK(agree(hillock::gain(hillock::hard_shrink), 1.0157963547197340125));
  CHECK(agree(hillock::gain(hillock::relu6), 1.4142135650950736514));
  CHECK(agree(hillock::gradient_gain(hillock::sigmoid), 4.7226460859379743309));
  CHECK(agree(hillock::gradient_gain(hillock::tanh), 1.4674135916307951496));
  CHECK(agree(hillock::gradient_gain(hillock::gelu), 1.4811144127083481966));
  CHECK(agree(hillock::gradient_gain(hillock::relu), std::sqrt(2.0)));
}

TEST_CASE("gain finds a jump anywhere") {
  // The integral of z^2 from t on.
  const double t = 0.3141592653589793;
  const double moment =
      t * std::exp(-t * t / 2) * 0.39894228040143267794 + std::erfc(t / std::sqrt(2.0)) / 2;
  CHECK(agree(hillock::gain(hillock::ThresholdedReLU{t}), 1 / std::sqrt(moment)));
}

TEST_CASE("gain takes functions of one's own and the exact tier") {
  // The mean of the squares is that of ((z + sqrt(z^2 + 4)) / 2)^2, which is 1 + z^2 / 2 and an odd
  // part.
  CHECK(agree(hillock::gain(support::Squareplus()), 1 / std::sqrt(1.5)));
  const double exact = hillock::gain(hillock::exact::tanh);
  CHECK(std::fabs(exact - hillock::gain(hillock::tanh)) < 1e-6);
  CHECK(hillock::gain(hillock::LeakyReLU{0}) == hillock::gain(hillock::relu));
  CHECK(std::isinf(hillock::gain(hillock::HardTanh{0, 0})));
}
