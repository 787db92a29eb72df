// derivative_from_output and backward_from_output: f' from y = f(x).
#include <support/catch.hpp>
#include <support/inputs.hpp>
#include <support/ulp.hpp>

#include <hillock/activations/celu.hpp>
#include <hillock/activations/elu.hpp>
#include <hillock/activations/gelu.hpp>
#include <hillock/activations/leaky_relu.hpp>
#include <hillock/activations/prelu.hpp>
#include <hillock/activations/relu.hpp>
#include <hillock/activations/selu.hpp>
#include <hillock/activations/sigmoid.hpp>
#include <hillock/activations/softplus.hpp>
#include <hillock/activations/tanh.hpp>
#include <hillock/from_output.hpp>
#include <hillock/threads.hpp>

namespace {

using support::bits_of;
using Index = Eigen::Index;

/// Compares f' with the truth for outputs of every size, and with the derivative at the input.
/// `worst_by_input` is the largest error, in epsilons, for which the rounding of y may be the
/// reason.
template <class T, class F, class Slope>
void check_slopes(const F& f, const Slope& slope, double worst_by_input) {
  const std::vector<T>& points = support::sweep<T>();
  const auto n = static_cast<Index>(points.size());
  using Array = Eigen::Array<T, Eigen::Dynamic, 1>;
  const Eigen::Map<const Array> x(points.data(), n);
  Array y(n), d(n), by_input(n);
  hillock::forward(f, x, y);
  hillock::derivative_from_output(f, y, d);
  hillock::derivative(f, x, by_input);
  double worst = 0, worst_apart = 0;
  for (Index i = 0; i < n; ++i) {
    const auto truth = slope(support::Wide<T>(y[i]));
    worst = std::max(worst, support::ulp_error(d[i], truth));
    worst_apart = std::max(worst_apart, std::fabs(double(d[i]) - double(by_input[i])));
  }
  worst_apart /= static_cast<double>(std::numeric_limits<T>::epsilon());
  INFO("worst " << worst << " ULP for the y given, " << worst_apart << " epsilons by the input");
  CHECK(n > 1000000);
  CHECK(worst <= F::derivative_from_output_bound.ulp);
  CHECK(worst_apart <= worst_by_input);
}

template <class T>
void check_every_function() {
  using Wide = support::Wide<T>;
  const auto parameter = [](double value) { return Wide(static_cast<T>(value)); };
  check_slopes<T>(
      hillock::sigmoid, [](Wide y) { return y * (1 - y); }, 1);
  check_slopes<T>(
      hillock::tanh, [](Wide y) { return (1 - y) * (1 + y); }, 3);
  check_slopes<T>(
      hillock::relu, [](Wide y) { return Wide(y > 0); }, 0);
  check_slopes<T>(
      hillock::LeakyReLU{0.3}, [&](Wide y) { return y > 0 ? 1 : parameter(0.3); }, 0);
  check_slopes<T>(
      hillock::PReLU{0.3}, [&](Wide y) { return y > 0 ? 1 : parameter(0.3); }, 0);
  check_slopes<T>(
      hillock::ELU{1.7}, [&](Wide y) { return y > 0 ? 1 : y + parameter(1.7); }, 1);
  check_slopes<T>(
      hillock::selu,
      [&](Wide y) {
        return y > 0 ? parameter(1.0507009873554804934193349852946)
                     : y + parameter(1.7580993408473768599402175208123);
      },
      1);
  check_slopes<T>(
      hillock::CELU{1.7}, [&](Wide y) { return y > 0 ? 1 : (y + parameter(1.7)) / parameter(1.7); },
      1);
  for (const double beta : {1.0, 2.5, -0.7})
    check_slopes<T>(
        hillock::Softplus{beta}, [&](Wide y) { return -std::expm1(-parameter(beta) * y); }, 1);
}

}  // namespace

TEST_CASE("from_output keeps its bounds") {
  SECTION("float") { check_every_function<float>(); }
  SECTION("double") { check_every_function<double>(); }
}

TEST_CASE("from_output has these edge values") {
  const auto bits = [](float value) { return bits_of(value); };
  const float infinity = support::Special<float>::infinity;
  CHECK(bits(hillock::sigmoid.derivative_from_output(0.5f)) == bits(0.25f));
  CHECK(bits(hillock::sigmoid.derivative_from_output(1.0f)) == bits(0.0f));
  CHECK(bits(hillock::sigmoid.derivative_from_output(0.0f)) == bits(0.0f));
  CHECK(bits(hillock::tanh.derivative_from_output(0.0f)) == bits(1.0f));
  CHECK(bits(hillock::tanh.derivative_from_output(-0.0f)) == bits(1.0f));
  CHECK(bits(hillock::tanh.derivative_from_output(-1.0f)) == bits(0.0f));
  CHECK(bits(hillock::relu.derivative_from_output(0.0f)) == bits(0.0f));
  CHECK(bits(hillock::relu.derivative_from_output(infinity)) == bits(1.0f));
  CHECK(bits(hillock::leaky_relu.derivative_from_output(-0.0f)) == bits(0.01f));
  CHECK(bits(hillock::elu.derivative_from_output(0.0f)) == bits(1.0f));
  CHECK(bits(hillock::ELU{0.5}.derivative_from_output(0.0f)) == bits(0.5f));
  CHECK(bits(hillock::ELU{0.0}.derivative_from_output(0.0f)) == bits(0.0f));
  CHECK(bits(hillock::elu.derivative_from_output(-1.0f)) == bits(0.0f));
  CHECK(bits(hillock::celu.derivative_from_output(infinity)) == bits(1.0f));
  CHECK(bits(hillock::softplus.derivative_from_output(0.0f)) == bits(0.0f));
  CHECK(bits(hillock::softplus.derivative_from_output(infinity)) == bits(1.0f));
  const float nan = support::Special<float>::quiet_nan;
  CHECK(std::isnan(hillock::sigmoid.derivative_from_output(nan)));
  CHECK(std::isnan(hillock::tanh.derivative_from_output(nan)));
  CHECK(std::isnan(hillock::relu.derivative_from_output(nan)));
  CHECK(std::isnan(hillock::leaky_relu.derivative_from_output(nan)));
  CHECK(std::isnan(hillock::elu.derivative_from_output(nan)));
  CHECK(std::isnan(hillock::celu.derivative_from_output(nan)));
  CHECK(std::isnan(hillock::softplus.derivative_from_output(nan)));
}

TEST_CASE("from_output has the same bits by every way") {
  const Index rows = 37, cols = 21;
  Eigen::ArrayXXf x = Eigen::ArrayXXf::Random(rows, cols) * 6,
                  dy = Eigen::ArrayXXf::Random(rows, cols);
  const auto check = [&](const auto& f) {
    Eigen::ArrayXXf y(rows, cols), d(rows, cols), dx(rows, cols), other(rows, cols);
    hillock::forward(f, x, y);
    hillock::derivative_from_output(f, y, d);
    hillock::backward_from_output(f, y, dy, dx);
    CHECK((dx == dy * d).all());
    for (Index i = 0; i < y.size(); ++i)
      CHECK(bits_of(f.derivative_from_output(y.data()[i])) == bits_of(d.data()[i]));
    CHECK((Eigen::ArrayXXf(f.derivative_from_output(y)) == d).all());
    CHECK((Eigen::ArrayXXf(f.backward_from_output(y, dy)) == dx).all());
    // Into the output itself, and into the gradient.
    other = y;
    hillock::backward_from_output(f, other, dy, other);
    CHECK((other == dx).all());
    other = dy;
    hillock::backward_from_output(f, y, other, other);
    CHECK((other == dx).all());
    other = y;
    hillock::derivative_from_output(f, other, other);
    CHECK((other == d).all());
    // Another layout, pointers, threads.
    Eigen::Array<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> by_rows(rows, cols);
    hillock::backward_from_output(f, y, dy, by_rows);
    CHECK((by_rows == dx).all());
    hillock::backward_from_output(f, y.data(), dy.data(), other.data(), y.size());
    CHECK((other == dx).all());
    hillock::derivative_from_output(f, y.data(), other.data(), y.size());
    CHECK((other == d).all());
    hillock::backward_from_output(f, y, dy, other, hillock::threads(2));
    CHECK((other == dx).all());
    hillock::derivative_from_output(f, y, other, hillock::threads(2));
    CHECK((other == d).all());
    other.setConstant(3);
    hillock::backward_from_output(f, y, dy, other, hillock::accumulate);
    CHECK((other == 3 + dx).all());
  };
  check(hillock::sigmoid);
  check(hillock::ELU{0.7});
  check(hillock::softplus);

  // The exact tier has the bits of the fast one.
  Eigen::ArrayXXf y = hillock::tanh(x);
  CHECK((Eigen::ArrayXXf(hillock::exact::tanh.derivative_from_output(y)) ==
         Eigen::ArrayXXf(hillock::tanh.derivative_from_output(y)))
            .all());

  // 16-bit elements are computed in float and rounded once.
  const Eigen::Array<Eigen::half, Eigen::Dynamic, 1> narrow =
      Eigen::ArrayXf::LinSpaced(33, -1, 1).cast<Eigen::half>();
  const Eigen::Array<Eigen::half, Eigen::Dynamic, 1> d =
      hillock::tanh.derivative_from_output(narrow);
  for (Index i = 0; i < narrow.size(); ++i)
    CHECK(float(d[i]) ==
          float(Eigen::half(hillock::tanh.derivative_from_output(float(narrow[i])))));
}

TEST_CASE("from_output takes PReLU's slopes per row") {
  const Eigen::Array3f slopes(0.1f, 0.2f, 0);
  const hillock::PReLU prelu(slopes, hillock::Per::row);
  const Eigen::ArrayXXf x = Eigen::ArrayXXf::Random(3, 50), dy = Eigen::ArrayXXf::Random(3, 50);
  const Eigen::ArrayXXf y = prelu(x);
  Eigen::ArrayXXf dx(3, 50);
  hillock::backward_from_output(prelu, y, dy, dx);
  CHECK((dx == prelu.backward(x, dy)).all());
  CHECK((prelu.derivative_from_output(y) == prelu.derivative(x)).all());
  CHECK((prelu.backward_from_output(y, dy) == dx).all());
}

TEST_CASE("from_output refuses what the output does not tell") {
  Eigen::ArrayXf y(3), d(3), shorter(2);
  y << -0.5f, 0, 1;
  d.setConstant(7);
  const auto message = [&](const auto& f) {
    try {
      hillock::derivative_from_output(f, y, d);
    } catch (const std::invalid_argument& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const std::string reason =
      ", but expected above 0, because otherwise inputs with different slopes have the same "
      "output; "
      "or use the verb that takes the input";
  const std::string where = "hillock::derivative_from_output: ";
  CHECK(message(hillock::LeakyReLU{-0.5}) == where + "slope is -0.500000" + reason);
  CHECK(message(hillock::ELU{-1}) == where + "alpha is -1.000000" + reason);
  CHECK(message(hillock::CELU{0}) == where + "alpha is 0.000000" + reason);
  CHECK(message(hillock::Softplus{0}) == where + "beta is 0.000000" + reason);
  CHECK(message(hillock::PReLU{-1}) == where + "slope has a negative number" + reason);
  CHECK((d == 7).all());
  CHECK_THROWS_AS(hillock::backward_from_output(hillock::ELU{-1}, y, y, d), std::invalid_argument);
  CHECK_THROWS_AS(hillock::ELU{-1}.derivative_from_output(y), std::invalid_argument);
  CHECK_THROWS_AS(hillock::ELU{-1}.backward_from_output(y, y), std::invalid_argument);
  CHECK_THROWS_AS(hillock::PReLU{-1}.derivative_from_output(y), std::invalid_argument);
  CHECK_THROWS_WITH(hillock::derivative_from_output(hillock::tanh, y, shorter),
                    "hillock::derivative_from_output: d is 2 x 1, expected 3 x 1 like y");
  CHECK(hillock::has_derivative_from_output<hillock::Tanh<>>);
  CHECK_FALSE(hillock::has_derivative_from_output<hillock::GELU<>>);
}
