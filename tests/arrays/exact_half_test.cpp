// Accuracy::exact on 16-bit elements: every one of the 65,536 results is the correctly rounded one.
#include <support/catch.hpp>

#include <hillock/hillock.hpp>

#include <cmath>
#include <cstring>
#include <iostream>
#include <limits>
#include <vector>

namespace {

using Real = long double;
static_assert(std::numeric_limits<Real>::digits >= 64, "the references take 64 bits");

template <class Element>
struct Format;
template <>
struct Format<Eigen::half> {
  static constexpr const char* name = "half";
  static constexpr int digits = 11, min_exponent = -14;
};
template <>
struct Format<Eigen::bfloat16> {
  static constexpr const char* name = "bfloat16";
  static constexpr int digits = 8, min_exponent = -126;
};

template <class Element>
std::uint16_t bits_of(const Element& element) {
  std::uint16_t bits;
  std::memcpy(&bits, static_cast<const void*>(&element), sizeof bits);
  return bits;
}

template <class Element>
constexpr std::uint16_t infinity_bits = ((1u << (16 - Format<Element>::digits)) - 1)
                                        << (Format<Element>::digits - 1);

template <class Element>
bool is_nan(std::uint16_t bits) {
  return (bits & 0x7fff) > infinity_bits<Element>;
}

/// The number that a pattern stands for; not for NaN.
template <class Element>
Real value_of(std::uint16_t bits) {
  using F = Format<Element>;
  const int mantissa_bits = F::digits - 1;
  const int exponent = (bits & 0x7fff) >> mantissa_bits;
  const int mantissa = bits & ((1 << mantissa_bits) - 1);
  Real value = (bits & 0x7fff) == infinity_bits<Element> ? std::numeric_limits<Real>::infinity()
               : exponent == 0 ? std::ldexp(Real(mantissa), F::min_exponent - mantissa_bits)
                               : std::ldexp(Real(mantissa + (1 << mantissa_bits)),
                                            F::min_exponent + exponent - 1 - mantissa_bits);
  return bits & 0x8000 ? -value : value;
}

/// What a number is rounded to, ties to even; `is_certain` becomes false where an error of 2^-58 of it
/// could change that.
template <class Element>
std::uint16_t rounded(Real value, bool is_exact, bool& is_certain) {
  using F = Format<Element>;
  const std::uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  const Real magnitude = std::fabs(value);
  if (magnitude == 0) return sign;
  if (std::isinf(magnitude)) return sign | infinity_bits<Element>;
  int exponent = std::ilogb(magnitude);
  if (exponent < F::min_exponent) exponent = F::min_exponent;
  const Real spacings = std::ldexp(magnitude, F::digits - 1 - exponent);
  const Real nearest = std::nearbyint(spacings);
  if (!is_exact && std::fabs(std::fabs(spacings - nearest) - Real(0.5)) < spacings * 0x1p-58L)
    is_certain = false;
  // Counted in spacings from 0, patterns are consecutive.
  const int binades_below = exponent - F::min_exponent;
  const auto pattern =
      static_cast<unsigned>(static_cast<int>(nearest) + binades_below * (1 << (F::digits - 1)));
  return static_cast<std::uint16_t>(
      sign | (pattern < infinity_bits<Element> ? pattern : infinity_bits<Element>));
}

struct Truth {
  Real f;
  Real d;
  bool is_exact = false;  // f is not near a tie, or known to be one
};

/// By formulas that grow where the library's decay. A parameter is rounded to float, which is computed
/// in.
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
/// x times a number, and something of x^2 above or below it: a subnormal's half may be a tie, which that
/// breaks far below the last bit.
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

template <class Element>
std::vector<Element> all_elements() {
  std::vector<Element> x(65536);
  for (unsigned i = 0; i < 65536; ++i) {
    const auto bits = static_cast<std::uint16_t>(i);
    std::memcpy(static_cast<void*>(&x[i]), &bits, sizeof bits);
  }
  return x;
}

int functions_checked = 0;

template <class Element, class F>
void check(const char* name, const F& f, Truth (*truth)(Real, double), double parameter = 0) {
  const std::vector<Element> x = all_elements<Element>();
  std::vector<Element> y(x.size()), d(x.size()), alone(x.size());
  hillock::forward_and_derivative(f, x.data(), y.data(), d.data(), x.size());
  std::size_t wrong = 0, uncertain = 0, nans = 0, first = 0;
  const auto compare = [&](std::size_t i, const Element& computed, Real wanted, bool is_exact) {
    bool is_certain = true;
    const std::uint16_t expected = rounded<Element>(wanted, is_exact, is_certain);
    if (!is_certain) ++uncertain;
    if (bits_of(computed) != expected && wrong++ == 0) first = i;
  };
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto bits = static_cast<std::uint16_t>(i);
    if (is_nan<Element>(bits)) {
      ++nans;
      if (!is_nan<Element>(bits_of(y[i])) || !is_nan<Element>(bits_of(d[i]))) ++wrong;
      continue;
    }
    const Truth wanted = truth(value_of<Element>(bits), parameter);
    compare(i, y[i], wanted.f, wanted.is_exact);
    compare(i, d[i], wanted.d, truth == rectifier);
  }
  // The verbs for one result, and scalar calls at a few places.
  hillock::forward(f, x.data(), alone.data(), x.size());
  for (std::size_t i = 0; i < x.size(); ++i) wrong += bits_of(alone[i]) != bits_of(y[i]);
  hillock::derivative(f, x.data(), alone.data(), x.size());
  for (std::size_t i = 0; i < x.size(); ++i) wrong += bits_of(alone[i]) != bits_of(d[i]);
  INFO(name << ' ' << parameter << ", " << Format<Element>::name << ": " << wrong
            << " wrong, the first at pattern " << first << "; " << uncertain << " uncertain");
  CHECK(wrong == 0);
  CHECK(uncertain == 0);
  ++functions_checked;
  CHECK(nans == 2 * (0x7fffu - infinity_bits<Element>));
}

TEMPLATE_TEST_CASE("none of the 65,536 results of an exact function is wrong", "[half][exact]",
                   Eigen::half, Eigen::bfloat16) {
  using T = TestType;
  namespace exact = hillock::exact;
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
  std::cout << functions_checked << " functions so far, 65536 elements of " << Format<T>::name
            << "; " << hillock::simd::instruction_set() << '\n';
  CHECK(functions_checked % 19 == 0);
}

TEMPLATE_TEST_CASE("an exact scalar call, expression and verb of 16-bit elements are one",
                   "[half][exact]", Eigen::half, Eigen::bfloat16) {
  using T = TestType;
  const std::vector<T> all = all_elements<T>();
  const Eigen::Map<const Eigen::Array<T, Eigen::Dynamic, 1>> x(all.data(), 65536);
  const Eigen::Array<T, Eigen::Dynamic, 1> lazy = hillock::exact::swish(x);
  const Eigen::Array<T, Eigen::Dynamic, 1> slope = hillock::exact::swish.derivative(x);
  Eigen::Array<T, Eigen::Dynamic, 1> y(65536), d(65536);
  hillock::forward_and_derivative(hillock::exact::swish, x, y, d);
  std::size_t compared = 0, differing = 0;
  for (Eigen::Index i = 0; i < x.size(); i += 7, ++compared) {
    differing += bits_of(lazy[i]) != bits_of(y[i]) || bits_of(slope[i]) != bits_of(d[i]);
    differing += bits_of(hillock::exact::swish(x[i])) != bits_of(y[i]);
    differing += bits_of(hillock::exact::swish.derivative(x[i])) != bits_of(d[i]);
  }
  CHECK(differing == 0);
  CHECK(compared == 9363);
}

}  // namespace
