#include <support/complaint.hpp>
#include <support/contract.hpp>
#include <support/invalid_parameter.hpp>
#include <support/kinks.hpp>

#include <hillock/activations/soft_shrink.hpp>

namespace {

using namespace support;

template <hillock::Accuracy A>
struct SoftShrinkContract : PointwiseContract {
  using F = hillock::SoftShrink<A>;
  static constexpr const char* name = "soft_shrink";
  static std::vector<F> functions() { return {F{}, F{0}, F{2.3}, F{1e-20}, F{1e20}}; }
  template <class T>
  static Wide<T> forward(const F& f, T x) {
    using W = Wide<T>;
    const auto wide = static_cast<W>(x);
    const auto lambda = static_cast<W>(static_cast<T>(f.lambda));
    return std::fabs(x) <= static_cast<T>(f.lambda) ? W(0) : wide - std::copysign(lambda, wide);
  }
  template <class T>
  static Wide<T> derivative(const F& f, T x) {
    return std::fabs(x) <= static_cast<T>(f.lambda) ? 0 : 1;
  }
  template <class T>
  static std::vector<Edge<T>> edges(const F& f) {
    using S = Special<T>;
    const T lambda = static_cast<T>(f.lambda), beyond = 4 * lambda + 1;
    const T far = beyond - lambda;
    return {{T(0), T(0), 0},
            {-T(0), T(0), 0},
            {lambda, T(0), 0},
            {-lambda, T(0), 0},
            {beyond, far, 1},
            {-beyond, -far, 1},
            {S::infinity, S::infinity, 1},
            {-S::infinity, -S::infinity, 1}};
  }
  template <class T>
  static std::vector<double> thresholds(const F& f) {
    return {f.lambda, -f.lambda};
  }
};

TEMPLATE_TEST_CASE("soft_shrink keeps the contract", "[soft_shrink]", float, double) {
  check_contract<SoftShrinkContract<hillock::Accuracy::fast>, TestType>();
}

TEST_CASE("exact::soft_shrink keeps the contract", "[soft_shrink]") {
  check_contract<SoftShrinkContract<hillock::Accuracy::exact>, float>();
}

TEST_CASE("soft_shrink is a constant with lambda 1/2", "[soft_shrink]") {
  constexpr hillock::SoftShrink<> copy = hillock::soft_shrink;
  STATIC_REQUIRE(copy.lambda == 0.5);
  CHECK(copy(0.25f) == 0);
}

TEST_CASE("soft_shrink refuses a lambda that is negative or not finite", "[soft_shrink]") {
  CHECK(says(complaint([] { hillock::SoftShrink<>{-0.25}; }),
             {"SoftShrink", "lambda", "negative", "0.25"}));
  CHECK(says(complaint([] { hillock::SoftShrink<>{Special<double>::infinity}; }),
             {"lambda", "finite"}));
  CHECK(says(complaint([] { hillock::SoftShrink<>{Special<double>::quiet_nan}; }), {"lambda"}));
}

// PyTorch's softshrink_backward: 0 for -lambda <= x <= lambda.
TEST_CASE("the derivative of soft_shrink is 0 at both kinks, as PyTorch's", "[soft_shrink]") {
  check_kinks(hillock::soft_shrink, {{-0.5, 0, 0}, {0.5, 0, 0}});
  check_kinks(hillock::SoftShrink<>{0}, {{0, 0, 0}});
}

// A parameter is a public member, and training writes to it.
TEMPLATE_TEST_CASE("soft_shrink shows a lambda that is not valid any more", "[soft_shrink]", float,
                   double) {
  using F = hillock::SoftShrink<>;
  check_invalid_parameter<TestType>(F{}, &F::lambda, Touches::every_input);
  F negative;
  negative.lambda = -0.5;
  for (const TestType x : {TestType(-3), TestType(0.25), TestType(3)}) {
    CHECK(std::isnan(negative(x)));
    CHECK(std::isnan(negative.derivative(x)));
  }
}
TEST_CASE("exact::soft_shrink shows a lambda that is not finite any more", "[soft_shrink]") {
  using F = hillock::exact::SoftShrink;
  check_invalid_parameter<float>(F{}, &F::lambda, Touches::every_input);
}

}  // namespace
