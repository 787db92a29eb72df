#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace training {

/// Random numbers that are the same everywhere. The standard fixes
/// the bits of mt19937_64 but not what uniform_real_distribution and
/// std::shuffle make of them (libstdc++, libc++ and MSVC differ).
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  /// In [0, 1): the upper 53 bits, as many as a double holds.
  double uniform() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }

  /// In 0 .. count - 1. The bias is below count / 2^53.
  std::size_t below(std::size_t count) {
    return static_cast<std::size_t>(uniform() * static_cast<double>(count));
  }

  template <class T>
  void shuffle(std::vector<T>& items) {
    for (std::size_t left = items.size(); left > 1; --left)
      std::swap(items[left - 1], items[below(left)]);
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace training
