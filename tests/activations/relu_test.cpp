#include <support/contract.hpp>

#include <hillock/activations/relu.hpp>

namespace {

using namespace support;

template <hillock::Accuracy A>
struct ReLUContract : PointwiseContract {
  using F = hillock::ReLU<A>;
  static constexpr const char* name = "relu";
  static std::vector<F> functions() { return {F{}}; }
  template <class T>
  static Wide<T> forward(const F&, T x) {
    return std::signbit(x) ? 0 : x;
  }
  template <class T>
  static Wide<T> derivative(const F&, T x) {
    return std::signbit(x) || x == 0 ? 0 : 1;
  }
  template <class T>
  static std::vector<Edge<T>> edges(const F&) {
    using S = Special<T>;
    return {{T(0), 0, 0},
            {-T(0), 0, 0},
            {S::smallest, S::smallest, 1},
            {-S::smallest, 0, 0},
            {S::infinity, S::infinity, 1},
            {-S::infinity, 0, 0}};
  }
};

TEMPLATE_TEST_CASE("relu keeps the contract", "[relu]", float, double) {
  check_contract<ReLUContract<hillock::Accuracy::fast>, TestType>();
}

TEST_CASE("exact::relu keeps the contract", "[relu]") {
  check_contract<ReLUContract<hillock::Accuracy::exact>, float>();
}

TEST_CASE("relu is a constant that can be copied", "[relu]") {
  constexpr hillock::ReLU<> copy = hillock::relu;
  CHECK(copy(2.5f) == 2.5f);
}

// max(x, 0) of a NaN is 0 with one order of operands (PyTorch #7999, onnxruntime #28462; xsimd up
// to 13).
TEMPLATE_TEST_CASE("relu does not turn NaN into a number at any place of an array", "[relu]", float,
                   double) {
  using T = TestType;
  Eigen::Array<T, Eigen::Dynamic, 1> x(67), y(67), d(67);
  for (Eigen::Index i = 0; i < x.size(); ++i) {
    x.setConstant(-1);
    x[i] = Special<T>::quiet_nan;
    hillock::forward_and_derivative(hillock::relu, x, y, d);
    CHECK(y.isNaN().count() == 1);
    CHECK(d.isNaN().count() == 1);
    CHECK(std::isnan(y[i]));
    CHECK(std::isnan(d[i]));
  }
}

TEMPLATE_TEST_CASE("the gradient of a dead relu is not NaN for an infinite input", "[relu]", float,
                   double) {
  CHECK(bits_of(hillock::relu.backward(-Special<TestType>::infinity, TestType(3))) ==
        bits_of(TestType(0)));
}

}  // namespace
