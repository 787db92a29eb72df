// 16-bit elements by integer arithmetic of this file's own: neither Eigen's conversions nor
// hillock's.
#pragma once

#include <support/ulp.hpp>

#include <hillock/verbs.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace support {

template <class E>
struct Format;
template <>
struct Format<Eigen::half> {
  static constexpr const char* name = "half";
  static constexpr int mantissa_bits = 10, bias = 15;
};
template <>
struct Format<Eigen::bfloat16> {
  static constexpr const char* name = "bfloat16";
  static constexpr int mantissa_bits = 7, bias = 127;
};

template <class E>
inline constexpr unsigned infinity_pattern = (2u * unsigned{Format<E>::bias} + 1)
                                             << Format<E>::mantissa_bits;

template <class E>
std::uint16_t pattern_of(const E& element) {
  static_assert(sizeof(E) == 2);
  std::uint16_t pattern;
  std::memcpy(&pattern, static_cast<const void*>(&element), sizeof pattern);
  return pattern;
}

template <class E>
E element_of(unsigned pattern) {
  const auto bits = static_cast<std::uint16_t>(pattern);
  E element;
  std::memcpy(static_cast<void*>(&element), &bits, sizeof bits);
  return element;
}

template <class E>
bool is_nan_pattern(unsigned pattern) {
  return (pattern & 0x7fff) > infinity_pattern<E>;
}

template <class E>
bool same_element(E a, E b) {
  return pattern_of(a) == pattern_of(b) ||
         (is_nan_pattern<E>(pattern_of(a)) && is_nan_pattern<E>(pattern_of(b)));
}

/// The element's value, put together from its fields; a NaN keeps its payload, made quiet.
template <class E>
float value_of(E element) {
  constexpr int m = Format<E>::mantissa_bits;
  const unsigned pattern = pattern_of(element);
  const unsigned mantissa = pattern & ((1u << m) - 1);
  const int exponent = static_cast<int>((pattern & 0x7fff) >> m);
  const std::uint32_t sign = std::uint32_t{pattern >> 15} << 31;
  if ((pattern & 0x7fff) >= infinity_pattern<E>) {
    const std::uint32_t quiet = mantissa == 0 ? 0 : 0x400000;
    return from_bits<float>(sign | 0x7f800000 | mantissa << (23 - m) | quiet);
  }
  const int significand = static_cast<int>(exponent == 0 ? mantissa : mantissa | 1u << m);
  const int power = (exponent == 0 ? 1 : exponent) - Format<E>::bias - m;
  const double magnitude = std::ldexp(static_cast<double>(significand), power);
  return static_cast<float>(sign != 0 ? -magnitude : magnitude);
}

/// Returns the element nearest to a float, and of two the even one, from the digits of its
/// significand.
template <class E>
E nearest(float value) {
  constexpr int m = Format<E>::mantissa_bits;
  const std::uint32_t bits = bits_of(value);
  const unsigned sign = bits >> 31 << 15;
  const int exponent = static_cast<int>(bits >> 23 & 255);
  const std::uint64_t mantissa = bits & 0x7fffff;
  if (exponent == 255)
    return element_of<E>(sign | infinity_pattern<E> | (mantissa != 0 ? 1u << (m - 1) : 0u));
  // value = significand 2^power, to be rounded to a multiple of 2^unit.
  const std::uint64_t significand = exponent == 0 ? mantissa : mantissa | 0x800000;
  const int power = (exponent == 0 ? 1 : exponent) - 150;
  constexpr int smallest_unit = 1 - Format<E>::bias - m;
  int length = 0;
  while (significand >> length != 0) ++length;
  int unit = length + power - 1 - m;
  if (unit < smallest_unit) unit = smallest_unit;
  int cut_digits = unit - power;
  if (cut_digits > 40) cut_digits = 40;
  std::uint64_t kept = significand >> cut_digits;
  const std::uint64_t cut = significand - (kept << cut_digits);
  const std::uint64_t half = std::uint64_t{1} << (cut_digits - 1);
  if (cut > half || (cut == half && kept % 2 == 1)) ++kept;
  const std::uint64_t pattern = (static_cast<std::uint64_t>(unit - smallest_unit) << m) + kept;
  return element_of<E>(sign | (pattern > infinity_pattern<E> ? infinity_pattern<E>
                                                             : static_cast<unsigned>(pattern)));
}

template <class E>
using NarrowArray = Eigen::Array<E, Eigen::Dynamic, Eigen::Dynamic>;
using FloatArray = Eigen::ArrayXXf;

/// Every element there is, neighbours far from each other: 65,536 of them.
template <class E>
NarrowArray<E> all_elements() {
  NarrowArray<E> x(65536, 1);
  for (unsigned i = 0; i < 65536; ++i) x(static_cast<Eigen::Index>(i)) = element_of<E>(i * 40503u);
  return x;
}

template <class E>
FloatArray values_of(const NarrowArray<E>& x) {
  FloatArray values(x.rows(), x.cols());
  for (Eigen::Index j = 0; j < x.cols(); ++j)
    for (Eigen::Index i = 0; i < x.rows(); ++i) values(i, j) = value_of<E>(x(i, j));
  return values;
}

template <class E>
NarrowArray<E> nearest_of(const FloatArray& x) {
  NarrowArray<E> elements(x.rows(), x.cols());
  for (Eigen::Index j = 0; j < x.cols(); ++j)
    for (Eigen::Index i = 0; i < x.rows(); ++i) elements(i, j) = nearest<E>(x(i, j));
  return elements;
}

/// Counts comparisons of elements, and stores the first that failed.
class NarrowComparison {
 public:
  template <class E>
  void expect(E got, E wanted, Eigen::Index at, std::string_view what) {
    ++compared_;
    if (same_element(got, wanted)) return;
    if (differing_++ == 0) {
      first_ = std::string(what) + ", " + std::to_string(at) + ": pattern " +
               std::to_string(pattern_of(got)) + ", expected " + std::to_string(pattern_of(wanted));
    }
  }
  template <class Got, class E>
  void expect_all(const Got& got, const NarrowArray<E>& wanted, std::string_view what) {
    if (got.rows() != wanted.rows() || got.cols() != wanted.cols()) {
      if (differing_++ == 0) first_ = std::string(what) + ": another shape";
      return;
    }
    for (Eigen::Index j = 0; j < wanted.cols(); ++j)
      for (Eigen::Index i = 0; i < wanted.rows(); ++i)
        expect<E>(got.coeff(i, j), wanted(i, j), i + j * wanted.rows(), what);
  }

  std::size_t compared() const { return compared_; }
  std::size_t differing() const { return differing_; }
  const std::string& first() const { return first_; }

 private:
  std::size_t compared_ = 0;
  std::size_t differing_ = 0;
  std::string first_;
};

#define CHECK_COMPARISON(comparison, count)                                           \
  do {                                                                                \
    INFO((comparison).differing() << " of " << (comparison).compared()                \
                                  << " differ, the first: " << (comparison).first()); \
    CHECK((comparison).differing() == 0);                                             \
    CHECK((comparison).compared() == static_cast<std::size_t>(count));                \
  } while (false)

}  // namespace support
