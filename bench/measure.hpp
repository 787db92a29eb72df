// The arrays that contenders work on, and the loop that is timed.
#pragma once

#include <Eigen/Core>
#include <map>
#include <random>
#include <type_traits>
#include <utility>

#include "accuracy.hpp"
#include "lines.hpp"
#include "peers/peers.hpp"

namespace bench {

using Eigen::Index;

/// Rows and columns of a column-major array.
struct Shape {
  Index rows;
  Index cols;
  Index size() const { return rows * cols; }
  std::string name() const {
    return std::to_string(rows) + (cols == 1 ? "" : 'x' + std::to_string(cols));
  }
};
/// From here on an array is out of every cache.
inline constexpr Index large = Index{1} << 24;
inline const char* section_of(Shape shape) {
  return shape.size() == large ? "out of cache" : "in cache";
}

template <class T>
inline constexpr const char* type_name = sizeof(T) == 4 ? "float" : "double";

/// The arrays a contender reads (x, dy) and writes (y, d).
template <class T>
struct Arrays {
  using Plain = Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic>;
  using Array = Eigen::Map<Plain, Eigen::AlignedMax>;
  Array x, dy, y, d;

  explicit Arrays(const peers::Arguments<T>& a)
      : x(const_cast<T*>(a.x), a.rows, a.cols),
        dy(const_cast<T*>(a.dy), a.rows, a.cols),
        y(a.y, a.rows, a.cols),
        d(a.d, a.rows, a.cols) {}
};

/// Arrays of a shape; those of one size share their memory, filled once. Inputs are normal(0, 2):
/// what a layer with standardised weights produces. Each array starts a quarter of a page after the
/// one before it: at equal places in their pages, a load waits for the store to the other array.
template <class T>
peers::Arguments<T> arrays(Shape shape) {
  static std::map<Index, Eigen::Array<T, Eigen::Dynamic, 1>> made;
  constexpr Index page = 4096 / sizeof(T);
  const Index size = shape.size();
  const Index step = (size + page - 1) / page * page + page / 4;
  const auto [entry, is_new] = made.try_emplace(size);
  auto& memory = entry->second;
  if (is_new) {
    std::mt19937 engine(1);
    std::normal_distribution<T> normal(0, 2);
    memory.setZero(4 * step);
    for (T& value : memory.head(2 * step)) value = normal(engine);
  }
  T* const first = memory.data();
  return {first, first + step, first + 2 * step, first + 3 * step, shape.rows, shape.cols};
}

/// Times `pass` (a peers::Pass<T>, or anything on Arrays<T>) on its arguments, which the compiler
/// must take for read and written elsewhere.
template <class T, class Pass>
auto timed(Shape shape, Pass pass) {
  return [shape, pass](benchmark::State& state) {
    auto own = pass;  // a pass may keep what it prepared
    const peers::Arguments<T> arguments = arrays<T>(shape);
    // Work in place starts from the same numbers each time.
    if (shape.size() == large) std::copy_n(arguments.x, shape.size(), arguments.y);
    benchmark::DoNotOptimize(arguments.x);
    benchmark::DoNotOptimize(arguments.dy);
    benchmark::DoNotOptimize(arguments.y);
    benchmark::DoNotOptimize(arguments.d);
    if constexpr (std::is_same_v<Pass, peers::Pass<T>>) {
      for (auto _ : state) {
        own(arguments);
        benchmark::ClobberMemory();
      }
    } else {
      Arrays<T> a(arguments);
      for (auto _ : state) {
        own(a);
        benchmark::ClobberMemory();
      }
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * shape.size());
  };
}

}  // namespace bench
