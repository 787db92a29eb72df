// The bits of a result as one number.
#pragma once

#include <Eigen/Core>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace bit_record {

using Eigen::Index;

/// How the bits of a T are divided.
template <class T>
struct Format;

template <class T, class BitsOfT, int MantissaBits>
struct IeeeFormat {
  using Bits = BitsOfT;
  static constexpr int width = 8 * static_cast<int>(sizeof(T));
  static constexpr int mantissa_bits = MantissaBits;
  static constexpr Bits sign = static_cast<Bits>(Bits{1} << (width - 1));
  static constexpr Bits quiet = static_cast<Bits>(Bits{1} << (mantissa_bits - 1));
  static constexpr int exponents = 1 << (width - 1 - mantissa_bits);
  static constexpr int bias = exponents / 2 - 1;
  static constexpr Bits infinity = static_cast<Bits>(Bits(exponents - 1) << mantissa_bits);
  static constexpr Bits largest = static_cast<Bits>(infinity - 1);
  static constexpr Bits smallest_normal = static_cast<Bits>(Bits{1} << mantissa_bits);
  static constexpr Bits nan = static_cast<Bits>(infinity | quiet);

  static T from_bits(Bits bits) { return Eigen::numext::bit_cast<T>(bits); }
  static Bits to_bits(T value) { return Eigen::numext::bit_cast<Bits>(value); }
  /// From the exponent of 2, which is that of a normal number, and bits for the rest.
  static T from_parts(bool is_negative, int exponent, std::uint64_t mantissa) {
    return from_bits(static_cast<Bits>((is_negative ? sign : Bits{0}) |
                                       static_cast<Bits>(Bits(exponent + bias) << mantissa_bits) |
                                       (static_cast<Bits>(mantissa) & (smallest_normal - 1))));
  }
};

template <>
struct Format<float> : IeeeFormat<float, std::uint32_t, 23> {
  static constexpr const char* name = "float";
};
template <>
struct Format<double> : IeeeFormat<double, std::uint64_t, 52> {
  static constexpr const char* name = "double";
};
template <>
struct Format<Eigen::half> : IeeeFormat<Eigen::half, std::uint16_t, 10> {
  static constexpr const char* name = "half";
};
template <>
struct Format<Eigen::bfloat16> : IeeeFormat<Eigen::bfloat16, std::uint16_t, 7> {
  static constexpr const char* name = "bfloat16";
};

/// A well-mixed number for each index: the same on every machine.
inline std::uint64_t mixed(std::uint64_t index) {
  std::uint64_t z = (index + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/// Depends on every bit that is added, and on the order. All NaNs count as one: which sign and
/// payload a NaN has is not promised, and depends on the order in which the compiler puts the
/// operands of a sum or a product.
class Checksum {
 public:
  std::uint64_t value() const { return state_; }

  void add_bits(std::uint64_t bits) {
    state_ = (state_ ^ bits) * 0x9e3779b97f4a7c15u;
    state_ ^= state_ >> 29;
  }
  template <class T>
  void add_number(T number) {
    using F = Format<T>;
    const auto all = F::to_bits(number);
    add_bits((all & ~F::sign) > F::infinity ? F::nan : all);
  }
  void add_text(const std::string& text) {
    add_bits(text.size());
    for (const char letter : text) add_bits(static_cast<unsigned char>(letter));
  }
  template <class T>
  void add_numbers(const std::vector<T>& numbers) {
    add_bits(numbers.size());
    for (const T number : numbers) add_number(number);
  }
  /// Column by column, however the array lies in memory.
  template <class X>
  void add_array(const X& x) {
    add_bits(static_cast<std::uint64_t>(x.rows()));
    add_bits(static_cast<std::uint64_t>(x.cols()));
    for (Index j = 0; j < x.cols(); ++j)
      for (Index i = 0; i < x.rows(); ++i) add_number(x.coeff(i, j));
  }

 private:
  std::uint64_t state_ = 0;
};

template <class T>
std::uint64_t checksum_of(const std::vector<T>& numbers) {
  Checksum sum;
  sum.add_numbers(numbers);
  return sum.value();
}

template <class X>
std::uint64_t checksum_of_array(const X& x) {
  Checksum sum;
  sum.add_array(x);
  return sum.value();
}

}  // namespace bit_record
