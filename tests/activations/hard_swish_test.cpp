#include <support/contract.hpp>
#include <support/kinks.hpp>

#include <hillock/activations/hard_swish.hpp>

namespace {

using namespace support;

template <hillock::Accuracy A>
struct HardSwishContract : PointwiseContract {
  using F = hillock::HardSwish<A>;
  static constexpr const char* name = "hard_swish";
  static std::vector<F> functions() { return {F{}}; }
  template <class T>
  static Wide<T> forward(const F&, T x) {
    const auto wide = static_cast<Wide<T>>(x);
    return x <= -3 ? -Wide<T>(0) : x >= 3 ? wide : wide * (wide + 3) / 6;
  }
  template <class T>
  static Wide<T> derivative(const F&, T x) {
    return x <= -3 ? Wide<T>(0) : x >= 3 ? Wide<T>(1) : (2 * static_cast<Wide<T>>(x) + 3) / 6;
  }
  template <class T>
  static std::vector<Edge<T>> edges(const F&) {
    using S = Special<T>;
    return {{T(0), T(0), T(0.5)},    {-T(0), -T(0), T(0.5)},
            {-3, -T(0), 0},          {3, 3, 1},
            {T(-1.5), T(-0.375), 0}, {S::largest, S::largest, 1},
            {-S::largest, -T(0), 0}, {S::infinity, S::infinity, 1},
            {-S::infinity, -T(0), 0}};
  }
  template <class T>
  static std::vector<double> thresholds(const F&) {
    return {-3, 3, -1.5};
  }
};

TEMPLATE_TEST_CASE("hard_swish keeps the contract", "[hard_swish]", float, double) {
  check_contract<HardSwishContract<hillock::Accuracy::fast>, TestType>();
}

TEST_CASE("exact::hard_swish keeps the contract", "[hard_swish]") {
  check_contract<HardSwishContract<hillock::Accuracy::exact>, float>();
}

TEST_CASE("hard_swish is a constant that can be copied", "[hard_swish]") {
  constexpr hillock::HardSwish<> copy = hillock::hard_swish;
  CHECK(copy(4.5f) == 4.5f);
}

// x times 0 is NaN at -infinity.
TEMPLATE_TEST_CASE("hard_swish is -0 below -3, at -infinity too", "[hard_swish]", float, double) {
  using T = TestType;
  for (const T x : {T(-3), std::nextafter(T(-3), T(-4)), T(-1e30), -Special<T>::infinity})
    CHECK(bits_of(hillock::hard_swish(x)) == bits_of(-T(0)));
}

// PyTorch's hardswish_backward tested x < -3 and x <= 3 for years, so that both kinks had the slope
// of the curved side. Ours is that of the straight side: at -3, where f is 0 on the left, no
// gradient of -1/2 passes, and at 3 the slope is not above every slope to the right of it.
TEST_CASE("the derivative of hard_swish at the kinks is that of the straight side",
          "[hard_swish]") {
  check_kinks(hillock::hard_swish, {{-3, -0.5, 0}, {3, 1.5, 1}}, 2);
}

// 2 x + 3 is rounded once, and x + 3 next to -3 not at all: no digits are lost at the roots.
TEMPLATE_TEST_CASE("hard_swish and its derivative keep their digits next to the roots",
                   "[hard_swish]", float, double) {
  using T = TestType;
  using Contract = HardSwishContract<hillock::Accuracy::fast>;
  const T inside = std::nextafter(T(-3), T(0)), near_root = std::nextafter(T(-1.5), T(0));
  CHECK(ulp_error(hillock::hard_swish(inside), Contract::forward(hillock::hard_swish, inside)) <=
        2);
  CHECK(ulp_error(hillock::hard_swish.derivative(near_root),
                  Contract::derivative(hillock::hard_swish, near_root)) <= 2);
}

// f(x) is x / 2 + x^2 / 6 next to 0, where x / 2 is in the middle between two numbers for every
// other subnormal x. A double holds no trace of x^2 there.
TEST_CASE("exact::hard_swish rounds to the right side next to 0", "[hard_swish]") {
  const float smallest = Special<float>::smallest;
  for (const float number : {1.0f, 3.0f, 5.0f, 7.0f, 8388607.0f}) {
    const float x = number * smallest;
    CHECK(hillock::exact::hard_swish(x) == (number + 1) / 2 * smallest);
    CHECK(hillock::exact::hard_swish(-x) == -(number - 1) / 2 * smallest);
  }
}

}  // namespace
