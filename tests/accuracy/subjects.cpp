// The library under test. Compiled with whatever flags it is to be tested with.
#include <accuracy/subjects.hpp>
#include <support/one_per_kernel.hpp>

#include <hillock/hillock.hpp>

#include <cmath>
#include <cstring>
#include <stdexcept>
#include <tuple>
#include <type_traits>
#include <vector>

namespace accuracy {
namespace {

using hillock::Accuracy;

using hillock::exact_bound;

/// F with `value` as its first parameter, if it has parameters.
template <class F>
F made_with(double value) {
  F f;
  if constexpr (std::tuple_size_v < decltype(F::parameters()) >> 0)
    f.*F::parameters()[0].member = value;
  return f;
}

/// The value that a parameter has by default; PReLU's slopes are an array of one.
inline double default_of(double parameter) { return parameter; }
template <class Parameters>
double default_of(const Parameters& parameters) {
  return parameters[0];
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

/// F in the fast tier.
template <class F>
struct FastOf;
template <template <Accuracy, class> class F, Accuracy A, class Arch>
struct FastOf<F<A, Arch>> {
  using Type = F<Accuracy::fast, Arch>;
};

/// f and f' of floats by double's verbs.
template <class F>
void in_double(double value, const float* x, double* f, double* d, std::size_t n) {
  std::vector<double> wide(x, x + n);
  // The library rounds a parameter to the element type once.
  hillock::forward_and_derivative(made_with<F>(static_cast<double>(static_cast<float>(value))),
                                  wide.data(), f, d, n);
}
template <class F, class T>
constexpr auto in_double_of() -> void (*)(double, const T*, double*, double*, std::size_t) {
  if constexpr (std::is_same_v<T, float>)
    return &in_double<typename FastOf<F>::Type>;
  else
    return nullptr;
}

template <class F, class T>
bool is_near_root(double value, T x) {
  return any(made_with<F>(value).is_near_root(hillock::detail::simd::Batch<T>(x)));
}
template <class F, class T>
constexpr auto root_of() -> bool (*)(double, T) {
  if constexpr (F::derivative_bound.epsilons_at_root > 0)
    return &is_near_root<F, T>;
  else
    return nullptr;
}

/// The headers' bounds are those of Accuracy::fast.
constexpr Bound bound_of(hillock::ErrorBound bound, Tier tier) {
  if (tier == Tier::exact && bound.ulp > exact_bound.ulp) bound = exact_bound;
  return {bound.ulp, bound.epsilons_at_root};
}

/// What every parameter is tried at, besides its default. The first two are gone through as
/// thoroughly as the default. Among them are one that is no power of two or sum of few (1.702, of
/// swish as an approximation of GELU), negative ones, zero, and magnitudes near both ends of
/// float's range and in between, where products with an exponential leave that range.
constexpr double tried[] = {0.5, -0.7, 1.702, 1.5,   100,    1e-3, 1e4,     0,
                            1,   -1,   1e30,  1e-30, 0x1p50, 3e38, 0x1p127, 0x1p-140};

/// Whether F promises nothing for the value: its constructor throws, or it is an alpha_p of XIELU
/// that the header excludes.
template <class F>
bool is_excluded(const char* function, double value) {
  if (std::strcmp(function, "xielu") == 0) return value != 0 && (value < 0.01 || value > 100);
  try {
    (void)F(value);
    return false;
  } catch (const std::invalid_argument&) {
    return true;
  }
}

template <class F, class T>
void add(std::vector<Subject<T>>& list, Tier tier, const char* function) {
  const auto add_one = [&](const char* parameter, double value, int rank) {
    list.push_back({"hillock", function, parameter, value, rank, tier,
                    bound_of(F::forward_bound, tier), bound_of(F::derivative_bound, tier),
                    &forward<F, T>, &derivative<F, T>, &both<F, T>, root_of<F, T>(),
                    in_double_of<F, T>()});
  };
  if constexpr (std::tuple_size_v<decltype(F::parameters())> == 0) {
    add_one("", 0, 0);
  } else {
    const auto [name, member] = F::parameters()[0];
    const double by_default = default_of(F().*member);
    int rank = 0;
    add_one(name, by_default, rank++);
    for (const double value : tried)
      if (value != by_default && !is_excluded<F>(function, value)) add_one(name, value, rank++);
  }
}

/// Whether F is among the subjects. A build with other flags has one function for each kernel, if
/// the macro is defined, in place of all those that share it.
template <class F>
constexpr bool is_subject() {
#ifdef ACCURACY_ONE_FUNCTION_PER_KERNEL
  return support::stands_for_its_kernel<F>;
#else
  return true;
#endif
}

/// The catalogue's functions in one tier.
template <Accuracy A, class T>
void add_tier(std::vector<Subject<T>>& list, Tier tier) {
  hillock::for_each_activation<A>([&](const char* name, const auto& f) {
    using F = std::decay_t<decltype(f)>;
    if constexpr (is_subject<F>()) add<F>(list, tier, name);
  });
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
