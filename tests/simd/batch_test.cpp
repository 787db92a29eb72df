#include "widths.hpp"

#include <support/call_paths.hpp>

#include <hillock/simd/batch.hpp>

#include <array>

namespace {

using namespace support;
namespace simd = hillock::detail::simd;
using simd_checks::for_each_width;

template <class V, class Operation, class Wanted>
void compare_pairs(Tally& tally, const char* what, const Operation& operation,
                   const Wanted& wanted_of) {
  using T = typename V::value_type;
  const std::vector<T>& numbers = mixture<T>();
  for (std::size_t shift = 1; shift < 30; ++shift)
    for (std::size_t start = 0; start + V::size <= numbers.size(); start += V::size) {
      T b[V::size], out[V::size];
      for (std::size_t i = 0; i < V::size; ++i)
        b[i] = numbers[(start + i + shift) % numbers.size()];
      operation(V::load(&numbers[start]), V::load(b)).store(out);
      for (std::size_t i = 0; i < V::size; ++i)
        tally.expect(out[i], wanted_of(numbers[start + i], b[i]), numbers[start + i], what,
                     static_cast<Index>(start + i), static_cast<Index>(V::size));
    }
}

TEMPLATE_TEST_CASE(
    "every operation of a batch is that of its lanes, NaN and signs of zero included", "[simd]",
    float, double) {
  using T = TestType;
  Tally tally;
  const int widths = for_each_width<T>([&](auto batch) {
    using V = decltype(batch);
    compare_pairs<V>(
        tally, "a + b", [](V a, V b) { return a + b; }, [](T a, T b) { return sum(a, b); });
    compare_pairs<V>(
        tally, "a - b", [](V a, V b) { return a - b; }, [](T a, T b) { return sum(a, -b); });
    compare_pairs<V>(
        tally, "a b", [](V a, V b) { return a * b; }, [](T a, T b) { return product(a, b); });
    compare_pairs<V>(
        tally, "a / b", [](V a, V b) { return a / b; }, [](T a, T b) { return a / b; });
    compare_pairs<V>(
        tally, "-a", [](V a, V) { return -a; }, [](T a, T) { return -a; });
    compare_pairs<V>(
        tally, "abs", [](V a, V) { return abs(a); }, [](T a, T) { return std::fabs(a); });
    compare_pairs<V>(
        tally, "sqrt", [](V a, V) { return sqrt(abs(a)); },
        [](T a, T) { return std::sqrt(std::fabs(a)); });
    compare_pairs<V>(
        tally, "copysign", [](V a, V b) { return copysign(a, b); },
        [](T a, T b) { return std::copysign(a, b); });
    compare_pairs<V>(
        tally, "max", [](V a, V b) { return max(a, b); },
        [](T a, T b) { return std::isnan(a) || a > b ? a : b; });
    compare_pairs<V>(
        tally, "min", [](V a, V b) { return min(a, b); },
        [](T a, T b) { return std::isnan(a) || a < b ? a : b; });
    compare_pairs<V>(
        tally, "larger_or_first",
        [](V a, V b) { return nan_or(a, nan_or(b, larger_or_first(a, b))); },
        [](T a, T b) { return std::isnan(b) && !std::isnan(a) ? b
                              : b > a                         ? b
                                                              : a; });
    const auto chosen = [](auto mask) { return select(mask, V(1), V(2)); };
    const auto choice = [](bool condition) { return condition ? T(1) : T(2); };
    compare_pairs<V>(
        tally, "a < b", [&](V a, V b) { return chosen(a < b); },
        [&](T a, T b) { return choice(a < b); });
    compare_pairs<V>(
        tally, "a <= b", [&](V a, V b) { return chosen(a <= b); },
        [&](T a, T b) { return choice(a <= b); });
    compare_pairs<V>(
        tally, "a > b", [&](V a, V b) { return chosen(a > b); },
        [&](T a, T b) { return choice(a > b); });
    compare_pairs<V>(
        tally, "a >= b", [&](V a, V b) { return chosen(a >= b); },
        [&](T a, T b) { return choice(a >= b); });
    compare_pairs<V>(
        tally, "a == a", [&](V a, V) { return chosen(a == a); },
        [&](T a, T) { return choice(a == a); });
    compare_pairs<V>(
        tally, "a != b", [&](V a, V b) { return chosen(a != b); },
        [&](T a, T b) { return choice(a != b); });
    compare_pairs<V>(
        tally, "a != a", [&](V a, V) { return chosen(a != a); },
        [&](T a, T) { return choice(a != a); });
    compare_pairs<V>(
        tally, "is_nan", [&](V a, V) { return chosen(is_nan(a)); },
        [&](T a, T) { return choice(std::isnan(a)); });
    compare_pairs<V>(
        tally, "masks", [&](V a, V b) { return chosen(((a < b) | (a == 0)) & !(b < 1)); },
        [&](T a, T b) { return choice((a < b || a == 0) && !(b < 1)); });
  });
  tally.check(200000);
  std::cout << widths << " widths, up to " << instruction_set<T>() << ", "
            << simd::architecture_name() << '\n';
  CHECK(widths >= 1);
}

TEMPLATE_TEST_CASE("fma rounds once exactly where has_fma says so", "[simd]", float, double) {
  using T = TestType;
  Tally tally;
  for_each_width<T>([&](auto batch) {
    using V = decltype(batch);
    compare_pairs<V>(
        tally, "fma(a, b, 0.1)", [](V a, V b) { return fma(a, b, V(T(0.1))); },
        [](T a, T b) {
          return simd::has_fma ? std::fma(a, b, T(0.1)) : sum(product(a, b), T(0.1));
        });
  });
  tally.check(10000);
}

TEMPLATE_TEST_CASE("partial loads and stores touch no element beyond their count", "[simd]", float,
                   double) {
  using T = TestType;
  for_each_width<T>([&](auto batch) {
    using V = decltype(batch);
    for (std::size_t count = 1; count <= V::size; ++count) {
      const std::vector<T> from(mixture<T>().begin() + 20,
                                mixture<T>().begin() + 20 + static_cast<std::ptrdiff_t>(count));
      std::vector<T> to(V::size + 1, untouched<T>);
      V::load_first(from.data(), count).store_first(to.data(), count);
      std::size_t wrong = 0;
      for (std::size_t i = 0; i < to.size(); ++i)
        if (!same_bits(to[i], i < count ? from[i] : untouched<T>)) ++wrong;
      CHECK(wrong == 0);
    }
  });
}

TEST_CASE("the instruction set has a name", "[simd]") {
  CHECK(std::string(simd::instruction_set()).size() > 2);
  CHECK(simd::xsimd_version() >= 80000);
}

}  // namespace
