// The inputs of the functions. Every number is made from its bits, so that it depends on no
// compiler and no mathematical library.
#pragma once

#include <bits/checksum.hpp>

#include <vector>

namespace bit_record {

/// Zeros, infinities, NaN, the ends of the normal and the subnormal numbers, and each of them next
/// to the other sign.
template <class T>
std::vector<T> special_numbers() {
  using F = Format<T>;
  using Bits = typename F::Bits;
  std::vector<T> numbers;
  for (const Bits magnitude :
       {Bits{0}, Bits{1}, F::smallest_normal, F::largest, F::infinity, F::nan})
    for (const Bits sign : {Bits{0}, F::sign})
      numbers.push_back(F::from_bits(static_cast<Bits>(sign | magnitude)));
  return numbers;
}

/// A number of random mantissa and sign, and of a random exponent between two.
template <class T>
T random_number(std::uint64_t index, int lowest_exponent, int highest_exponent) {
  const std::uint64_t random = mixed(index);
  const auto exponents = static_cast<std::uint64_t>(highest_exponent - lowest_exponent + 1);
  const int exponent = lowest_exponent + static_cast<int>((random >> 56) % exponents);
  return Format<T>::from_parts((random >> 55 & 1) != 0, exponent, random);
}

/// The numbers around which formulas change or results reach their limits.
inline const std::vector<double>& thresholds() {
  static const std::vector<double> numbers = {
      0.125,    0.3466,   0.5,      0.6931,   1,       1.2784645427610738,
      2,        2.42,     5.288,    8.68,     9.01091, 9.1,
      15.7,     17.32868, 18.715,   19.0615,  36.7437, 37.4299,
      40,       44.3614,  64,       87.3365,  88.3763, 88.7228,
      103.2789, 103.9721, 110,      354.891,  373.2,   512,
      708.3964, 709.7827, 744.4401, 745.1332, 760,     1456,
      1e30};
  return numbers;
}

template <class T>
void append_neighbours(std::vector<T>& to, T number) {
  using F = Format<T>;
  using Bits = typename F::Bits;
  constexpr Bits neighbours = 32;
  const Bits middle = static_cast<Bits>(F::to_bits(number) & ~F::sign);
  const Bits first = middle < neighbours ? Bits{0} : static_cast<Bits>(middle - neighbours);
  for (Bits i = 0; i <= 2 * neighbours; ++i)
    for (const Bits sign : {Bits{0}, F::sign})
      to.push_back(F::from_bits(static_cast<Bits>(sign | (first + i))));
}

/// One number out of `stride` consecutive bit patterns, NaNs included.
inline void append_sweep(std::vector<float>& to) {
  constexpr std::uint64_t stride = 4096;
  for (std::uint64_t i = 0; i < (std::uint64_t{1} << 32) / stride; ++i)
    to.push_back(
        Format<float>::from_bits(static_cast<std::uint32_t>(i * stride + mixed(i) % stride)));
}

/// A few numbers of every exponent, and many where the functions bend.
inline void append_sweep(std::vector<double>& to) {
  using F = Format<double>;
  for (int exponent = 1 - F::bias; exponent <= F::bias; ++exponent) {
    const std::uint64_t count = exponent >= -24 && exponent <= 11 ? 8192 : 64;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t mantissa = ((i << 52) / count) ^ (mixed(i) >> 32);
      for (const bool is_negative : {false, true})
        to.push_back(F::from_parts(is_negative, exponent, mantissa));
    }
  }
  for (std::uint64_t i = 0; i < 4096; ++i)  // subnormal ones
    to.push_back(F::from_bits((mixed(i) >> 12 >> i % 52) | (i % 2 == 0 ? 0 : F::sign)));
}

/// The numbers that a function of single elements is computed of: every one of 16 bits; else about
/// a million all over the range, with the neighbours of what is special. The number of elements is
/// odd.
template <class T>
const std::vector<T>& sweep() {
  static const std::vector<T> numbers = [] {
    using F = Format<T>;
    std::vector<T> x;
    if constexpr (sizeof(T) == 2) {
      for (std::uint32_t i = 0; i < 65536; ++i)
        x.push_back(F::from_bits(static_cast<std::uint16_t>(i)));
      x.push_back(T(0));
    } else {
      append_sweep(x);
      for (const double threshold : thresholds()) append_neighbours(x, static_cast<T>(threshold));
      for (const T number : special_numbers<T>()) append_neighbours(x, number);
      if (x.size() % 2 == 0) x.push_back(T(0));
    }
    return x;
  }();
  return numbers;
}

/// As many gradients as the sweep has numbers: most of them within 2^-8 and 2^8, one in 64 special.
template <class T>
std::vector<T> sweep_gradients() {
  const std::vector<T> special = special_numbers<T>();
  std::vector<T> dy(sweep<T>().size());
  for (std::size_t i = 0; i < dy.size(); ++i)
    dy[i] =
        i % 64 == 63 ? special[i / 64 % special.size()] : random_number<T>(0x10000000u + i, -8, 8);
  return dy;
}

template <class T>
using Array = Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor>;
template <class T>
using RowMajorArray = Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

struct Shape {
  Index rows, cols;
};

inline std::string text_of(Shape shape) {
  return std::to_string(shape.rows) + " x " + std::to_string(shape.cols);
}

/// An array of entries that depend on the place of each in its vector (what lies along the axis)
/// and on the number of the vector: entry(vector, place, number of entries).
template <class T, class Entry>
Array<T> made_of_vectors(Shape shape, bool are_columns, const Entry& entry) {
  Array<T> array(shape.rows, shape.cols);
  for (Index j = 0; j < shape.cols; ++j)
    for (Index i = 0; i < shape.rows; ++i)
      array(i, j) = are_columns ? entry(j, i, shape.rows) : entry(i, j, shape.cols);
  return array;
}

/// The kinds of vectors in an array of test numbers.
enum class Contents { ordinary, extreme };
inline constexpr Contents all_contents[] = {Contents::ordinary, Contents::extreme};

inline const char* name_of(Contents contents) {
  return contents == Contents::ordinary ? "ordinary numbers" : "extreme numbers";
}

/// Pre-activations or logits. The extreme ones are, vector by vector: ordinary, far apart, near the
/// largest number, with entries of -infinity, -infinity throughout, with +infinity, with NaN, all
/// equal, with one entry that outweighs the others, tiny, with zeros of both signs.
template <class T>
T logit(Contents contents, std::uint64_t seed, Index vector, Index place, Index entries) {
  using F = Format<T>;
  using Bits = typename F::Bits;
  const auto index = seed * 1000003 + static_cast<std::uint64_t>(vector * entries + place);
  const T ordinary = random_number<T>(index, -5, 2);
  if (contents == Contents::ordinary) return ordinary;
  const bool is_picked = place == static_cast<Index>(seed + 3) % entries;
  switch ((static_cast<std::uint64_t>(vector) + seed) % 11) {
    case 1:
      return random_number<T>(index, 3, 7);
    case 2:
      return random_number<T>(index, F::bias - 2, F::bias);
    case 3:
      return mixed(index) % 3 == 0 ? F::from_bits(static_cast<Bits>(F::sign | F::infinity))
                                   : ordinary;
    case 4:
      return F::from_bits(static_cast<Bits>(F::sign | F::infinity));
    case 5:
      return is_picked ? F::from_bits(F::infinity) : ordinary;
    case 6:
      return is_picked ? F::from_bits(F::nan) : ordinary;
    case 7:
      return T(1.5);
    case 8:
      return is_picked ? T(40) : ordinary;
    case 9:
      return random_number<T>(index, 1 - F::bias, 3 - F::bias);
    case 10:
      return F::from_bits(mixed(index) % 2 == 0 ? Bits{0} : F::sign);
    default:
      return ordinary;
  }
}

/// Gradients. The extreme ones are, vector by vector: ordinary, with one infinity, with infinities
/// of both signs, with NaN, near the largest number, tiny, zero.
template <class T>
T gradient(Contents contents, std::uint64_t seed, Index vector, Index place, Index entries) {
  using F = Format<T>;
  using Bits = typename F::Bits;
  const auto index =
      0x20000000u + seed * 1000003 + static_cast<std::uint64_t>(vector * entries + place);
  const T ordinary = random_number<T>(index, -6, 1);
  if (contents == Contents::ordinary) return ordinary;
  const bool is_picked = place == static_cast<Index>(seed + 2) % entries;
  switch ((static_cast<std::uint64_t>(vector) + seed / 3) % 13) {
    case 4:
      return is_picked ? F::from_bits(F::infinity) : ordinary;
    case 5:
      return mixed(index) % 4 == 0
                 ? F::from_bits(static_cast<Bits>(F::infinity | (mixed(index) & 4 ? F::sign : 0)))
                 : ordinary;
    case 6:
      return is_picked ? F::from_bits(F::nan) : ordinary;
    case 7:
      return random_number<T>(index, F::bias - 1, F::bias);
    case 8:
      return random_number<T>(index, 1 - F::bias, 2 - F::bias);
    case 9:
      return T(0);
    default:
      return ordinary;
  }
}

}  // namespace bit_record
