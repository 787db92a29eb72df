#include <support/catch.hpp>
#include <support/kernels.hpp>

#include <hillock/kernels/error_free.hpp>

namespace {

using namespace support;

template <class T>
struct Parts {
  T high;
  T low;
};

template <class T, class Operation>
Parts<T> parts_of(const Operation& operation, T a, T b) {
  using V = hillock::detail::simd::Batch<T>;
  const auto parts = operation(V(a), V(b));
  return {parts.high.first(), parts.low.first()};
}

/// Numbers of full mantissas; exponents within 2^+-spread of 1.
template <class T>
std::vector<T> full_mantissas(int spread) {
  std::mt19937_64 random(5);
  std::vector<T> numbers(40000);
  for (T& x : numbers) {
    x = static_cast<T>(random() >> 11) * T(0x1p-52) - 1;
    x = std::ldexp(x, static_cast<int>(random() % static_cast<unsigned>(2 * spread + 1)) - spread);
  }
  return numbers;
}

TEMPLATE_TEST_CASE("a sum and what its rounding lost are the exact sum", "[error_free]", float,
                   double) {
  using T = TestType;
  // Few enough bits apart for the exact sum to fit the wide type.
  const std::vector<T> x = full_mantissas<T>(sizeof(T) == 4 ? 10 : 3);
  std::size_t wrong = 0, lossy = 0;
  for (std::size_t i = 0; i + 1 < x.size(); i += 2) {
    const auto [high, low] = parts_of(
        [](auto a, auto b) { return hillock::detail::kernels::exact_sum(a, b); }, x[i], x[i + 1]);
    const auto [top, rest] =
        parts_of([](auto a, auto b) { return hillock::detail::kernels::exact_difference(a, b); },
                 x[i], x[i + 1]);
    const Wide<T> sum = Wide<T>(x[i]) + x[i + 1], difference = Wide<T>(x[i]) - x[i + 1];
    if (high != static_cast<T>(sum) || Wide<T>(high) + low != sum) ++wrong;
    if (top != static_cast<T>(difference) || Wide<T>(top) + rest != difference) ++wrong;
    if (low != 0) ++lossy;
  }
  CHECK(wrong == 0);
  CHECK(lossy > 5000);
}

TEMPLATE_TEST_CASE("a product and what its rounding lost are the exact product", "[error_free]",
                   float, double) {
  using T = TestType;
  const std::vector<T> x = full_mantissas<T>(20);
  std::size_t wrong = 0, lossy = 0;
  for (std::size_t i = 0; i + 1 < x.size(); i += 2) {
    const auto [high, low] =
        parts_of([](auto a, auto b) { return hillock::detail::kernels::exact_product(a, b); }, x[i],
                 x[i + 1]);
    const T rounded = x[i] * x[i + 1];
    if (high != rounded || low != std::fma(x[i], x[i + 1], -rounded)) ++wrong;
    if (low != 0) ++lossy;
  }
  CHECK(wrong == 0);
  CHECK(lossy > 15000);
}

}  // namespace
