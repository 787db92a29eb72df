#include <support/contract.hpp>

#include <hillock/activations/softsign.hpp>

namespace {

using namespace support;

template <hillock::Accuracy A>
struct SoftsignContract : PointwiseContract {
  using F = hillock::Softsign<A>;
  static constexpr const char* name = "softsign";
  static std::vector<F> functions() { return {F{}}; }
  template <class T>
  static Wide<T> forward(const F&, T x) {
    const Wide<T> wide = x;
    return std::isinf(x) ? std::copysign(Wide<T>(1), wide) : wide / (1 + std::fabs(wide));
  }
  template <class T>
  static Wide<T> derivative(const F&, T x) {
    const Wide<T> sum = 1 + std::fabs(Wide<T>(x));
    return 1 / sum / sum;
  }
  template <class T>
  static std::vector<Edge<T>> edges(const F&) {
    using S = Special<T>;
    return {{T(0), T(0), 1},
            {-T(0), -T(0), 1},
            {T(1), T(0.5), T(0.25)},
            {T(-3), T(-0.75), T(0.0625)},
            {S::smallest, S::smallest, 1},
            {-S::smallest, -S::smallest, 1},
            {S::infinity, 1, 0},
            {-S::infinity, -1, 0},
            {S::largest, 1, 0},
            {-S::largest, -1, 0}};
  }
  template <class T>
  static std::vector<double> thresholds(const F&) {
    if (sizeof(T) == 4) return {0x1p24, 0x1p63, 0x1p64, 0x1p74, 0x1p75, 0x1p80};
    return {0x1p53, 0x1p511, 0x1p512, 0x1p537, 0x1p538, 0x1p600};
  }
};

TEMPLATE_TEST_CASE("softsign keeps the contract", "[softsign]", float, double) {
  check_contract<SoftsignContract<hillock::Accuracy::fast>, TestType>();
}

TEST_CASE("exact::softsign keeps the contract", "[softsign]") {
  check_contract<SoftsignContract<hillock::Accuracy::exact>, float>();
}

TEST_CASE("softsign is a constant that can be copied", "[softsign]") {
  constexpr hillock::Softsign<> copy = hillock::softsign;
  CHECK(copy(0.0) == 0);
}

// (1 + |x|)^2 is infinite from 1.8e19 on, where the derivative is 2.9e-39.
TEST_CASE("the derivative of softsign does not vanish where the square overflows", "[softsign]") {
  for (const float x : {1.9e19f, 1e20f, 1e22f, -1e22f})
    CHECK(ulp_error(hillock::softsign.derivative(x),
                    1 / static_cast<double>(x) / static_cast<double>(x)) <= 4);
  CHECK(hillock::softsign.derivative(1e22f) > 0);
  CHECK(hillock::softsign.derivative(1e160) > 0);
}

TEMPLATE_TEST_CASE("softsign is odd and its derivative even, bit for bit", "[softsign]", float,
                   double) {
  using T = TestType;
  std::size_t broken = 0;
  for (const T x : mixture<T>()) {
    if (std::isnan(x)) continue;
    if (bits_of(hillock::softsign(x)) != bits_of(-hillock::softsign(-x)) ||
        bits_of(hillock::softsign.derivative(x)) != bits_of(hillock::softsign.derivative(-x)))
      ++broken;
  }
  CHECK(broken == 0);
}

TEST_CASE("softsign keeps its bounds where it is used most", "[softsign]") {
  check_densely<SoftsignContract<hillock::Accuracy::fast>>(1, 1000);
}

}  // namespace
