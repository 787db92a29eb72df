#include <support/contract.hpp>

#include <hillock/activations/step.hpp>

namespace {

using namespace support;

template <hillock::Accuracy A>
struct StepContract : PointwiseContract {
  using F = hillock::Step<A>;
  static constexpr const char* name = "step";
  static std::vector<F> functions() { return {F{}}; }
  template <class T>
  static Wide<T> forward(const F&, T x) {
    return std::signbit(x) || x == 0 ? 0 : 1;
  }
  template <class T>
  static Wide<T> derivative(const F&, T) {
    return 0;
  }
  template <class T>
  static std::vector<Edge<T>> edges(const F&) {
    using S = Special<T>;
    return {{T(0), 0, 0},         {-T(0), 0, 0},       {S::smallest, 1, 0},
            {-S::smallest, 0, 0}, {S::infinity, 1, 0}, {-S::infinity, 0, 0}};
  }
};

TEMPLATE_TEST_CASE("step keeps the contract", "[step]", float, double) {
  check_contract<StepContract<hillock::Accuracy::fast>, TestType>();
}

TEST_CASE("exact::step keeps the contract", "[step]") {
  check_contract<StepContract<hillock::Accuracy::exact>, float>();
}

TEST_CASE("step is a constant that can be copied", "[step]") {
  constexpr hillock::Step<> copy = hillock::step;
  CHECK(copy(2.5f) == 1);
}

}  // namespace
