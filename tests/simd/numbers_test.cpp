#include <support/catch.hpp>
#include <support/inputs.hpp>

#include <hillock/simd/numbers.hpp>

#include <cmath>
#include <cstddef>

namespace {

using namespace support;
namespace simd = hillock::detail::simd;

TEMPLATE_TEST_CASE("numbers are classified by their bits", "[simd]", float, double) {
  using T = TestType;
  std::size_t wrong = 0;
  for (const T x : mixture<T>()) {
    if (simd::is_nan_number(x) != std::isnan(x)) ++wrong;
    if (simd::is_finite_number(x) != std::isfinite(x)) ++wrong;
    if (simd::number_of<T>(simd::pattern_of(x)) != x && !std::isnan(x)) ++wrong;
  }
  CHECK(wrong == 0);
  for (const T nan : nans<T>()) CHECK(simd::is_nan_number(nan));
  CHECK(simd::is_finite_number(Special<T>::largest));
  CHECK_FALSE(simd::is_finite_number(-Special<T>::infinity));
}

// The processor does not flush subnormal numbers here, so that its own conversion is the reference.
TEST_CASE("a double below the normal floats is rounded as the processor rounds it", "[simd]") {
  std::size_t points = 0, subnormal = 0, wrong = 0;
  const auto check = [&](double x) {
    const float wanted = static_cast<float>(x);
    ++points;
    if (wanted != 0) ++subnormal;
    if (bits_of(simd::subnormal_from(x)) != bits_of(wanted)) ++wrong;
    if (bits_of(simd::subnormal_from(-x)) != bits_of(-wanted)) ++wrong;
  };
  for (int exponent = -1074; exponent < -126; ++exponent)
    for (const double mantissa : {1.0, 1 + 0x1p-52, 1.25, 1.5, 1.5 + 0x1p-30, 2 - 0x1p-52})
      check(std::ldexp(mantissa, exponent));
  // Every tie between two subnormal floats of a few bits, and its neighbours.
  for (int odd = 1; odd < 200; odd += 2) {
    const double tie = std::ldexp(odd, -150);
    for (const double x : {tie, std::nextafter(tie, 0.0), std::nextafter(tie, 1.0)}) check(x);
  }
  check(0);
  check(std::nextafter(0x1p-126, 0.0));  // rounded up to the smallest normal float
  CHECK(points > 5000);
  CHECK(subnormal > 300);
  CHECK(wrong == 0);
}

TEST_CASE("a float is widened as it is, subnormal or not", "[simd]") {
  std::size_t wrong = 0;
  for (const float x : mixture<float>()) {
    const double wanted = static_cast<double>(x);
    if (bits_of(simd::widened_with_subnormals(x)) != bits_of(wanted)) ++wrong;
  }
  for (std::uint32_t pattern = 0; pattern < 0x900000; pattern += 4099) {
    const float x = simd::number_of<float>(pattern);
    if (simd::widened_with_subnormals(x) != static_cast<double>(x)) ++wrong;
    if (simd::widened_with_subnormals(-x) != -static_cast<double>(x)) ++wrong;
  }
  CHECK(wrong == 0);
}

TEMPLATE_TEST_CASE("a number is scaled to one by a power of two, and back", "[simd]", float,
                   double) {
  using T = TestType;
  std::size_t wrong = 0, finite = 0;
  for (const T x : mixture<T>()) {
    if (!std::isfinite(x)) continue;
    ++finite;
    const auto scale = simd::scale_to_one(x);
    const T scaled = std::fabs(x * scale.to);
    if (scale.to * scale.back != 1 || !(scaled < 4)) ++wrong;
    if (std::fabs(x) >= Special<T>::smallest_normal && !(scaled >= 1)) ++wrong;
    if (std::fabs(x) >= Special<T>::smallest_normal && std::fabs(x) < 1 && !(scaled < 2)) ++wrong;
  }
  CHECK(finite > 300);
  CHECK(wrong == 0);
}

}  // namespace
