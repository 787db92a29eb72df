#include "widths.hpp"

#include <support/call_paths.hpp>

#include <hillock/simd/batch.hpp>

#include <array>

namespace {

using namespace support;
namespace simd = hillock::detail::simd;
using simd_checks::for_each_width;

template <class V, class Operation, class Wanted>
void compare_pairs(Comparison& comparison, const char* what, const Operation& operation,
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
        comparison.expect(out[i], wanted_of(numbers[start + i], b[i]), numbers[start + i], what,
                          static_cast<Index>(start + i), static_cast<Index>(V::size));
    }
}

TEMPLATE_TEST_CASE(
    "every operation of a batch is that of its lanes, NaN and signs of zero included", "[simd]",
    float, double) {
  using T = TestType;
  Comparison comparison;
  const int widths = for_each_width<T>([&](auto batch) {
    using V = decltype(batch);
    compare_pairs<V>(
        comparison, "a + b", [](V a, V b) { return a + b; }, [](T a, T b) { return sum(a, b); });
    compare_pairs<V>(
        comparison, "a - b", [](V a, V b) { return a - b; }, [](T a, T b) { return sum(a, -b); });
    compare_pairs<V>(
        comparison, "a b", [](V a, V b) { return a * b; }, [](T a, T b) { return product(a, b); });
    compare_pairs<V>(
        comparison, "a / b", [](V a, V b) { return a / b; }, [](T a, T b) { return a / b; });
    compare_pairs<V>(
        comparison, "-a", [](V a, V) { return -a; }, [](T a, T) { return -a; });
    compare_pairs<V>(
        comparison, "abs", [](V a, V) { return abs(a); }, [](T a, T) { return std::fabs(a); });
    compare_pairs<V>(
        comparison, "sqrt", [](V a, V) { return sqrt(abs(a)); },
        [](T a, T) { return std::sqrt(std::fabs(a)); });
    compare_pairs<V>(
        comparison, "copysign", [](V a, V b) { return copysign(a, b); },
        [](T a, T b) { return std::copysign(a, b); });
    compare_pairs<V>(
        comparison, "max", [](V a, V b) { return max(a, b); },
        [](T a, T b) { return std::isnan(a) || a > b ? a : b; });
    compare_pairs<V>(
        comparison, "min", [](V a, V b) { return min(a, b); },
        [](T a, T b) { return std::isnan(a) || a < b ? a : b; });
    compare_pairs<V>(
        comparison, "larger_or_first",
        [](V a, V b) { return nan_or(a, nan_or(b, larger_or_first(a, b))); },
        [](T a, T b) { return std::isnan(b) && !std::isnan(a) ? b
                              : b > a                         ? b
                                                              : a; });
    compare_pairs<V>(
        comparison, "nan_or", [](V a, V b) { return nan_or(a, b); },
        [](T a, T b) { return std::isnan(a) ? a : b; });
    compare_pairs<V>(
        comparison, "one_where_positive", [](V a, V b) { return one_where_positive(a, b); },
        [](T a, T b) { return std::isnan(a) ? a
                              : a > 0       ? T(1)
                                            : b; });
    const auto chosen = [](auto mask) { return select(mask, V(1), V(2)); };
    const auto choice = [](bool condition) { return condition ? T(1) : T(2); };
    compare_pairs<V>(
        comparison, "a < b", [&](V a, V b) { return chosen(a < b); },
        [&](T a, T b) { return choice(a < b); });
    compare_pairs<V>(
        comparison, "a <= b", [&](V a, V b) { return chosen(a <= b); },
        [&](T a, T b) { return choice(a <= b); });
    compare_pairs<V>(
        comparison, "a > b", [&](V a, V b) { return chosen(a > b); },
        [&](T a, T b) { return choice(a > b); });
    compare_pairs<V>(
        comparison, "a >= b", [&](V a, V b) { return chosen(a >= b); },
        [&](T a, T b) { return choice(a >= b); });
    compare_pairs<V>(
        comparison, "a == a", [&](V a, V) { return chosen(a == a); },
        [&](T a, T) { return choice(a == a); });
    compare_pairs<V>(
        comparison, "a != b", [&](V a, V b) { return chosen(a != b); },
        [&](T a, T b) { return choice(a != b); });
    compare_pairs<V>(
        comparison, "a != a", [&](V a, V) { return chosen(a != a); },
        [&](T a, T) { return choice(a != a); });
    compare_pairs<V>(
        comparison, "is_nan", [&](V a, V) { return chosen(is_nan(a)); },
        [&](T a, T) { return choice(std::isnan(a)); });
    compare_pairs<V>(
        comparison, "masks", [&](V a, V b) { return chosen(((a < b) | (a == 0)) & !(b < 1)); },
        [&](T a, T b) { return choice((a < b || a == 0) && !(b < 1)); });
    compare_pairs<V>(
        comparison, "zero_where", [&](V a, V b) { return zero_where(a <= b, a); },
        [&](T a, T b) { return a <= b ? T(0) : a; });
    // The limits are numbers, and no zeros of both signs meet.
    compare_pairs<V>(
        comparison, "not_below", [&](V a, V) { return not_below(a, V(-2)); },
        [&](T a, T) { return a < -2 ? T(-2) : a; });
    compare_pairs<V>(
        comparison, "not_above", [&](V a, V) { return not_above(a, V(3)); },
        [&](T a, T) { return a > 3 ? T(3) : a; });
    // Where the sign is that of a zero or a NaN either may be chosen.
    compare_pairs<V>(
        comparison, "by_sign",
        [&](V a, V b) { return select((b > 0) | (b < 0), by_sign(b, a, V(5)), V(1)); },
        [&](T a, T b) { return b > 0   ? a
                               : b < 0 ? T(5)
                                       : T(1); });
    compare_pairs<V>(
        comparison, "have_same_bits", [&](V a, V b) { return chosen(have_same_bits(a, b)); },
        [&](T a, T b) { return choice(bits_of(a) == bits_of(b)); });
  });
  comparison.check(200000);
  std::cout << widths << " widths, up to " << instruction_set<T>() << ", "
            << simd::architecture_name() << '\n';
  CHECK(widths >= 1);
}

TEMPLATE_TEST_CASE("fma rounds once exactly where has_fma says so", "[simd]", float, double) {
  using T = TestType;
  Comparison comparison;
  for_each_width<T>([&](auto batch) {
    using V = decltype(batch);
    compare_pairs<V>(
        comparison, "fma(a, b, 0.1)", [](V a, V b) { return fma(a, b, V(T(0.1))); },
        [](T a, T b) {
          return simd::has_fma ? std::fma(a, b, T(0.1)) : sum(product(a, b), T(0.1));
        });
  });
  comparison.check(10000);
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

TEMPLATE_TEST_CASE("lanes are counted where a mask holds", "[simd]", float, double) {
  using T = TestType;
  for_each_width<T>([&](auto batch) {
    using V = decltype(batch);
    using Bits = decltype(bits(batch));
    const std::vector<T>& numbers = mixture<T>();
    std::size_t wrong = 0, points = 0;
    for (const T limit : {T(0), T(0.5), T(6)})
      for (std::size_t start = 0; start + V::size <= numbers.size(); start += V::size) {
        const V x = V::load(&numbers[start]);
        typename Bits::value_type above[V::size], above_too[V::size];
        increment_where(x > limit, Bits(7)).store(above);
        increment_where_above(select(is_nan(x), V(0), x), V(limit), Bits(7)).store(above_too);
        for (std::size_t i = 0; i < V::size; ++i, ++points) {
          const std::size_t wanted = numbers[start + i] > limit ? 8 : 7;
          if (above[i] != wanted || above_too[i] != wanted) ++wrong;
        }
      }
    CHECK(points > 1000);
    CHECK(wrong == 0);
  });
}

TEST_CASE("a batch of floats is widened and narrowed in halves", "[simd]") {
  for_each_width<float>([&](auto batch) {
    using V = decltype(batch);
    using W = simd::Batch<double, typename V::arch>;
    const std::vector<float>& numbers = mixture<float>();
    std::size_t wrong = 0, points = 0;
    for (std::size_t start = 0; start + V::size <= numbers.size(); start += V::size) {
      const V x = V::load(&numbers[start]);
      const auto all = widened_with_subnormals(x);
      const W low = widened_low(x), high = widened_high(x);
      double wide[V::size], wide_too[V::size];
      float back[V::size], rounded[V::size];
      low.store(wide);
      high.store(wide + W::size);
      all.low.store(wide_too);
      all.high.store(wide_too + W::size);
      narrowed(low, high).store(back);
      narrowed_with_subnormals(low * (1 + 0x1p-30), high * (1 + 0x1p-30)).store(rounded);
      for (std::size_t i = 0; i < V::size; ++i, ++points) {
        const float number = numbers[start + i];
        if (!same_bits(wide[i], static_cast<double>(number))) ++wrong;
        if (!same_bits(wide_too[i], static_cast<double>(number))) ++wrong;
        if (!same_bits(back[i], number) || !same_bits(rounded[i], number)) ++wrong;
      }
    }
    CHECK(points > 300);
    CHECK(wrong == 0);
  });
}

TEST_CASE("every lane looks up its entry of a table", "[simd]") {
  constexpr int table_bits = simd::table_bits<float>;
  CHECK(table_bits <= 4);
  if constexpr (table_bits > 0) {
    constexpr std::size_t size = std::size_t{1} << table_bits;
    alignas(64) std::uint32_t table[size];
    for (std::uint32_t i = 0; i < size; ++i) table[i] = 1000 + i * i;
    for_each_width<float>([&](auto batch) {
      using V = decltype(batch);
      using Bits = decltype(bits(batch));
      std::uint32_t index[V::size], entry[V::size];
      std::size_t wrong = 0;
      for (std::uint32_t first = 0; first < 100; ++first) {
        // The bits above the lowest ones are to be ignored.
        for (std::uint32_t i = 0; i < V::size; ++i) index[i] = first * 77 + i * 5;
        lookup(table, Bits::load(index)).store(entry);
        for (std::size_t i = 0; i < V::size; ++i)
          if (entry[i] != table[index[i] % size]) ++wrong;
      }
      CHECK(wrong == 0);
    });
  }
}

TEST_CASE("the instruction set has a name", "[simd]") {
  CHECK(std::string(simd::instruction_set()).size() > 2);
  CHECK(simd::xsimd_version() >= 80000);
}

}  // namespace
