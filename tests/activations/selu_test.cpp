#include <support/contract.hpp>

#include <hillock/activations/selu.hpp>

namespace {

using namespace support;

constexpr long double lambda = 1.0507009873554804934193349852946L;
constexpr long double alpha = 1.6732632423543772848170429916717L;

template <hillock::Accuracy A>
struct SELUContract : PointwiseContract {
  using F = hillock::SELU<A>;
  static constexpr const char* name = "selu";
  static std::vector<F> functions() { return {F{}}; }
  template <class T>
  static Wide<T> forward(const F&, T x) {
    using W = Wide<T>;
    return x > 0 ? static_cast<W>(lambda) * x
                 : static_cast<W>(lambda * alpha) * std::expm1(static_cast<W>(x));
  }
  template <class T>
  static Wide<T> derivative(const F&, T x) {
    using W = Wide<T>;
    return x > 0 ? static_cast<W>(lambda)
                 : static_cast<W>(lambda * alpha) * std::exp(static_cast<W>(x));
  }
  template <class T>
  static std::vector<Edge<T>> edges(const F&) {
    using S = Special<T>;
    const T right = static_cast<T>(lambda), left = static_cast<T>(lambda * alpha);
    return {{T(0), T(0), left},
            {-T(0), -T(0), left},
            {S::infinity, S::infinity, right},
            {S::largest, S::infinity, right},
            {-S::infinity, -left, T(0)},
            {-S::largest, -left, T(0)},
            {T(-5e29), -left, T(0)}};
  }
};

TEMPLATE_TEST_CASE("selu keeps the contract", "[selu]", float, double) {
  check_contract<SELUContract<hillock::Accuracy::fast>, TestType>();
}

TEST_CASE("exact::selu keeps the contract", "[selu]") {
  check_contract<SELUContract<hillock::Accuracy::exact>, float>();
}

TEST_CASE("selu is a constant that can be copied", "[selu]") {
  constexpr hillock::SELU<> copy = hillock::selu;
  CHECK(copy(0.0) == 0);
}

// exp(x) - 1 loses every digit for small x (TensorFlow #116943).
TEMPLATE_TEST_CASE("selu does not lose small negative inputs", "[selu]", float, double) {
  using T = TestType;
  for (const double place : {-1e-3, -1e-7, -1e-8, -1e-20, -1e-37}) {
    const T x = static_cast<T>(place);
    INFO(place);
    CHECK(ulp_error(hillock::selu(x), static_cast<Wide<T>>(lambda * alpha) *
                                          std::expm1(static_cast<Wide<T>>(x))) <= 4);
  }
}

// The paper's reason for the numbers: of normal inputs, outputs have mean 0 and variance 1. A
// constant with a wrong digit shows here.
TEST_CASE("selu keeps mean 0 and variance 1 of normal inputs", "[selu]") {
  double mean = 0, square = 0;
  constexpr double step = 0x1p-10;
  for (double x = -12 + step / 2; x < 12; x += step) {
    const double weight = std::exp(-x * x / 2) * step / std::sqrt(2 * 3.14159265358979323846);
    const double y = hillock::selu(x);
    mean += weight * y;
    square += weight * y * y;
  }
  CHECK(std::fabs(mean) < 1e-6);
  CHECK(std::fabs(square - 1) < 1e-6);
}

// lambda x is infinite for the lowest x, although f(x) is -lambda alpha.
TEMPLATE_TEST_CASE("selu does not overflow on the way", "[selu]", float, double) {
  std::feclearexcept(FE_ALL_EXCEPT);
  CHECK(call_forward(hillock::selu, -Special<TestType>::largest) > -2);
  CHECK(std::fetestexcept(FE_OVERFLOW) == 0);
}

// The derivative, multiplied after e^x was rounded to a subnormal, is rounded twice.
TEST_CASE("the derivative of selu is not rounded twice among the subnormals", "[selu]") {
  using Contract = SELUContract<hillock::Accuracy::exact>;
  for (const float x : {-103.97f, -104.4f, -95.5f}) {
    const double truth = Contract::derivative(hillock::exact::selu, x);
    CHECK(ulp_error(hillock::selu.derivative(x), truth) <= 0.51);
  }
}

}  // namespace
