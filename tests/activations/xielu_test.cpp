#include <support/complaint.hpp>
#include <support/contract.hpp>

#include <hillock/activations/xielu.hpp>

namespace {

using namespace support;

template <hillock::Accuracy A>
struct XIELUContract : PointwiseContract {
  using F = hillock::XIELU<A>;
  static constexpr const char* name = "xielu";
  static std::vector<F> functions() {
    return {F{}, F{0.3, 1.2, 0.1, -1e-6}, F{0, 0.5, 0.5, -1e-6}, F{1, 2, -0.3, -0.01},
            F{2, 0.25, 0.5, 0}};
  }
  /// By its roots an error of half a unit of a double counts more than exact::xielu's own.
  using Widest = long double;
  template <class T>
  static Wide<T> forward(const F& f, T x) {
    const Widest p = static_cast<T>(f.alpha_p), n = static_cast<T>(f.alpha_n),
                 b = static_cast<T>(f.beta), limit = static_cast<T>(f.eps), wide = x;
    if (x > 0) return static_cast<Wide<T>>(wide * (p == 0 ? b : p * wide + b));
    const Widest line = n == b ? 0 : (b - n) * wide;
    return static_cast<Wide<T>>(n * std::expm1(std::fmin(wide, limit)) + line);
  }
  template <class T>
  static Wide<T> derivative(const F& f, T x) {
    const Widest p = static_cast<T>(f.alpha_p), n = static_cast<T>(f.alpha_n),
                 b = static_cast<T>(f.beta), wide = x;
    if (x > 0) return static_cast<Wide<T>>(p == 0 ? b : 2 * p * wide + b);
    if (x > static_cast<T>(f.eps)) return static_cast<Wide<T>>(b - n);
    // One of e^x and e^x - 1 loses nothing when it is made of the other.
    return static_cast<Wide<T>>(wide < -1 ? n * std::exp(wide) + (b - n)
                                          : n * std::expm1(wide) + b);
  }
  template <class T>
  static std::vector<Edge<T>> edges(const F& f) {
    using S = Special<T>;
    const Widest n = static_cast<T>(f.alpha_n), b = static_cast<T>(f.beta),
                 limit = static_cast<T>(f.eps);
    const T left = static_cast<T>(b - n), at_zero = limit < 0 ? left : static_cast<T>(b);
    const T end = left == 0 ? -static_cast<T>(n) : -left * S::infinity;
    const T slope_at_end = f.alpha_p == 0 ? static_cast<T>(b) : S::infinity;
    // alpha_n (e^eps - 1), for which the sweep tests the bound.
    const T zero = f.eps == 0 ? T(0) : f(T(0));
    return {{T(0), zero, at_zero},
            {-T(0), f.eps == 0 ? -zero : zero, at_zero},
            {S::infinity, S::infinity, slope_at_end},
            {-S::infinity, end, left}};
  }
  template <class T>
  static std::vector<double> thresholds(const F& f) {
    return {f.eps, -2.4419, -0.98083, -0.34657, -1.0397, -0x1p60, -131.0, -103.97};
  }
  template <class T>
  static Bound forward_bound(const F& f, T x) {
    using V = hillock::detail::simd::Batch<T, hillock::detail::simd::NarrowArch>;
    return bound_in<F, T>(F::forward_bound, any(f.is_near_root(V(x))));
  }
};

TEMPLATE_TEST_CASE("xielu keeps the contract", "[xielu]", float, double) {
  check_contract<XIELUContract<hillock::Accuracy::fast>, TestType>();
}

TEST_CASE("exact::xielu keeps the contract", "[xielu]") {
  check_contract<XIELUContract<hillock::Accuracy::exact>, float>();
}

TEST_CASE("xielu is a constant with the paper's numbers", "[xielu]") {
  constexpr hillock::XIELU<> copy = hillock::xielu;
  STATIC_REQUIRE(copy.alpha_p == 0.8);
  STATIC_REQUIRE(copy.alpha_n == 0.8);
  STATIC_REQUIRE(copy.beta == 0.5);
  STATIC_REQUIRE(copy.eps == -1e-6);
  CHECK(copy(2.0) == 0.8 * 4 + 0.5 * 2);
}

TEST_CASE("xielu refuses parameters that are not finite", "[xielu]") {
  constexpr double infinity = Special<double>::infinity;
  CHECK(says(complaint([] { hillock::XIELU<>{infinity}; }), {"alpha_p"}));
  CHECK(says(complaint([] { hillock::XIELU<>{1, infinity}; }), {"alpha_n"}));
  CHECK(says(complaint([] { hillock::XIELU<>{1, 1, infinity}; }), {"beta"}));
  CHECK(says(complaint([] { hillock::XIELU<>{1, 1, 1, Special<double>::quiet_nan}; }), {"eps"}));
}

// The formula's slope has three pieces: between eps and 0 the exponential does not move.
TEMPLATE_TEST_CASE("the derivative of xielu between eps and 0 is beta - alpha_n", "[xielu]", float,
                   double) {
  using T = TestType;
  const hillock::XIELU<> f{1, 0.75, 0.5, -0.25};
  for (const T x : {T(0), -T(0), T(-0.125), T(-0.2499)}) CHECK(f.derivative(x) == T(-0.25));
  CHECK(f.derivative(T(0.125)) == T(0.75));
  CHECK(f.derivative(T(-0.25)) > T(0.33));
  CHECK(f.derivative(T(-0.25)) < T(0.34));
}

// e^x - 1 - x has no digits left near 0, where it is x^2 / 2: with a beta of 0 it is all there is.
TEMPLATE_TEST_CASE("xielu has its digits near 0 without beta", "[xielu]", float, double) {
  using T = TestType;
  const hillock::XIELU<> f{1, 1, 0, 0};
  for (const double place : {-1e-2, -1e-4, -1e-8}) {
    const T x = static_cast<T>(place);
    const Wide<T> wide = x;
    Wide<T> term = wide * wide / 2, sum = 0;
    for (int k = 3; k < 14; ++k, term *= wide / (k - 1)) sum += term;
    // The polynomial is fitted for e^x - 1, and not for this part of it.
    CHECK(ulp_error(f(x), sum) <= (sizeof(T) == 4 ? 4 : 12));
  }
}

// A parameter is a public member, and training writes to it.
TEMPLATE_TEST_CASE("xielu shows parameters that are not finite any more", "[xielu]", float,
                   double) {
  using T = TestType;
  using F = hillock::XIELU<>;
  for (const double lost : {Special<double>::quiet_nan, Special<double>::infinity}) {
    for (const auto& [name, member] : F::parameters()) {
      INFO(name);
      F f;
      f.*member = lost;
      const bool above = member == &F::alpha_p || member == &F::beta;
      const bool below = member != &F::alpha_p;
      for (const T x : {T(0.5), T(3)}) {
        CHECK(std::isnan(f(x)) == above);
        CHECK(std::isnan(f.derivative(x)) == above);
      }
      for (const T x : {T(-0.25), T(-3)}) {
        CHECK(std::isnan(f(x)) == below);
        CHECK(std::isnan(f.derivative(x)) == below);
      }
    }
  }
}

}  // namespace
