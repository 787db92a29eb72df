// Sums of the finite numbers of an array, of their magnitudes and of the squares of these.
#pragma once

#include <hillock/diagnostics/counting/lane_totals.hpp>
#include <hillock/diagnostics/reports/gradient_report.hpp>

#include <algorithm>
#include <cstdint>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics::internal {

/// Sums in double over contiguous numbers, scaled or as they are. Numbers that are not finite are
/// counted and left out.
template <class V, bool IsScaled = false>
class FiniteSums {
  using T = typename V::value_type;
  using Index = Eigen::Index;
  using Bits = detail::simd::Bits<T, typename V::arch>;
  using Wide = decltype(widened(V()));
  static constexpr Index width = static_cast<Index>(V::size);

 public:
  explicit FiniteSums(double scale = 1) noexcept : scale_(scale) {}

  HILLOCK_LOOP void add(const T* x, Index n) noexcept {
    // The batches alternate between two sums, so that an addition does not wait for the one before
    // it.
    Sums even = even_, odd = odd_;
    Index at = 0;
    for (; at + 2 * width <= n; at += 2 * width) {
      even.add(V::load(x + at), scale_);
      odd.add(V::load(x + at + width), scale_);
    }
    for (; at < n; at += width) {
      const auto count = static_cast<std::size_t>(n - at < width ? n - at : width);
      T rest[V::size] = {};  // zeros add nothing
      std::copy_n(x + at, count, rest);
      even.add(V::load(rest), scale_);
    }
    even_ = even;
    odd_ = odd;
  }

  std::int64_t non_finite() const noexcept {
    return sum_of_patterns(V::from_bits(even_.non_finite + odd_.non_finite));
  }
  NormSums sums() const noexcept {
    return {total(even_.squares, odd_.squares), total(even_.magnitudes, odd_.magnitudes), scale_};
  }

 private:
  struct Sums {
    Bits non_finite = 0;
    Wide squares = widened(V(0)), magnitudes = widened(V(0));

    HILLOCK_PART void add(V x, double scale) noexcept {
      const Bits one_or_zero = non_finite_bit(x) >> (8 * static_cast<int>(sizeof(T)) - 1);
      non_finite = non_finite + one_or_zero;
      // The magnitude is 0 where the number is not finite.
      Wide magnitude = widened(V::from_bits(bits(abs(x)) & (one_or_zero - Bits(1))));
      for (std::size_t i = 0; i < magnitude.size(); ++i) {
        if constexpr (IsScaled) magnitude[i] = magnitude[i] * scale;
        squares[i] = fma(magnitude[i], magnitude[i], squares[i]);
        magnitudes[i] = magnitudes[i] + magnitude[i];
      }
    }
  };
  double scale_;
  Sums even_, odd_;

  static double total(const Wide& even, const Wide& odd) noexcept {
    double sum = 0;
    for (std::size_t i = 0; i < even.size(); ++i) sum += sum_of(even[i] + odd[i]);
    return sum;
  }
};

}  // namespace diagnostics::internal
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
