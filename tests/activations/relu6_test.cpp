#include <support/contract.hpp>
#include <support/kinks.hpp>

#include <hillock/activations/relu6.hpp>

namespace {

using namespace support;

template <hillock::Accuracy A>
struct ReLU6Contract : PointwiseContract {
  using F = hillock::ReLU6<A>;
  static constexpr const char* name = "relu6";
  static std::vector<F> functions() { return {F{}}; }
  template <class T>
  static Wide<T> forward(const F&, T x) {
    const T above = x < 6 ? x : T(6);
    return static_cast<Wide<T>>(above > 0 ? above : T(0));
  }
  template <class T>
  static Wide<T> derivative(const F&, T x) {
    return x > 0 && x < 6 ? 1 : 0;
  }
  template <class T>
  static std::vector<Edge<T>> edges(const F&) {
    using S = Special<T>;
    const T below = std::nextafter(T(6), T(0)), above = std::nextafter(T(6), T(7));
    return {{T(0), T(0), 0},         {-T(0), T(0), 0},       {S::smallest, S::smallest, 1},
            {-S::smallest, T(0), 0}, {T(6), 6, 0},           {below, below, 1},
            {above, 6, 0},           {S::largest, 6, 0},     {-S::largest, T(0), 0},
            {S::infinity, 6, 0},     {-S::infinity, T(0), 0}};
  }
  template <class T>
  static std::vector<double> thresholds(const F&) {
    return {6};
  }
};

TEMPLATE_TEST_CASE("relu6 keeps the contract", "[relu6]", float, double) {
  check_contract<ReLU6Contract<hillock::Accuracy::fast>, TestType>();
}

TEST_CASE("exact::relu6 keeps the contract", "[relu6]") {
  check_contract<ReLU6Contract<hillock::Accuracy::exact>, float>();
}

TEST_CASE("relu6 is a constant that can be copied", "[relu6]") {
  constexpr hillock::ReLU6<> copy = hillock::relu6;
  CHECK(copy(7.5f) == 6);
}

// PyTorch's hardtanh_backward: 0 for x <= min and for x >= max.
TEST_CASE("the derivative of relu6 is 0 at both kinks, as PyTorch's", "[relu6]") {
  check_kinks(hillock::relu6, {{0, 0, 0}, {6, 0, 0}});
}

}  // namespace
