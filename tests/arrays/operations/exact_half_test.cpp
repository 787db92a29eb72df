// Accuracy::exact on 16-bit elements: every one of the 65,536 results is the correctly rounded one.
#include <support/catch.hpp>
#include <support/narrow.hpp>

#include <hillock/hillock.hpp>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <limits>

namespace {

using namespace support;

using Real = long double;
static_assert(std::numeric_limits<Real>::digits >= 64, "the references take 64 bits");

/// Returns a number, rounded with ties to even; `is_certain` becomes false where an error of 2^-58
/// of it could change that.
template <class Element>
Element rounded(Real value, bool is_exact, bool& is_certain) {
  constexpr int digits = Format<Element>::mantissa_bits + 1;
  constexpr int min_exponent = 1 - Format<Element>::bias;
  const unsigned sign = std::signbit(value) ? 0x8000 : 0;
  const Real magnitude = std::fabs(value);
  if (magnitude == 0) return element_of<Element>(sign);
  if (std::isinf(magnitude)) return element_of<Element>(sign | infinity_pattern<Element>);
  const int exponent = std::max(std::ilogb(magnitude), min_exponent);
  const Real spacings = std::ldexp(magnitude, digits - 1 - exponent);
  const Real nearest = std::nearbyint(spacings);
  if (!is_exact && std::fabs(std::fabs(spacings - nearest) - Real(0.5)) < spacings * 0x1p-58L)
    is_certain = false;
  // Counted in spacings from 0, patterns are consecutive.
  const auto pattern = static_cast<unsigned>(static_cast<int>(nearest) +
                                             (exponent - min_exponent) * (1 << (digits - 1)));
  return element_of<Element>(sign | std::min(pattern, infinity_pattern<Element>));
}

struct Truth {
  Real f;
  Real d;
  bool is_exact = false;  // f is not near a tie, or known to be one
};

/// By formulas that grow where the library's decay. A parameter is rounded to float, which is
/// computed in.
Truth identity(Real x, double) { return {x, 1, true}; }
Truth step(Real x, double) { return {x > 0 ? Real(1) : Real(0), 0, true}; }
Truth rectifier(Real x, double slope) {
  if (x > 0) return {x, 1, true};
  const Real a = static_cast<float>(slope);
  return {a == 0 ? Real(0) : a * x, a, true};
}
Truth sigmoid(Real x, double) {
  const Real e = std::exp(-x);
  return {1 / (1 + e), 1 / (2 + e + 1 / e)};
}
Truth tanh(Real x, double) {
  const Real cosh = std::cosh(x);
  return {std::tanh(x), std::isinf(cosh) ? 0 : 1 / cosh / cosh};
}
/// x times a number, and something of x^2 above or below it: a subnormal's half may be a tie, which
/// that breaks far below the last bit.
Real beside(Real product, bool above) {
  constexpr Real infinity = std::numeric_limits<Real>::infinity();
  return product == 0 ? product : std::nextafter(product, above ? infinity : -infinity);
}
constexpr Real tiny = 0x1p-60L;

Truth elu(Real x, double alpha) {
  if (x > 0) return {x, 1, true};
  const Real a = static_cast<float>(alpha);
  if (x > -tiny) return {beside(a * x, a > 0), a * std::exp(x), true};
  return {a * std::expm1(x), a * std::exp(x)};
}
Truth swish(Real x, double beta) {
  const Real t = static_cast<float>(beta) * x;
  if (t < -11000) return {std::copysign(Real(0), x), -Real(0)};
  if (t > 11000) return {x, 1};
  const Real e = std::exp(-t);
  const Real d = (1 + t * (e / (1 + e))) / (1 + e);
  if (std::fabs(x) < tiny) return {beside(x / 2, beta > 0), d, true};
  return {x / (1 + e), d};
}

int functions_checked = 0;

template <class Element, class F>
void check(const char* name, const F& f, Truth (*truth)(Real, double), double parameter = 0) {
  const NarrowArray<Element> x = all_elements<Element>();
  NarrowArray<Element> y(x), d(x), alone(x);
  hillock::forward_and_derivative(f, x, y, d);
  NarrowComparison comparison;
  std::size_t uncertain = 0, nans = 0;
  const auto compare = [&](Eigen::Index i, Element computed, Real wanted, bool is_exact) {
    bool is_certain = true;
    comparison.expect(computed, rounded<Element>(wanted, is_exact, is_certain), i, name);
    if (!is_certain) ++uncertain;
  };
  for (Eigen::Index i = 0; i < x.size(); ++i) {
    if (is_nan_pattern<Element>(pattern_of(x(i)))) {
      ++nans;
      comparison.expect(y(i), x(i), i, "f(NaN)");
      comparison.expect(d(i), x(i), i, "f'(NaN)");
      continue;
    }
    const Truth wanted = truth(value_of(x(i)), parameter);
    compare(i, y(i), wanted.f, wanted.is_exact);
    compare(i, d(i), wanted.d, truth == rectifier);
  }
  // The verbs for one result.
  hillock::forward(f, x, alone);
  comparison.expect_all(alone, y, "forward alone");
  hillock::derivative(f, x, alone);
  comparison.expect_all(alone, d, "derivative alone");
  INFO(name << ' ' << parameter << ", " << Format<Element>::name << ": " << uncertain
            << " uncertain");
  CHECK_COMPARISON(comparison, 4 * 65536);
  CHECK(uncertain == 0);
  ++functions_checked;
  CHECK(nans == 2 * (0x7fffu - infinity_pattern<Element>));
}

TEMPLATE_TEST_CASE("none of the 65,536 results of an exact function is wrong", "[half][exact]",
                   Eigen::half, Eigen::bfloat16) {
  using T = TestType;
  namespace exact = hillock::exact;
  functions_checked = 0;
  check<T>("identity", exact::identity, identity);
  check<T>("step", exact::step, step);
  check<T>("relu", exact::relu, rectifier, 0);
  for (const double slope : {0.01, 0.25, -0.5, 0.3}) {
    check<T>("leaky_relu", exact::LeakyReLU{slope}, rectifier, slope);
    check<T>("prelu", exact::PReLU{slope}, rectifier, slope);
  }
  check<T>("sigmoid", exact::sigmoid, sigmoid);
  check<T>("tanh", exact::tanh, tanh);
  for (const double alpha : {1.0, 0.5, 1.6732632423543772})
    check<T>("elu", exact::ELU{alpha}, elu, alpha);
  for (const double beta : {1.0, 1.702, -0.7}) check<T>("swish", exact::Swish{beta}, swish, beta);
  std::cout << functions_checked << " functions, 65536 elements of " << Format<T>::name << "; "
            << hillock::detail::simd::instruction_set() << '\n';
  CHECK(functions_checked == 19);
}

TEMPLATE_TEST_CASE("an exact scalar call, expression and verb of 16-bit elements are one",
                   "[half][exact]", Eigen::half, Eigen::bfloat16) {
  using T = TestType;
  const NarrowArray<T> x = all_elements<T>();
  const NarrowArray<T> lazy = hillock::exact::swish(x), slope = hillock::exact::swish.derivative(x);
  NarrowArray<T> y(x), d(x);
  hillock::forward_and_derivative(hillock::exact::swish, x, y, d);
  NarrowComparison comparison;
  comparison.expect_all(lazy, y, "lazy");
  comparison.expect_all(slope, d, "lazy derivative");
  for (Eigen::Index i = 0; i < x.size(); ++i) {
    comparison.expect<T>(hillock::exact::swish(x(i)), y(i), i, "scalar");
    comparison.expect<T>(hillock::exact::swish.derivative(x(i)), d(i), i, "scalar derivative");
  }
  CHECK_COMPARISON(comparison, 4 * 65536);
}

}  // namespace
