#include <support/complaint.hpp>
#include <support/contract.hpp>
#include <support/invalid_parameter.hpp>
#include <support/kinks.hpp>

#include <hillock/activations/hard_tanh.hpp>

namespace {

using namespace support;

template <hillock::Accuracy A>
struct HardTanhContract : PointwiseContract {
  using F = hillock::HardTanh<A>;
  static constexpr const char* name = "hard_tanh";
  static std::vector<F> functions() {
    return {F{}, F{0, 6}, F{-2, 0}, F{0.1, 20}, F{-1e30, 1e-3}, F{0.5, 0.5}};
  }
  template <class T>
  static Wide<T> forward(const F& f, T x) {
    const T low = static_cast<T>(f.low), high = static_cast<T>(f.high);
    return static_cast<Wide<T>>(x > low ? x < high ? x : high : low);
  }
  template <class T>
  static Wide<T> derivative(const F& f, T x) {
    return x > static_cast<T>(f.low) && x < static_cast<T>(f.high) ? 1 : 0;
  }
  template <class T>
  static std::vector<Edge<T>> edges(const F& f) {
    using S = Special<T>;
    const T low = static_cast<T>(f.low), high = static_cast<T>(f.high);
    const bool is_inside = low < 0 && high > 0;
    const T at_zero = low > 0 ? low : T(0);
    return {{T(0), at_zero, T(is_inside ? 1 : 0)},
            {-T(0), is_inside ? -T(0) : at_zero, T(is_inside ? 1 : 0)},
            {low, low, 0},
            {high, high, 0},
            {S::largest, high, 0},
            {-S::largest, low, 0},
            {S::infinity, high, 0},
            {-S::infinity, low, 0}};
  }
  template <class T>
  static std::vector<double> thresholds(const F& f) {
    return {f.low, f.high};
  }
};

TEMPLATE_TEST_CASE("hard_tanh keeps the contract", "[hard_tanh]", float, double) {
  check_contract<HardTanhContract<hillock::Accuracy::fast>, TestType>();
}

TEST_CASE("exact::hard_tanh keeps the contract", "[hard_tanh]") {
  check_contract<HardTanhContract<hillock::Accuracy::exact>, float>();
}

TEST_CASE("hard_tanh is a constant with limits -1 and 1", "[hard_tanh]") {
  constexpr hillock::HardTanh<> copy = hillock::hard_tanh;
  STATIC_REQUIRE(copy.low == -1);
  STATIC_REQUIRE(copy.high == 1);
  CHECK(copy(-2.5f) == -1);
}

TEST_CASE("hard_tanh refuses limits that are not finite or contradict each other", "[hard_tanh]") {
  const double infinity = Special<double>::infinity;
  CHECK(says(complaint([&] { hillock::HardTanh<>{-infinity}; }), {"HardTanh", "low", "finite"}));
  CHECK(says(complaint([&] { hillock::HardTanh<>{0, infinity}; }), {"high", "finite"}));
  CHECK(says(complaint([] { hillock::HardTanh<>{0, Special<double>::quiet_nan}; }), {"high"}));
  CHECK(says(complaint([] { hillock::HardTanh<>{2, 1}; }), {"low", "above high", "2.0", "1.0"}));
  CHECK(hillock::HardTanh<>{2, 2}(0.0) == 2);
}

// Limits that differ in double may be one number in float.
TEST_CASE("hard_tanh takes limits that a float cannot tell apart", "[hard_tanh]") {
  const hillock::HardTanh<> f{0.1, 0.1 + 1e-12};
  CHECK(f(0.5f) == 0.1f);
  CHECK(f(0.5) == 0.1 + 1e-12);
}

// PyTorch's hardtanh_backward: 0 for x <= min and for x >= max.
TEST_CASE("the derivative of hard_tanh is 0 at both kinks, as PyTorch's", "[hard_tanh]") {
  check_kinks(hillock::hard_tanh, {{-1, 0, 0}, {1, 0, 0}});
  check_kinks(hillock::HardTanh<>{0, 6}, {{0, 0, 0}, {6, 0, 0}});
}

// Parameters are public members, and training writes to them.
TEMPLATE_TEST_CASE("hard_tanh shows limits that are not valid any more", "[hard_tanh]", float,
                   double) {
  using F = hillock::HardTanh<>;
  check_invalid_parameter<TestType>(F{}, &F::low, Touches::every_input);
  check_invalid_parameter<TestType>(F{}, &F::high, Touches::every_input);
  F crossed;
  crossed.low = 2;
  for (const TestType x : {TestType(-3), TestType(1.5), TestType(3)}) {
    CHECK(std::isnan(crossed(x)));
    CHECK(std::isnan(crossed.derivative(x)));
  }
}
TEST_CASE("exact::hard_tanh shows limits that are not valid any more", "[hard_tanh]") {
  using F = hillock::exact::HardTanh;
  check_invalid_parameter<float>(F{}, &F::low, Touches::every_input);
  check_invalid_parameter<float>(F{}, &F::high, Touches::every_input);
}

}  // namespace
