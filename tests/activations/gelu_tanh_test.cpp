#include <support/contract.hpp>

#include <hillock/activations/gelu.hpp>
#include <hillock/activations/gelu_tanh.hpp>

namespace {

using namespace support;

constexpr double root = -0.752461422071016258;  // of gelu_tanh'

/// A number in two parts.
template <class W>
struct TwoParts {
  W high;
  W low;
};
template <class W>
TwoParts<W> product(W a, W b) {
  return {a * b, std::fma(a, b, -(a * b))};
}

/// x (c1 + c3 x^2) with c1 = 2 sqrt(2 / pi) and c3 = 0.044715 c1 times 1 or 3. A rounded one would
/// cost the exponential half a ULP of a double at 745.
template <class W>
TwoParts<W> cubic(W x, int times) {
  constexpr long double c1 = 1.595769121605730711706272L, c1_low = 5.351177755720478291923577e-20L;
  constexpr W first = static_cast<W>(c1);
  constexpr W first_low = static_cast<W>((c1 - static_cast<long double>(first)) + c1_low);
  const W cube = static_cast<W>(times * 44715) / 1000000;
  const W cube_low = std::fma(-cube, W(1000000), static_cast<W>(times * 44715)) / 1000000;
  const TwoParts<W> square = product(x, x);
  const TwoParts<W> inner = product(cube, square.high);
  const W factor = 1 + inner.high;  // times first is c1 + c3 x^2
  const W factor_low = inner.high < 1 ? (1 - factor) + inner.high : (inner.high - factor) + 1;
  const W rest = factor_low + inner.low + cube * square.low + cube_low * square.high;
  const TwoParts<W> line = product(x, first);
  const TwoParts<W> all = product(line.high, factor);
  return {all.high, all.low + line.high * rest + (line.low + x * first_low) * factor};
}

/// 1 / (1 + e^-t) for a sign of 1, 1 / (1 + e^t) for -1.
template <class W>
W logistic(const TwoParts<W>& t, int sign) {
  const W e = std::exp(-static_cast<W>(sign) * t.high);
  return 1 / (1 + (std::isinf(e) ? e : e * (1 - static_cast<W>(sign) * t.low)));
}

template <class W>
W derivative_at(W x) {
  const TwoParts<W> t = cubic(x, 1), v = cubic(x, 3);
  const W opposite = logistic(t, -1);
  return logistic(t, 1) * (1 + v.high * opposite + v.low * opposite);
}

template <hillock::Accuracy A>
struct GELUTanhContract : PointwiseContract {
  using F = hillock::GELUTanh<A>;
  static constexpr const char* name = "gelu_tanh";
  static std::vector<F> functions() { return {F{}}; }
  template <class T>
  static Wide<T> forward(const F&, T x) {
    if (x < -30) return -Wide<T>(0);
    if (x > 30) return x;
    return x * logistic(cubic(Wide<T>(x), 1), 1);
  }
  template <class T>
  static Wide<T> derivative(const F&, T x) {
    if (x < -30) return -Wide<T>(0);
    if (x > 30) return 1;
    // Towards the root an error of half a unit of a double counts more than exact::gelu_tanh's own.
    if (std::fabs(x - static_cast<T>(root)) < T(0.25))
      return static_cast<Wide<T>>(derivative_at<long double>(x));
    return derivative_at<Wide<T>>(x);
  }
  template <class T>
  static std::vector<Edge<T>> edges(const F&) {
    using S = Special<T>;
    return {{T(0), T(0), T(0.5)},          {-T(0), -T(0), T(0.5)},
            {S::infinity, S::infinity, 1}, {-S::infinity, -T(0), -T(0)},
            {S::largest, S::largest, 1},   {-S::largest, -T(0), -T(0)},
            {T(-7e29), -T(0), -T(0)}};
  }
  template <class T>
  static std::vector<double> thresholds(const F&) {
    return {root,  root - 0.25, root + 0.25, -5.2,  -10.0, -10.05, -10.66, -10.72,
            -11.5, -20.9,       -21.3,       -21.6, -24.0, 11.5,   24.0};
  }
};

TEMPLATE_TEST_CASE("gelu_tanh keeps the contract", "[gelu_tanh]", float, double) {
  check_contract<GELUTanhContract<hillock::Accuracy::fast>, TestType>();
}

TEST_CASE("exact::gelu_tanh keeps the contract", "[gelu_tanh]") {
  check_contract<GELUTanhContract<hillock::Accuracy::exact>, float>();
}

TEST_CASE("gelu_tanh is a constant that can be copied", "[gelu_tanh]") {
  constexpr hillock::GELUTanh<> copy = hillock::gelu_tanh;
  CHECK(copy(0.0) == 0);
}

TEST_CASE("gelu_tanh keeps its bounds where it is used most", "[gelu_tanh]") {
  check_densely<GELUTanhContract<hillock::Accuracy::fast>>(-1, 11);
}

// 1 + tanh is 0 from -5.1 in float, and NaN or 0 where the cube overflows.
TEMPLATE_TEST_CASE("gelu_tanh does not lose its negative tail", "[gelu_tanh]", float, double) {
  using T = TestType;
  using Contract = GELUTanhContract<hillock::Accuracy::fast>;
  for (const double place : {-3.0, -5.2, -6.0, -8.3, -9.9, -10.5}) {
    const T x = static_cast<T>(place);
    INFO(place);
    CHECK(hillock::gelu_tanh(x) < 0);
    CHECK(ulp_error(hillock::gelu_tanh(x), Contract::forward(hillock::gelu_tanh, x)) <= 4);
    CHECK(ulp_error(hillock::gelu_tanh.derivative(x),
                    Contract::derivative(hillock::gelu_tanh, x)) <= 4);
  }
  for (const double place : {1e13, 1e20, 1e38}) {
    CHECK(bits_of(hillock::gelu_tanh(T(-place))) == bits_of(-T(0)));
    CHECK(bits_of(hillock::gelu_tanh(T(place))) == bits_of(T(place)));
    CHECK(bits_of(hillock::gelu_tanh.derivative(T(place))) == bits_of(T(1)));
  }
}

// JAX and NNlib mean the approximation when they say gelu; PyTorch, Keras and ONNX do not.
TEST_CASE("gelu_tanh is another function than gelu", "[gelu_tanh]") {
  double largest = 0;
  for (double x = -6; x < 6; x += 0x1p-10)
    largest = std::max(largest, std::fabs(hillock::gelu_tanh(x) - hillock::gelu(x)));
  CHECK(largest > 0.00046);
  CHECK(largest < 0.00048);
}

}  // namespace
