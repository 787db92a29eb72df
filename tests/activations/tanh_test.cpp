#include <support/contract.hpp>

#include <hillock/activations/tanh.hpp>

namespace {

using namespace support;

template <class T>
Wide<T> sech2(T x) {
  const Wide<T> cosh = std::cosh(Wide<T>(x));
  return 1 / cosh / cosh;
}

template <hillock::Accuracy A>
struct TanhContract : PointwiseContract {
  using F = hillock::Tanh<A>;
  static constexpr const char* name = "tanh";
  static std::vector<F> functions() { return {F{}}; }
  template <class T>
  static Wide<T> forward(const F&, T x) {
    return std::tanh(Wide<T>(x));
  }
  template <class T>
  static Wide<T> derivative(const F&, T x) {
    return sech2(x);
  }
  template <class T>
  static std::vector<Edge<T>> edges(const F&) {
    using S = Special<T>;
    return {{T(0), T(0), 1},
            {-T(0), -T(0), 1},
            {S::smallest, S::smallest, 1},
            {-S::smallest, -S::smallest, 1},
            {S::infinity, 1, 0},
            {-S::infinity, -1, 0},
            {S::largest, 1, 0},
            {-S::largest, -1, 0}};
  }
};

TEMPLATE_TEST_CASE("tanh keeps the contract", "[tanh]", float, double) {
  check_contract<TanhContract<hillock::Accuracy::fast>, TestType>();
}

TEST_CASE("exact::tanh keeps the contract", "[tanh]") {
  check_contract<TanhContract<hillock::Accuracy::exact>, float>();
}

TEST_CASE("tanh is a constant that can be copied", "[tanh]") {
  constexpr hillock::Tanh<> copy = hillock::tanh;
  CHECK(copy(0.0) == 0);
}

// 1.0000001 between 7 and 9 (TensorFlow #23054).
TEMPLATE_TEST_CASE("tanh stays in [-1, 1] and its derivative in [0, 1]", "[tanh]", float, double) {
  using T = TestType;
  std::vector<T> y(sweep<T>().size()), d(y);
  hillock::forward_and_derivative(hillock::tanh, sweep<T>().data(), y.data(), d.data(), y.size());
  std::size_t outside = 0;
  for (std::size_t i = 0; i < y.size(); ++i)
    if (!(std::fabs(y[i]) <= 1 && d[i] >= 0 && d[i] <= 1)) ++outside;
  CHECK(outside == 0);
  CHECK(y.size() == sweep_size<T>());
}

TEMPLATE_TEST_CASE("tanh is odd and its derivative even, bit for bit", "[tanh]", float, double) {
  using T = TestType;
  const std::vector<T>& x = sweep<T>();
  std::vector<T> negative(x.size()), y(x.size()), d(y), y_negative(y), d_negative(y);
  for (std::size_t i = 0; i < x.size(); ++i) negative[i] = -x[i];
  hillock::forward_and_derivative(hillock::tanh, x.data(), y.data(), d.data(), x.size());
  hillock::forward_and_derivative(hillock::tanh, negative.data(), y_negative.data(),
                                  d_negative.data(), x.size());
  std::size_t broken = 0;
  for (std::size_t i = 0; i < x.size(); ++i)
    if (bits_of(y[i]) != bits_of(-y_negative[i]) || bits_of(d[i]) != bits_of(d_negative[i]))
      ++broken;
  CHECK(broken == 0);
  CHECK(x.size() == sweep_size<T>());
}

// 1 - t^2 is exactly 0 from 9.01 in float (PyTorch #195685), from 19.06 in double.
TEST_CASE("the derivative of tanh does not vanish where 1 - t^2 does", "[tanh]") {
  for (const float x : {9.01f, 9.02f, 12.0f, 20.0f, 51.0f, -51.0f})
    CHECK(ulp_error(hillock::tanh.derivative(x), sech2(x)) <= 4);
  for (const double x : {19.06, 19.07, 40.0, 372.0, -372.0})
    CHECK(ulp_error(hillock::tanh.derivative(x), sech2(x)) <= 4);
  CHECK(hillock::tanh.derivative(51.0f) > 0);
  CHECK(hillock::tanh.derivative(372.0) > 0);
}

// m / (m + 2) is NaN once m is infinite; xsimd under -ffast-math: tanh(50) = -1, tanh(1e30) = NaN.
TEMPLATE_TEST_CASE("tanh is 1 far out", "[tanh]", float, double) {
  for (const double x : {20.0, 44.4, 50.0, 89.0, 356.0, 1e30}) {
    CHECK(bits_of(hillock::tanh(TestType(x))) == bits_of(TestType(1)));
    CHECK(bits_of(hillock::tanh(TestType(-x))) == bits_of(TestType(-1)));
  }
}

// 4 E / (1 + E)^2 typed in literally is 4.11 ULP off there without fma.
TEST_CASE("the derivative of tanh is within 4 ULP around 2.42", "[tanh]") {
  std::size_t beyond = 0, points = 0;
  for (float x = 2.40f; x < 2.44f; x = std::nextafter(x, 3.0f), ++points)
    if (ulp_error(hillock::tanh.derivative(x), sech2(x)) > 4) ++beyond;
  CHECK(beyond == 0);
  CHECK(points > 100000);
}

}  // namespace
