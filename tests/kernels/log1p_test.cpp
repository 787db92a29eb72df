#include "checks.hpp"

#include <hillock/kernels/log1p.hpp>

namespace {

using namespace kernel_checks;

const auto kernel = [](auto x) { return log1p(x); };

/// Where k changes, 1 + x begins to round, and, every number of them, the last ones before -1.
template <class T>
std::vector<double> places() {
  return {-1,     -0.5,    -0x1p-24, -0x1p-53, 0x1p-24,  0x1p-53,
          0.2929, -0.2929, 0.4142,   1.8284,   16777216, 9007199254740992};
}

template <class T>
std::vector<T> points() {
  std::vector<T> x = sweep<T>();
  for (const double place : places<T>()) append_neighbours(x, static_cast<T>(place), neighbours);
  for (int i = 0; i < 1 << 16; ++i)
    x.push_back(-1 + std::ldexp(static_cast<T>(i | 1) * T(0x1p-16),
                                -(i % (std::numeric_limits<T>::digits - 16))));
  return x;
}

template <class T>
std::size_t point_count() {
  return sweep_size<T>() + places<T>().size() * (2 * neighbours + 1) + (1 << 16);
}

template <class T>
Wide<T> reference(Wide<T> x) {
  return x < -1 ? std::numeric_limits<Wide<T>>::quiet_NaN() : std::log1p(x);
}

TEMPLATE_TEST_CASE("log1p is within 1 ULP over the whole range", "[log1p]", float, double) {
  check_accuracy<TestType>("log1p", kernel, reference<TestType>, points<TestType>(),
                           point_count<TestType>(), {1});
}

TEMPLATE_TEST_CASE("log1p has its edge values", "[log1p]", float, double) {
  using T = TestType;
  using S = Special<T>;
  std::vector<std::pair<T, T>> edges = {
      {T(0), T(0)},
      {-T(0), -T(0)},
      {S::smallest, S::smallest},
      {-S::smallest, -S::smallest},
      {S::smallest_normal, S::smallest_normal},
      {-S::smallest_normal, -S::smallest_normal},
      {T(1), T(0.69314718055994530942L)},
      {S::largest, T(std::numeric_limits<T>::max_exponent * 0.69314718055994530942L)},
      {S::infinity, S::infinity},
      {T(-1), -S::infinity},
      {std::nextafter(T(-1), T(-2)), S::quiet_nan},
      {-S::largest, S::quiet_nan},
      {-S::infinity, S::quiet_nan}};
  for (const T nan : nans<T>()) edges.push_back({nan, S::quiet_nan});
  check_edges<T>(kernel, edges);
}

TEMPLATE_TEST_CASE("log1p raises no exception in its domain", "[log1p]", float, double) {
  using T = TestType;
  std::vector<T> inside;
  for (const T x : points<T>())
    if (x > -1 && x <= Special<T>::largest) inside.push_back(x);
  check_no_exceptions(kernel, inside);
}

TEMPLATE_TEST_CASE("log1p_bounded is log1p in its domain, but for -0", "[log1p]", float, double) {
  using T = TestType;
  std::vector<T> inside;
  for (const T x : fixed_points<T>())
    if (x > -1) inside.push_back(x);
  REQUIRE(inside.size() > 600000);
  CHECK(bits_sum(map([](auto x) { return log1p_bounded(x); }, inside)) ==
        bits_sum(map(kernel, inside)));
}

TEST_CASE("log1p has the same bits everywhere", "[log1p]") {
  check_every_width<float>(kernel, {0x9ce7b8dd1ce3c3c8, 0x829e2f639221d48f});
  check_every_width<double>(kernel, {0xae3f1f901704981a, 0x9ec4ca904c03db40});
}

}  // namespace
