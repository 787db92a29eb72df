// The powers of two between 1 and 2, as tables that stay in registers, from which one instruction
// looks up an entry for every lane.
//
//   e^x = 2^(n + j/N) (1 + m),  m = e^r - 1,  |r| <= ln 2 / 2N,  N = 8 or 16.
//
// For so small an r a polynomial of two coefficients is enough where |r| <= ln 2 / 2 needs five: a
// lookup and an integer addition replace three multiply-adds. Only e^x gains; e^x - 1 near 0 needs
// m with a small relative error, which takes one more coefficient and a second table.
#pragma once

#include <hillock/simd/batch.hpp>

#include <cstddef>
#include <cstdint>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace kernels {

/// The rounded powers 2^(j/16), and their rounding errors divided by the rounded powers.
inline constexpr float sixteenth_powers[16] = {
    0x1p0f,        0x1.0b5586p0f, 0x1.172b84p0f, 0x1.2387a6p0f, 0x1.306fep0f,  0x1.3dea64p0f,
    0x1.4bfdaep0f, 0x1.5ab07ep0f, 0x1.6a09e6p0f, 0x1.7a1148p0f, 0x1.8ace54p0f, 0x1.9c4918p0f,
    0x1.ae89fap0f, 0x1.c199bep0f, 0x1.d5818ep0f, 0x1.ea4afap0f};
inline constexpr float sixteenth_rests[16] = {0,
                                              0x1.8d96d4p-25f,
                                              -0x1.9c0c22p-27f,
                                              0x1.964904p-25f,
                                              0x1.125002p-25f,
                                              0x1.370be4p-25f,
                                              -0x1.0a355p-25f,
                                              -0x1.00d8acp-27f,
                                              0x1.26055cp-26f,
                                              -0x1.05cb44p-25f,
                                              0x1.67a1cap-28f,
                                              0x1.a3b5e4p-28f,
                                              -0x1.f9c304p-27f,
                                              -0x1.6961b4p-28f,
                                              -0x1.a5217cp-28f,
                                              0x1.61428ep-28f};

/// The entries for N = 2^Bits. A kernel shifts the integer n N + j so that n is in the place of the
/// exponent, and adds mantissas[j] to get the pattern of 2^(n + j/N): that is the mantissa of the
/// power less what j itself put there. rests[j] is the pattern of the relative rounding error.
template <int Bits>
struct PowerTableEntries {
  static constexpr std::size_t size = std::size_t{1} << Bits;
  alignas(64) std::uint32_t mantissas[size];
  alignas(64) std::uint32_t rests[size];
};

/// The entries, and the polynomial that goes with them: fpminimax of e^r - 1 - r by r^2 and r^3.
/// The comments give the range of r and the error of e^r.
template <int Bits>
struct PowerTable;
template <>
struct PowerTable<3> : PowerTableEntries<3> {  // |r| <= 0.04335: 2^-25.2
  static constexpr float p[2] = {0x1.00087ep-1f, 0x1.555d8ap-3f};
};
template <>
struct PowerTable<4> : PowerTableEntries<4> {  // |r| <= 0.02168: 2^-29.2
  static constexpr float p[2] = {0x1.00022p-1f, 0x1.555762p-3f};
};

/// Returns the pattern of a float that is 0 or has a magnitude in [2^-31, 1).
constexpr std::uint32_t pattern_of_small(float value) noexcept {
  if (value == 0) return 0;
  const std::uint32_t sign = value < 0 ? 0x80000000u : 0;
  float magnitude = value < 0 ? -value : value;
  std::uint32_t exponent = 127;
  for (; magnitude < 1; magnitude *= 2) --exponent;
  return sign | exponent << 23 | static_cast<std::uint32_t>((magnitude - 1) * 0x1p23f);
}

template <int Bits>
constexpr PowerTable<Bits> make_power_table() noexcept {
  PowerTable<Bits> table{};
  for (std::uint32_t j = 0; j < PowerTable<Bits>::size; ++j) {
    const std::size_t of_sixteen = std::size_t{j} << (4 - Bits);
    table.mantissas[j] = static_cast<std::uint32_t>((sixteenth_powers[of_sixteen] - 1) * 0x1p23f) -
                         (j << (23 - Bits));
    table.rests[j] = pattern_of_small(sixteenth_rests[of_sixteen]);
  }
  return table;
}

template <int Bits>
inline constexpr PowerTable<Bits> power_table = make_power_table<Bits>();

}  // namespace kernels
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
