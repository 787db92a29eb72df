// A user's own class has the same contract as hillock's.
#include <support/contract.hpp>
#include <support/squareplus.hpp>

namespace {

/// A user's own template, with a comma in its name.
template <class T, int Times>
struct Multiple : hillock::Activation<Multiple<T, Times>> {
  template <class V>
  V forward_at(const V& x) const {
    return Times * x;
  }
  template <class V>
  V derivative_at(const V& x) const {
    return nan_or(x, Times);
  }
};

}  // namespace

HILLOCK_EIGEN_FUNCTOR(Multiple<void, 3>);

namespace {

using namespace support;

/// x, limited to where x^2 does not overflow in the formula above.
template <class T>
bool is_moderate(T x) {
  return std::fabs(x) < (sizeof(T) == 4 ? 1e18 : 1e150);
}

struct SquareplusContract : PointwiseContract {
  using F = Squareplus;
  static constexpr const char* name = "squareplus";
  static std::vector<F> functions() { return {F{}}; }
  template <class T>
  static Wide<T> forward(const F&, T x) {
    const Wide<T> wide = x;
    return wide > 0 ? (wide + std::sqrt(wide * wide + 4)) / 2
                    : 2 / (std::sqrt(wide * wide + 4) - wide);
  }
  template <class T>
  static Wide<T> derivative(const F&, T x) {
    const Wide<T> wide = x, root = std::sqrt(wide * wide + 4);
    return wide > 0 ? (1 + wide / root) / 2 : 2 / root / (root - wide);
  }
  template <class T>
  static std::vector<Edge<T>> edges(const F&) {
    return {{T(0), 1, T(0.5)}, {-T(0), 1, T(0.5)}, {T(1.5), 2, T(0.8)}, {T(-1.5), T(0.5), T(0.2)}};
  }
};

TEMPLATE_TEST_CASE("a class of one's own gives the same bits by every path", "[own]", float,
                   double) {
  check_edges<SquareplusContract, TestType>();
  check_call_paths<SquareplusContract, TestType>();
  check_type<Squareplus>(false);
}

TEST_CASE("a template of one's own has packets in Eigen's unaryExpr", "[own]") {
  using F = Multiple<void, 3>;
  STATIC_REQUIRE(bool(Eigen::internal::functor_traits<F>::PacketAccess));
  const Eigen::ArrayXf x = Eigen::ArrayXf::LinSpaced(37, -5, 5), y = x.unaryExpr(F{});
  CHECK((y == 3 * x).all());
}

TEMPLATE_TEST_CASE("a class of one's own is as accurate as its formula", "[own]", float, double) {
  using T = TestType;
  std::vector<T> points;
  for (const T x : sweep<T>())
    if (is_moderate(x)) points.push_back(x);
  const auto worst = sweep_function(
      points, [](const T* x, T* y, std::size_t n) { hillock::forward(Squareplus{}, x, y, n); },
      [](T x) { return SquareplusContract::forward(Squareplus{}, x); }, [](T) { return Bound{4}; });
  std::cout << worst.describe("squareplus") << '\n';
  CHECK(worst.points() > 1000000);
  CHECK(worst.ulp() <= 4);
}

}  // namespace
