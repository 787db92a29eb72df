#include <support/complaint.hpp>
#include <support/contract.hpp>
#include <support/invalid_parameter.hpp>
#include <support/kinks.hpp>

#include <hillock/activations/hard_shrink.hpp>

namespace {

using namespace support;

template <hillock::Accuracy A>
struct HardShrinkContract : PointwiseContract {
  using F = hillock::HardShrink<A>;
  static constexpr const char* name = "hard_shrink";
  static std::vector<F> functions() { return {F{}, F{0}, F{2.3}, F{1e-20}, F{1e20}}; }
  template <class T>
  static Wide<T> forward(const F& f, T x) {
    using W = Wide<T>;
    const auto wide = static_cast<W>(x);
    return std::fabs(x) <= static_cast<T>(f.lambda) ? W(0) : wide;
  }
  template <class T>
  static Wide<T> derivative(const F& f, T x) {
    return std::fabs(x) <= static_cast<T>(f.lambda) ? 0 : 1;
  }
  template <class T>
  static std::vector<Edge<T>> edges(const F& f) {
    using S = Special<T>;
    const T lambda = static_cast<T>(f.lambda), beyond = 4 * lambda + 1;
    return {{T(0), T(0), 0},
            {-T(0), T(0), 0},
            {lambda, T(0), 0},
            {-lambda, T(0), 0},
            {beyond, beyond, 1},
            {-beyond, -beyond, 1},
            {S::infinity, S::infinity, 1},
            {-S::infinity, -S::infinity, 1}};
  }
  template <class T>
  static std::vector<double> thresholds(const F& f) {
    return {f.lambda, -f.lambda};
  }
};

TEMPLATE_TEST_CASE("hard_shrink keeps the contract", "[hard_shrink]", float, double) {
  check_contract<HardShrinkContract<hillock::Accuracy::fast>, TestType>();
}

TEST_CASE("exact::hard_shrink keeps the contract", "[hard_shrink]") {
  check_contract<HardShrinkContract<hillock::Accuracy::exact>, float>();
}

TEST_CASE("hard_shrink is a constant with lambda 1/2", "[hard_shrink]") {
  constexpr hillock::HardShrink<> copy = hillock::hard_shrink;
  STATIC_REQUIRE(copy.lambda == 0.5);
  CHECK(copy(0.25f) == 0);
}

TEST_CASE("hard_shrink refuses a lambda that is negative or not finite", "[hard_shrink]") {
  CHECK(says(complaint([] { hillock::HardShrink<>{-0.25}; }),
             {"HardShrink", "lambda", "negative", "0.25"}));
  CHECK(says(complaint([] { hillock::HardShrink<>{Special<double>::infinity}; }),
             {"lambda", "finite"}));
  CHECK(says(complaint([] { hillock::HardShrink<>{Special<double>::quiet_nan}; }), {"lambda"}));
}

// PyTorch's hardshrink_backward: 0 for -lambda <= x <= lambda.
TEST_CASE("the derivative of hard_shrink is 0 at both kinks, as PyTorch's", "[hard_shrink]") {
  check_kinks(hillock::hard_shrink, {{-0.5, 0, 0}, {0.5, 0, 0}});
  check_kinks(hillock::HardShrink<>{0}, {{0, 0, 0}});
}

// A parameter is a public member, and training writes to it.
TEMPLATE_TEST_CASE("hard_shrink shows a lambda that is not valid any more", "[hard_shrink]", float,
                   double) {
  using F = hillock::HardShrink<>;
  check_invalid_parameter<TestType>(F{}, &F::lambda, Touches::every_input);
  F negative;
  negative.lambda = -0.5;
  for (const TestType x : {TestType(-3), TestType(0.25), TestType(3)}) {
    CHECK(std::isnan(negative(x)));
    CHECK(std::isnan(negative.derivative(x)));
  }
}
TEST_CASE("exact::hard_shrink shows a lambda that is not finite any more", "[hard_shrink]") {
  using F = hillock::exact::HardShrink;
  check_invalid_parameter<float>(F{}, &F::lambda, Touches::every_input);
}

}  // namespace
