// The points of a sweep.
#pragma once

#include <accuracy/format.hpp>
#include <accuracy/subjects.hpp>

#include <cstddef>
#include <vector>

namespace accuracy {

/// Numbers by their bit patterns, one out of each of `count` intervals of `stride` patterns:
/// ascending in magnitude and of one sign.
template <class T>
struct Segment {
  typename Format<T>::Bits first;
  std::uint64_t count;
  typename Format<T>::Bits stride;

  T operator[](std::uint64_t i) const {
    using Bits = typename Format<T>::Bits;
    const Bits offset = stride == 1 ? 0 : within(i);
    return Format<T>::from_bits(static_cast<Bits>(first + static_cast<Bits>(i) * stride + offset));
  }

 private:
  /// Anything below the stride, so that no digit of the patterns keeps to a rhythm.
  typename Format<T>::Bits within(std::uint64_t i) const {
    std::uint64_t hash = (i + 1) * 0x9e3779b97f4a7c15u;
    hash = (hash ^ hash >> 32) * 0xd6e8feb86659fd93u;
    hash ^= hash >> 32;
    return static_cast<typename Format<T>::Bits>(hash % stride);
  }
};

template <class T>
struct Points {
  std::vector<Segment<T>> segments;
  std::uint64_t size() const {
    std::uint64_t sum = 0;
    for (const auto& segment : segments) sum += segment.count;
    return sum;
  }
};

/// 2^32 / stride numbers over all exponents and the NaNs, for a float of stride 1 all there are;
/// for a double three quarters of them between 2^-13 and 2^11 and around thresholds. With a stride
/// above 1 also the neighbours of the thresholds, infinity and zero. The thresholds are in units of
/// 1 / scale.
template <class T>
Points<T> sweep_points(std::uint64_t stride, double scale);

/// The points for a function: if it multiplies x by its parameter, or divides by it, the thresholds
/// are those of the product or the quotient.
template <class T>
Points<T> sweep_points(std::uint64_t stride, const Subject<T>& subject);

/// Those that are neither infinite nor NaN.
template <class T>
Points<T> finite(const Points<T>& points);

/// The 2^32 / stride floats that a checksum is over.
Points<float> checksum_points(std::uint64_t stride);

}  // namespace accuracy
