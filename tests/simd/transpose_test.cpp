#include "widths.hpp"

#include <support/call_paths.hpp>

#include <hillock/simd/transpose.hpp>

#include <array>
#include <numeric>

namespace {

namespace simd = hillock::detail::simd;
using simd_checks::for_each_width;

TEMPLATE_TEST_CASE("rows transposed have their first elements in the first batch, and go back",
                   "[simd]", float, double) {
  using T = TestType;
  constexpr std::size_t size = simd::square_size<T>;
  CHECK(for_each_width<T>([](auto v) {
          using V = decltype(v);
          for (std::size_t step = size; step < 3 * size; ++step) {
            std::vector<T> rows(V::size * step);
            std::iota(rows.begin(), rows.end(), T(1));
            V columns[size];
            load_transposed(rows.data(), static_cast<std::ptrdiff_t>(step), columns);
            std::vector<T> back(rows.size(), T(0));
            store_transposed(columns, back.data(), static_cast<std::ptrdiff_t>(step));
            std::size_t wrong = 0;
            for (std::size_t i = 0; i < V::size; ++i)
              for (std::size_t e = 0; e < step; ++e)
                if (back[i * step + e] != (e < size ? rows[i * step + e] : T(0))) ++wrong;
            for (std::size_t e = 0; e < size; ++e) {
              T lanes[V::size];
              columns[e].store(lanes);
              for (std::size_t i = 0; i < V::size; ++i)
                if (lanes[i] != rows[i * step + e]) ++wrong;
            }
            CHECK(wrong == 0);
          }
        }) > 0);
}

TEMPLATE_TEST_CASE("pairs split are their first and their second elements, and merge again",
                   "[simd]", float, double) {
  using T = TestType;
  CHECK(for_each_width<T>([](auto v) {
          using V = decltype(v);
          std::array<T, 2 * V::size> pairs, merged;
          std::iota(pairs.begin(), pairs.end(), T(0));
          V a = V::load(pairs.data()), b = V::load(pairs.data() + V::size);
          split_pairs(a, b);
          T first[V::size], second[V::size], again[V::size], split[V::size];
          pairs_in_order(a).store(first);
          pairs_in_order(b).store(second);
          pairs_in_split_order(pairs_in_order(a)).store(again);
          a.store(split);
          merge_pairs(a, b);
          a.store(merged.data());
          b.store(merged.data() + V::size);
          CHECK(merged == pairs);
          std::size_t wrong = 0;
          for (std::size_t i = 0; i < V::size; ++i) {
            if (first[i] != T(2 * i) || second[i] != T(2 * i + 1)) ++wrong;
            if (again[i] != split[i]) ++wrong;
          }
          CHECK(wrong == 0);
        }) > 0);
}

TEMPLATE_TEST_CASE("a square in memory is transposed between any two steps", "[simd]", float,
                   double) {
  using T = TestType;
  constexpr auto size = static_cast<std::ptrdiff_t>(simd::square_size<T>);
  for (std::ptrdiff_t from_step = size; from_step < 2 * size; ++from_step)
    for (std::ptrdiff_t to_step = size; to_step < 2 * size; ++to_step) {
      std::vector<T> from(static_cast<std::size_t>(size * from_step));
      std::vector<T> to(static_cast<std::size_t>(size * to_step), T(0));
      std::iota(from.begin(), from.end(), T(1));
      simd::transpose_square(from.data(), from_step, to.data(), to_step);
      std::size_t wrong = 0;
      for (std::ptrdiff_t j = 0; j < size; ++j)
        for (std::ptrdiff_t i = 0; i < to_step; ++i)
          if (to.data()[j * to_step + i] != (i < size ? from.data()[i * from_step + j] : T(0)))
            ++wrong;
      CHECK(wrong == 0);
    }
}

}  // namespace
