// The library under test. Compiled with whatever flags it is to be tested with.
#include <accuracy/subjects.hpp>

#include <hillock/hillock.hpp>

#include <iterator>
#include <type_traits>
#include <vector>

namespace accuracy {
namespace {

using hillock::Accuracy;

using hillock::exact_bound;

template <class F>
F made_with(double value) {
  if constexpr (std::is_constructible_v<F, double>)
    return F(value);
  else
    return F();
}

template <class F, class T>
void forward(double value, const T* x, T* y, std::size_t n) {
  hillock::forward(made_with<F>(value), x, y, n);
}

template <class F, class T>
void derivative(double value, const T* x, T* d, std::size_t n) {
  hillock::derivative(made_with<F>(value), x, d, n);
}

template <class F, class T>
void both(double value, const T* x, T* y, T* d, std::size_t n) {
  hillock::forward_and_derivative(made_with<F>(value), x, y, d, n);
}

template <class F, class T>
bool is_near_root(double value, T x) {
  return any(made_with<F>(value).is_near_root(hillock::detail::simd::Batch<T>(x)));
}

template <class F, class T, class = void>
struct Root {
  static constexpr bool (*test)(double, T) = nullptr;
};
template <class F, class T>
struct Root<
    F, T,
    std::void_t<decltype(std::declval<F>().is_near_root(hillock::detail::simd::Batch<float>()))>> {
  static constexpr bool (*test)(double, T) = &is_near_root<F, T>;
};

/// The headers' bounds are those of Accuracy::fast.
constexpr Bound bound_of(hillock::ErrorBound bound, Tier tier) {
  if (tier == Tier::exact && bound.ulp > exact_bound.ulp) bound = exact_bound;
  return {bound.ulp, bound.epsilons_at_root};
}

template <class F, class T>
void add(std::vector<Subject<T>>& list, Tier tier, const char* function, const char* parameter = "",
         std::initializer_list<double> values = {0}) {
  int rank = 0;
  for (const double value : values) {
    list.push_back({"hillock", function, parameter, value, rank++, tier,
                    bound_of(F::forward_bound, tier), bound_of(F::derivative_bound, tier),
                    &forward<F, T>, &derivative<F, T>, &both<F, T>, Root<F, T>::test});
  }
}

// The first value of a parameter is its default; the second and third are gone through as thoroughly.
template <Accuracy A, class T>
void add_tier(std::vector<Subject<T>>& list, Tier tier) {
  using namespace hillock;
  add<Identity<A>>(list, tier, "identity");
  add<Step<A>>(list, tier, "step");
  add<Sigmoid<A>>(list, tier, "sigmoid");
  add<Tanh<A>>(list, tier, "tanh");
  add<ReLU<A>>(list, tier, "relu");
  add<LeakyReLU<A>>(list, tier, "leaky_relu", "slope", {0.01, 0, -0.5, 1e-30, 3e38});
  add<PReLU<A>>(list, tier, "prelu", "slope", {0.25});
  add<ELU<A>>(list, tier, "elu", "alpha", {1, 0.5, 100, 0x1p127, 0x1p-140, -1, 0x1p50});
  add<Swish<A>>(list, tier, "swish", "beta", {1, 1.702, -0.7, 1.5, 1e-3, 1e4, 1e30, 1e-30, 0});
}

template <class T>
std::vector<Subject<T>> all_tiers() {
  std::vector<Subject<T>> list;
  add_tier<Accuracy::fast>(list, Tier::fast);
  if constexpr (std::is_same_v<T, float>) add_tier<Accuracy::exact>(list, Tier::exact);
  return list;
}

}  // namespace

template <class T>
SubjectList<T> subjects() {
  static const std::vector<Subject<T>> list = all_tiers<T>();
  return {list.data(), list.size()};
}

template SubjectList<float> subjects<float>();
template SubjectList<double> subjects<double>();

Build build() {
  return {hillock::detail::simd::instruction_set(),
          hillock::detail::simd::Batch<float>::size,
          hillock::detail::simd::Batch<double>::size,
          hillock::detail::simd::xsimd_version(),
          EIGEN_WORLD_VERSION * 10000 + EIGEN_MAJOR_VERSION * 100 + EIGEN_MINOR_VERSION,
#ifdef __clang__
          "clang " __clang_version__,
#else
          "g++ " __VERSION__,
#endif
#ifdef __OPTIMIZE__
          true,
#else
          false,
#endif
          HILLOCK_FAST_MATH != 0};
}

}  // namespace accuracy
