// Every call path to the value of a pointwise activation, compared with a scalar call that was not
// inlined, bit for bit.
//
// compare_lengths_and_offsets, compare_lazy_expressions and compare_half_packets are what can
// differ from function to function: the loop of the verbs, which computes some functions in steps,
// Eigen's packets, and packets of half width. Every activation is tested with them
// (support/contract.hpp). compare_layouts, compare_mixtures, compare_fixed_sizes and
// compare_expressions_around are about the arrays and know nothing of the function: tests/arrays
// tests them with few functions.
#pragma once

#include <support/accuracy.hpp>
#include <support/catch.hpp>

#include <hillock/verbs.hpp>

#include <string_view>
#include <tuple>
#include <utility>

namespace support {

using Eigen::Dynamic;
using Eigen::Index;

template <class F, class T>
[[gnu::noinline]] T call_forward(const F& f, T x) {
  return f(x);
}
template <class F, class T>
[[gnu::noinline]] T call_derivative(const F& f, T x) {
  return f.derivative(x);
}
template <class F, class T>
[[gnu::noinline]] T call_backward(const F& f, T x, T dy) {
  return f.backward(x, dy);
}
template <class T>
[[gnu::noinline]] T product(T a, T b) {
  return a * b;
}
template <class T>
[[gnu::noinline]] T sum(T a, T b) {
  return a + b;
}

/// The numbers of mixture(), and the results of scalar calls for them.
template <class T>
struct Scalars {
  template <class F>
  explicit Scalars(const F& f) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      forward.push_back(call_forward(f, x[i]));
      derivative.push_back(call_derivative(f, x[i]));
      backward.push_back(product(dy[i], derivative[i]));
    }
  }
  std::vector<T> x = mixture<T>();
  std::vector<T> dy = companions<T>();
  std::vector<T> forward, derivative, backward;
};

/// Counts comparisons, and stores the first that failed.
class Comparison {
 public:
  template <class T>
  void expect(T got, T wanted, T x, std::string_view path, Index row, Index col = 0) {
    ++compared_;
    if (same_bits(got, wanted)) return;
    if (differing_++ == 0) {
      first_ = std::string(path) + ", element (" + std::to_string(row) + ", " +
               std::to_string(col) + "), x = " + exactly(x) + ": " + exactly(got) +
               ", a scalar call gives " + exactly(wanted);
    }
  }
  std::size_t compared() const { return compared_; }

  void check(std::size_t at_least) const {
    INFO(differing_ << " of " << compared_ << " differ, the first: " << first_);
    CHECK(differing_ == 0);
    CHECK(compared_ >= at_least);
  }

 private:
  std::size_t compared_ = 0;
  std::size_t differing_ = 0;
  std::string first_;
};

/// The value of the memory around an array, which must not change when the array is written.
template <class T>
inline constexpr T untouched = T(-12345.678);

enum class Result { forward, derivative, backward };

template <class T>
const std::vector<T>& wanted(const Scalars<T>& scalars, Result result) {
  return result == Result::forward      ? scalars.forward
         : result == Result::derivative ? scalars.derivative
                                        : scalars.backward;
}

/// Pointer verbs: every length from 0 to 4 widths + 3 at every offset from 0 to a width, and longer
/// ones, which go in blocks of 16 batches, at two; in place and apart.
template <class T, class F>
void compare_lengths_and_offsets(Comparison& comparison, const F& f, const Scalars<T>& scalars) {
  constexpr std::size_t width = hillock::detail::simd::Batch<T>::size;
  constexpr std::size_t all_up_to = 4 * width + 3;
  constexpr std::size_t guard = width;
  const std::size_t count = scalars.x.size();
  std::vector<std::size_t> lengths(all_up_to + 1);
  for (std::size_t n = 0; n <= all_up_to; ++n) lengths[n] = n;
  for (const std::size_t batches :
       std::initializer_list<std::size_t>{7, 8, 9, 10, 16, 17, 18, 33, 40})
    for (std::size_t more : {std::size_t(0), std::size_t(1), width - 1})
      lengths.push_back(batches * width + more);
  for (const std::size_t n : lengths) {
    std::vector<T> x(n + 3 * guard), dy(x), y(x), d(x);
    for (std::size_t offset = 0; offset <= width; offset += n > all_up_to ? width : 1) {
      const std::size_t begin = guard + offset;
      const std::size_t shift = 31 * n + 7 * offset;
      const auto source = [&](std::size_t i) { return (i + shift) % count; };
      const auto fill = [&] {
        for (std::size_t i = 0; i < x.size(); ++i) {
          x[i] = scalars.x[source(i)];
          dy[i] = scalars.dy[source(i)];
          y[i] = d[i] = untouched<T>;
        }
      };
      const auto compare = [&](const std::vector<T>& got, Result result, const char* path,
                               bool in_place) {
        for (std::size_t i = 0; i < got.size(); ++i) {
          const bool inside = begin <= i && i < begin + n;
          const std::vector<T>& outside = !in_place                    ? got
                                          : result == Result::backward ? scalars.dy
                                                                       : scalars.x;
          const T expected = inside     ? wanted(scalars, result)[source(i)]
                             : in_place ? outside[source(i)]
                                        : untouched<T>;
          comparison.expect(got[i], expected, scalars.x[source(i)], path, static_cast<Index>(n),
                            static_cast<Index>(i) - static_cast<Index>(begin));
        }
      };
      const auto at = [&](std::vector<T>& array) { return array.data() + begin; };
      fill();
      hillock::forward(f, at(x), at(y), n);
      compare(y, Result::forward, "forward of n elements", false);
      hillock::derivative(f, at(x), at(y), n);
      compare(y, Result::derivative, "derivative of n elements", false);
      hillock::forward_and_derivative(f, at(x), at(y), at(d), n);
      compare(y, Result::forward, "forward of both, n elements", false);
      compare(d, Result::derivative, "derivative of both, n elements", false);
      hillock::backward(f, at(x), at(dy), at(y), n);
      compare(y, Result::backward, "backward of n elements", false);
      hillock::backward(f, at(x), at(dy), at(dy), n);
      compare(dy, Result::backward, "backward in place of dy", true);
      hillock::forward(f, at(x), at(x), n);
      compare(x, Result::forward, "forward in place", true);
      fill();
      hillock::forward_and_derivative(f, at(x), at(x), at(d), n);
      compare(x, Result::forward, "forward of both in place", true);
      compare(d, Result::derivative, "derivative of both next to a forward in place", false);
    }
  }
}

/// Eigen arrays of one layout: make(memory) is a view of `memory` that can be written to, which the
/// memory outlives.
template <class T, class F, class Make>
void compare_layout(Comparison& comparison, const F& f, const Scalars<T>& scalars,
                    const std::string& layout, std::size_t memory_size, const Make& make) {
  std::vector<T> x_memory(memory_size, untouched<T>), dy_memory(x_memory), y_memory(x_memory),
      d_memory(x_memory);
  auto&& x = make(x_memory.data());
  auto&& dy = make(dy_memory.data());
  auto&& y = make(y_memory.data());
  auto&& d = make(d_memory.data());
  const auto source = [&](Index i, Index j) {
    return static_cast<std::size_t>(i + 17 * j) % scalars.x.size();
  };
  std::vector<bool> inside(memory_size, false);
  for (Index j = 0; j < x.cols(); ++j)
    for (Index i = 0; i < x.rows(); ++i) {
      x.coeffRef(i, j) = scalars.x[source(i, j)];
      dy.coeffRef(i, j) = scalars.dy[source(i, j)];
      inside[static_cast<std::size_t>(&x.coeffRef(i, j) - x_memory.data())] = true;
    }
  const auto compare = [&](auto& got, std::vector<T>& memory, Result result, const char* path) {
    const std::string where = layout + ": " + path, outside = where + ", outside";
    for (Index j = 0; j < got.cols(); ++j)
      for (Index i = 0; i < got.rows(); ++i)
        comparison.expect(got.coeff(i, j), wanted(scalars, result)[source(i, j)],
                          scalars.x[source(i, j)], where, i, j);
    for (std::size_t i = 0; i < memory.size(); ++i)
      if (!inside[i])
        comparison.expect(memory[i], untouched<T>, T(0), outside, static_cast<Index>(i));
  };
  y = f(x);
  compare(y, y_memory, Result::forward, "lazy forward");
  y = f.derivative(x);
  compare(y, y_memory, Result::derivative, "lazy derivative");
  y = f.backward(x, dy);
  compare(y, y_memory, Result::backward, "lazy backward");
  hillock::forward(f, x, y);
  compare(y, y_memory, Result::forward, "forward");
  hillock::derivative(f, x, y);
  compare(y, y_memory, Result::derivative, "derivative");
  hillock::forward_and_derivative(f, x, y, d);
  compare(y, y_memory, Result::forward, "forward of both");
  compare(d, d_memory, Result::derivative, "derivative of both");
  hillock::backward(f, x, dy, y);
  compare(y, y_memory, Result::backward, "backward");
  hillock::backward(f, x, dy, dy);
  compare(dy, dy_memory, Result::backward, "backward in place of dy");
  hillock::derivative(f, x, x);
  compare(x, x_memory, Result::derivative, "derivative in place");
}

template <class T, class F>
void compare_layouts(Comparison& comparison, const F& f, const Scalars<T>& scalars) {
  using Column = Eigen::Array<T, Dynamic, Dynamic>;
  using Row = Eigen::Matrix<T, Dynamic, Dynamic, Eigen::RowMajor>;
  using Stride = Eigen::Stride<Dynamic, Dynamic>;
  constexpr Index width = static_cast<Index>(hillock::detail::simd::Batch<T>::size);
  constexpr Index rows = 3 * width + 3, cols = 5;
  compare_layout<T>(comparison, f, scalars, "row-major Matrix", rows * cols,
                    [](T* memory) { return Eigen::Map<Row>(memory, cols, rows); });
  compare_layout<T>(comparison, f, scalars, "block of a column-major Array",
                    (rows + 5) * (cols + 2), [](T* memory) {
                      return Eigen::Map<Column>(memory, rows + 5, cols + 2).block(3, 1, rows, cols);
                    });
  // The last is longer than the verbs' buffer.
  for (const auto& [inner, length, columns] : {std::tuple<Index, Index, Index>(1, rows, cols),
                                               {2, rows, cols},
                                               {3, rows, cols},
                                               {2, 1031, 1}}) {
    const Stride stride(inner * length + 4, inner);
    const auto make = [&stride, r = length, c = columns](T* memory) {
      return Eigen::Map<Column, 0, Stride>(memory, r, c, stride);
    };
    compare_layout<T>(comparison, f, scalars, "inner stride " + std::to_string(inner),
                      static_cast<std::size_t>(stride.outer() * columns), make);
  }
}

/// Lazy expressions of contiguous arrays, in Eigen's widest packets.
template <class T, class F>
void compare_lazy_expressions(Comparison& comparison, const F& f, const Scalars<T>& scalars) {
  using Array = Eigen::Array<T, Dynamic, 1>;
  const auto as_array = [](const std::vector<T>& from) {
    return Eigen::Map<const Array>(from.data(), static_cast<Index>(from.size()));
  };
  const auto x = as_array(scalars.x), dy = as_array(scalars.dy);
  Array y(x.size());
  const auto compare = [&](Result result, const char* path) {
    const Array all = as_array(wanted(scalars, result));
    for (Index i = 0; i < y.size(); ++i) comparison.expect(y[i], all[i], x[i], path, i);
  };
  y = f(x);
  compare(Result::forward, "lazy forward");
  y = f.derivative(x);
  compare(Result::derivative, "lazy derivative");
  y = f.backward(x, dy);
  compare(Result::backward, "lazy backward");
}

/// Arrays whose size is known at compile time, for which Eigen takes packets of half and quarter
/// width too.
template <class T, int N, class F>
void compare_fixed_size(Comparison& comparison, const F& f, const Scalars<T>& scalars) {
  using Fixed = Eigen::Array<T, N, 1>;
  for (std::size_t shift = 0; shift + N <= scalars.x.size(); shift += N) {
    const Fixed x = Eigen::Map<const Fixed>(scalars.x.data() + shift);
    const Fixed y = f(x);
    for (Index i = 0; i < N; ++i) {
      const std::size_t at = shift + static_cast<std::size_t>(i);
      comparison.expect(y[i], scalars.forward[at], x[i], "lazy forward of a fixed size", i, N);
    }
    if constexpr (N % 4 == 0 || N < 4) {  // what is unrolled elsewhere takes long to compile
      const Fixed d = f.derivative(x);
      for (Index i = 0; i < N; ++i) {
        const std::size_t at = shift + static_cast<std::size_t>(i);
        comparison.expect(d[i], scalars.derivative[at], x[i], "lazy derivative of a fixed size", i,
                          N);
      }
    }
  }
}

/// Arrays of half as many elements as the widest packet has, at least of four floats or two
/// doubles.
template <class T, class F>
void compare_half_packets(Comparison& comparison, const F& f, const Scalars<T>& scalars) {
  constexpr int width = static_cast<int>(hillock::detail::simd::Batch<T>::size);
  constexpr int narrowest = 16 / static_cast<int>(sizeof(T));
  compare_fixed_size<T, (width / 2 > narrowest ? width / 2 : narrowest)>(comparison, f, scalars);
}

template <class T, class F, int... N>
void compare_fixed_sizes(Comparison& comparison, const F& f, const Scalars<T>& scalars,
                         std::integer_sequence<int, N...>) {
  (compare_fixed_size<T, N + 1>(comparison, f, scalars), ...);
}

/// A lazy expression inside a larger one. No sum or product of the expression itself could be
/// contracted with another: only with hillock's own.
template <class T, class F>
void compare_expressions_around(Comparison& comparison, const F& f, const Scalars<T>& scalars) {
  using Array = Eigen::Array<T, Dynamic, 1>;
  const auto as_array = [](const std::vector<T>& from) {
    return Eigen::Map<const Array>(from.data(), static_cast<Index>(from.size()));
  };
  const auto x = as_array(scalars.x), b = as_array(scalars.dy);
  Array y(x.size());
  const auto compare = [&](const char* what, const auto& element) {
    for (Index i = 0; i < y.size(); ++i) comparison.expect(y[i], element(i), x[i], what, i);
  };
  const auto at = [](Index i) { return static_cast<std::size_t>(i); };
  y = f(x) + b;
  compare("f(x) + b", [&](Index i) { return sum(scalars.forward[at(i)], b[i]); });
  y = b - f(x);
  compare("b - f(x)", [&](Index i) { return sum(b[i], -scalars.forward[at(i)]); });
  y = f(x) * b;
  compare("f(x) b", [&](Index i) { return product(scalars.forward[at(i)], b[i]); });
  y = f(x * b) + b;
  compare("f(x b) + b", [&](Index i) { return sum(call_forward(f, product(x[i], b[i])), b[i]); });
  y = b - f.derivative(x * b);
  compare("b - f'(x b)",
          [&](Index i) { return sum(b[i], -call_derivative(f, product(x[i], b[i]))); });
  y = f.backward(x, b) + b;
  compare("f.backward(x, b) + b", [&](Index i) { return sum(scalars.backward[at(i)], b[i]); });
  y = x.unaryExpr(f);
  compare("x.unaryExpr(f)", [&](Index i) { return scalars.forward[at(i)]; });
}

/// Storage orders, kinds and views that differ between input and output.
template <class T, class F>
void compare_mixtures(Comparison& comparison, const F& f, const Scalars<T>& scalars) {
  using Row = Eigen::Array<T, Dynamic, Dynamic, Eigen::RowMajor>;
  using Column = Eigen::Matrix<T, Dynamic, Dynamic>;
  constexpr Index rows = 19, cols = 20;
  const Row x = Eigen::Map<const Row>(scalars.x.data(), rows, cols);
  const Column dy = Eigen::Map<const Row>(scalars.dy.data(), rows, cols).matrix();
  Column y(rows, cols);
  const auto compare = [&](Result result, const char* path) {
    for (Index j = 0; j < cols; ++j)
      for (Index i = 0; i < rows; ++i)
        comparison.expect(y(i, j), wanted(scalars, result)[static_cast<std::size_t>(i * cols + j)],
                          x(i, j), path, i, j);
  };
  hillock::forward(f, x, y);
  compare(Result::forward, "forward of a row-major Array into a column-major Matrix");
  hillock::backward(f, x, dy, y);
  compare(Result::backward, "backward of an Array and a Matrix");
  y = f.backward(x, dy).matrix();
  compare(Result::backward, "lazy backward of an Array and a Matrix");
  Eigen::Ref<Column> ref(y);
  hillock::derivative(f, x.reverse().reverse(), ref);
  compare(Result::derivative, "derivative of an expression into a Ref");
  y.transpose() = f(x.matrix().transpose());
  compare(Result::forward, "lazy forward of a transposed one");
}

}  // namespace support
