#include <support/contract.hpp>

#include <hillock/activations/sigmoid.hpp>

namespace {

using namespace support;

template <hillock::Accuracy A>
struct SigmoidContract : PointwiseContract {
  using F = hillock::Sigmoid<A>;
  static constexpr const char* name = "sigmoid";
  static std::vector<F> functions() { return {F{}}; }
  template <class T>
  static Wide<T> forward(const F&, T x) {
    return 1 / (1 + std::exp(-Wide<T>(x)));
  }
  template <class T>
  static Wide<T> derivative(const F&, T x) {
    return 1 / (2 + std::exp(Wide<T>(x)) + std::exp(-Wide<T>(x)));
  }
  template <class T>
  static std::vector<Edge<T>> edges(const F&) {
    using S = Special<T>;
    return {{T(0), T(0.5), T(0.25)},
            {-T(0), T(0.5), T(0.25)},
            {S::smallest, T(0.5), T(0.25)},
            {-S::smallest, T(0.5), T(0.25)},
            {S::infinity, 1, 0},
            {-S::infinity, 0, 0},
            {S::largest, 1, 0},
            {-S::largest, 0, 0}};
  }
};

TEMPLATE_TEST_CASE("sigmoid keeps the contract", "[sigmoid]", float, double) {
  check_contract<SigmoidContract<hillock::Accuracy::fast>, TestType>();
}

TEST_CASE("exact::sigmoid keeps the contract", "[sigmoid]") {
  check_contract<SigmoidContract<hillock::Accuracy::exact>, float>();
}

TEMPLATE_TEST_CASE("sigmoid is a constant that can be copied", "[sigmoid]", float, double) {
  constexpr hillock::Sigmoid<> copy = hillock::sigmoid;
  CHECK(copy(TestType(0)) == TestType(0.5));
}

TEMPLATE_TEST_CASE("sigmoid stays in [0, 1] and its derivative in [0, 1/4]", "[sigmoid]", float,
                   double) {
  using T = TestType;
  std::vector<T> y(sweep<T>().size()), d(y);
  hillock::forward_and_derivative(hillock::sigmoid, sweep<T>().data(), y.data(), d.data(),
                                  y.size());
  std::size_t outside = 0;
  for (std::size_t i = 0; i < y.size(); ++i)
    if (!(y[i] >= 0 && y[i] <= 1 && d[i] >= 0 && d[i] <= T(0.25))) ++outside;
  CHECK(outside == 0);
  CHECK(y.size() == sweep_size<T>());
}

TEMPLATE_TEST_CASE("the derivative of sigmoid is even, bit for bit", "[sigmoid]", float, double) {
  using T = TestType;
  std::size_t uneven = 0;
  for (const T x : mixture<T>())
    if (!same_bits(hillock::sigmoid.derivative(x), hillock::sigmoid.derivative(-x))) ++uneven;
  CHECK(uneven == 0);
}

// s (1 - s) is exactly 0 from 17.33 in float and 37.43 in double on (TensorFlow #126060, JAX
// #40825).
TEST_CASE("the derivative of sigmoid does not vanish where 1 - s does", "[sigmoid]") {
  CHECK(ulp_error(hillock::sigmoid.derivative(20.0f), 2.061153613941849e-9) <= 4);
  CHECK(ulp_error(hillock::sigmoid.derivative(17.33f),
                  1 / (2 + std::exp(double(17.33f)) + std::exp(-double(17.33f)))) <= 4);
  CHECK(hillock::sigmoid.derivative(37.5) > 5e-17);
  CHECK(hillock::sigmoid.derivative(-103.0f) > 0);
  CHECK(hillock::sigmoid.derivative(-745.0) > 0);
}

// A range reduction that overflows gives NaN (TensorFlow #118391, #119354; XNNPACK at 4e26).
TEMPLATE_TEST_CASE("sigmoid is 0 or 1 at large finite numbers", "[sigmoid]", float, double) {
  for (const double x : {4e26, 5e29, 7e29, 1e38}) {
    CHECK(bits_of(hillock::sigmoid(TestType(x))) == bits_of(TestType(1)));
    CHECK(bits_of(hillock::sigmoid(TestType(-x))) == bits_of(TestType(0)));
  }
}

// Eigen 3.4: 7349 ULP at -8.68, and 2.9e-39 at -infinity.
TEST_CASE("sigmoid is accurate where Eigen's logistic is not", "[sigmoid]") {
  CHECK(ulp_error(hillock::sigmoid(-8.68f), 1 / (1 + std::exp(-double(-8.68f)))) <= 4);
  CHECK(bits_of(hillock::sigmoid(-Special<float>::infinity)) == 0);
}

}  // namespace
