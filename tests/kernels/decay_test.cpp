// The table of powers of two, and e^x for x <= 0, which uses it where one instruction looks up.
#include "checks.hpp"

#include <hillock/kernels/decay.hpp>

namespace {

using namespace support;
using namespace hillock::detail::kernels;

float float_of(std::uint32_t pattern) {
  float value;
  std::memcpy(&value, &pattern, sizeof(value));
  return value;
}

template <int Bits>
void check_table() {
  constexpr auto& table = power_table<Bits>;
  static_assert(table.size == std::size_t{1} << Bits);
  for (std::uint32_t j = 0; j < table.size; ++j) {
    INFO(j);
    // The kernel puts 2^(n + j/N) together like this; here n = 0.
    const std::uint32_t index = (127u << Bits) + j;
    const float power = float_of((index << (23 - Bits)) + table.mantissas[j]);
    const long double true_power = std::exp2(static_cast<long double>(j) / table.size);
    CHECK(power == static_cast<float>(true_power));
    const long double rest = (true_power - power) / power;
    CHECK(float_of(table.rests[j]) == static_cast<float>(rest));
  }
}

template <class V>
Decay<V> decay(V x) {
  return decay_of(reduced_decay(not_below_decay_limit(x)));
}

TEST_CASE("the tables of powers hold the nearest floats and what is left of each", "[decay]") {
  check_table<3>();
  check_table<4>();
}

// The error is a little larger with the table than without, because the table is rounded. The lower
// part corrects that, so that only the error of m is left: with 8 entries that of the polynomial,
// 2^-25.2; without a table the rounding of m up to 0.41 and of r up to 0.35, with fma 0.507 ULP
// (aarch64).
TEST_CASE("a decay is within 1.6 ULP, and within half a ULP together with its lower part",
          "[decay]") {
  using V = hillock::detail::simd::Batch<float>;
  double worst = 0;
  double worst_of_both = 0;
  int points = 0;
  for (float x = 0; x > -80; x -= 0x1.23p-13f * (1 - x)) {
    const auto e = decay(V(x));
    const double scaled = static_cast<double>(e.scaled.first());
    const double true_scaled = std::exp(static_cast<double>(x)) * 0x1p64;
    const double ulp = std::ldexp(1.0, std::ilogb(true_scaled) - 23);
    worst = std::max(worst, std::fabs(scaled - true_scaled) / ulp);
    const double low = static_cast<double>(e.scaled_low.first());
    worst_of_both = std::max(worst_of_both, std::fabs(scaled + low - true_scaled) / ulp);
    ++points;
  }
  INFO(points << " points, " << worst << ", with the lower part " << worst_of_both);
  CHECK(points > 30000);
  CHECK(worst < 1.6);
  constexpr int table_bits = hillock::detail::simd::table_bits<float>;
  constexpr bool is_without_table = hillock::detail::simd::has_fma && table_bits == 0;
  CHECK(worst_of_both < (table_bits == 4 ? 0.2 : is_without_table ? 0.51 : 0.5));
}

// A change of the last coefficient by a thousandth of it does not change the largest error, but
// some of the lower parts.
TEST_CASE("no coefficient of a decay has changed", "[decay]") {
  constexpr int table_bits = hillock::detail::simd::table_bits<float>;
  const Recorded without_table_value{0x09fe0b5fd1951541, 0x8842bf247b283b4a};
  const Recorded without_table_low{0x9640b73948d1922d, 0x37d38d9b6032421d};
  const auto value = [](auto x) { return decay(x).scaled; };
  const auto low = [](auto x) { return decay(x).scaled_low; };
  CHECK(checksum<float>(value, -131, 0) == (table_bits == 4   ? 0x8dff40ed60ab9af7
                                            : table_bits == 3 ? 0xff38686e87fc7d82
                                                              : without_table_value.here()));
  CHECK(checksum<float>(low, -131, 0) == (table_bits == 4   ? 0x5e13a59de1683e5c
                                          : table_bits == 3 ? 0x4deba4e4d5b1e0b0
                                                            : without_table_low.here()));
}

}  // namespace
