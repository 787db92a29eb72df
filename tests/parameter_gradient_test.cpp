#include <support/catch.hpp>
#include <support/complaint.hpp>
#include <support/ulp.hpp>

#include <hillock/hillock.hpp>

#include <functional>
#include <random>

namespace {

using namespace support;
using Eigen::Index;

template <class T>
using Array = Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic>;
using Real = long double;

template <class T>
Array<T> some(Index rows, Index cols, double scale, unsigned seed) {
  std::mt19937 random(seed);
  Array<T> x(rows, cols);
  for (Index i = 0; i < x.size(); ++i)
    x(i) = T((static_cast<double>(random() % 200001) / 100000 - 1) * scale);
  return x;
}

/// Checks a gradient against the sum of dy f(x) for the derivative f by the parameter: it is within
/// 4 ULP of the sum of the terms' magnitudes.
template <class T>
void check(const char* name, const std::function<double(const Array<T>&, const Array<T>&)>& got,
           const std::function<Real(Real)>& derivative) {
  for (const double scale : {1e-3, 0.3, 4.0, 60.0}) {
    const Array<T> z = some<T>(37, 53, scale, 5), dy = some<T>(37, 53, 1, 6);
    Real sum = 0, magnitudes = 0;
    for (Index i = 0; i < z.size(); ++i) {
      const Real term = Real(dy(i)) * derivative(Real(z(i)));
      sum += term;
      magnitudes += std::fabs(term);
    }
    INFO(name << " at the scale " << scale);
    const double error = std::fabs(static_cast<double>(Real(got(z, dy)) - sum));
    CHECK(error <= 4 * spacing<T>(static_cast<T>(magnitudes)));
  }
}

Real logistic(Real t) { return 1 / (1 + std::exp(-t)); }

TEMPLATE_TEST_CASE("every parameter's gradient is within 4 ULP of the sum of its terms",
                   "[parameter_gradient]", float, double) {
  using T = TestType;
  using A = Array<T>;
  // What the functions use: parameters of the element type.
  const auto used = [](double parameter) { return Real(static_cast<T>(parameter)); };
  check<T>(
      "slope",
      [](const A& z, const A& dy) { return hillock::LeakyReLU{0.1}.slope_gradient(z, dy); },
      [](Real x) { return std::fmin(x, 0.0L); });
  check<T>(
      "ELU's alpha",
      [](const A& z, const A& dy) { return hillock::ELU{0.7}.alpha_gradient(z, dy); },
      [](Real x) { return std::expm1(std::fmin(x, 0.0L)); });
  for (const double alpha : {0.3, 1.0, 2.5})
    check<T>(
        "CELU's alpha",
        [&](const A& z, const A& dy) { return hillock::CELU{alpha}.alpha_gradient(z, dy); },
        [&](Real x) {
          const Real u = x / used(alpha);
          if (u >= 0) return 0.0L;
          if (u > -1e-4L) return -u * u / 2 - u * u * u / 3 - u * u * u * u / 8;
          return std::expm1(u) - u * std::exp(u);
        });
  for (const double beta : {1.0, 1.702, -0.6}) {
    check<T>(
        "Swish's beta",
        [&](const A& z, const A& dy) { return hillock::Swish{beta}.beta_gradient(z, dy); },
        [&](Real x) {
          const Real t = used(beta) * x;
          return x * x * logistic(t) * logistic(-t);
        });
    check<T>(
        "Softplus' beta",
        [&](const A& z, const A& dy) { return hillock::Softplus{beta}.beta_gradient(z, dy); },
        [&](Real x) {
          const Real b = used(beta), t = std::fabs(b * x);
          const Real e = std::exp(-t);
          return -(t * e / (1 + e) + std::log1p(e)) / (b * b);
        });
  }
  check<T>(
      "XIELU's alpha_p",
      [](const A& z, const A& dy) { return hillock::xielu.alpha_p_gradient(z, dy); },
      [](Real x) { return x > 0 ? x * x : 0.0L; });
  check<T>(
      "XIELU's alpha_n",
      [](const A& z, const A& dy) { return hillock::xielu.alpha_n_gradient(z, dy); },
      [&](Real x) {
        const Real limited = std::fmin(x, used(-1e-6));
        if (x > 0) return 0.0L;
        if (x > -1e-4L && x <= limited) return x * x / 2 + x * x * x / 6 + x * x * x * x / 24;
        return std::expm1(limited) - x;
      });
  const hillock::ScaledTanh scaled{1.7159, 0.67};
  check<T>(
      "ScaledTanh's a", [&](const A& z, const A& dy) { return scaled.a_gradient(z, dy); },
      [&](Real x) { return std::tanh(used(0.67) * x); });
  check<T>(
      "ScaledTanh's b", [&](const A& z, const A& dy) { return scaled.b_gradient(z, dy); },
      [&](Real x) {
        const Real c = std::cosh(used(0.67) * x);
        return used(1.7159) * x / (c * c);
      });
}

// The sum of the formulas above could be wrong in the same way: here f itself is differentiated.
TEST_CASE("a parameter's gradient is what a small change of the parameter does",
          "[parameter_gradient]") {
  const Array<double> z = some<double>(20, 9, 3, 1), dy = some<double>(20, 9, 1, 2);
  const double h = 1e-5;
  const auto slope = [&](auto&& function) {
    const Array<double> above = function(h)(z), below = function(-h)(z);
    return (dy * (above - below)).sum() / (2 * h);
  };
  const auto agrees = [](double a, double b) { return std::fabs(a - b) < 1e-7; };
  CHECK(agrees(hillock::ELU{0.7}.alpha_gradient(z, dy),
               slope([](double d) { return hillock::ELU{0.7 + d}; })));
  CHECK(agrees(hillock::CELU{0.7}.alpha_gradient(z, dy),
               slope([](double d) { return hillock::CELU{0.7 + d}; })));
  CHECK(agrees(hillock::Swish{1.5}.beta_gradient(z, dy),
               slope([](double d) { return hillock::Swish{1.5 + d}; })));
  CHECK(agrees(hillock::Softplus{-1.5}.beta_gradient(z, dy),
               slope([](double d) { return hillock::Softplus{-1.5 + d}; })));
  CHECK(agrees(hillock::ScaledTanh{1.2, 0.7}.a_gradient(z, dy), slope([](double d) {
                 return hillock::ScaledTanh{1.2 + d, 0.7};
               })));
  CHECK(agrees(hillock::ScaledTanh{1.2, 0.7}.b_gradient(z, dy), slope([](double d) {
                 return hillock::ScaledTanh{1.2, 0.7 + d};
               })));
  CHECK(agrees(hillock::LeakyReLU{0.2}.slope_gradient(z, dy),
               slope([](double d) { return hillock::LeakyReLU{0.2 + d}; })));
}

struct Power : hillock::Activation<Power> {  // x |x|^p, at p = 1
  template <class V>
  V forward_at(const V& x) const {
    return x * abs(x);
  }
  template <class V>
  V derivative_at(const V& x) const {
    return 2 * abs(x);
  }
  template <class V>
  V parameter_derivative_at(const V& x) const {
    return x * abs(x) * log1p(abs(x) - 1);
  }
};

TEST_CASE("an activation of one's own has its parameter's gradient by one more function",
          "[parameter_gradient]") {
  check<float>(
      "the power",
      [](const Array<float>& z, const Array<float>& dy) {
        return hillock::parameter_gradient(Power{}, z, dy);
      },
      [](Real x) { return x == 0 ? 0.0L : x * std::fabs(x) * std::log(std::fabs(x)); });
}

TEST_CASE("a parameter's gradient knows infinite and missing numbers, and wrong shapes",
          "[parameter_gradient]") {
  const float infinity = std::numeric_limits<float>::infinity(), nan = std::nanf("");
  Eigen::Array<float, 4, 1> z(infinity, -infinity, 2000, -2000), dy(1, 1, 1, 1);
  CHECK(hillock::swish.beta_gradient(z, dy) == 0);
  CHECK(hillock::softplus.beta_gradient(z, dy) == 0);
  CHECK(hillock::lecun_tanh.b_gradient(z, dy) == 0);
  CHECK(hillock::elu.alpha_gradient(z, dy) == -2);
  CHECK(hillock::celu.alpha_gradient(z, dy) == -2);
  z[0] = nan;
  CHECK(std::isnan(hillock::swish.beta_gradient(z, dy)));
  CHECK(std::isnan(hillock::celu.alpha_gradient(z, dy)));
  CHECK(says(
      complaint([&] { static_cast<void>(hillock::elu.alpha_gradient(z, Eigen::Array3f::Ones())); }),
      {"ELU::alpha_gradient", "4 x 1", "3 x 1"}));
}

}  // namespace
