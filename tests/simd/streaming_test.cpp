#include "widths.hpp"

#include <support/catch.hpp>

#include <hillock/simd/streaming.hpp>

#include <vector>

namespace {

namespace simd = hillock::detail::simd;
using simd_checks::for_each_width;

TEMPLATE_TEST_CASE("a streamed batch is where a stored one would be", "[simd]", float, double) {
  using T = TestType;
  CHECK(for_each_width<T>([](auto v) {
          using V = decltype(v);
          alignas(64) T streamed[3 * V::size] = {};
          T lanes[V::size];
          for (std::size_t i = 0; i < V::size; ++i) lanes[i] = static_cast<T>(i + 1);
          simd::fetch_ahead_of(lanes);  // beyond its end, too
          simd::stream(streamed + V::size, V::load(lanes));
          simd::finish_streaming();
          std::size_t wrong = 0;
          for (std::size_t i = 0; i < 3 * V::size; ++i) {
            const bool is_inside = i >= V::size && i < 2 * V::size;
            if (streamed[i] != (is_inside ? lanes[i - V::size] : T(0))) ++wrong;
          }
          CHECK(wrong == 0);
        }) > 0);
}

}  // namespace
