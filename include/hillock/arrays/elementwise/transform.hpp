// Applies an operation to views of one shape, element by element, in the storage order of the first
// output. Where the elements are contiguous in all views, it goes from memory to memory, elsewhere
// through small buffers on the stack. It allocates nothing.
#pragma once

#include <hillock/arrays/elementwise/contiguous.hpp>
#include <hillock/arrays/views/view.hpp>

#include <tuple>
#include <utility>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// A shape as lines: the rows, where the first output is stored by rows, else the columns.
struct Lines {
  Index count;
  Index length;
  bool along_row;
};
template <class Out>
HILLOCK_INLINE Lines lines_of(const Out& out) noexcept {
  const Shape shape = out.shape();
  return out.is_row_major() ? Lines{shape.rows, shape.cols, true}
                            : Lines{shape.cols, shape.rows, false};
}

/// Whether the elements of every line are contiguous in memory.
template <class... Views>
HILLOCK_INLINE bool are_contiguous_along(Lines lines, const Views&... views) noexcept {
  return ((views.step(lines.along_row) == 1 || lines.length == 1) && ...);
}
/// Whether every line begins where the one before it ends.
template <class... Views>
HILLOCK_INLINE bool are_without_gaps(Lines lines, const Views&... views) noexcept {
  return ((views.step(!lines.along_row) == lines.length || lines.count == 1) && ...);
}

/// Transforms lines that are contiguous in all views, from memory to memory. Lines without gaps
/// between them are one line. Force-inlined, and transform() too: otherwise the pointers and steps
/// of the views spill to the stack, 1 ns of the 4 that a call of few elements takes.
template <class Arch, class Op, class... Ins, class... Outs, std::size_t... I, std::size_t... O>
HILLOCK_INLINE void transform_in_memory(const Op& op, const std::tuple<const Outs&...>& out,
                                        const std::tuple<const Ins&...>& in, Lines lines,
                                        Stores wanted, std::index_sequence<O...>,
                                        std::index_sequence<I...>) noexcept {
  using T = typename std::tuple_element_t<0, std::tuple<Outs...>>::T;
  using From = std::array<const T*, sizeof...(Ins)>;
  using To = std::array<T*, sizeof...(Outs)>;
  const From from{std::get<I>(in).data()...};
  const To to{std::get<O>(out).data()...};
  if (are_without_gaps(lines, std::get<O>(out)..., std::get<I>(in)...)) {
    const Index n = lines.count * lines.length;
    return transform_contiguous<Arch>(op, from, to, n, stores_for(from, to, n, wanted));
  }
  const Stores stores = stores_for(from, to, lines.length, wanted);
  for (Index line = 0; line < lines.count; ++line) {
    transform_contiguous<Arch>(op, From{from[I] + line * std::get<I>(in).step(!lines.along_row)...},
                               To{to[O] + line * std::get<O>(out).step(!lines.along_row)...},
                               lines.length, stores);
  }
}

/// The type in which a view is passed on: a strided view by value, any other by reference.
template <class View>
using Passed = std::conditional_t<View::is_strided, View, const View&>;

/// Transforms lines through buffers, because a view is not contiguous along them, or has another
/// element type than the computation. Strided views are passed by value: a reference would force
/// the caller to store the view's members on the stack in every call.
template <class Arch, class Op, class Outs, class Ins, std::size_t... I, std::size_t... O>
HILLOCK_LOOP void transform_buffered(const Op& op, const Outs out, const Ins in, Lines lines,
                                     std::index_sequence<O...>, std::index_sequence<I...>) {
  using T = typename std::decay_t<std::tuple_element_t<0, Outs>>::T;
  T in_buffers[sizeof...(I)][buffer_size];
  T out_buffers[sizeof...(O)][buffer_size];
  const bool along_row = lines.along_row;
  for (Index line = 0; line < lines.count; ++line) {
    for (Index start = 0; start < lines.length; start += buffer_size) {
      const Index n = lines.length - start < buffer_size ? lines.length - start : buffer_size;
      const Index row = along_row ? line : start;
      const Index col = along_row ? start : line;
      const std::array<const T*, sizeof...(I)> from{
          std::get<I>(in).read(row, col, n, along_row, in_buffers[I])...};
      const std::array<T*, sizeof...(O)> to{
          std::get<O>(out).destination(row, col, n, along_row, out_buffers[O])...};
      transform_contiguous<Arch>(op, from, to, n);
      (std::get<O>(out).write(row, col, n, along_row, to[O], out_buffers[O]), ...);
    }
  }
}

/// Writes op(inputs...) to the outputs, element by element, with the wanted stores where the arrays
/// allow them; all shapes are equal. ArePacked says that the types of the arrays make the elements
/// contiguous along the lines; then no buffers are compiled.
template <class Arch, bool ArePacked = false, class Op, class... Outs, class... Ins>
HILLOCK_INLINE void transform(const Op& op, const std::tuple<const Outs&...>& out,
                              const std::tuple<const Ins&...>& in, Stores wanted) {
  Lines lines = lines_of(std::get<0>(out));
  if (lines.count == 0 || lines.length == 0) return;
  constexpr auto o = std::index_sequence_for<Outs...>();
  constexpr auto i = std::index_sequence_for<Ins...>();
  if constexpr (ArePacked && (Ins::is_loadable && ...)) {
    return transform_in_memory<Arch>(op, out, in, lines, wanted, o, i);
  } else if constexpr ((Outs::is_strided && ...) && (Ins::is_strided && ...)) {
    const auto contiguous = [&](const auto&... view) HILLOCK_INLINE_LAMBDA {
      return are_contiguous_along(lines, view...);
    };
    const auto without_gaps = [&](const auto&... view) HILLOCK_INLINE_LAMBDA {
      return are_without_gaps(lines, view...);
    };
    const bool are_contiguous = unpack(contiguous, out) && unpack(contiguous, in);
    if constexpr ((Ins::is_loadable && ...)) {
      if (are_contiguous) return transform_in_memory<Arch>(op, out, in, lines, wanted, o, i);
    } else if (are_contiguous && unpack(without_gaps, out) && unpack(without_gaps, in)) {
      // The lines have no gaps, so they are taken as one line, which fills the buffers.
      lines = {1, lines.count * lines.length, lines.along_row};
    }
  }
  if constexpr (!(ArePacked && (Ins::is_loadable && ...)))
    transform_buffered<Arch>(op, std::tuple<Passed<Outs>...>(out), std::tuple<Passed<Ins>...>(in),
                             lines, o, i);
}

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
