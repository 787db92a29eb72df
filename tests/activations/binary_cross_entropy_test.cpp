// Binary cross-entropy from logits.
#include <support/catch.hpp>
#include <support/inputs.hpp>
#include <support/ulp.hpp>

#include <hillock/activations/binary_cross_entropy.hpp>
#include <hillock/threads.hpp>

namespace {

using hillock::BinaryCrossEntropy;
using hillock::Reduction;
using Index = Eigen::Index;
template <class T>
using Array = Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic>;

template <class W>
W softplus(W x) {
  return std::fmax(x, W(0)) + std::log1p(std::exp(-std::fabs(x)));
}
template <class W>
W sigmoid(W x) {
  return 1 / (1 + std::exp(-x));
}
template <class W>
W true_loss(W z, W t, W weight) {
  return (t == 0 ? 0 : weight * t * softplus(-z)) + (t == 1 ? 0 : (1 - t) * softplus(z));
}

/// Compares losses and gradients with a wider type, for logits of every size.
template <class T>
void check_bounds(T target, double weight) {
  using W = support::Wide<T>;
  const std::vector<T>& points = support::sweep<T>();
  const auto n = static_cast<Index>(points.size());
  const Eigen::Map<const Array<T>> z(points.data(), n, 1);
  const Array<T> targets = Array<T>::Constant(n, 1, target);
  const BinaryCrossEntropy f{Reduction::sum, weight};
  const Array<T> losses = f.losses(z, targets), gradient = f.backward(z, targets);
  const W w = static_cast<T>(weight), t = target;
  double worst = 0, worst_of_gradient = 0;
  for (Index i = 0; i < n; ++i) {
    const W x = points[static_cast<std::size_t>(i)];
    worst = std::max(worst, support::ulp_error(losses(i), true_loss(x, t, w)));
    const W up = (1 - t) * sigmoid(x), down = w * t * sigmoid(-x);
    const W error = std::fabs(W(gradient(i)) - (up - down));
    worst_of_gradient = std::max(
        worst_of_gradient, static_cast<double>(error / support::spacing<T>(std::fmax(up, down))));
  }
  INFO("target " << target << ", weight " << weight << ": " << worst << " and " << worst_of_gradient
                 << " ULP");
  CHECK(n > 1000000);
  CHECK(worst <= BinaryCrossEntropy<>::forward_bound.ulp);
  CHECK(worst_of_gradient <= BinaryCrossEntropy<>::backward_bound.ulp);
}

template <class T>
std::pair<Array<T>, Array<T>> random(Index rows, Index cols) {
  return {Array<T>::Random(rows, cols) * 8, (Array<T>::Random(rows, cols) + 1) / 2};
}

}  // namespace

TEST_CASE("binary_cross_entropy keeps its bounds") {
  for (const double weight : {1.0, 3.7}) {
    for (const double target : {0.0, 1.0, 0.3, 0x1p-20}) {
      check_bounds<float>(static_cast<float>(target), weight);
      check_bounds<double>(target, weight);
    }
  }
}

TEST_CASE("binary_cross_entropy has these edge values") {
  const float infinity = support::Special<float>::infinity;
  const float nan = support::Special<float>::quiet_nan;
  const BinaryCrossEntropy f{Reduction::sum};
  const auto loss = [&](float z, float t) {
    const Eigen::Array<float, 1, 1> x(z), target(t);
    return f(x, target);
  };
  const auto slope = [&](float z, float t) {
    const Eigen::Array<float, 1, 1> x(z), target(t);
    return f.backward(x, target)(0);
  };
  CHECK(loss(0, 0) == double(std::log(2.0f)));
  CHECK(loss(infinity, 1) == 0);
  CHECK(loss(-infinity, 0) == 0);
  CHECK(loss(infinity, 0) == double(infinity));
  CHECK(loss(-infinity, 0.5f) == double(infinity));
  CHECK(std::isnan(loss(nan, 1)));
  CHECK(slope(0, 0) == 0.5f);
  CHECK(slope(0, 1) == -0.5f);
  CHECK(slope(infinity, 1) == 0);
  CHECK(slope(infinity, 0) == 1);
  CHECK(slope(-infinity, 1) == -1);
  CHECK(std::isnan(slope(nan, 1)));
  // The logarithm of a rounded sigmoid would be 0, or infinite.
  CHECK(loss(20, 1) == Approx(2.0611536e-9).epsilon(1e-6));
  CHECK(loss(200, 0) == 200);

  const Eigen::ArrayXXf none(0, 3);
  CHECK(f(none, none) == 0);
  CHECK(std::isnan(BinaryCrossEntropy{}(none, none)));
}

TEST_CASE("binary_cross_entropy reduces to the sum or the mean") {
  const auto [z, t] = random<float>(37, 21);
  const BinaryCrossEntropy mean, sum{Reduction::sum};
  double expected = 0;
  for (Index i = 0; i < z.size(); ++i) expected += true_loss(double(z(i)), double(t(i)), 1.0);
  CHECK(sum(z, t) == Approx(expected).epsilon(3e-7));
  const double wide_sum = sum(z.cast<double>(), t.cast<double>());
  CHECK(wide_sum == Approx(expected).epsilon(1e-14));
  CHECK(mean(z, t) == sum(z, t) / double(z.size()));
  CHECK(double(sum.losses(z, t).sum()) == Approx(expected).epsilon(1e-5));
  const Array<float> by_sum = sum.backward(z, t), by_mean = mean.backward(z, t);
  CHECK((by_mean == by_sum * (1 / float(z.size()))).all());

  // A gradient from differences of the loss.
  Array<double> wide = z.cast<double>();
  const Array<double> targets = t.cast<double>();
  const BinaryCrossEntropy weighted{Reduction::mean, 2.5};
  const Array<double> gradient = weighted.backward(wide, targets);
  for (const Index i : {Index{0}, Index{100}, z.size() - 1}) {
    const double at = wide(i), h = 1e-5;
    wide(i) = at + h;
    const double above = weighted(wide, targets);
    wide(i) = at - h;
    const double below = weighted(wide, targets);
    wide(i) = at;
    CHECK(gradient(i) == Approx((above - below) / (2 * h)).epsilon(1e-6).margin(1e-9));
  }
}

TEST_CASE("binary_cross_entropy has the same bits by every way") {
  const auto [z, t] = random<float>(37, 21);
  const BinaryCrossEntropy f{Reduction::mean, 1.5};
  Array<float> dz(37, 21), other(37, 21);
  const double loss = f.forward_and_backward(z, t, dz);
  CHECK(loss == f(z, t));
  CHECK((f.backward(z, t) == dz).all());
  other = z;
  CHECK(f.forward_and_backward(other, t, other) == loss);  // into the logits
  CHECK((other == dz).all());
  other = t;
  f.backward(z, other, other);  // into the targets
  CHECK((other == dz).all());
  f.backward(z, t, other, hillock::threads(2));
  CHECK((other == dz).all());
  other.setConstant(2);
  f.backward(z, t, other, hillock::accumulate);
  CHECK((other == 2 + dz).all());
  const Eigen::Array<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> by_rows = z;
  CHECK(f(by_rows, t) == loss);
  CHECK((f.backward(by_rows, t) == dz).all());
  CHECK((f.backward(2 * z - z, t) == f.backward(Array<float>(2 * z - z), t)).all());

  const Array<Eigen::half> narrow = z.cast<Eigen::half>(), targets = (t > 0.5f).cast<Eigen::half>();
  const Array<Eigen::half> gradient = f.backward(narrow, targets);
  const Array<float> in_float = f.backward(narrow.cast<float>(), targets.cast<float>());
  for (Index i = 0; i < gradient.size(); ++i)
    CHECK(float(gradient(i)) == float(Eigen::half(in_float(i))));
}

TEST_CASE("binary_cross_entropy refuses wrong arguments before it writes") {
  Eigen::ArrayXXf z = Eigen::ArrayXXf::Zero(3, 4), t = z, dz = Eigen::ArrayXXf::Constant(3, 4, 7);
  const BinaryCrossEntropy f;
  const std::string expected = ", expected a number from 0 to 1";
  t(1, 2) = 1.5f;
  CHECK_THROWS_WITH(f.forward_and_backward(z, t, dz),
                    "hillock::BinaryCrossEntropy::backward: the target at row 1, column 2 is "
                    "1.500000" +
                        expected);
  t(1, 2) = -0.25f;
  CHECK_THROWS_WITH(f(z, t),
                    "hillock::BinaryCrossEntropy::forward: the target at row 1, column 2 is "
                    "-0.250000" +
                        expected);
  t(1, 2) = 0;
  t(2, 3) = support::Special<float>::quiet_nan;
  CHECK_THROWS_WITH(
      f.losses(z, t),
      "hillock::BinaryCrossEntropy::losses: the target at row 2, column 3 is nan" + expected);
  t(2, 3) = 1;
  Eigen::ArrayXXf smaller(3, 3);
  CHECK_THROWS_WITH(
      f(z, smaller),
      "hillock::BinaryCrossEntropy::forward: targets is 3 x 3, expected 3 x 4 like z");
  CHECK_THROWS_WITH(f.backward(z, t, smaller),
                    "hillock::BinaryCrossEntropy::backward: dz is 3 x 3, expected 3 x 4 like z");
  CHECK_THROWS_AS(f.backward(z.leftCols(3), t.leftCols(3), z.rightCols(3)), std::invalid_argument);
  CHECK((dz == 7).all());
  CHECK_THROWS_AS(BinaryCrossEntropy(Reduction::mean, -1), std::invalid_argument);
  CHECK_THROWS_AS(BinaryCrossEntropy(Reduction::mean, support::Special<double>::infinity),
                  std::invalid_argument);
}
