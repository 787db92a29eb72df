#include <support/contract.hpp>

#include <hillock/activations/log_sigmoid.hpp>

namespace {

using namespace support;

template <hillock::Accuracy A>
struct LogSigmoidContract : PointwiseContract {
  using F = hillock::LogSigmoid<A>;
  static constexpr const char* name = "log_sigmoid";
  static std::vector<F> functions() { return {F{}}; }
  template <class T>
  static Wide<T> forward(const F&, T x) {
    const Wide<T> wide = x;
    return x > 0 ? -std::log1p(std::exp(-wide)) : wide - std::log1p(std::exp(wide));
  }
  template <class T>
  static Wide<T> derivative(const F&, T x) {
    return 1 / (1 + std::exp(Wide<T>(x)));
  }
  template <class T>
  static std::vector<Edge<T>> edges(const F&) {
    using S = Special<T>;
    const T log_2 = static_cast<T>(0.693147180559945309417L);
    return {{T(0), -log_2, T(0.5)},     {-T(0), -log_2, T(0.5)},
            {S::infinity, -T(0), T(0)}, {-S::infinity, -S::infinity, 1},
            {S::largest, -T(0), T(0)},  {-S::largest, -S::largest, 1},
            {T(5e29), -T(0), T(0)},     {T(-5e29), T(-5e29), 1}};
  }
};

TEMPLATE_TEST_CASE("log_sigmoid keeps the contract", "[log_sigmoid]", float, double) {
  check_contract<LogSigmoidContract<hillock::Accuracy::fast>, TestType>();
}

TEST_CASE("exact::log_sigmoid keeps the contract", "[log_sigmoid]") {
  check_contract<LogSigmoidContract<hillock::Accuracy::exact>, float>();
}

TEST_CASE("log_sigmoid is a constant that can be copied", "[log_sigmoid]") {
  constexpr hillock::LogSigmoid<> copy = hillock::log_sigmoid;
  CHECK(copy(1000.0) == 0);
}

// The logarithm of a rounded sigmoid is 0 from 17.33 on, and -infinity from -104 down.
TEMPLATE_TEST_CASE("log_sigmoid has all its digits where sigmoid has none left", "[log_sigmoid]",
                   float, double) {
  using T = TestType;
  using Contract = LogSigmoidContract<hillock::Accuracy::fast>;
  for (const double place : {17.4, 20.0, 36.8, 80.0, 100.0, -104.0, -500.0}) {
    const T x = static_cast<T>(place);
    INFO(place);
    CHECK(hillock::log_sigmoid(x) < 0);
    CHECK(std::isfinite(hillock::log_sigmoid(x)));
    CHECK(ulp_error(hillock::log_sigmoid(x), Contract::forward(hillock::log_sigmoid, x)) <= 4);
  }
}

TEMPLATE_TEST_CASE("log_sigmoid comes to 0 from below", "[log_sigmoid]", float, double) {
  for (const double x : {110.0, 800.0, 1e30})
    if (const TestType y = hillock::log_sigmoid(TestType(x)); y == 0) CHECK(std::signbit(y));
  CHECK(std::signbit(hillock::log_sigmoid(TestType(1e30))));
}

}  // namespace
