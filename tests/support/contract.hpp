// The promises of every pointwise activation. The test of a new one starts from this page: it
// describes the function in a struct, its contract, for check_contract, which tests
//
//   - the error of f and f' over the whole range of the element type (check_accuracy),
//   - the values at the edges, and that NaN in gives NaN out (check_edges),
//   - that verbs, lazy expressions and scalar calls give the same bits (check_call_paths),
//   - that finite inputs raise no floating-point exception that they should not (check_exceptions),
//   - that the type can be copied like a number (check_type).
//
// The contract of sigmoid, for each accuracy A:
//
//   template <hillock::Accuracy A>
//   struct SigmoidContract : PointwiseContract {
//     using F = hillock::Sigmoid<A>;
//     static constexpr const char* name = "sigmoid";
//
//     // The functors to test: one, or one for each value of the parameters that deserves a sweep.
//     static std::vector<F> functions() { return {F{}}; }
//
//     // The true values, in a wider type or by another formula than the library's.
//     template <class T>
//     static Wide<T> forward(const F& f, T x);
//     template <class T>
//     static Wide<T> derivative(const F& f, T x);
//
//     // Inputs with the exact bits of f and f' there: at least four, with +-0 and +-infinity.
//     template <class T>
//     static std::vector<Edge<T>> edges(const F& f);
//
//     // Optional: inputs whose neighbours are looked at one by one, such as those where the
//     // formula branches.
//     template <class T>
//     static std::vector<double> thresholds(const F& f);
//   };
//
//   TEMPLATE_TEST_CASE("sigmoid keeps the contract", "[sigmoid]", float, double) {
//     check_contract<SigmoidContract<hillock::Accuracy::fast>, TestType>();
//   }
//   TEST_CASE("exact::sigmoid keeps the contract", "[sigmoid]") {
//     check_contract<SigmoidContract<hillock::Accuracy::exact>, float>();
//   }
//
// The bounds are F's own (forward_bound, derivative_bound). Below these two cases a test file holds
// what is particular to the function: errors that other libraries have had, and its parameters.
#pragma once

#include <support/call_paths.hpp>

#include <cfenv>
#include <tuple>

namespace support {

/// f and f' at x, to be met bit for bit.
template <class T>
struct Edge {
  T x;
  T forward;
  T derivative;
};

/// Returns the promised error of F, as a Bound in T: the function's own constants, and half an ULP
/// for Accuracy::exact (at any parameters, though only exact_bound is promised then). Half an ULP
/// leaves no room for what the reference is rounded by: 2^-20 for the formulas in double that judge
/// exact, 2^-11 for the product in long double that judges leaky_relu of double; of float it is
/// exact.
template <class F, class T>
Bound bound_in(hillock::ErrorBound bound, bool near_root) {
  if constexpr (F::accuracy == hillock::Accuracy::exact)
    return {bound.ulp == 0 ? 0 : 0.5 + 0x1p-20};
  constexpr double epsilon = static_cast<double>(std::numeric_limits<T>::epsilon());
  const double ulp = bound.ulp == 0.5 && sizeof(T) == 8 ? 0.5 + 0x1p-11 : bound.ulp;
  return {ulp, near_root ? bound.epsilons_at_root * epsilon : 0};
}

struct PointwiseContract {
  template <class T, class F>
  static Bound forward_bound(const F&, T) {
    return bound_in<F, T>(F::forward_bound, false);
  }
  template <class T, class F>
  static Bound derivative_bound(const F& f, T x) {
    if constexpr (F::derivative_bound.epsilons_at_root > 0) {
      using V = hillock::detail::simd::Batch<T, hillock::detail::simd::NarrowArch>;
      return bound_in<F, T>(F::derivative_bound, any(f.is_near_root(V(x))));
    } else {
      return bound_in<F, T>(F::derivative_bound, false);
    }
  }
  template <class T, class F>
  static std::vector<double> thresholds(const F&) {
    return {};
  }
  /// Whether forward_at and derivative_at say noexcept: hillock's own do.
  static constexpr bool is_noexcept = true;
};

/// The whole sweep for the first of the functions, an eighth of it for its variations, and what
/// each looks at closely.
template <class Contract, class T, class F>
std::vector<T> points_for(const F& f, std::size_t number) {
  const std::size_t stride = number == 0 ? 1 : 8;
  const std::vector<T>& all = sweep<T>();
  REQUIRE(all.size() == sweep_size<T>());
  std::vector<T> points;
  for (std::size_t i = number % stride; i < all.size(); i += stride) points.push_back(all[i]);
  for (const double place : Contract::template thresholds<T>(f))
    append_neighbours(points, static_cast<T>(place), neighbours);
  REQUIRE(points.size() > (std::size_t{1} << 20) / stride);
  return points;
}

/// Checks that f and f' are within their bounds at the points. `which` names f in the output.
template <class Contract, class T, class F>
void check_bounds_at(const F& f, const std::vector<T>& points, const std::string& which) {
  const auto forward = sweep_function(
      points, [&](const T* x, T* y, std::size_t n) { hillock::forward(f, x, y, n); },
      [&](T x) { return Contract::template forward<T>(f, x); },
      [&](T x) { return Contract::template forward_bound<T>(f, x); });
  const auto derivative = sweep_function(
      points, [&](const T* x, T* y, std::size_t n) { hillock::derivative(f, x, y, n); },
      [&](T x) { return Contract::template derivative<T>(f, x); },
      [&](T x) { return Contract::template derivative_bound<T>(f, x); });
  for (const auto& [result, bound, what] :
       {std::tuple(forward, Contract::template forward_bound<T>(f, T(0)), ", f"),
        std::tuple(derivative, Contract::template derivative_bound<T>(f, T(0)), ", f'")}) {
    const std::string line = result.describe(which + what);
    std::cout << line << '\n';
    INFO(line);
    CHECK(result.points() == points.size());
    CHECK(result.ulp() <= bound.ulp);
  }
}

template <class Contract, class T>
void check_accuracy() {
  std::size_t number = 0;
  for (const auto& f : Contract::functions()) {
    const std::vector<T> points = points_for<Contract, T>(f, number);
    check_bounds_at<Contract, T>(
        f, points, Contract::name + std::string(" number ") + std::to_string(++number));
  }
}

/// Checks the bounds of the first of the functions at over a million floats, positive or negative,
/// of magnitudes from 2^-10 to `limit`: the sweep has few points there, where rounding errors add
/// up most.
template <class Contract>
void check_densely(float sign, float limit) {
  std::vector<float> points;
  std::mt19937 random(3);
  for (float a = 0x1p-10f; a < limit; a *= 1 + 0x1p-24f * static_cast<float>(random() % 256))
    points.push_back(std::copysign(a, sign));
  REQUIRE(points.size() > 1000000);
  check_bounds_at<Contract, float>(Contract::functions().front(), points,
                                   Contract::name + std::string(" where it is used most"));
}

template <class Contract, class T>
void check_edges() {
  for (const auto& f : Contract::functions()) {
    const std::vector<Edge<T>> edges = Contract::template edges<T>(f);
    REQUIRE(edges.size() >= 4);
    for (const Edge<T>& edge : edges) {
      const T forward = call_forward(f, edge.x);
      const T derivative = call_derivative(f, edge.x);
      INFO("f(" << edge.x << ") = " << exactly(forward) << ", f' = " << exactly(derivative));
      CHECK(bits_of(forward) == bits_of(edge.forward));
      CHECK(bits_of(derivative) == bits_of(edge.derivative));
    }
    for (const T nan : nans<T>()) {
      CHECK(std::isnan(call_forward(f, nan)));
      CHECK(std::isnan(call_derivative(f, nan)));
      CHECK(std::isnan(call_backward(f, nan, T(0))));
      CHECK(std::isnan(call_backward(f, T(1), nan)));
    }
  }
}

/// Checks the ways of calling that depend on the function; those that depend on the arrays alone
/// are tested in tests/arrays.
template <class Contract, class T>
void check_call_paths() {
  std::size_t compared = 0;
  for (const auto& f : Contract::functions()) {
    const Scalars<T> scalars(f);
    Comparison comparison;
    for (std::size_t i = 0; i < scalars.x.size(); ++i)
      comparison.expect(call_backward(f, scalars.x[i], scalars.dy[i]), scalars.backward[i],
                        scalars.x[i], "backward of a scalar", static_cast<Index>(i));
    compare_lengths_and_offsets(comparison, f, scalars);
    compare_lazy_expressions(comparison, f, scalars);
    compare_half_packets(comparison, f, scalars);
    comparison.check(15000);
    compared += comparison.compared();
  }
  std::cout << Contract::name << ": " << compared << " results compared with scalar calls; "
            << instruction_set<T>() << '\n';
}

/// Finite input never divides by zero, and makes no NaN that a processor would flag (numpy #22772).
/// Up to half of the largest number it overflows only where a result is infinite.
template <class Contract, class T>
void check_exceptions() {
  std::size_t calls = 0, flagged = 0;
  std::string first;
  for (const auto& f : Contract::functions())
    for (const T x : mixture<T>()) {
      if (!std::isfinite(x)) continue;
      T y = 0, d = 0;
      T dx[] = {0, 0};
      constexpr T half_of_largest = Special<T>::largest / 2;
      const T input[] = {x};
      std::feclearexcept(FE_ALL_EXCEPT);
      hillock::forward_and_derivative(f, input, &y, &d, 1);
      hillock::forward(f, input, &y, 1);
      hillock::derivative(f, input, &d, 1);
      hillock::backward(f, input, &half_of_largest, &dx[0], 1);
      hillock::backward(f, input, &Special<T>::smallest, &dx[1], 1);
      const bool may_overflow = std::fabs(x) > half_of_largest || !std::isfinite(y) ||
                                !std::isfinite(d) || !std::isfinite(dx[0]) || !std::isfinite(dx[1]);
      const int wrong = FE_INVALID | FE_DIVBYZERO | (may_overflow ? 0 : FE_OVERFLOW);
      ++calls;
      if (std::fetestexcept(wrong) != 0 && flagged++ == 0) first = exactly(x);
    }
  std::feclearexcept(FE_ALL_EXCEPT);
  INFO(flagged << " of " << calls << " raise an exception, the first at " << first);
  CHECK(flagged == 0);
  CHECK(calls > 300);
}

template <class F>
void check_type(bool is_noexcept) {
  using V = hillock::detail::simd::Batch<float>;
  STATIC_REQUIRE(std::is_trivially_copyable_v<F>);
  STATIC_REQUIRE(std::is_nothrow_copy_constructible_v<F>);
  STATIC_REQUIRE(hillock::detail::is_pointwise<F>);
  if (is_noexcept) {
    CHECK(noexcept(std::declval<const F&>().forward_at(std::declval<const V&>())));
    CHECK(noexcept(std::declval<const F&>().derivative_at(std::declval<const V&>())));
  }
}

template <class Contract, class T>
void check_contract() {
  SECTION("f and f' stay within their bounds over the whole range") {
    check_accuracy<Contract, T>();
  }
  SECTION("f and f' have their edge values, and NaN in gives NaN out") {
    check_edges<Contract, T>();
  }
  SECTION("every call path gives the bits of a scalar call") { check_call_paths<Contract, T>(); }
  SECTION(
      "finite input raises neither invalid nor division by zero, nor overflow for a finite "
      "result") {
    check_exceptions<Contract, T>();
  }
  SECTION("the type is as plain as it can be") {
    check_type<typename Contract::F>(Contract::is_noexcept);
  }
}

}  // namespace support
