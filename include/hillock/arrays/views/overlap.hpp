// Tests whether two strided arrays share memory, in a time that does not depend on their sizes.
//
// The address of an array's element is first + i row_step + j col_step. Two arrays share an element
// if i r1 + j c1 - k r2 - l c2 can be the distance of their first elements. This is a linear
// equation in bounded integers. Terms with the same step are merged, such as the outer steps of two
// blocks of one matrix, and so are terms that fill each other's gaps. For the remaining terms the
// answer is exact, and takes a few divisions,
//
//   - where two terms remain: blocks, rows, columns and diagonals of one array, every n-th row or
//     column, the parts of interleaved arrays, transposed views;
//   - where three remain, unless their steps and their counts are all above 64;
//   - where four remain, if the outer steps have a large divisor in common, as those of views of
//     one matrix have, or one of the counts is at most 64.
//
// All other arrays count as overlapping, and are refused, if their ranges of memory overlap: two
// arrays of more than 64 rows and columns each with four different steps, of which no two are those
// of one matrix.
#pragma once

#include <hillock/arrays/views/view.hpp>

#include <algorithm>
#include <cstdint>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// Returns the greatest common divisor of numbers that are not negative, as std::gcd does. To
/// include <numeric> for it would be a tenth of what including hillock costs.
HILLOCK_COLD inline std::int64_t greatest_common_divisor(std::int64_t a, std::int64_t b) noexcept {
  while (b != 0) {
    const std::int64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/// A term `step n` of a sum, for 0 <= n <= last. The step is positive.
struct Term {
  std::int64_t step;
  std::int64_t last;
  std::int64_t span() const noexcept { return step * last; }
};

/// Whether a x mod m is in [low, high] for an x with 0 <= x <= last. 0 <= a < m, 0 <= low <= high <
/// m, and a last does not overflow.
///
/// If the first multiple of a that is at least low exceeds high, a multiple can be in [low, high]
/// only after m was subtracted y times. The same test, modulo a, finds y. This is Euclid's
/// algorithm.
HILLOCK_COLD inline bool residue_is_between(std::int64_t a, std::int64_t m, std::int64_t low,
                                            std::int64_t high, std::int64_t last) noexcept {
  for (;;) {
    if (low == 0) return true;
    if (a == 0) return false;
    if (a > m - a) {  // replaces a by -a modulo m, and the interval by its reflection
      a = m - a;
      const std::int64_t reflected_low = m - high;
      high = m - low;
      low = reflected_low;
    }
    const std::int64_t first = (low - 1) / a + 1;
    if (first > last) return false;
    if (first <= high / a) return true;
    const std::int64_t next = m % a;
    last = (a * last - low) / m;
    m = a;
    const std::int64_t next_low = a - high % a;
    high = a - low % a;
    low = next_low;
    a = next;
  }
}

/// Whether sum - tolerance <= a + b <= sum for some values of two terms; tolerance >= 0.
HILLOCK_COLD inline bool two_terms_reach(Term a, Term b, std::int64_t sum,
                                         std::int64_t tolerance) noexcept {
  // The values of b for which the difference to the sum is in the range of a. For each of them, a
  // value of a is within the tolerance if and only if some multiple of its step is.
  const std::int64_t least = sum - tolerance - a.span();
  const std::int64_t from = least <= 0 ? 0 : (least - 1) / b.step + 1;
  const std::int64_t to = sum < 0 ? -1 : std::min(b.last, sum / b.step);
  if (from > to) return false;
  if (tolerance >= a.step - 1) return true;
  // The difference that remains for a, modulo its step, must be in [0, tolerance]. It grows as b
  // decreases from its largest value.
  const std::int64_t left = (sum - b.step * to) % a.step;
  if (left <= tolerance) return true;
  return residue_is_between(b.step % a.step, a.step, a.step - left, a.step - left + tolerance,
                            to - from);
}

/// The smallest n >= 0 with step n = value modulo m, for a step without a common divisor with m.
HILLOCK_COLD inline std::int64_t solution(std::int64_t step, std::int64_t value,
                                          std::int64_t m) noexcept {
  step %= m;
  value = (value % m + m) % m;
  std::int64_t n = 0;
  for (std::int64_t product = 0; product != value; product = (product + step) % m) ++n;
  return n;
}

/// A sum of at most four terms, which tells whether it can have a given value.
class TermSum {
 public:
  /// Whether the sum is `value` for some values of the terms.
  HILLOCK_COLD bool reaches(std::int64_t value) noexcept {
    simplify();
    std::int64_t span = 0;
    for (int i = 0; i < count_; ++i) span += terms_[i].span();
    if (value < 0 || value > span) return false;
    if (count_ == 0) return true;
    if (count_ == 1) return value % terms_[0].step == 0;
    if (count_ == 2) return two_terms_reach(terms_[0], terms_[1], value, 0);
    std::int64_t divisor = 0;
    for (int i = 0; i < count_; ++i) divisor = greatest_common_divisor(divisor, terms_[i].step);
    if (value % divisor != 0) return false;
    for (int i = 0; i < count_; ++i) terms_[i].step /= divisor;
    return count_ == 3 ? three_terms_reach(value / divisor) : four_terms_reach(value / divisor);
  }

  /// Adds a term; the terms are in the order of their steps.
  void add(Term term) noexcept {
    if (term.last == 0 || term.step == 0) return;
    int at = count_++;
    for (; at > 0 && terms_[at - 1].step > term.step; --at) terms_[at] = terms_[at - 1];
    terms_[at] = term;
  }

 private:
  /// At most this many values of a term, or residues of a step, are tried one by one.
  static constexpr std::int64_t max_values = 64;
  Term terms_[4] = {};
  int count_ = 0;

  void remove(int i) noexcept {
    std::copy(terms_ + i + 1, terms_ + count_, terms_ + i);
    --count_;
  }

  /// Terms that fill each other's gaps, as x + 3 y with x <= 2 does, become one.
  void simplify() noexcept {
    for (int i = 0; i < count_; ++i)
      for (int k = i + 1; k < count_;) {
        const std::int64_t times = terms_[k].step / terms_[i].step;
        if (terms_[k].step % terms_[i].step == 0 && times <= terms_[i].last + 1) {
          terms_[i].last += times * terms_[k].last;
          remove(k);
          k = i + 1;  // the merged term may fill the gaps of others
        } else {
          ++k;
        }
      }
  }

  /// Tries each value of one term, which has few values, together with the other terms.
  bool rest_reaches(int each, std::int64_t value) const noexcept {
    TermSum rest = *this;
    rest.remove(each);
    for (std::int64_t n = 0; n <= terms_[each].last; ++n)
      if (TermSum(rest).reaches(value - n * terms_[each].step)) return true;
    return false;
  }
  int term_with_fewest_values() const noexcept {
    const auto smallest =
        std::min_element(terms_, terms_ + count_, [](Term a, Term b) { return a.last < b.last; });
    return static_cast<int>(smallest - terms_);
  }

  HILLOCK_COLD bool three_terms_reach(std::int64_t value) const noexcept {
    const Term fine = terms_[0], b = terms_[1], c = terms_[2];
    if (fine.step > max_values) {
      const int smallest = term_with_fewest_values();
      return terms_[smallest].last >= max_values || rest_reaches(smallest, value);
    }
    // If b + c = value modulo the finest step, `fine` makes up the difference. For each n of b that
    // has a solution, n of c has one residue. Both repeat with a period, so that each pair of
    // residues leaves a test of two terms.
    const std::int64_t m = fine.step;
    const std::int64_t common = greatest_common_divisor(c.step, m);
    const std::int64_t c_period = m / common;
    const std::int64_t b_period = m / greatest_common_divisor(b.step, m);
    for (std::int64_t n = 0; n < b_period && n <= b.last; ++n) {
      const std::int64_t left = value - n * b.step;
      if (left < 0) break;
      if (left % common != 0) continue;
      const std::int64_t first = solution(c.step / common, left / common % c_period, c_period);
      if (first > c.last) continue;
      if (two_terms_reach({b.step * b_period, (b.last - n) / b_period},
                          {c.step * c_period, (c.last - first) / c_period}, left - first * c.step,
                          fine.span()))
        return true;
    }
    return false;
  }

  HILLOCK_COLD bool four_terms_reach(std::int64_t value) const noexcept {
    // The two coarse terms are multiples of their common divisor, so only few sums of the two fine
    // terms are possible.
    const std::int64_t divisor = greatest_common_divisor(terms_[2].step, terms_[3].step);
    const std::int64_t fine_span = terms_[0].span() + terms_[1].span();
    if (fine_span / divisor < max_values) {
      for (std::int64_t fine = value % divisor; fine <= std::min(fine_span, value); fine += divisor)
        if (two_terms_reach(terms_[0], terms_[1], fine, 0) &&
            two_terms_reach(terms_[2], terms_[3], value - fine, 0))
          return true;
      return false;
    }
    const int smallest = term_with_fewest_values();
    return terms_[smallest].last >= max_values || rest_reaches(smallest, value);
  }
};

/// Returns the number of bytes from one address to another. Addresses are unsigned, because on 32
/// bits the upper half would be negative. The pointers are not subtracted, because for an empty
/// array they need not point into it.
template <class T, class U>
HILLOCK_INLINE std::int64_t bytes_between(const T* from, const U* to) noexcept {
  const auto address = [](const auto* pointer) HILLOCK_INLINE_LAMBDA {
    return static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(pointer));
  };
  return static_cast<std::int64_t>(address(to) - address(from));
}

/// Whether all of a's elements lie before b's, or all after. The test is quick enough for calls of
/// a few elements; it is false if a step is negative.
template <class T, class U>
HILLOCK_INLINE bool are_clearly_apart(const StridedView<T>& a, const StridedView<U>& b) noexcept {
  static_assert(sizeof(T) == sizeof(U));
  constexpr std::int64_t size = sizeof(T);
  if ((a.step(false) | a.step(true) | b.step(false) | b.step(true)) < 0) return false;
  const auto length = [](const auto& view) HILLOCK_INLINE_LAMBDA {
    const std::int64_t row = view.shape().rows - 1, col = view.shape().cols - 1;
    return (row * view.step(false) + col * view.step(true)) * size;
  };
  const std::int64_t distance = bytes_between(a.data(), b.data());
  return distance - length(a) >= size || -distance - length(b) >= size;
}

/// Whether a and b have a byte in common; how exactly the head of this file says.
template <class T, class U>
bool share_elements(const StridedView<T>& a, const StridedView<U>& b) noexcept {
  static_assert(sizeof(T) == sizeof(U));
  const auto is_empty = [](Shape shape) { return shape.rows == 0 || shape.cols == 0; };
  if (is_empty(a.shape()) || is_empty(b.shape())) return false;
  TermSum offsets;
  // How far b's first element is from a's, in bytes, then between the ends at which all steps of a
  // are positive and all of b negative.
  constexpr std::int64_t size = sizeof(T);
  const std::int64_t bytes = bytes_between(a.data(), b.data());
  std::int64_t distance = bytes >= 0 ? bytes / size : -((size - 1 - bytes) / size);
  const auto add = [&](Index step, Index count, bool is_of_a) {
    const Term term{step < 0 ? -std::int64_t{step} : std::int64_t{step}, count - 1};
    if ((step < 0) == is_of_a && term.last > 0) distance += term.span();
    offsets.add(term);
  };
  add(a.step(false), a.shape().rows, true);
  add(a.step(true), a.shape().cols, true);
  add(b.step(false), b.shape().rows, false);
  add(b.step(true), b.shape().cols, false);
  // If the distance is no multiple of the element size, an element shares bytes with two
  // neighbours.
  return TermSum(offsets).reaches(distance) ||
         (bytes % size != 0 && TermSum(offsets).reaches(distance + 1));
}

/// Whether an output that is not clearly apart from an input overlaps it in part. It is not
/// inlined: otherwise every call would store the members of the views in memory, and a call of few
/// elements would wait for them.
template <class E>
HILLOCK_COLD bool overlap_in_part(StridedView<E> out, StridedView<const E> in) noexcept {
  return !(out.as_input() == in) && share_elements(out, in);
}
template <class E>
HILLOCK_COLD bool overlap(StridedView<E> a, StridedView<E> b) noexcept {
  return share_elements(a, b);
}

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
