// The element types of arrays, and the type that each is computed in: half and bfloat16 are widened
// to float, computed there and rounded once.
//
// The conversions are hillock's own, on the bits, so that they hold under -ffast-math, where
// Eigen's test for NaN may be taken for false and a NaN of bfloat16 comes out as infinity, and with
// subnormal floats flushed to zero. NaNs stay NaNs with sign and payload, and become quiet. Without
// a branch, so that a loop over elements is vectorised.
#pragma once

#include <hillock/simd/machine.hpp>

#include <Eigen/Core>

#include <cstdint>
#include <cstring>
#include <type_traits>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace arrays {

/// Whether an element has 16 bits and is computed in float.
template <class Element>
inline constexpr bool is_narrow =
    std::is_same_v<Element, Eigen::half> || std::is_same_v<Element, Eigen::bfloat16>;

/// Whether hillock computes arrays of this element type.
template <class Element>
inline constexpr bool is_array_element = simd::is_element<Element> || is_narrow<Element>;

/// The type that an element is computed in: float for half and bfloat16, else its own.
template <class Element>
using ComputeType = std::conditional_t<is_narrow<Element>, float, Element>;

namespace bits {

inline std::uint32_t of(float value) noexcept {
  std::uint32_t pattern;
  std::memcpy(&pattern, &value, sizeof pattern);
  return pattern;
}
inline float to_float(std::uint32_t pattern) noexcept {
  float value;
  std::memcpy(&value, &pattern, sizeof value);
  return value;
}

/// Magnitudes have no sign bit, so that they compare as signed integers do: SSE2 knows no others.
inline bool is_below(std::uint32_t magnitude, std::uint32_t limit) noexcept {
  return static_cast<std::int32_t>(magnitude) < static_cast<std::int32_t>(limit);
}

inline constexpr std::uint32_t float_infinity = 0x7f800000;

inline float from_half(std::uint16_t pattern) noexcept {
  const std::uint32_t magnitude = pattern & 0x7fffu;
  // The exponent's bias is 112 more; that of infinity and NaN stays the largest there is.
  const std::uint32_t rebias = is_below(magnitude, 0x7c00) ? 112u << 23 : 224u << 23;
  const std::uint32_t normal = (magnitude << 13) + rebias;
  const std::uint32_t subnormal =
      of(static_cast<float>(static_cast<std::int32_t>(magnitude)) * 0x1p-24f);
  const std::uint32_t sign = (pattern & 0x8000u) << 16;
  return to_float((is_below(magnitude, 0x400) ? subnormal : normal) | sign);
}

inline std::uint16_t to_half(float value) noexcept {
  const std::uint32_t pattern = of(value);
  const std::uint32_t magnitude = pattern & 0x7fffffffu;
  // To nearest, ties to even; what is carried into the exponent is right there, up to infinity.
  const std::uint32_t normal = (magnitude - (112u << 23) + 0xfff + ((magnitude >> 13) & 1)) >> 13;
  // Floats from 1/2 on are 2^-24 apart, as the subnormals of half: the sum is rounded to them.
  constexpr std::uint32_t smallest_normal = 113u << 23;
  const std::uint32_t small = is_below(magnitude, smallest_normal) ? magnitude : smallest_normal;
  const std::uint32_t subnormal = of(to_float(small) + 0.5f) - 0x3f000000u;
  const std::uint32_t nan = (magnitude >> 13 & 0x3ff) | 0x7e00;
  const std::uint32_t finite = is_below(magnitude, smallest_normal) ? subnormal : normal;
  const std::uint32_t large = is_below(float_infinity, magnitude) ? nan : 0x7c00;
  const std::uint32_t rounded = is_below(magnitude, 143u << 23) ? finite : large;
  return static_cast<std::uint16_t>(rounded | (pattern >> 16 & 0x8000));
}

inline float from_bfloat16(std::uint16_t pattern) noexcept {
  return to_float(static_cast<std::uint32_t>(pattern) << 16);
}

inline std::uint16_t to_bfloat16(float value) noexcept {
  const std::uint32_t pattern = of(value);
  const std::uint32_t rounded = (pattern + 0x7fff + (pattern >> 16 & 1)) >> 16;
  const std::uint32_t nan = pattern >> 16 | 0x40;
  return static_cast<std::uint16_t>(is_below(float_infinity, pattern & 0x7fffffffu) ? nan
                                                                                    : rounded);
}

}  // namespace bits

/// An element in the type it is computed in; exact.
template <class Element>
ComputeType<Element> widened(const Element& element) noexcept {
  if constexpr (is_narrow<Element>) {
    std::uint16_t pattern;
    std::memcpy(&pattern, static_cast<const void*>(&element), sizeof pattern);
    if constexpr (std::is_same_v<Element, Eigen::half>)
      return bits::from_half(pattern);
    else
      return bits::from_bfloat16(pattern);
  } else {
    return element;
  }
}

/// A result as an element: rounded to nearest, ties to even.
template <class Element>
Element rounded_to(ComputeType<Element> value) noexcept {
  if constexpr (is_narrow<Element>) {
    const std::uint16_t pattern =
        std::is_same_v<Element, Eigen::half> ? bits::to_half(value) : bits::to_bfloat16(value);
    Element element;
    std::memcpy(static_cast<void*>(&element), &pattern, sizeof pattern);
    return element;
  } else {
    return value;
  }
}

}  // namespace arrays
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
