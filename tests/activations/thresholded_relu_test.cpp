#include <support/complaint.hpp>
#include <support/contract.hpp>
#include <support/invalid_parameter.hpp>
#include <support/kinks.hpp>

#include <hillock/activations/threshold.hpp>
#include <hillock/activations/thresholded_relu.hpp>

namespace {

using namespace support;

template <hillock::Accuracy A>
struct ThresholdedReLUContract : PointwiseContract {
  using F = hillock::ThresholdedReLU<A>;
  static constexpr const char* name = "thresholded_relu";
  static std::vector<F> functions() { return {F{}, F{0}, F{-0.5}, F{1e20}}; }
  template <class T>
  static Wide<T> forward(const F& f, T x) {
    return static_cast<Wide<T>>(x > static_cast<T>(f.threshold) ? x : T(0));
  }
  template <class T>
  static Wide<T> derivative(const F& f, T x) {
    return x > static_cast<T>(f.threshold) ? 1 : 0;
  }
  template <class T>
  static std::vector<Edge<T>> edges(const F& f) {
    using S = Special<T>;
    const T threshold = static_cast<T>(f.threshold);
    const T above = std::nextafter(threshold, S::infinity), inside = threshold < 0 ? T(1) : T(0);
    return {{T(0), T(0), inside},          {-T(0), threshold < 0 ? -T(0) : T(0), inside},
            {threshold, T(0), 0},          {above, above, 1},
            {S::infinity, S::infinity, 1}, {-S::infinity, T(0), 0}};
  }
  template <class T>
  static std::vector<double> thresholds(const F& f) {
    return {f.threshold};
  }
};

TEMPLATE_TEST_CASE("thresholded_relu keeps the contract", "[thresholded_relu]", float, double) {
  check_contract<ThresholdedReLUContract<hillock::Accuracy::fast>, TestType>();
}

TEST_CASE("exact::thresholded_relu keeps the contract", "[thresholded_relu]") {
  check_contract<ThresholdedReLUContract<hillock::Accuracy::exact>, float>();
}

TEST_CASE("thresholded_relu is a constant with threshold 1", "[thresholded_relu]") {
  constexpr hillock::ThresholdedReLU<> copy = hillock::thresholded_relu;
  STATIC_REQUIRE(copy.threshold == 1);
  CHECK(copy(2.5f) == 2.5f);
}

TEST_CASE("thresholded_relu refuses a threshold that is not finite", "[thresholded_relu]") {
  CHECK(says(complaint([] { hillock::ThresholdedReLU<>{Special<double>::quiet_nan}; }),
             {"ThresholdedReLU", "threshold"}));
}

TEMPLATE_TEST_CASE("thresholded_relu is Threshold with value 0", "[thresholded_relu]", float,
                   double) {
  for (const double t : {1.0, 0.0, -0.5, 2.3})
    for (const TestType x : mixture<TestType>()) {
      CHECK(same_bits(hillock::ThresholdedReLU<>{t}(x), hillock::Threshold<>{t, 0}(x)));
      CHECK(same_bits(hillock::ThresholdedReLU<>{t}.derivative(x),
                      hillock::Threshold<>{t, 0}.derivative(x)));
    }
}

// PyTorch has it as threshold with value 0, whose backward is 0 for x <= threshold.
TEST_CASE("the derivative of thresholded_relu is 0 at the kink, as PyTorch's",
          "[thresholded_relu]") {
  check_kinks(hillock::thresholded_relu, {{1, 0, 0}});
}

// A parameter is a public member, and training writes to it.
TEMPLATE_TEST_CASE("thresholded_relu shows a threshold that is not finite any more",
                   "[thresholded_relu]", float, double) {
  using F = hillock::ThresholdedReLU<>;
  check_invalid_parameter<TestType>(F{}, &F::threshold, Touches::every_input);
}

}  // namespace
