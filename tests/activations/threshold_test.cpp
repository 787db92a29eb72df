#include <support/complaint.hpp>
#include <support/contract.hpp>
#include <support/invalid_parameter.hpp>
#include <support/kinks.hpp>

#include <hillock/activations/threshold.hpp>

namespace {

using namespace support;

template <hillock::Accuracy A>
struct ThresholdContract : PointwiseContract {
  using F = hillock::Threshold<A>;
  static constexpr const char* name = "threshold";
  static std::vector<F> functions() {
    return {F{}, F{1, 5}, F{-2, 0.3}, F{0, -1}, F{-1e20, 1e-20}};
  }
  template <class T>
  static Wide<T> forward(const F& f, T x) {
    return static_cast<Wide<T>>(x > static_cast<T>(f.threshold) ? x : static_cast<T>(f.value));
  }
  template <class T>
  static Wide<T> derivative(const F& f, T x) {
    return x > static_cast<T>(f.threshold) ? 1 : 0;
  }
  template <class T>
  static std::vector<Edge<T>> edges(const F& f) {
    using S = Special<T>;
    const T threshold = static_cast<T>(f.threshold), value = static_cast<T>(f.value);
    const T above = std::nextafter(threshold, S::infinity), inside = threshold < 0 ? T(1) : T(0);
    return {{T(0), threshold < 0 ? T(0) : value, inside},
            {-T(0), threshold < 0 ? -T(0) : value, inside},
            {threshold, value, 0},
            {above, above, 1},
            {-S::largest, value, 0},
            {S::infinity, S::infinity, 1},
            {-S::infinity, value, 0}};
  }
  template <class T>
  static std::vector<double> thresholds(const F& f) {
    return {f.threshold};
  }
};

TEMPLATE_TEST_CASE("threshold keeps the contract", "[threshold]", float, double) {
  check_contract<ThresholdContract<hillock::Accuracy::fast>, TestType>();
}

TEST_CASE("exact::threshold keeps the contract", "[threshold]") {
  check_contract<ThresholdContract<hillock::Accuracy::exact>, float>();
}

TEST_CASE("threshold is a constant with threshold 1 and value 0", "[threshold]") {
  constexpr hillock::Threshold<> copy = hillock::threshold;
  STATIC_REQUIRE(copy.threshold == 1);
  STATIC_REQUIRE(copy.value == 0);
  CHECK(copy(2.5f) == 2.5f);
}

TEST_CASE("threshold refuses parameters that are not finite", "[threshold]") {
  const double infinity = Special<double>::infinity;
  CHECK(says(complaint([&] { hillock::Threshold<>{infinity}; }), {"Threshold", "threshold"}));
  CHECK(says(complaint([] { hillock::Threshold<>{1, Special<double>::quiet_nan}; }), {"value"}));
}

// PyTorch's threshold_backward: 0 for x <= threshold.
TEST_CASE("the derivative of threshold is 0 at the kink, as PyTorch's", "[threshold]") {
  check_kinks(hillock::threshold, {{1, 0, 0}});
  check_kinks(hillock::Threshold<>{-0.5, 20}, {{-0.5, 0, 0}});
}

// Parameters are public members, and training writes to them.
TEMPLATE_TEST_CASE("threshold shows parameters that are not finite any more", "[threshold]", float,
                   double) {
  using F = hillock::Threshold<>;
  check_invalid_parameter<TestType>(F{}, &F::threshold, Touches::every_input);
  check_invalid_parameter<TestType>(F{}, &F::value, Touches::every_input);
}
TEST_CASE("exact::threshold shows parameters that are not finite any more", "[threshold]") {
  using F = hillock::exact::Threshold;
  check_invalid_parameter<float>(F{}, &F::threshold, Touches::every_input);
  check_invalid_parameter<float>(F{}, &F::value, Touches::every_input);
}

}  // namespace
