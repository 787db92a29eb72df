#include <support/contract.hpp>

#include <hillock/activations/identity.hpp>

namespace {

using namespace support;

struct IdentityContract : PointwiseContract {
  using F = hillock::Identity<>;
  static constexpr const char* name = "identity";
  static std::vector<F> functions() { return {hillock::identity}; }
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
  template <class T>
  static Bound forward_bound(const F&, T) {
    return {0};
  }
  template <class T>
  static Bound derivative_bound(const F&, T) {
    return {0};
  }
};

TEMPLATE_TEST_CASE("identity keeps the contract", "[identity]", float, double) {
  check_contract<IdentityContract, TestType>();
}

TEST_CASE("identity is a constant that can be copied", "[identity]") {
  constexpr hillock::Identity<> copy = hillock::identity;
  CHECK(copy(-2.5f) == -2.5f);
}

}  // namespace
