// Arrays in every layout for what looks at whole arrays, and what differs between two of its
// answers.
#pragma once

#include <Eigen/Core>

#include <string>
#include <vector>

namespace support {

using Eigen::Dynamic;
using Eigen::Index;

template <class T>
using Array = Eigen::Array<T, Dynamic, Dynamic>;

/// An array in memory with any two steps: column-major, row-major, with gaps.
template <class T>
struct StridedArray {
  using ColumnMajor = Eigen::Array<T, Dynamic, Dynamic, Eigen::ColMajor>;
  using Map = Eigen::Map<const ColumnMajor, 0, Eigen::Stride<Dynamic, Dynamic>>;
  std::vector<T> memory;
  Index rows, cols, row_step, col_step;
  Map view() const { return part(0, 0, rows, cols); }
  /// A block, as the same type of view: what is compiled for views is compiled once.
  Map part(Index row, Index col, Index part_rows, Index part_cols) const {
    return Map(memory.data() + row * row_step + col * col_step, part_rows, part_cols,
               Eigen::Stride<Dynamic, Dynamic>(col_step, row_step));
  }
};

inline constexpr int layouts = 5;
template <class T, class Draw>
StridedArray<T> strided_array(int layout, Index rows, Index cols, const Draw& draw) {
  StridedArray<T> array{{}, rows, cols, 1, rows};
  if (layout == 1) array.col_step = rows + 3;
  if (layout == 2 || layout == 3) {
    array.row_step = cols + (layout == 3 ? 2 : 0);
    array.col_step = 1;
  }
  if (layout == 4) {
    array.row_step = 2;
    array.col_step = 2 * rows + 1;
  }
  const Index last = (rows - 1) * array.row_step + (cols - 1) * array.col_step;
  for (Index i = 0; i <= last; ++i) array.memory.push_back(draw());
  return array;
}

/// Keeps the first of what differs.
struct Difference {
  int compared = 0;
  std::string first;
  void expect(bool same, const std::string& what) {
    ++compared;
    if (!same && first.empty()) first = what;
  }
};

}  // namespace support
