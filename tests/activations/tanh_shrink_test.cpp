#include <support/contract.hpp>

#include <hillock/activations/tanh_shrink.hpp>

namespace {

using namespace support;

/// x - tanh(x), below 1 as (x cosh(x) - sinh(x)) / cosh(x) by the series of the numerator, whose
/// terms are 2k x^(2k+1) / (2k+1)!.
template <class W>
W shrunk(W x) {
  if (std::fabs(x) > 1) return x - std::tanh(x);
  W term = x * x * x / 6, sum = 0;
  for (int k = 1; k < 16; ++k) {
    sum += term * (2 * k);
    term *= x * x / ((2 * k + 2) * (2 * k + 3));
  }
  return sum / std::cosh(x);
}

template <hillock::Accuracy A>
struct TanhShrinkContract : PointwiseContract {
  using F = hillock::TanhShrink<A>;
  static constexpr const char* name = "tanh_shrink";
  static std::vector<F> functions() { return {F{}}; }
  template <class T>
  static Wide<T> forward(const F&, T x) {
    return shrunk(static_cast<Wide<T>>(x));
  }
  template <class T>
  static Wide<T> derivative(const F&, T x) {
    const Wide<T> t = std::tanh(static_cast<Wide<T>>(x));
    return t * t;
  }
  template <class T>
  static std::vector<Edge<T>> edges(const F&) {
    using S = Special<T>;
    return {{T(0), T(0), 0},
            {-T(0), -T(0), 0},
            {S::smallest, T(0), 0},
            {-S::smallest, -T(0), 0},
            {S::infinity, S::infinity, 1},
            {-S::infinity, -S::infinity, 1},
            {S::largest, S::largest, 1},
            {-S::largest, -S::largest, 1},
            {T(-5e29), T(-5e29), 1}};
  }
  template <class T>
  static std::vector<double> thresholds(const F&) {
    if (sizeof(T) == 4) return {1, 2, 9.01, 65.5, 1.2e-19, 3e-14, 2e-15, 2.6e-23};
    return {1, 2, 19.06, 530, 2e-103, 1e-108, 1.5e-154, 2e-162};
  }
};

TEMPLATE_TEST_CASE("tanh_shrink keeps the contract", "[tanh_shrink]", float, double) {
  check_contract<TanhShrinkContract<hillock::Accuracy::fast>, TestType>();
}

TEST_CASE("exact::tanh_shrink keeps the contract", "[tanh_shrink]") {
  check_contract<TanhShrinkContract<hillock::Accuracy::exact>, float>();
}

TEST_CASE("tanh_shrink is a constant that can be copied", "[tanh_shrink]") {
  constexpr hillock::TanhShrink<> copy = hillock::tanh_shrink;
  CHECK(copy(0.0) == 0);
}

// The difference of x and a rounded tanh(x) is 0 below 0.0003 (double 2e-8).
TEMPLATE_TEST_CASE("tanh_shrink has all its digits near 0", "[tanh_shrink]", float, double) {
  using T = TestType;
  for (const double place : {1e-3, 1e-4, 1e-8, 1e-12}) {
    const T x = static_cast<T>(place);
    const Wide<T> wide = x;
    const Wide<T> square = wide * wide;
    INFO(place);
    CHECK(hillock::tanh_shrink(x) > 0);
    CHECK(ulp_error(hillock::tanh_shrink(x),
                    wide * square / 3 * (1 - square * 2 / 5 + square * square * 17 / 105)) <= 4);
  }
}

TEMPLATE_TEST_CASE("tanh_shrink is odd and its derivative even, bit for bit", "[tanh_shrink]",
                   float, double) {
  using T = TestType;
  std::size_t broken = 0;
  for (const T x : mixture<T>()) {
    if (std::isnan(x)) continue;
    if (bits_of(hillock::tanh_shrink(x)) != bits_of(-hillock::tanh_shrink(-x)) ||
        bits_of(hillock::tanh_shrink.derivative(x)) != bits_of(hillock::tanh_shrink.derivative(-x)))
      ++broken;
  }
  CHECK(broken == 0);
}

TEST_CASE("tanh_shrink keeps its bounds where it is used most", "[tanh_shrink]") {
  check_densely<TanhShrinkContract<hillock::Accuracy::fast>>(1, 20);
}

}  // namespace
