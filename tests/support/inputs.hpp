// The numbers at which functions are tested.
#pragma once

#include <support/ulp.hpp>

#include <cstddef>
#include <random>
#include <vector>

namespace support {

template <class T>
struct Special {
  static constexpr T infinity = std::numeric_limits<T>::infinity();
  static constexpr T largest = std::numeric_limits<T>::max();
  static constexpr T smallest_normal = std::numeric_limits<T>::min();
  static constexpr T smallest = std::numeric_limits<T>::denorm_min();
  static constexpr T quiet_nan = std::numeric_limits<T>::quiet_NaN();
};

/// NaNs of both signs, with and without a payload.
template <class T>
std::vector<T> nans() {
  using Bits = BitsOf<T>;
  const Bits quiet = bits_of(Special<T>::quiet_nan) & ~(Bits{1} << (8 * sizeof(T) - 1));
  const Bits sign = Bits{1} << (8 * sizeof(T) - 1);
  return {from_bits<T>(quiet), from_bits<T>(quiet | sign), from_bits<T>(quiet | 0x1234),
          from_bits<T>(quiet | sign | 1)};
}

/// Where a formula changes or a result reaches its limit: 1 - s is lost, e^x overflows or vanishes,
/// a clamp is near.
template <class T>
std::vector<double> thresholds() {
  std::vector<double> places = {0.3466,   0.6931,   1,        1.2784645427610738,
                                2.42,     5.288,    8.68,     9.01091,
                                9.1,      15.7,     17.32868, 18.715,
                                19.0615,  19.1,     36.7437,  37.4299,
                                40,       44.3614,  60,       64,
                                87.3365,  88.3763,  88.7228,  89,
                                103.2789, 103.9721, 105,      110,
                                193,      354.891,  373.2,    512,
                                708.3964, 709.7827, 710,      744.4401,
                                745.1332, 746,      760,      1456,
                                5e29,     7e29,     1e30};
  return places;
}

/// `count` neighbours of x on each side, and x.
template <class T>
void append_neighbours(std::vector<T>& to, T x, int count) {
  T below = x, above = x;
  to.push_back(x);
  for (int i = 0; i < count; ++i) {
    below = std::nextafter(below, -Special<T>::infinity);
    above = std::nextafter(above, Special<T>::infinity);
    to.push_back(below);
    to.push_back(above);
  }
}

inline constexpr int neighbours = 256;
/// Points for each sign and exponent, subnormals among them: 2^20 in all for float and for double.
template <class T>
inline constexpr int points_per_exponent = sizeof(T) == 4 ? 2048 : 256;
inline constexpr int uniform_points = 1 << 18;

template <class T>
constexpr std::size_t exponent_points() {
  // All exponents but that of infinity and NaN.
  return std::size_t{2} * ((sizeof(T) == 4 ? 256 : 2048) - 1) * points_per_exponent<T>;
}

/// The whole range: every exponent and both signs, the part where the functions bend denser, and
/// every number around the thresholds. Without NaN; the same numbers each time.
template <class T>
const std::vector<T>& sweep() {
  static const std::vector<T> points = [] {
    std::vector<T> x;
    std::mt19937_64 random(20240917);
    constexpr int mantissa_bits = std::numeric_limits<T>::digits - 1;
    constexpr int step_bits = mantissa_bits - (sizeof(T) == 4 ? 11 : 8);
    constexpr BitsOf<T> exponents = sizeof(T) == 4 ? 255 : 2047;
    for (BitsOf<T> sign = 0; sign < 2; ++sign)
      for (BitsOf<T> exponent = 0; exponent < exponents; ++exponent)
        for (BitsOf<T> i = 0; i < points_per_exponent<T>; ++i) {
          const BitsOf<T> jitter =
              static_cast<BitsOf<T>>(random() >> 8) & ((BitsOf<T>{1} << step_bits) - 1);
          x.push_back(from_bits<T>(sign << (8 * sizeof(T) - 1) | exponent << mantissa_bits |
                                   i << step_bits | jitter));
        }
    const T far = sizeof(T) == 4 ? T(110) : T(760);
    for (const T bound : {T(1.5), T(12), far})
      for (int i = 0; i < uniform_points; ++i)
        x.push_back((static_cast<T>(random() >> 11) * T(0x1p-52) - 1) * bound);
    for (const double place : thresholds<T>()) {
      append_neighbours(x, static_cast<T>(place), neighbours);
      append_neighbours(x, static_cast<T>(-place), neighbours);
    }
    for (const T edge : {T(0), Special<T>::smallest_normal, -Special<T>::smallest_normal})
      append_neighbours(x, edge, neighbours);
    for (const T edge : {Special<T>::largest, Special<T>::infinity}) {
      x.push_back(edge);
      x.push_back(-edge);
    }
    return x;
  }();
  return points;
}

/// The number of points that sweep() must have.
template <class T>
std::size_t sweep_size() {
  return exponent_points<T>() + 3 * std::size_t{uniform_points} +
         (2 * thresholds<T>().size() + 3) * (2 * neighbours + 1) + 4;
}

/// A few hundred numbers of every kind, NaN and infinities among them, well mixed, so that every
/// number has many different neighbours. Their count is prime, so that no vector width divides it.
template <class T>
const std::vector<T>& mixture() {
  static const std::vector<T> numbers = [] {
    constexpr std::size_t count = 397;
    std::vector<T> x = {T(0),
                        -T(0),
                        Special<T>::infinity,
                        -Special<T>::infinity,
                        Special<T>::largest,
                        -Special<T>::largest,
                        Special<T>::smallest,
                        -Special<T>::smallest,
                        Special<T>::smallest_normal,
                        -Special<T>::smallest_normal};
    for (const T nan : nans<T>()) x.push_back(nan);
    for (const double place : thresholds<T>()) {
      x.push_back(static_cast<T>(place));
      x.push_back(static_cast<T>(-place));
    }
    std::mt19937_64 random(7);
    while (x.size() < count) {
      const double unit = static_cast<double>(random() >> 11) * 0x1p-52 - 1;
      const double bounds[] = {0.01, 1, 6, 20, 110, 760};
      x.push_back(static_cast<T>(unit * bounds[x.size() % 6]));
    }
    for (std::size_t i = count; i-- > 1;) std::swap(x[i], x[random() % (i + 1)]);
    return x;
  }();
  return numbers;
}

/// Finite factors and summands to go with mixture(), from subnormal to large.
template <class T>
const std::vector<T>& companions() {
  static const std::vector<T> numbers = [] {
    std::vector<T> x(mixture<T>().size());
    std::mt19937_64 random(11);
    for (T& value : x) {
      const T unit = static_cast<T>(random() >> 11) * T(0x1p-52) - 1;
      value = std::ldexp(unit, static_cast<int>(random() % 24) - 16);
    }
    return x;
  }();
  return numbers;
}

}  // namespace support
