// The element types of arrays, and the type that each is computed in: half and bfloat16 are widened
// to float, computed there and rounded once.
//
// Where the processor has instructions that convert halfs in memory, hillock uses them. Its other
// conversions are its own: they work on the bits, in batches. Eigen's conversions work element by
// element, and under -ffast-math the compiler may remove their test for NaN: a NaN of bfloat16 then
// becomes infinity. hillock's are right there too, and where the processor flushes subnormal floats
// to zero. A NaN stays a NaN with its sign and payload, and becomes quiet.
//
// A 16-bit element is loaded and stored as a lane: its pattern in the low bits of a float.
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

/// Returns a 16-bit element as a lane, and any other element unchanged.
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

/// Returns all ones where a < b, for a and b below 2^31.
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
  // A float's exponent bias is larger by 112. Infinity and NaN get the largest exponent again.
  const B rebias = constant<B>(112u << 23);
  const B is_not_finite = mask_below(constant<B>(0x7bff), magnitude);
  const B normal = shifted + rebias + (rebias & is_not_finite);
  // A subnormal half gets 2^-14 as its implicit bit, which is then subtracted. All these floats are
  // normal.
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
  // Rounds to nearest, ties to even. A carry into the exponent gives the right result, infinity
  // included.
  const B is_odd = (magnitude >> 13) & constant<B>(1);
  const B normal = (magnitude - constant<B>((112u << 23) - 0xfff) + is_odd) >> 13;
  // The floats above 1/2 are 2^-24 apart, as subnormal halves are, so the addition rounds to a
  // subnormal half.
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

/// Returns lanes of Element as numbers; the conversion is exact.
template <class Element, class V>
HILLOCK_INLINE V widened(V lanes) noexcept {
  if constexpr (std::is_same_v<Element, Eigen::half>)
    return conversion::from_half(lanes);
  else if constexpr (std::is_same_v<Element, Eigen::bfloat16>)
    return conversion::from_bfloat16(lanes);
  else
    return lanes;
}

/// Returns results as lanes of Element, rounded to nearest, ties to even.
template <class Element, class V>
HILLOCK_INLINE V rounded(V results) noexcept {
  if constexpr (std::is_same_v<Element, Eigen::half>)
    return conversion::to_half(results);
  else if constexpr (std::is_same_v<Element, Eigen::bfloat16>)
    return conversion::to_bfloat16(results);
  else
    return results;
}

/// Whether batches of Element are loaded and stored by instructions of the processor.
template <class Element>
inline constexpr bool is_loaded_by_batches =
    is_narrow<Element>&& simd::Batch<float>::has_16_bit_lanes;

/// Returns a batch of 16-bit elements as numbers.
template <class V, class Element>
HILLOCK_INLINE V load_elements(const Element* from) noexcept {
  const auto* const patterns = reinterpret_cast<const std::uint16_t*>(from);
  if constexpr (std::is_same_v<Element, Eigen::half> && V::has_half_conversions)
    return V::load_halves(patterns);
  else
    return widened<Element>(V::load_16_bit_lanes(patterns));
}
/// Stores numbers as 16-bit elements, rounded to nearest, ties to even.
template <class V, class Element>
HILLOCK_INLINE void store_elements(V numbers, Element* to) noexcept {
  auto* const patterns = reinterpret_cast<std::uint16_t*>(to);
  if constexpr (std::is_same_v<Element, Eigen::half> && V::has_half_conversions)
    numbers.store_halves(patterns);
  else
    rounded<Element>(numbers).store_16_bit_lanes(patterns);
}

/// Convert the lanes of an array in place; `size` is a multiple of the widest batch's size.
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

/// Convert a single element to a number, and a number to an element.
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
