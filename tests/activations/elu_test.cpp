#include <support/complaint.hpp>
#include <support/contract.hpp>
#include <support/invalid_parameter.hpp>

#include <hillock/activations/elu.hpp>

namespace {

using namespace support;

template <hillock::Accuracy A>
struct ELUContract : PointwiseContract {
  using F = hillock::ELU<A>;
  static constexpr const char* name = "elu";
  static std::vector<F> functions() {
    return {F{}, F{0.5}, F{1.6732632423543772}, F{100}, F{-0.75}, F{1e-30}, F{1e25}};
  }
  template <class T>
  static Wide<T> forward(const F& f, T x) {
    return x > 0 ? x : Wide<T>(static_cast<T>(f.alpha)) * std::expm1(Wide<T>(x));
  }
  template <class T>
  static Wide<T> derivative(const F& f, T x) {
    return x > 0 ? 1 : Wide<T>(static_cast<T>(f.alpha)) * std::exp(Wide<T>(x));
  }
  template <class T>
  static std::vector<Edge<T>> edges(const F& f) {
    using S = Special<T>;
    const T alpha = static_cast<T>(f.alpha);
    const T zero = std::copysign(T(0), alpha);
    return {{T(0), zero, alpha},           {-T(0), -zero, alpha},
            {S::smallest, S::smallest, 1}, {S::infinity, S::infinity, 1},
            {S::largest, S::largest, 1},   {-S::infinity, -alpha, zero},
            {-S::largest, -alpha, zero},   {T(-5e29), -alpha, zero}};
  }
};

TEMPLATE_TEST_CASE("elu keeps the contract", "[elu]", float, double) {
  check_contract<ELUContract<hillock::Accuracy::fast>, TestType>();
}

TEST_CASE("exact::elu keeps the contract", "[elu]") {
  check_contract<ELUContract<hillock::Accuracy::exact>, float>();
}

TEST_CASE("elu is a constant with alpha 1", "[elu]") {
  constexpr hillock::ELU<> copy = hillock::elu;
  STATIC_REQUIRE(copy.alpha == 1);
  CHECK(copy(2.5f) == 2.5f);
}

TEST_CASE("elu refuses an alpha that is not finite", "[elu]") {
  CHECK_THROWS_AS(hillock::ELU<>{Special<double>::infinity}, std::invalid_argument);
  CHECK(says(complaint([] { hillock::ELU<>{Special<double>::quiet_nan}; }), {"alpha"}));
}

// exp(x) - 1 loses every digit for small x (TensorFlow #116943).
TEMPLATE_TEST_CASE("elu does not lose small negative inputs", "[elu]", float, double) {
  using T = TestType;
  for (const double x : {-1e-3, -1e-7, -1e-8, -1e-20, -1e-37}) {
    INFO(x);
    CHECK(ulp_error(hillock::elu(static_cast<T>(x)), std::expm1(Wide<T>(static_cast<T>(x)))) <= 4);
  }
  const T smallest = Special<T>::smallest;
  CHECK(bits_of(hillock::elu(-smallest)) == bits_of(-smallest));
}

// A derivative from the output has the wrong sign for a negative alpha (PyTorch #47671, Paddle
// #12538).
TEMPLATE_TEST_CASE("the derivative of elu has the sign of a negative alpha", "[elu]", float,
                   double) {
  const hillock::ELU<> f{-0.75};
  CHECK(f.derivative(TestType(-1)) < 0);
  CHECK(ulp_error(f.derivative(TestType(-1)),
                  -Wide<TestType>(0.75) * std::exp(Wide<TestType>(-1))) <= 4);
}

// 100 e^x, multiplied after e^x was rounded to a subnormal, is 50 ULP off.
TEST_CASE("the derivative of elu is not rounded twice among the subnormals", "[elu]") {
  const hillock::ELU<> f{100};
  CHECK(ulp_error(f.derivative(-103.97f), 100 * std::exp(double(-103.97f))) <= 4);
  CHECK(ulp_error(f.derivative(-745.1), 100 * std::exp(Wide<double>(-745.1))) <= 4);
}

// The exponential stops at e^-131 (double e^-1060), which is not 0 any more once it is multiplied
// by 2^50 (2^480).
TEMPLATE_TEST_CASE("elu keeps its bounds for any alpha", "[elu]", float, double) {
  using T = TestType;
  using Contract = ELUContract<hillock::Accuracy::fast>;
  std::mt19937_64 random(4);
  const auto unit = [&] { return static_cast<double>(random() >> 11) * 0x1p-53; };
  const double far = sizeof(T) == 4 ? 250 : 2100, largest = sizeof(T) == 4 ? 126 : 1022;
  std::vector<T> x(1024), y(x.size()), d(x.size());
  double worst = 0, worst_derivative = 0;
  std::size_t points = 0;
  for (int i = 0; i < 400; ++i) {
    const double sign = i % 2 == 0 ? 1 : -1;
    const hillock::ELU<> f{sign * std::exp2(largest * (2 * unit() - 1))};
    for (T& each : x) each = static_cast<T>(-far * (i % 4 == 0 ? std::exp2(-40 * unit()) : unit()));
    hillock::forward_and_derivative(f, x.data(), y.data(), d.data(), x.size());
    for (std::size_t k = 0; k < x.size(); ++k, ++points) {
      worst = std::max(worst, ulp_error(y[k], Contract::forward(f, x[k])));
      worst_derivative = std::max(worst_derivative, ulp_error(d[k], Contract::derivative(f, x[k])));
    }
  }
  std::cout << "elu of 400 alphas: " << points << " points, worst " << worst << ", f' "
            << worst_derivative << " ULP; " << instruction_set<T>() << '\n';
  CHECK(points == 400 * 1024);
  CHECK(worst <= hillock::ELU<>::forward_bound.ulp);
  CHECK(worst_derivative <= hillock::ELU<>::derivative_bound.ulp);
}

// A parameter is a public member, and training writes to it.
TEMPLATE_TEST_CASE("elu shows a alpha that is not finite any more", "[elu]", float, double) {
  check_invalid_parameter<TestType>(hillock::ELU<>{}, &hillock::ELU<>::alpha,
                                    Touches::negative_inputs);
}
TEST_CASE("exact::elu shows a alpha that is not finite any more", "[elu]") {
  using F = hillock::exact::ELU;
  check_invalid_parameter<float>(F{}, &F::alpha, Touches::negative_inputs);
}

}  // namespace
