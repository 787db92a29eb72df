// The element types of arrays, and the type that each is computed in: half and bfloat16 are widened
// to float, computed there and rounded once.
//
// The conversions are hillock's own, on the bits and in batches. Eigen's go element by element, and
// under -ffast-math their test for NaN may be taken for false: a NaN of bfloat16 then comes out as
// infinity. These hold there and with subnormal floats flushed to zero. NaNs stay NaNs with sign
// and payload, and become quiet.
//
// On its way in or out a 16-bit element is a lane: its pattern in the low bits of a float.
#pragma once

#include <hillock/simd/batch.hpp>

#include <Eigen/Core>

#include <cstdint>
#include <cstring>
#include <type_traits>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

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

/// An element as a lane; what is no narrow element, as it is.
template <class Element>
HILLOCK_INLINE ComputeType<Element> to_lane(const Element& element) noexcept {
  if constexpr (is_narrow<Element>) {
    std::uint16_t pattern;
    std::memcpy(&pattern, static_cast<const void*>(&element), sizeof pattern);
    const std::uint32_t wide = pattern;
    float lane;
    std::memcpy(&lane, &wide, sizeof lane);
    return lane;
  } else {
    return element;
  }
}

template <class Element>
HILLOCK_INLINE Element from_lane(ComputeType<Element> lane) noexcept {
  if constexpr (is_narrow<Element>) {
    std::uint32_t wide;
    std::memcpy(&wide, &lane, sizeof wide);
    const auto pattern = static_cast<std::uint16_t>(wide);
    Element element;
    std::memcpy(static_cast<void*>(&element), &pattern, sizeof pattern);
    return element;
  } else {
    return lane;
  }
}

namespace conversion {

/// All ones where a < b, both below 2^31.
template <class B>
HILLOCK_INLINE B mask_below(B a, B b) noexcept {
  return B(0) - ((a - b) >> 31);
}
template <class B>
HILLOCK_INLINE B chosen(B mask, B where_set, B elsewhere) noexcept {
  return elsewhere ^ ((where_set ^ elsewhere) & mask);
}

template <class B>
HILLOCK_INLINE B constant(std::uint32_t pattern) noexcept {
  return B(pattern);
}

inline constexpr std::uint32_t float_infinity = 0x7f800000;
/// 2^-14 as a float, the smallest normal half.
inline constexpr std::uint32_t smallest_normal_half = 113u << 23;

template <class V>
HILLOCK_INLINE V from_half(V lanes) noexcept {
  const auto pattern = bits(lanes);
  using B = std::decay_t<decltype(pattern)>;
  const B magnitude = pattern & constant<B>(0x7fff);
  const B shifted = magnitude << 13;
  // The exponent's bias is 112 more; infinity's and NaN's exponent is to be the largest again.
  const B rebias = constant<B>(112u << 23);
  const B is_not_finite = mask_below(constant<B>(0x7bff), magnitude);
  const B normal = shifted + rebias + (rebias & is_not_finite);
  // As if 2^-14 were the implicit bit, which then is taken off; in floats that are normal.
  const B is_subnormal = mask_below(magnitude, constant<B>(0x400));
  const V with_bit = V::from_bits((shifted & is_subnormal) + constant<B>(smallest_normal_half));
  const B subnormal = bits(with_bit - V(0x1p-14));
  const B sign = (pattern & constant<B>(0x8000)) << 16;
  return V::from_bits(chosen(is_subnormal, subnormal, normal) | sign);
}

template <class V>
HILLOCK_INLINE V to_half(V value) noexcept {
  const auto pattern = bits(value);
  using B = std::decay_t<decltype(pattern)>;
  const B magnitude = pattern & constant<B>(0x7fffffff);
  const B smallest_normal = constant<B>(smallest_normal_half);
  // To nearest, ties to even: a carry into the exponent is right there, up to infinity.
  const B is_odd = (magnitude >> 13) & constant<B>(1);
  const B normal = (magnitude - constant<B>((112u << 23) - 0xfff) + is_odd) >> 13;
  // From 1/2 on floats are 2^-24 apart, as subnormal halves are: the sum is rounded to them.
  const B is_small = mask_below(magnitude, smallest_normal);
  const V sum = V::from_bits(chosen(is_small, magnitude, smallest_normal)) + V(0.5);
  const B subnormal = bits(sum) - constant<B>(0x3f000000);
  const B nan = ((magnitude >> 13) & constant<B>(0x3ff)) | constant<B>(0x7e00);
  const B is_nan = mask_below(constant<B>(float_infinity), magnitude);
  const B large = chosen(is_nan, nan, constant<B>(0x7c00));
  const B is_large = mask_below(constant<B>((143u << 23) - 1), magnitude);
  const B rounded = chosen(is_large, large, chosen(is_small, subnormal, normal));
  return V::from_bits(rounded | ((pattern >> 16) & constant<B>(0x8000)));
}

template <class V>
HILLOCK_INLINE V from_bfloat16(V lanes) noexcept {
  return V::from_bits(bits(lanes) << 16);
}

template <class V>
HILLOCK_INLINE V to_bfloat16(V value) noexcept {
  const auto pattern = bits(value);
  using B = std::decay_t<decltype(pattern)>;
  const B magnitude = pattern & constant<B>(0x7fffffff);
  const B is_odd = (pattern >> 16) & constant<B>(1);
  const B rounded = (pattern + constant<B>(0x7fff) + is_odd) >> 16;
  const B nan = (pattern >> 16) | constant<B>(0x40);
  return V::from_bits(chosen(mask_below(constant<B>(float_infinity), magnitude), nan, rounded));
}

}  // namespace conversion

/// Lanes of Element as the numbers to compute with; exact.
template <class Element, class V>
HILLOCK_INLINE V widened(V lanes) noexcept {
  if constexpr (std::is_same_v<Element, Eigen::half>)
    return conversion::from_half(lanes);
  else if constexpr (std::is_same_v<Element, Eigen::bfloat16>)
    return conversion::from_bfloat16(lanes);
  else
    return lanes;
}

/// Results as lanes of Element: rounded to nearest, ties to even.
template <class Element, class V>
HILLOCK_INLINE V rounded(V results) noexcept {
  if constexpr (std::is_same_v<Element, Eigen::half>)
    return conversion::to_half(results);
  else if constexpr (std::is_same_v<Element, Eigen::bfloat16>)
    return conversion::to_bfloat16(results);
  else
    return results;
}

/// `size` lanes of an array in place, a multiple of the widest batch.
template <class Element, class T>
void widen(T* lanes, std::size_t size) noexcept {
  if constexpr (is_narrow<Element>) {
    using V = simd::Batch<T>;
    for (std::size_t i = 0; i < size; i += V::size)
      widened<Element>(V::load(lanes + i)).store(lanes + i);
  }
}
template <class Element, class T>
void round(T* results, std::size_t size) noexcept {
  if constexpr (is_narrow<Element>) {
    using V = simd::Batch<T>;
    for (std::size_t i = 0; i < size; i += V::size)
      rounded<Element>(V::load(results + i)).store(results + i);
  }
}

/// A single element as a number, and a number as an element.
template <class Element>
ComputeType<Element> value_of_element(const Element& element) noexcept {
  if constexpr (is_narrow<Element>) {
    using V = simd::Batch<float, simd::NarrowArch>;
    return widened<Element>(V(to_lane(element))).first();
  } else {
    return element;
  }
}
template <class Element>
Element nearest_element(ComputeType<Element> value) noexcept {
  if constexpr (is_narrow<Element>) {
    using V = simd::Batch<float, simd::NarrowArch>;
    return from_lane<Element>(rounded<Element>(sealed(V(value))).first());
  } else {
    return value;
  }
}

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
