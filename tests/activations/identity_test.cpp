#include <support/contract.hpp>

#include <hillock/activations/identity.hpp>

namespace {

using namespace support;

template <hillock::Accuracy A>
struct IdentityContract : PointwiseContract {
  using F = hillock::Identity<A>;
  static constexpr const char* name = "identity";
  static std::vector<F> functions() { return {F{}}; }
  template <class T>
  static Wide<T> forward(const F&, T x) {
    return x;
  }
  template <class T>
  static Wide<T> derivative(const F&, T) {
    return 1;
  }
  template <class T>
  static std::vector<Edge<T>> edges(const F&) {
    using S = Special<T>;
    return {{T(0), T(0), 1},
            {-T(0), -T(0), 1},
            {S::smallest, S::smallest, 1},
            {S::infinity, S::infinity, 1},
            {-S::infinity, -S::infinity, 1}};
  }
};

TEMPLATE_TEST_CASE("identity keeps the contract", "[identity]", float, double) {
  check_contract<IdentityContract<hillock::Accuracy::fast>, TestType>();
}

TEST_CASE("exact::identity keeps the contract", "[identity]") {
  check_contract<IdentityContract<hillock::Accuracy::exact>, float>();
}

TEST_CASE("identity is a constant that can be copied", "[identity]") {
  constexpr hillock::Identity<> copy = hillock::identity;
  CHECK(copy(-2.5f) == -2.5f);
}

}  // namespace
