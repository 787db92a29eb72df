#include <support/catch.hpp>

#include <hillock/simd/masked_exceptions.hpp>

#include <cfenv>
#include <cmath>
#include <limits>

namespace {

namespace simd = hillock::detail::simd;

#if defined(__GLIBC__) && defined(__x86_64__)
TEST_CASE("a trap that is enabled does not stop a masked computation, and is enabled afterwards",
          "[simd]") {
  volatile double largest = std::numeric_limits<double>::max(), zero = 0, results[3] = {};
  const int traps = FE_OVERFLOW | FE_INVALID | FE_DIVBYZERO;
  std::feclearexcept(FE_ALL_EXCEPT);
  feenableexcept(traps);
  simd::with_masked_exceptions([&] {
    results[0] = largest * 2;
    results[1] = 1 / zero;
    results[2] = zero / zero;
  });
  std::feclearexcept(FE_ALL_EXCEPT);
  const int enabled = fegetexcept();
  fedisableexcept(FE_ALL_EXCEPT);
  CHECK(enabled == traps);
  CHECK(std::isinf(results[0]));
  CHECK(std::isinf(results[1]));
  CHECK(std::isnan(results[2]));
}
#endif

TEST_CASE("a masked computation is carried out, and the rounding mode stays", "[simd]") {
  std::fesetround(FE_UPWARD);
  int calls = 0, mode_inside = 0;
  simd::with_masked_exceptions([&] {
    ++calls;
    mode_inside = std::fegetround();
  });
  const int mode_after = std::fegetround();
  std::fesetround(FE_TONEAREST);
  CHECK(calls == 1);
  CHECK(mode_inside == FE_UPWARD);
  CHECK(mode_after == FE_UPWARD);
}

}  // namespace
