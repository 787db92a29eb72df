// An output to whose elements results are added. Functions along an axis write to it in place of
// the output's own view, so that they need to know nothing of it.
#pragma once

#include <hillock/arrays/views/view.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// The view of an output in which every result, rounded to the element type, is added to what is
/// there. Each element may be written once.
template <class View>
class AddingView : public View {
 public:
  using Element = typename View::Element;
  using T = typename View::T;
  /// Batches of results pass through a buffer.
  static constexpr bool is_loadable = false;

  /// `output` is what View is made of: another view, or an expression.
  template <class Output>
  explicit AddingView(Output& output) : View(output) {}

  T* destination(Index, Index, Index, bool, T* buffer) const noexcept { return buffer; }
  void write(Index row, Index col, Index n, bool along_row, T* from, const T* buffer) const {
    if (from == buffer) write_one_by_one(*this, row, col, n, along_row, from);
  }
  void set(Index row, Index col, T value) const { View::set(row, col, this->at(row, col) + value); }
  void set_lane(Index row, Index col, T lane) const {
    set(row, col, value_of_element<Element>(from_lane<Element>(lane)));
  }

  /// Adds a block of results, which lie one after the other in the storage order of the view.
  void add(Index row, Index col, Shape shape, const T* from) const {
    const bool along_row = this->is_row_major();
    Index lines = along_row ? shape.rows : shape.cols;
    Index n = along_row ? shape.cols : shape.rows;
    if (View::is_strided && this->step(along_row) == 1 && this->step(!along_row) == n) {
      n *= lines;  // the lines follow each other in memory
      lines = 1;
    }
    for (Index line = 0; line < lines; ++line, from += n) {
      const Index line_row = along_row ? row + line : row;
      const Index line_col = along_row ? col : col + line;
      if constexpr (View::is_strided && View::is_loadable) {
        if (this->step(along_row) == 1) {
          T* const to = this->address_of(line_row, line_col);
          for_each_index(n, [&](Index i) { to[i] = to[i] + from[i]; });
          continue;
        }
      }
      for (Index i = 0; i < n; ++i)
        along_row ? set(line_row, line_col + i, from[i]) : set(line_row + i, line_col, from[i]);
    }
  }
};

/// Returns the view of an output to which results are added.
template <class Y>
HILLOCK_INLINE auto adding_view(Y& y) noexcept {
  if constexpr (has_direct_access<Y>) {
    const auto view = output_view(y);
    return AddingView<std::remove_const_t<decltype(view)>>(view);
  } else {
    return AddingView<ExpressionOutput<Y>>(y);
  }
}

template <class View>
inline constexpr bool is_adding = false;
template <class View>
inline constexpr bool is_adding<AddingView<View>> = true;

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
