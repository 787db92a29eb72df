#include <support/contract.hpp>
#include <support/kinks.hpp>

#include <hillock/activations/squared_relu.hpp>

namespace {

using namespace support;

template <hillock::Accuracy A>
struct SquaredReLUContract : PointwiseContract {
  using F = hillock::SquaredReLU<A>;
  static constexpr const char* name = "squared_relu";
  static std::vector<F> functions() { return {F{}}; }
  template <class T>
  static Wide<T> forward(const F&, T x) {
    const auto wide = static_cast<Wide<T>>(x);
    return x > 0 ? wide * wide : Wide<T>(0);
  }
  template <class T>
  static Wide<T> derivative(const F&, T x) {
    return x > 0 ? 2 * static_cast<Wide<T>>(x) : Wide<T>(0);
  }
  template <class T>
  static std::vector<Edge<T>> edges(const F&) {
    using S = Special<T>;
    return {{T(0), T(0), 0},
            {-T(0), T(0), 0},
            {T(1.5), T(2.25), 3},
            {S::smallest, T(0), 2 * S::smallest},
            {-S::smallest, T(0), 0},
            {S::largest / 2, S::infinity, S::largest},
            {S::infinity, S::infinity, S::infinity},
            {-S::infinity, T(0), 0}};
  }
  template <class T>
  static std::vector<double> thresholds(const F&) {
    return {sizeof(T) == 4 ? 0x1p64 : 0x1p512, sizeof(T) == 4 ? 0x1p-63 : 0x1p-511};
  }
};

TEMPLATE_TEST_CASE("squared_relu keeps the contract", "[squared_relu]", float, double) {
  check_contract<SquaredReLUContract<hillock::Accuracy::fast>, TestType>();
}

TEST_CASE("exact::squared_relu keeps the contract", "[squared_relu]") {
  check_contract<SquaredReLUContract<hillock::Accuracy::exact>, float>();
}

TEST_CASE("squared_relu is a constant that can be copied", "[squared_relu]") {
  constexpr hillock::SquaredReLU<> copy = hillock::squared_relu;
  CHECK(copy(2.5f) == 6.25f);
}

// PyTorch has no such function; autograd gives relu(x).square() the derivative 2 relu(x).
TEST_CASE("the derivative of squared_relu is 0 at 0, as PyTorch's", "[squared_relu]") {
  check_kinks(hillock::squared_relu, {{0, 0, 0}});
}

}  // namespace
