// Sums over the rows or the columns of two arrays: a term of each pair of elements is added in
// double.
//
// The terms are added in the order of summation.hpp in every layout, so that the bits depend
// neither on the layout nor on the width of the registers.
#pragma once

#include <hillock/arrays/axis/summation.hpp>

#include <algorithm>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// Whether a term is computed in the type of the elements, and widened to double afterwards, as it
/// says by a member of this name. Others are computed in double.
template <class Term, class = void>
inline constexpr bool is_in_element_type = false;
template <class Term>
inline constexpr bool is_in_element_type<Term, std::void_t<decltype(Term::is_in_element_type)>> =
    true;

template <class W, class Term, class T>
HILLOCK_PART W term_of_one(const Term& term, T x, T dy) noexcept {
  if constexpr (is_in_element_type<Term>) {
    using V = simd::Batch<T, simd::NarrowArch>;
    return W(static_cast<double>(term(V(x), V(dy)).first()));
  } else {
    return term(W(static_cast<double>(x)), W(static_cast<double>(dy)));
  }
}

/// Adds term(x[i], dy[i]) to sums[i] for i < n.
template <class V, class Term, class T>
HILLOCK_PART void add_terms(const Term& term, const T* x, const T* dy, Index n,
                            double* sums) noexcept {
  using W = simd::Batch<double, typename V::arch>;
  constexpr auto width = static_cast<Index>(V::size);
  const auto add = [](W y, double* to) { (W::load(to) + y).store(to); };
  const auto add_batch = [&](V a, V b, double* to) {
    if constexpr (std::is_same_v<T, double>) {
      add(term(a, b), to);
    } else if constexpr (is_in_element_type<Term>) {
      const V y = term(a, b);
      add(widened_low(y), to);
      add(widened_high(y), to + W::size);
    } else {
      add(term(widened_low(a), widened_low(b)), to);
      add(term(widened_high(a), widened_high(b)), to + W::size);
    }
  };
  Index i = 0;
  for (; i + width <= n; i += width)
    add_batch(sealed(V::load(x + i)), sealed(V::load(dy + i)), sums + i);
  if constexpr (!std::is_same_v<typename V::arch, simd::NarrowArch>) {
    add_terms<simd::Batch<T, simd::NarrowArch>>(term, x + i, dy + i, n - i, sums + i);
  } else {
    for (; i < n; ++i) sums[i] = (W(sums[i]) + term_of_one<W>(term, x[i], dy[i])).first();
  }
}

/// Returns the sum of the partial sums.
HILLOCK_FLATTEN inline double total_by_halves(const double (&sums)[partial_sums]) noexcept {
  using W = simd::Batch<double, simd::NarrowArch>;
  kernels::PlainSum<W> parts[partial_sums];
  for (Index i = 0; i < partial_sums; ++i) parts[i].number[0] = sums[i];
  add_by_halves(parts);
  return parts[0].number[0].first();
}

/// Returns the sum of the n terms of a unit: read(start, n) gives pointers to contiguous elements.
template <class V, class Term, class Read>
HILLOCK_FLATTEN double sum_of_contiguous(const Term& term, const Read& read, Index n) {
  using W = simd::Batch<double, simd::NarrowArch>;
  if (n < shortest_tree) {
    const auto [x, dy] = read(0, n);
    W sum = 0;
    for (Index i = 0; i < n; ++i) sum = sum + term_of_one<W>(term, x[i], dy[i]);
    return sum.first();
  }
  double sums[partial_sums] = {};
  for (Index start = 0; start < n; start += buffer_size) {
    const Index chunk_length = std::min(buffer_size, n - start);
    const auto [x, dy] = read(start, chunk_length);
    Index i = 0;
    for (; i + partial_sums <= chunk_length; i += partial_sums)
      add_terms<V>(term, x + i, dy + i, partial_sums, sums);
    if (i < chunk_length)
      add_terms<V>(term, x + i, dy + i, chunk_length - i,
                   sums + (partial_sums - (chunk_length - i)));
  }
  return total_by_halves(sums);
}

/// Computes the sums of units, one per lane, of n terms each: read(entry, first, count) returns
/// pointers to one entry of `count` units, which are contiguous.
template <class V, class Term, class Read>
HILLOCK_FLATTEN void sums_one_per_lane(const Term& term, const Read& read, Index n, Index units,
                                       double* to) {
  using W = simd::Batch<double, typename V::arch>;
  constexpr Index block_size = 64;
  constexpr auto width = static_cast<Index>(W::size);
  static_assert(block_size % V::size == 0);
  const bool is_short = n < shortest_tree;
  double sums[partial_sums][block_size];
  for (Index first = 0; first < units; first += block_size) {
    const Index count = std::min(block_size, units - first);
    for (Index slot = 0; slot < (is_short ? 1 : partial_sums); ++slot)
      std::fill_n(sums[slot], block_size, 0.0);
    const Index whole = n / partial_sums * partial_sums;
    for (Index i = 0; i < n; ++i) {
      const Index slot = is_short ? 0 : i < whole ? i % partial_sums : i - (n - partial_sums);
      const auto [x, dy] = read(i, first, count);
      add_terms<V>(term, x, dy, count, sums[slot]);
    }
    for (Index half = is_short ? 0 : partial_sums / 2; half > 0; half /= 2)
      for (Index slot = 0; slot < half; ++slot)
        for (Index i = 0; i < count; i += width)
          (W::load(sums[slot] + i) + W::load(sums[slot + half] + i)).store(sums[slot] + i);
    std::copy_n(sums[0], count, to + first);
  }
}

/// Writes to[unit] = the sum of term(x, dy) over a row (column), in batches of doubles.
template <class Arch, class Term, class X, class DY>
HILLOCK_FLATTEN void sum_per_unit(const Term& term, Per per, const X& x, const DY& dy, double* to) {
  using T = typename X::T;
  using V = simd::Batch<T, Arch>;
  const Shape shape = x.shape();
  const Index n = entries(shape, per);
  const Index units = distributions(shape, per);
  const Layout layout = layout_of_sums(shape, x.is_row_major(), per);
  const bool along_row = (layout == Layout::contiguous) == (per == Per::row);
  T x_buffer[buffer_size] = {};
  T dy_buffer[buffer_size] = {};
  const auto read = [&](Index line, Index start, Index count) {
    const Index row = along_row ? line : start;
    const Index col = along_row ? start : line;
    return std::pair<const T*, const T*>(x.read(row, col, count, along_row, x_buffer),
                                         dy.read(row, col, count, along_row, dy_buffer));
  };
  if (layout == Layout::one_per_lane) return sums_one_per_lane<V>(term, read, n, units, to);
  for (Index unit = 0; unit < units; ++unit) {
    const auto read_unit = [&](Index start, Index count) { return read(unit, start, count); };
    to[unit] = sum_of_contiguous<V>(term, read_unit, n);
  }
}

/// The term that one element adds to the gradient by a parameter: dy df/dparameter, where
/// formula.parameter_derivative_at(x) is the derivative. Where the derivative is 0 and x is not, as
/// for PReLU's slope and x > 0, the term is 0 whatever dy is. At x = 0 it is the product by IEEE
/// arithmetic.
template <class Formula>
struct ParameterTerm {
  const Formula& formula;

  template <class W>
  HILLOCK_PART W operator()(W x, W dy) const noexcept {
    const W derivative = formula.parameter_derivative_at(x);
    return nan_propagated(x, zero_where((derivative == 0) & (x != 0), derivative * dy));
  }
};

/// Writes to[unit] = the gradient by the parameter of a row (column), summed in double.
template <class Arch, class Formula, class X, class DY>
void parameter_gradient_per_unit(const Formula& formula, Per per, const X& x, const DY& dy,
                                 double* to) {
  sum_per_unit<Arch>(ParameterTerm<Formula>{formula}, per, x, dy, to);
}

/// Returns the sum of term(x, dy) over all elements. Its order is always the same: first along the
/// longer side of x.
template <class Arch, class Term, class X, class DY>
double sum_of_terms(const Term& term, const X& x, const DY& dy) {
  const Per longer = x.shape().rows < x.shape().cols ? Per::row : Per::column;
  Parameters each(distributions(x.shape(), longer));
  sum_per_unit<Arch>(term, longer, x, dy, each.data());
  simd::Batch<double, simd::NarrowArch> sum = 0;
  for (const double of_line : each) sum = sum + of_line;
  return sum.first();
}

/// Returns the gradient by a parameter that all elements share.
template <class Arch, class Formula, class X, class DY>
double parameter_gradient(const Formula& formula, const X& x, const DY& dy) {
  return sum_of_terms<Arch>(ParameterTerm<Formula>{formula}, x, dy);
}

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
