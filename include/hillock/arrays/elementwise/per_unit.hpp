// Walks arrays together with a parameter of each row, or of each column.
//
// Along a run of contiguous elements the parameter is one number, or there is one beside each element.
// Those beside are rounded once, into a block on the stack that is one more input of every run. Short
// runs that follow each other are taken several at a time, beside a block of their parameters: each by
// itself would have its last batches overlap, and pay for a call.
#pragma once

#include <hillock/arrays/elementwise/transform.hpp>
#include <hillock/arrays/operations/operation.hpp>

#include <algorithm>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// Parameters of the rows or columns of an array, as they are computed with in Scalar; for a walk
/// through buffers an array of its shape.
template <Accuracy A, class V>
class PerUnit {
 public:
  using T = typename V::value_type;
  static constexpr bool direct = false;
  static constexpr bool is_computed_in_place = false;
  PerUnit(const Parameters& values, Per per, Shape of) noexcept
      : values_(values.data()), per_(per), of_(of) {}

  Shape shape() const noexcept { return of_; }
  /// Whether each element of a row (of a column) has its own.
  bool differ_along(bool along_row) const noexcept { return along_row == (per_ == Per::column); }
  T of(Index unit) const noexcept { return rounded_parameter<A, T>(values_[unit]); }
  void copy(Index first, Index n, T* to) const noexcept {
    constexpr Index width = static_cast<Index>(V::size);
    if (n < width) {
      for (Index i = 0; i < n; ++i) to[i] = of(first + i);
      return;
    }
    for (Index i = 0; i + width <= n; i += width) several(first + i).store(to + i);
    several(first + n - width).store(to + n - width);
  }
  const T* read(Index row, Index col, Index n, bool along_row, T* buffer) const noexcept {
    if (differ_along(along_row))
      copy(along_row ? col : row, n, buffer);
    else
      std::fill_n(buffer, n, of(along_row ? row : col));
    return buffer;
  }

 private:
  /// Those of V::size units, as rounded_parameter makes them.
  HILLOCK_INLINE V several(Index first) const noexcept {
    using W = simd::Batch<double, typename V::arch>;
    constexpr auto largest = static_cast<double>(std::numeric_limits<T>::max());
    const auto clamped = [](W a) { return not_below(not_above(a, W(largest)), W(-largest)); };
    // 0 of a finite number, else NaN. Sealed, because -ffast-math takes a - a for 0.
    const auto defect = [](W a) { return sealed(a) - a; };
    V values, defects;
    if constexpr (std::is_same_v<T, double>) {
      values = V::load(values_ + first);  // none is beyond the largest
      defects = defect(values);
    } else {
      const W low = W::load(values_ + first), high = W::load(values_ + first + W::size);
      values = narrowed(clamped(low), clamped(high));
      defects = narrowed(defect(low), defect(high));
    }
    return nan_or(defects, values);
  }

  const double* values_;
  Per per_;
  Shape of_;
};

/// Runs of several arrays: where the first of each begins, and the steps to the next.
template <class Pointer, std::size_t N>
struct Runs {
  std::array<Pointer, N> first;
  std::array<Index, N> step;

  /// An element of a run, in every array.
  HILLOCK_INLINE std::array<Pointer, N> at(Index run, Index element) const noexcept {
    std::array<Pointer, N> places = first;
    for (std::size_t i = 0; i < N; ++i) places[i] += run * step[i] + element;
    return places;
  }
  bool follow(Index length) const noexcept {
    bool all = true;
    for (const Index each : step) all = all && each == length;
    return all;
  }
};

template <class T, std::size_t N>
HILLOCK_INLINE std::array<const T*, N + 1> beside(const std::array<const T*, N>& in,
                                                  const T* parameters) noexcept {
  std::array<const T*, N + 1> all;
  for (std::size_t i = 0; i < N; ++i) all[i] = in[i];
  all[N] = parameters;
  return all;
}

/// The parameters beside some elements, the smallest and the largest of them; the smallest is NaN
/// where one of them is.
template <class V>
class ParameterBlock {
  static constexpr Index width = static_cast<Index>(V::size);

 public:
  using T = typename V::value_type;
  /// Of so many a run can be stored past the caches.
  static constexpr Index page = 4096 / static_cast<Index>(sizeof(T));
  static constexpr Index most = 2 * page;

  /// Those of n units.
  template <class P>
  void copy(const P& parameters, Index first, Index n) noexcept {
    parameters.copy(first, n, of_);
    smallest_ = largest_ = V(parameters.of(first));
    smallest_.store(of_ + n);  // so that the last batch is full
    for (Index i = 0; i < n; i += width) include(V::load(of_ + i));
  }
  /// Those of `units`, again and again.
  template <class P>
  void repeat(const P& parameters, Index units, Index times) noexcept {
    copy(parameters, 0, units);
    for (Index filled = units; filled < units * times;) {
      const Index more = std::min(filled, units * times - filled);
      std::copy_n(of_, more, of_ + filled);
      filled += more;
    }
  }
  /// Those of another block, each so many times.
  void spread(const ParameterBlock& each, Index units, Index times) noexcept {
    smallest_ = each.smallest_;
    largest_ = each.largest_;
    T* to = of_;
    for (Index unit = 0; unit < units; ++unit, to += times) {
      const V value = each.of_[unit];
      // The last batch reaches into what the next unit overwrites.
      for (Index i = 0; i < times; i += width) value.store(to + i);
    }
  }

  const T* data() const noexcept { return of_; }
  V smallest() const noexcept { return smallest_; }
  V largest() const noexcept { return largest_; }

 private:
  /// A NaN stays in the smallest.
  HILLOCK_INLINE void include(V values) noexcept {
    smallest_ = nan_or(smallest_, not_above(values, smallest_));
    largest_ = not_below(values, largest_);
  }

  T of_[static_cast<std::size_t>(most) + V::size];
  V smallest_, largest_;
};

/// A run of those that follow each other in a loop: inlined there, since the places put together for a
/// call would be waited for in memory.
template <class Arch, class Op, class T, std::size_t I, std::size_t O>
HILLOCK_INLINE void run_one_of_many(const Op& op, const std::array<const T*, I>& in,
                                    const std::array<T*, O>& out, Index n, Stores stores) noexcept {
  using V = simd::Batch<T, Arch>;
  if (HILLOCK_LIKELY(n >= static_cast<Index>(V::size) && stores == Stores::cached)) {
    const Op copied = op;
    return run_batches<V>(copied, in, out, n);
  }
  run<Arch>(op, in, out, n, stores);
}

/// Runs below this length are taken several at a time.
template <class V>
inline constexpr Index shortest_run = 2 * static_cast<Index>(V::size);

/// The contiguous runs of arrays.
template <class Arch, class Op, class P, class T, std::size_t I, std::size_t O>
void walk_runs(const Op& op, const P& parameters, bool differ_along, const Runs<const T*, I>& in,
               const Runs<T*, O>& out, Index runs, Index length) noexcept {
  using Block = ParameterBlock<simd::Batch<T, Arch>>;
  const Index elements = runs * length;
  const Index shortest = differ_along ? buffer_size / 2 : shortest_run<simd::Batch<T, Arch>>;
  if (length < shortest && runs > 1 && in.follow(length) && out.follow(length)) {
    const Index fill = elements > buffer_size * buffer_size ? Block::page : buffer_size;
    const Index group = std::min(runs, (fill + length - 1) / length);
    Block block, each;
    if (differ_along) block.repeat(parameters, length, group);
    for (Index r = 0; r < runs; r += group) {
      const Index now = std::min(group, runs - r);
      if (!differ_along) {
        each.copy(parameters, r, now);
        block.spread(each, now, length);
      }
      const auto from = beside(in.at(r, 0), block.data());
      const auto to = out.at(r, 0);
      run_one_of_many<Arch>(op.with_each(block.smallest(), block.largest()), from, to, now * length,
                            stores_for(from, to, now * length, elements));
    }
  } else if (differ_along) {
    Block block;
    const Index step = length <= Block::most ? length : Block::page;
    for (Index start = 0; start < length; start += step) {
      const Index n = std::min(step, length - start);
      block.copy(parameters, start, n);
      const auto each = op.with_each(block.smallest(), block.largest());
      const Stores stores =
          stores_for(beside(in.at(0, start), block.data()), out.at(0, start), n, elements);
      for (Index r = 0; r < runs; ++r)
        run_one_of_many<Arch>(each, beside(in.at(r, start), block.data()), out.at(r, start), n,
                              stores);
    }
  } else {
    const Stores stores = stores_for(in.first, out.first, length, elements);
    for (Index r = 0; r < runs; ++r)
      run_one_of_many<Arch>(op.with_one(parameters.of(r)), in.at(r, 0), out.at(r, 0), length,
                            stores);
  }
}

/// op.with_one(parameter)(inputs...) -> outputs..., element by element, or op.with_each(smallest,
/// largest)(inputs..., parameter) with the extremes of the parameters, in batches; op.with_any() where
/// they are not known. The shapes are equal.
template <class Arch, class Op, class P, class... Ins, class... Outs, std::size_t... I,
          std::size_t... O>
void walk_per_unit(const Op& op, const P& parameters, const std::tuple<Ins&...>& in,
                   const std::tuple<Outs&...>& out, std::index_sequence<I...>,
                   std::index_sequence<O...>) {
  using First = std::tuple_element_t<0, std::tuple<Outs...>>;
  using T = typename First::T;
  constexpr bool along_row = First::row_major;
  const Shape shape = parameters.shape();
  const Index runs = along_row ? shape.rows : shape.cols;
  const Index length = along_row ? shape.cols : shape.rows;
  if (runs == 0 || length == 0) return;
  if constexpr ((std::remove_const_t<Ins>::is_computed_in_place && ...) &&
                (Outs::is_computed_in_place && ...)) {
    const auto in_order = [&](const auto& array) {
      return array.step(along_row) == 1 || length == 1;
    };
    if ((in_order(std::get<I>(in)) && ...) && (in_order(std::get<O>(out)) && ...)) {
      const Runs<const T*, sizeof...(Ins)> from{{std::get<I>(in).view().data...},
                                                {std::get<I>(in).step(!along_row)...}};
      const Runs<T*, sizeof...(Outs)> to{{std::get<O>(out).view().data...},
                                         {std::get<O>(out).step(!along_row)...}};
      return walk_runs<Arch>(op, parameters, parameters.differ_along(along_row), from, to, runs,
                             length);
    }
  }
  walk_buffered<Arch>(op.with_any(), std::tuple_cat(in, std::tie(parameters)), out, runs, length,
                      std::index_sequence_for<Ins..., P>(), std::index_sequence<O...>());
}

template <class Arch, class Op, class P, class... Ins, class... Outs>
void walk_per_unit(const Op& op, const P& parameters, const std::tuple<Ins&...>& in,
                   const std::tuple<Outs&...>& out) {
  walk_per_unit<Arch>(op, parameters, in, out, std::index_sequence_for<Ins...>(),
                      std::index_sequence_for<Outs...>());
}

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
