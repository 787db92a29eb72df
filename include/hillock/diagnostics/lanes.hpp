// Counts and sums over a run of elements, a batch at a time and a lane each.
#pragma once

#include <hillock/diagnostics/saturation.hpp>

#include <array>
#include <cstdint>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics {

/// counts + 1 in the lanes where the condition holds.
template <class V>
HILLOCK_INLINE V counted(simd::Mask<typename V::value_type, typename V::arch> condition,
                         V counts) noexcept {
  using B = simd::Bits<typename V::value_type, typename V::arch>;
  if constexpr (sizeof(condition.raw()) == sizeof(typename B::Raw)) {
    // All ones is -1: a subtraction counts.
    return V::from_bits(bits(counts) -
                        B(simd::detail::reinterpreted<typename B::Raw>(condition.raw())));
  } else {
    return select(condition, V::from_bits(bits(counts) + B(1)), counts);
  }
}

/// Elements that one lane takes before its sums go to doubles. A float sum of so many is wrong by
/// at most 256 / 2^24 of what its elements' magnitudes add up to.
inline constexpr Eigen::Index lane_block = 256;

/// The lanes of one batch after a run. The sums are of x - pivot and y - pivot.
template <class V>
struct LaneTotals {
  using T = typename V::value_type;
  static constexpr std::size_t width = V::size;
  using Counts = std::array<simd::detail::BitsOf<T>, width>;
  using Lanes = std::array<T, width>;
  Counts active, near_linear, low, high;  // active alone, where the sign says all
  Lanes largest_input, smallest_output, input, input_squares, output, output_squares;

  /// Whether a lane is: a sum of squares over anything that is not finite is not, either.
  bool is_finite() const noexcept {
    unsigned wrong = 0;
    for (std::size_t i = 0; i < width; ++i) {
      wrong |= !diagnostics::is_finite(input_squares[i]);
      wrong |= !diagnostics::is_finite(output_squares[i]);
    }
    return wrong == 0;
  }
};

/// Counts whose registers hold integers, and sums. BySign: of the counts only that of x > 0 is kept,
/// in place of the active ones.
template <class V, bool BySign>
class LaneTally {
  using T = typename V::value_type;

 public:
  HILLOCK_INLINE LaneTally(V input_pivot, V output_pivot) noexcept
      : input_pivot_(input_pivot), output_pivot_(output_pivot) {}

  template <class Judge>
  HILLOCK_INLINE void add(const Judge& judge, V x, V y, V derivative) noexcept {
    if constexpr (BySign) {
      active_ = counted(x > V(0), active_);
    } else {
      const V slope = abs(derivative);
      active_ = counted(judge.is_active(slope), active_);
      near_linear_ = counted(judge.is_near_linear(slope), near_linear_);
      low_ = counted(judge.is_low(x, slope), low_);
      high_ = counted(judge.is_high(x, slope), high_);
    }
    largest_input_ = not_below(x, largest_input_);
    smallest_output_ = not_above(y, smallest_output_);
    const V dx = x - input_pivot_;
    input_ = input_ + dx;
    input_squares_ = fma(dx, dx, input_squares_);
    const V dy = y - output_pivot_;
    output_ = output_ + dy;
    output_squares_ = fma(dy, dy, output_squares_);
  }

  /// Forgets the lanes from `count` on.
  HILLOCK_INLINE void keep_first(std::size_t count) noexcept {
    T numbers[V::size];
    for (std::size_t i = 0; i < V::size; ++i) numbers[i] = i < count ? T(0) : T(1);
    const auto beyond = V::load(numbers) > V(0);
    // One by one: a loop over their addresses would keep them in memory ever after.
    const auto kept = [&](V sum) { return select(beyond, V(0), sum); };
    active_ = kept(active_);
    near_linear_ = kept(near_linear_);
    low_ = kept(low_);
    high_ = kept(high_);
    input_ = kept(input_);
    input_squares_ = kept(input_squares_);
    output_ = kept(output_);
    output_squares_ = kept(output_squares_);
    largest_input_ = select(beyond, V(lowest), largest_input_);
    smallest_output_ = select(beyond, V(highest), smallest_output_);
  }

  HILLOCK_INLINE void store(LaneTotals<V>& to) const noexcept {
    store_counts(active_, to.active);
    if constexpr (!BySign) {
      store_counts(near_linear_, to.near_linear);
      store_counts(low_, to.low);
      store_counts(high_, to.high);
    }
    largest_input_.store(to.largest_input.data());
    smallest_output_.store(to.smallest_output.data());
    input_.store(to.input.data());
    input_squares_.store(to.input_squares.data());
    output_.store(to.output.data());
    output_squares_.store(to.output_squares.data());
  }

 private:
  // Finite, and no element is beyond them: a comparison under -ffast-math holds.
  static constexpr T lowest = std::numeric_limits<T>::lowest();
  static constexpr T highest = std::numeric_limits<T>::max();

  V input_pivot_, output_pivot_;
  // Counts travel as the bits of a batch of T.
  V active_ = 0, near_linear_ = 0, low_ = 0, high_ = 0;
  V largest_input_ = lowest, smallest_output_ = highest;
  V input_ = 0, input_squares_ = 0, output_ = 0, output_squares_ = 0;

  static HILLOCK_INLINE void store_counts(V counts, typename LaneTotals<V>::Counts& to) noexcept {
    T lanes[V::size];
    counts.store(lanes);
    std::memcpy(to.data(), lanes, sizeof lanes);
  }
};

}  // namespace diagnostics
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
