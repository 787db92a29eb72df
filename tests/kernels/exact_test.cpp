// Pairs of doubles, and the one rounding that Accuracy::exact ends with.
#include "checks.hpp"

#include <hillock/kernels/exact.hpp>

namespace {

using namespace support;
using namespace kernel_checks;
using namespace hillock::detail::kernels;

using W = hillock::detail::simd::Batch<double>;

Pair<W> pair_of(double high, double low) { return TwoParts<W>{high, low}; }

/// How far a pair is from high + low, relative to it.
double distance(const Pair<W>& pair, double high, double low) {
  const double difference = (pair.high.first() - high) + (pair.low.first() - low);
  return std::fabs(difference / high);
}

// The numbers are by MPFR, to 106 bits.
TEST_CASE("the exponential of a pair has some 100 bits", "[exact]") {
  const auto at = [](double x) { return decay_of(reduced_decay(Pair<W>(x))).value(); };
  const auto loss_at = [](double x) {
    return decay_from_one_of(reduced_decay_from_one(Pair<W>(x))).scaled_loss *
           Pair<W>(ExpConstants<double>::from_tail);
  };
  CHECK(distance(at(-1), 0x1.78b56362cef38p-2, -0x1.ca8a4270fadf5p-57) < 0x1p-100);
  CHECK(distance(at(-0.0625), 0x1.e0fabfbc702a4p-1, -0x1.8d0e700fcfb65p-56) < 0x1p-100);
  CHECK(distance(at(-100), 0x1.a8c1f14e2af5dp-145, -0x1.43089bb228e2cp-199) < 0x1p-100);
  CHECK(distance(loss_at(-1), 0x1.43a54e4e98864p-1, 0x1.ca8a4270fadf5p-57) < 0x1p-100);
  CHECK(distance(loss_at(-0.0625), 0x1.f0540438fd5c3p-5, 0x1.a1ce01f9f6ca7p-61) < 0x1p-100);
  CHECK(distance(loss_at(-0x1p-40), 0x1.ffffffffffp-41, 0x1.5555555555p-123) < 0x1p-100);
}

TEST_CASE("pairs are added, multiplied and divided to some 100 bits", "[exact]") {
  const Pair<W> third = Pair<W>(1) / Pair<W>(3);
  CHECK(distance(third, 0x1.5555555555555p-2, 0x1.5555555555555p-56) < 0x1p-103);
  CHECK(distance(third * Pair<W>(3), 1, 0) < 0x1p-103);
  CHECK(distance(third + third + third, 1, 0) < 0x1p-102);
  CHECK(bits_of((third - third).high.first()) == bits_of(0.0));
  const Pair<W> above = pair_of(1, 0x1p-80), below = pair_of(1, -0x1p-80);
  CHECK(any(below < above));
  CHECK_FALSE(any(above < below));
  CHECK(any(above > Pair<W>(1)));
  CHECK(any(below <= Pair<W>(1)));
  CHECK(any(above == above));
  CHECK_FALSE(any(above == Pair<W>(1)));
  CHECK(abs(-above).low.first() == 0x1p-80);
  CHECK(copysign(above, Pair<W>(-0.0)).low.first() == -0x1p-80);
}

// A thousandth of the lowest part of ln 2 is in the last bits of the lower double.
TEST_CASE("no coefficient of a pair's exponential has changed", "[exact]") {
  std::vector<double> x;
  for (int i = 0; i < 4000; ++i) x.push_back(-0.1875 * i - 0x1p-30);
  const auto high = [](W at) { return decay_of(reduced_decay(Pair<W>(at))).scaled.high; };
  const auto low = [](W at) { return decay_of(reduced_decay(Pair<W>(at))).scaled.low; };
  const std::uint64_t sum = bits_sum(map(high, x)) ^ (bits_sum(map(low, x)) * 3);
  INFO(std::hex << "0x" << sum);
  CHECK(sum == 0xa27187a943dd20c9);
}

TEST_CASE("a pair is rounded to odd: what it is rounded to next is right", "[exact]") {
  const double tie = 1 + 0x1p-24;  // between two floats
  const auto rounded = [](double high, double low) {
    return static_cast<float>(pair_of(high, low).rounded_to_odd().first());
  };
  CHECK(rounded(tie, 0) == 1);
  CHECK(rounded(tie, 0x1p-100) == 1 + 0x1p-23f);
  CHECK(rounded(tie, -0x1p-100) == 1);
  CHECK(rounded(-tie, -0x1p-100) == -1 - 0x1p-23f);
  CHECK(rounded(-tie, 0x1p-100) == -1);
  CHECK(rounded(1 + 3 * 0x1p-24, 0) == 1 + 0x1p-22f);
  CHECK(rounded(1 + 3 * 0x1p-24, -0x1p-1000) == 1 + 0x1p-23f);
  CHECK(rounded(0x1p-150, 0x1p-300) == 0x1p-149f);
  CHECK(rounded(0x1p-150, 0) == 0);
  CHECK(rounded(1, 0x1p-60) == 1);
}

/// To nearest, ties to even, by the integer nearest to the number of spacings.
template <class Format>
double nearest(double y) {
  int exponent = y == 0 ? Format::min_exponent : std::ilogb(y);
  if (exponent < Format::min_exponent) exponent = Format::min_exponent;
  const int spacing = exponent - Format::digits + 1;
  return std::copysign(std::ldexp(std::nearbyint(std::ldexp(std::fabs(y), -spacing)), spacing), y);
}

template <class Format>
std::size_t differing_roundings() {
  std::vector<double> y = {0.0, -0.0};
  for (int exponent = Format::min_exponent - Format::digits - 3; exponent < 20; ++exponent)
    for (const double mantissa : {1.0, 1 + 0x1p-52, 1.5, 1.75, 2 - 0x1p-52})
      for (int steps = 0; steps < 4; ++steps)
        for (const double distance : {-0x1p-50, 0.0, 0x1p-50}) {
          const double spacing = std::ldexp(1.0, -Format::digits);
          const double value = (mantissa + steps * spacing) * (1 + distance);
          y.push_back(std::ldexp(value, exponent));
          y.push_back(-std::ldexp(value, exponent));
        }
  REQUIRE(y.size() > 1500);
  const std::vector<double> rounded = map([](W at) { return rounded_to<Format>(at); }, y);
  std::size_t differing = 0;
  for (std::size_t i = 0; i < y.size(); ++i)
    if (bits_of(rounded[i]) != bits_of(nearest<Format>(y[i]))) ++differing;
  return differing;
}

TEST_CASE("a double is rounded to the bits of a format, ties to even, subnormals included",
          "[exact]") {
  CHECK(differing_roundings<Binary16>() == 0);
  CHECK(differing_roundings<BFloat16>() == 0);
  CHECK(differing_roundings<Binary32>() == 0);
  const W infinity = Special<double>::infinity;
  CHECK(std::isinf(rounded_to<Binary16>(infinity).first()));
  CHECK(std::isnan(rounded_to<Binary16>(W(Special<double>::quiet_nan)).first()));
}

}  // namespace
