// An input with one number for each row, or for each column, of the other inputs. It is a trainable
// parameter per unit.
//
// Along a line of contiguous elements, either all elements share one number, or each element has
// its own. In the first case the number is bound to the operation, which computes with it as with
// any parameter. In the second case the numbers are rounded once into a block on the stack, which
// is one more input of every line. Short lines without gaps are processed in groups, with a block
// of their numbers, because the last batches of every single line would overlap, and every line
// would cost a call.
//
// An operation with such an input has
//
//   bound_to(number)
//       the operation without the input, for lines whose elements share the number
//   with_numbers(smallest, largest)
//       the operation with the input as its last one; all numbers lie between these two, and the
//       smallest is NaN if any number is
//   with_any_numbers()
//       the same, if the extremes are not known
#pragma once

#include <hillock/arrays/elementwise/transform.hpp>

#include <algorithm>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// The parameters of the rows or of the columns of an array, rounded to T.
template <Accuracy A, class V>
class BroadcastInput {
 public:
  using T = typename V::value_type;
  static constexpr bool is_strided = false;
  static constexpr bool is_loadable = false;
  BroadcastInput(const double* values, Per per, Shape shape) noexcept
      : values_(values), per_(per), shape_(shape) {}

  Shape shape() const noexcept { return shape_; }
  /// Whether each element of a row (of a column) has its own number.
  bool differs_along(bool along_row) const noexcept { return along_row == (per_ == Per::column); }
  T of_unit(Index unit) const noexcept { return rounded_parameter<A, T>(values_[unit]); }
  void copy(Index first, Index n, T* to) const noexcept {
    constexpr auto width = static_cast<Index>(V::size);
    if (n < width) {
      for (Index i = 0; i < n; ++i) to[i] = of_unit(first + i);
      return;
    }
    for (Index i = 0; i + width <= n; i += width) of_units(first + i).store(to + i);
    of_units(first + n - width).store(to + n - width);
  }
  const T* read(Index row, Index col, Index n, bool along_row, T* buffer) const noexcept {
    if (differs_along(along_row))
      copy(along_row ? col : row, n, buffer);
    else
      std::fill_n(buffer, n, of_unit(along_row ? row : col));
    return buffer;
  }
  BroadcastInput block(Index row, Index col, Shape shape) const noexcept {
    return {values_ + (per_ == Per::row ? row : col), per_, shape};
  }

 private:
  /// Returns the numbers of V::size units, rounded as by rounded_parameter.
  HILLOCK_INLINE V of_units(Index first) const noexcept {
    using W = simd::Batch<double, typename V::arch>;
    constexpr auto largest = static_cast<double>(std::numeric_limits<T>::max());
    const auto clamped = [](W a) HILLOCK_INLINE_LAMBDA {
      return not_below(not_above(a, W(largest)), W(-largest));
    };
    // Is 0 for a finite number, else NaN. The operand is sealed, because -ffast-math replaces a - a
    // by 0.
    const auto defect = [](W a) HILLOCK_INLINE_LAMBDA { return sealed(a) - a; };
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
  Shape shape_;
};

template <class View>
inline constexpr bool is_broadcast = false;
template <Accuracy A, class V>
inline constexpr bool is_broadcast<BroadcastInput<A, V>> = true;

/// The contiguous lines of several arrays: the addresses of the first lines, and the steps to the
/// next.
template <class Pointer, std::size_t N>
struct LinesInMemory {
  std::array<Pointer, N> first;
  std::array<Index, N> step;

  /// Returns the address of an element of a line in each array.
  HILLOCK_INLINE std::array<Pointer, N> at(Index line, Index element) const noexcept {
    std::array<Pointer, N> addresses = first;
    for (std::size_t i = 0; i < N; ++i) addresses[i] += line * step[i] + element;
    return addresses;
  }
  bool are_without_gaps(Index length) const noexcept {
    bool all = true;
    for (const Index each : step) all = all && each == length;
    return all;
  }
};

template <class T, std::size_t N>
HILLOCK_INLINE std::array<const T*, N + 1> appended(const std::array<const T*, N>& in,
                                                    const T* numbers) noexcept {
  std::array<const T*, N + 1> all;
  for (std::size_t i = 0; i < N; ++i) all[i] = in[i];
  all[N] = numbers;
  return all;
}

/// One number for each of some elements, and the smallest and the largest number. The smallest is
/// NaN if any number is.
template <class V>
class NumberBlock {
  static constexpr Index width = static_cast<Index>(V::size);

 public:
  using T = typename V::value_type;
  /// A line of this many results may be stored past the caches.
  static constexpr Index page = 4096 / static_cast<Index>(sizeof(T));
  static constexpr Index capacity = 2 * page;

  /// Copies the numbers of n units.
  template <class Broadcast>
  void copy(const Broadcast& numbers, Index first, Index n) noexcept {
    numbers.copy(first, n, of_);
    smallest_ = largest_ = V(numbers.of_unit(first));
    smallest_.store(of_ + n);  // so that the last batch is full
    for (Index i = 0; i < n; i += width) include(V::load(of_ + i));
  }
  /// Copies the numbers of the first `units` units, `times` times over.
  template <class Broadcast>
  void repeat(const Broadcast& numbers, Index units, Index times) noexcept {
    copy(numbers, 0, units);
    for (Index filled = units; filled < units * times;) {
      const Index more = std::min(filled, units * times - filled);
      std::copy_n(of_, more, of_ + filled);
      filled += more;
    }
  }
  /// Copies each number of another block `times` times in a row.
  void repeat_each(const NumberBlock& each, Index units, Index times) noexcept {
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
  /// Updates the extremes. Once the smallest is NaN, it stays NaN.
  HILLOCK_INLINE void include(V values) noexcept {
    smallest_ = nan_or(smallest_, not_above(values, smallest_));
    largest_ = not_below(values, largest_);
  }

  T of_[static_cast<std::size_t>(capacity) + V::size];
  V smallest_, largest_;
};

/// Transforms one line. Force-inlined: otherwise the pointers spill to the stack for every line.
template <class Arch, class Op, class T, std::size_t I, std::size_t O>
HILLOCK_PART void transform_line(const Op& op, const std::array<const T*, I>& in,
                                 const std::array<T*, O>& out, Index n, Stores stores) noexcept {
  using V = simd::Batch<T, Arch>;
  if (HILLOCK_LIKELY(n >= static_cast<Index>(V::size) && stores == Stores::cached)) {
    const Op copied = op;
    return transform_batches<V>(copied, in, out, n);
  }
  transform_contiguous<Arch>(op, in, out, n, stores);
}

/// Lines below this length are processed in groups.
template <class V>
inline constexpr Index shortest_line = 2 * static_cast<Index>(V::size);

/// Transforms the contiguous lines of arrays in memory.
template <class Arch, class Op, class Broadcast, class T, std::size_t I, std::size_t O>
HILLOCK_LOOP void transform_lines(const Op& op, const Broadcast& numbers,
                                  const LinesInMemory<T*, O>& out,
                                  const LinesInMemory<const T*, I>& in, Lines lines,
                                  Stores wanted) noexcept {
  using Block = NumberBlock<simd::Batch<T, Arch>>;
  const Index length = lines.length;
  const Index elements = lines.count * length;
  const bool differs_along = numbers.differs_along(lines.along_row);
  const Index shortest = differs_along ? buffer_size / 2 : shortest_line<simd::Batch<T, Arch>>;
  if (length < shortest && lines.count > 1 && in.are_without_gaps(length) &&
      out.are_without_gaps(length)) {
    const Index fill = elements > buffer_size * buffer_size ? Block::page : buffer_size;
    const Index group = std::min(lines.count, (fill + length - 1) / length);
    Block block, each;
    if (differs_along) block.repeat(numbers, length, group);
    for (Index line = 0; line < lines.count; line += group) {
      const Index group_length = std::min(group, lines.count - line);
      if (!differs_along) {
        each.copy(numbers, line, group_length);
        block.repeat_each(each, group_length, length);
      }
      const auto from = appended(in.at(line, 0), block.data());
      const auto to = out.at(line, 0);
      transform_line<Arch>(op.with_numbers(block.smallest(), block.largest()), from, to,
                           group_length * length,
                           stores_for(from, to, group_length * length, wanted));
    }
  } else if (differs_along) {
    Block block;
    const Index step = length <= Block::capacity ? length : Block::page;
    for (Index start = 0; start < length; start += step) {
      const Index n = std::min(step, length - start);
      block.copy(numbers, start, n);
      const auto each = op.with_numbers(block.smallest(), block.largest());
      const Stores stores =
          stores_for(appended(in.at(0, start), block.data()), out.at(0, start), n, wanted);
      for (Index line = 0; line < lines.count; ++line)
        transform_line<Arch>(each, appended(in.at(line, start), block.data()), out.at(line, start),
                             n, stores);
    }
  } else {
    const Stores stores = stores_for(in.first, out.first, length, wanted);
    for (Index line = 0; line < lines.count; ++line)
      transform_line<Arch>(op.bound_to(numbers.of_unit(line)), in.at(line, 0), out.at(line, 0),
                           length, stores);
  }
}

/// As transform(), for an operation whose last input is `numbers`.
template <class Arch, class Op, class Broadcast, class... Outs, class... Ins, std::size_t... O,
          std::size_t... I>
void transform_with(const Broadcast& numbers, const Op& op, const std::tuple<const Outs&...>& out,
                    const std::tuple<const Ins&...>& in, Stores wanted, std::index_sequence<O...> o,
                    std::index_sequence<I...>) {
  using T = typename Broadcast::T;
  const Lines lines = lines_of(std::get<0>(out));
  if (lines.count == 0 || lines.length == 0) return;
  if constexpr ((Ins::is_loadable && ...) && (Outs::is_loadable && ...)) {
    if (are_contiguous_along(lines, std::get<O>(out)..., std::get<I>(in)...)) {
      const LinesInMemory<const T*, sizeof...(Ins)> from{
          {std::get<I>(in).data()...}, {std::get<I>(in).step(!lines.along_row)...}};
      const LinesInMemory<T*, sizeof...(Outs)> to{{std::get<O>(out).data()...},
                                                  {std::get<O>(out).step(!lines.along_row)...}};
      return transform_lines<Arch>(op, numbers, to, from, lines, wanted);
    }
  }
  transform_buffered<Arch>(op.with_any_numbers(), std::tuple<Passed<Outs>...>(out),
                           std::tuple<Passed<Ins>..., Broadcast>(std::get<I>(in)..., numbers),
                           lines, o, std::index_sequence_for<Ins..., Broadcast>());
}

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
