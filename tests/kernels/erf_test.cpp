#include "checks.hpp"

#include <hillock/kernels/erf.hpp>

namespace {

using namespace kernel_checks;

const auto kernel = [](auto x) { return erf(x); };

/// Where the exponent of e^-y changes, and where erf reaches 1 and the bound.
constexpr double places[] = {0.2925, 0.7345, 1.09, 3.8325, 3.95, 4, 5.8636, 5.9215, 6};

template <class T>
std::vector<T> points() {
  std::vector<T> x = sweep<T>();
  for (const double place : places)
    for (const double signed_place : {place, -place})
      append_neighbours(x, static_cast<T>(signed_place), neighbours);
  return x;
}

template <class T>
std::size_t point_count() {
  return sweep_size<T>() + 2 * std::size(places) * (2 * neighbours + 1);
}

// Of all floats in [2^-10, 16) the worst is 1.4854 ULP off, without a fused multiply-add 2.0598.
TEMPLATE_TEST_CASE("erf is within its bound over the whole range", "[erf]", float, double) {
  check_accuracy<TestType>("erf", kernel, [](Wide<TestType> x) { return std::erf(x); },
                           points<TestType>(), point_count<TestType>(),
                           {hillock::detail::simd::has_fma ? 1.5 : 2.1});
}

TEMPLATE_TEST_CASE("erf has its edge values", "[erf]", float, double) {
  using T = TestType;
  using S = Special<T>;
  std::vector<std::pair<T, T>> edges = {{T(0), T(0)},
                                        {-T(0), -T(0)},
                                        {S::smallest, S::smallest},
                                        {-S::smallest, -S::smallest},
                                        {S::largest, T(1)},
                                        {-S::largest, T(-1)},
                                        {S::infinity, T(1)},
                                        {-S::infinity, T(-1)},
                                        {T(6), T(1)},
                                        {T(-6), T(-1)}};
  for (const T nan : nans<T>()) edges.push_back({nan, S::quiet_nan});
  check_edges<T>(kernel, edges);
}

TEMPLATE_TEST_CASE("erf is odd bit for bit and within [-1, 1]", "[erf]", float, double) {
  using T = TestType;
  const std::vector<T> x = points<T>();
  std::vector<T> mirrored = x;
  for (T& value : mirrored) value = -value;
  const std::vector<T> y = map(kernel, x), y_mirrored = map(kernel, mirrored);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < x.size(); ++i)
    if (!same_bits(y[i], -y_mirrored[i]) || !(std::fabs(y[i]) <= 1)) ++wrong;
  CHECK(wrong == 0);
  CHECK(y.size() == point_count<T>());
}

TEMPLATE_TEST_CASE("erf raises no exception for finite numbers", "[erf]", float, double) {
  using T = TestType;
  std::vector<T> finite;
  for (const T x : points<T>())
    if (std::fabs(x) <= Special<T>::largest) finite.push_back(x);
  check_no_exceptions(kernel, finite);
}

TEST_CASE("erf has the same bits everywhere", "[erf]") {
  check_every_width<float>(kernel, {0xe91937c374fd6266, 0x8045cecc12c672d0});
  check_every_width<double>(kernel, {0xef9de5c3f46dfd26, 0xbdd9ff40b5b53555});
}

}  // namespace
