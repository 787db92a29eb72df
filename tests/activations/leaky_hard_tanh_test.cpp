#include <support/complaint.hpp>
#include <support/contract.hpp>
#include <support/invalid_parameter.hpp>
#include <support/kinks.hpp>

#include <hillock/activations/leaky_hard_tanh.hpp>

namespace {

using namespace support;

template <hillock::Accuracy A>
struct LeakyHardTanhContract : PointwiseContract {
  using F = hillock::LeakyHardTanh<A>;
  static constexpr const char* name = "leaky_hard_tanh";
  static std::vector<F> functions() {
    return {F{}, F{-2, 0.5, 0.3, 3}, F{-1, 1, 0, 0}, F{0, 6, 0, 0.1}, F{-1e3, 0, 1, 1e-20}};
  }
  template <class T>
  static Wide<T> forward(const F& f, T x) {
    using W = Wide<T>;
    const auto wide = static_cast<W>(x);
    const auto in = [](double parameter) { return static_cast<W>(static_cast<T>(parameter)); };
    const auto line = [&](W from, W slope) {
      return slope == 0 ? from : from + slope * (wide - from);
    };
    if (wide < in(f.low)) return line(in(f.low), in(f.slope_below));
    return wide <= in(f.high) ? wide : line(in(f.high), in(f.slope_above));
  }
  template <class T>
  static Wide<T> derivative(const F& f, T x) {
    if (x <= static_cast<T>(f.low)) return static_cast<T>(f.slope_below);
    return x <= static_cast<T>(f.high) ? T(1) : static_cast<T>(f.slope_above);
  }
  template <class T>
  static std::vector<Edge<T>> edges(const F& f) {
    using S = Special<T>;
    const T low = static_cast<T>(f.low), high = static_cast<T>(f.high);
    const T below = static_cast<T>(f.slope_below), above = static_cast<T>(f.slope_above);
    const T at_zero = low == 0 ? below : T(1);
    return {{T(0), T(0), at_zero},
            {-T(0), -T(0), at_zero},
            {low, low == 0 ? T(0) : low, below},
            {high, high, 1},
            {S::infinity, above == 0 ? high : S::infinity, above},
            {-S::infinity, below == 0 ? low : -S::infinity, below}};
  }
  template <class T>
  static std::vector<double> thresholds(const F& f) {
    return {f.low, f.high};
  }
};

TEMPLATE_TEST_CASE("leaky_hard_tanh keeps the contract", "[leaky_hard_tanh]", float, double) {
  check_contract<LeakyHardTanhContract<hillock::Accuracy::fast>, TestType>();
}

TEST_CASE("exact::leaky_hard_tanh keeps the contract", "[leaky_hard_tanh]") {
  check_contract<LeakyHardTanhContract<hillock::Accuracy::exact>, float>();
}

TEST_CASE("leaky_hard_tanh is a constant with limits -1 and 1 and slopes 0.01",
          "[leaky_hard_tanh]") {
  constexpr hillock::LeakyHardTanh<> copy = hillock::leaky_hard_tanh;
  STATIC_REQUIRE(copy.low == -1);
  STATIC_REQUIRE(copy.high == 1);
  STATIC_REQUIRE(copy.slope_below == 0.01);
  STATIC_REQUIRE(copy.slope_above == 0.01);
  CHECK(copy(0.5f) == 0.5f);
}

TEST_CASE("leaky_hard_tanh refuses parameters that are not finite or on the wrong side of 0",
          "[leaky_hard_tanh]") {
  using F = hillock::LeakyHardTanh<>;
  const double nan = Special<double>::quiet_nan;
  CHECK(says(complaint([&] { F{nan}; }), {"LeakyHardTanh", "low"}));
  CHECK(says(complaint([&] { F{0, nan}; }), {"high"}));
  CHECK(says(complaint([&] { F{0, 1, nan}; }), {"slope_below"}));
  CHECK(says(complaint([&] { F{0, 1, 0, nan}; }), {"slope_above"}));
  CHECK(says(complaint([] { F{0.5, 1}; }), {"low", "positive", "0.5"}));
  CHECK(says(complaint([] { F{-1, -0.5}; }), {"high", "negative", "0.5"}));
}

TEMPLATE_TEST_CASE("leaky_hard_tanh takes negative slopes", "[leaky_hard_tanh]", float, double) {
  using T = TestType;
  const hillock::LeakyHardTanh<> f{-1, 2, -0.5, -0.25};
  CHECK(f(T(-3)) == 0);
  CHECK(f(T(-5)) == 1);
  CHECK(f(T(6)) == 1);
  CHECK(f(-Special<T>::infinity) == Special<T>::infinity);
  CHECK(f(Special<T>::infinity) == -Special<T>::infinity);
}

// PyTorch has no such function; its leaky_relu, which has one of the kinks, takes the left side.
TEST_CASE("the derivative of leaky_hard_tanh at the kinks is that of the left side",
          "[leaky_hard_tanh]") {
  check_kinks(hillock::LeakyHardTanh<>{-1, 1, 0.25, 0.125}, {{-1, 0.25, 0.25}, {1, 1, 1}});
}

// Parameters are public members, and training writes to them.
TEMPLATE_TEST_CASE("leaky_hard_tanh shows parameters that are not valid any more",
                   "[leaky_hard_tanh]", float, double) {
  using F = hillock::LeakyHardTanh<>;
  for (const auto& parameter : F::parameters())
    check_invalid_parameter<TestType>(F{}, parameter.member, Touches::every_input);
  F displaced;
  displaced.low = 0.5;
  CHECK(std::isnan(displaced(TestType(0.75))));
  CHECK(std::isnan(displaced.derivative(TestType(0.75))));
}
TEST_CASE("exact::leaky_hard_tanh shows parameters that are not valid any more",
          "[leaky_hard_tanh]") {
  using F = hillock::exact::LeakyHardTanh;
  for (const auto& parameter : F::parameters())
    check_invalid_parameter<float>(F{}, parameter.member, Touches::every_input);
}

}  // namespace
