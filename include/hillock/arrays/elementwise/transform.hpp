// Walks any number of dense arrays of one shape together, once, in the order of the first output,
// handing a kernel runs of contiguous elements. Whatever is not contiguous in that order (strides,
// the other storage order, an expression) or not of the type that is computed in (half and
// bfloat16) goes through a small buffer on the stack; nothing is allocated.
#pragma once

#include <hillock/arrays/elementwise/contiguous.hpp>
#include <hillock/arrays/views/arguments.hpp>

#include <tuple>
#include <utility>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// Elements a buffer holds: 2 KB of doubles each, four of which stay in the first-level cache.
inline constexpr Index buffer_size = 256;

/// The n first elements of a buffer, and some more to fill the widest batch.
inline std::size_t buffer_size_for(Index n) noexcept {
  constexpr Index width = static_cast<Index>(simd::Batch<float>::size);
  static_assert(buffer_size % width == 0);
  return static_cast<std::size_t>((n + width - 1) / width * width);
}

/// work(i) for 0 <= i < n, in blocks that a compiler vectorises where it does not a loop of unknown
/// length (g++ -O2).
template <class Work>
void for_each_index(Index n, const Work& work) {
  constexpr Index block = 16;
  Index i = 0;
  for (; i + block <= n; i += block)
    for (Index k = 0; k < block; ++k) work(i + k);
  // At most a block more: without that g++ 12 warns of an overflow of i.
  for (Index k = 0; k < block && i + k < n; ++k) work(i + k);
}

/// The elements of a direct-access array: a pointer and the steps to the next row and column.
template <class T>
struct Strided {
  T* data;
  Index row_step;
  Index col_step;
  Shape shape;

  friend bool operator==(const Strided& a, const Strided& b) noexcept {
    return a.data == b.data && a.shape == b.shape &&
           (a.shape.rows < 2 || a.row_step == b.row_step) &&
           (a.shape.cols < 2 || a.col_step == b.col_step);
  }
};

template <class X, class = void>
inline constexpr bool has_data = false;
template <class X>
inline constexpr bool has_data<X, std::void_t<decltype(std::declval<const X&>().data())>> = true;

/// Whether X lies in memory with steps between its elements. (Eigen 3.4 sets the bit for x(seq(0,
/// 4, 2), all), which has no data().)
template <class X>
inline constexpr bool has_direct_access =
    (int(X::Flags) & int(Eigen::DirectAccessBit)) != 0 && has_data<X>;

/// Whether arrays lie in memory, all in one storage order.
template <class X, class... Xs>
inline constexpr bool are_stored_alike =
    has_direct_access<X> &&
    ((has_direct_access<Xs> && bool(Xs::IsRowMajor) == bool(X::IsRowMajor)) && ...);

template <class X>
auto strided(X& x) noexcept {
  using Element = std::remove_pointer_t<decltype(x.data())>;
  constexpr bool row_major = X::IsRowMajor;
  return Strided<Element>{x.data(), row_major ? x.outerStride() : x.innerStride(),
                          row_major ? x.innerStride() : x.outerStride(), shape_of(x)};
}

/// An array that is read. T is the type it is computed in.
template <class X>
class Input {
 public:
  using Element = typename X::Scalar;
  using T = ComputeType<Element>;
  explicit Input(const X& x) : nested_(x), evaluator_(nested_) {}

  Shape shape() const noexcept { return shape_of(nested_); }

  /// The step between neighbours in the walk's order; 0 for an expression.
  Index step(bool along_row) const noexcept {
    if constexpr (direct) return along_row ? view().col_step : view().row_step;
    return 0;
  }

  const T* read(Index row, Index col, Index n, bool along_row, T* buffer) const {
    if constexpr (direct) {
      const auto v = view();
      const Element* from = v.data + row * v.row_step + col * v.col_step;
      const Index next = step(along_row);
      if constexpr (is_computed_in_place) {
        if (next == 1 || n == 1) return from;
      }
      if (next == 1)
        for_each_index(n, [&](Index i) { buffer[i] = to_lane(from[i]); });
      else
        for (Index i = 0; i < n; ++i) buffer[i] = to_lane(from[i * next]);
    } else {
      for (Index i = 0; i < n; ++i) buffer[i] = along_row ? lane(row, col + i) : lane(row + i, col);
    }
    widen<Element>(buffer, buffer_size_for(n));
    return buffer;
  }

  T at(Index row, Index col) const { return value_of_element<Element>(evaluator_.coeff(row, col)); }
  T lane(Index row, Index col) const { return to_lane<Element>(evaluator_.coeff(row, col)); }

  static constexpr bool direct =
      has_direct_access<std::remove_reference_t<typename Eigen::internal::nested_eval<X, 1>::type>>;
  /// Whether batches can be loaded from the array itself.
  static constexpr bool is_computed_in_place = direct && std::is_same_v<T, Element>;
  auto view() const noexcept { return strided(nested_); }

 private:
  // An array as it is: Eigen would copy a Map, and the copy wait for its original.
  using Nested = std::conditional_t<has_direct_access<X>, const X&,
                                    typename Eigen::internal::nested_eval<X, 1>::type>;
  const Nested nested_;
  Eigen::internal::evaluator<std::remove_cv_t<std::remove_reference_t<Nested>>> evaluator_;
};

/// An array that is written. T is the type it is computed in.
template <class Y>
class Output {
 public:
  using Element = typename Y::Scalar;
  using T = ComputeType<Element>;
  static constexpr bool direct = has_direct_access<Y>;
  /// Whether batches can be stored to the array itself.
  static constexpr bool is_computed_in_place = direct && std::is_same_v<T, Element>;
  static constexpr bool row_major = Y::IsRowMajor;
  explicit Output(Y& y) : y_(y), evaluator_(y) {}

  Shape shape() const noexcept { return shape_of(y_); }
  Index step(bool along_row) const noexcept {
    if constexpr (direct) return along_row ? view().col_step : view().row_step;
    return 0;
  }

  T* place(Index row, Index col, Index n, bool along_row, T* buffer) {
    if constexpr (is_computed_in_place) {
      const auto v = view();
      if (step(along_row) == 1 || n == 1) return v.data + row * v.row_step + col * v.col_step;
    }
    return buffer;
  }

  void write(Index row, Index col, Index n, bool along_row, T* from, const T* buffer) {
    if (from != buffer) return;
    round<Element>(from, buffer_size_for(n));
    if constexpr (direct) {
      const auto v = view();
      Element* to = v.data + row * v.row_step + col * v.col_step;
      const Index next = step(along_row);
      if (next == 1)
        for_each_index(n, [&](Index i) { to[i] = from_lane<Element>(from[i]); });
      else
        for (Index i = 0; i < n; ++i) to[i * next] = from_lane<Element>(from[i]);
    } else {
      for (Index i = 0; i < n; ++i)
        along_row ? set_lane(row, col + i, from[i]) : set_lane(row + i, col, from[i]);
    }
  }

  void set(Index row, Index col, T value) {
    evaluator_.coeffRef(row, col) = nearest_element<Element>(value);
  }
  void set_lane(Index row, Index col, T lane) {
    evaluator_.coeffRef(row, col) = from_lane<Element>(lane);
  }

  auto view() const noexcept { return strided(y_); }

 private:
  Y& y_;
  Eigen::internal::evaluator<Y> evaluator_;
};

/// Streaming stores for results too large to be found in the cache, unless they go where an input is
/// read. Runs shorter than a page would have too many ends, where a line of the cache is written in part.
template <class T, std::size_t I, std::size_t O>
HILLOCK_INLINE Stores stores_for(const std::array<const T*, I>& in, const std::array<T*, O>& out,
                                 Index length, Index elements) noexcept {
  constexpr std::size_t page = 4096;
  const auto bytes_of = [](Index count) { return static_cast<std::size_t>(count) * sizeof(T); };
  if (O * bytes_of(elements) < HILLOCK_STREAM_BYTES || bytes_of(length) < page)
    return Stores::cached;
  for (const T* from : in)
    for (const T* to : out)
      if (from == to) return Stores::cached;
  return Stores::streaming;
}

/// Runs that are contiguous in every array: straight from memory to memory, as one run where they
/// follow each other. False if they are not.
/// Inlined, and walk with it: what is asked of the arrays would be put in memory, and be waited for, 1 ns of the
/// 4 that a call of few elements takes.
template <class Arch, class Op, class... Ins, class... Outs, std::size_t... I, std::size_t... O>
HILLOCK_INLINE bool walk_contiguous(const Op& op, const std::tuple<Ins&...>& in,
                                    const std::tuple<Outs&...>& out, Index runs, Index length,
                                    Index elements, std::index_sequence<I...>,
                                    std::index_sequence<O...>) noexcept {
  using First = std::tuple_element_t<0, std::tuple<Outs...>>;
  using T = typename First::T;
  constexpr bool along_row = First::row_major;
  const auto in_order = [&](const auto& array) {
    return array.step(along_row) == 1 || length == 1;
  };
  const auto follow = [&](const auto& array) {
    return array.step(!along_row) == length || runs == 1;
  };
  if (!((in_order(std::get<I>(in)) && ...) && (in_order(std::get<O>(out)) && ...))) return false;
  const std::array<const T*, sizeof...(Ins)> from{std::get<I>(in).view().data...};
  const std::array<T*, sizeof...(Outs)> to{std::get<O>(out).view().data...};
  if ((follow(std::get<I>(in)) && ...) && (follow(std::get<O>(out)) && ...)) {
    run<Arch>(op, from, to, runs * length, stores_for(from, to, runs * length, elements));
    return true;
  }
  const Stores stores = stores_for(from, to, length, elements);
  for (Index r = 0; r < runs; ++r) {
    run<Arch>(
        op, std::array<const T*, sizeof...(Ins)>{from[I] + r * std::get<I>(in).step(!along_row)...},
        std::array<T*, sizeof...(Outs)>{to[O] + r * std::get<O>(out).step(!along_row)...}, length,
        stores);
  }
  return true;
}

/// Runs that go through buffers where an array is not contiguous in the walk's order, or is of
/// another type than is computed in.
template <class Arch, class Op, class... Ins, class... Outs, std::size_t... I, std::size_t... O>
void walk_buffered(const Op& op, const std::tuple<Ins&...>& in, const std::tuple<Outs&...>& out,
                   Index runs, Index length, std::index_sequence<I...>, std::index_sequence<O...>) {
  using First = std::tuple_element_t<0, std::tuple<Outs...>>;
  using T = typename First::T;
  constexpr bool along_row = First::row_major;
  T in_buffers[sizeof...(Ins)][buffer_size] = {};
  T out_buffers[sizeof...(Outs)][buffer_size] = {};
  for (Index r = 0; r < runs; ++r) {
    for (Index start = 0; start < length; start += buffer_size) {
      const Index n = length - start < buffer_size ? length - start : buffer_size;
      const Index row = along_row ? r : start;
      const Index col = along_row ? start : r;
      const std::array<const T*, sizeof...(Ins)> from{
          std::get<I>(in).read(row, col, n, along_row, in_buffers[I])...};
      const std::array<T*, sizeof...(Outs)> to{
          std::get<O>(out).place(row, col, n, along_row, out_buffers[O])...};
      run<Arch>(op, from, to, n);
      (std::get<O>(out).write(row, col, n, along_row, to[O], out_buffers[O]), ...);
    }
  }
}

/// Whether the runs of all arrays are contiguous and follow each other.
template <bool AlongRow, class... Arrays>
bool are_one_run(Index runs, Index length, const Arrays&... arrays) noexcept {
  return ((arrays.step(AlongRow) == 1 && (arrays.step(!AlongRow) == length || runs == 1)) && ...);
}

/// op(inputs...) -> outputs..., element by element; the shapes are equal. `elements` is the size of what
/// this is a part of, where several threads share the work: what counts is whether all of it is in cache.
template <class Arch, class Op, class... Ins, class... Outs>
HILLOCK_INLINE void walk(const Op& op, const std::tuple<Ins&...>& in,
                         const std::tuple<Outs&...>& out, Index elements) {
  using First = std::tuple_element_t<0, std::tuple<Outs...>>;
  const Shape shape = std::get<0>(out).shape();
  const Index runs = First::row_major ? shape.rows : shape.cols;
  const Index length = First::row_major ? shape.cols : shape.rows;
  if (runs == 0 || length == 0) return;
  const auto i = std::index_sequence_for<Ins...>();
  const auto o = std::index_sequence_for<Outs...>();
  if constexpr ((std::remove_const_t<Ins>::direct && ...) && (Outs::direct && ...)) {
    if constexpr ((std::remove_const_t<Ins>::is_computed_in_place && ...)) {
      if (walk_contiguous<Arch>(op, in, out, runs, length, elements, i, o)) return;
    } else {
      const auto one_run = [&](const auto&... arrays) {
        return are_one_run<First::row_major>(runs, length, arrays...);
      };
      if (std::apply(one_run, std::tuple_cat(in, out)))
        return walk_buffered<Arch>(op, in, out, 1, runs * length, i, o);
    }
  }
  walk_buffered<Arch>(op, in, out, runs, length, i, o);
}

template <class Arch, class Op, class... Ins, class... Outs>
void walk(const Op& op, const std::tuple<Ins&...>& in, const std::tuple<Outs&...>& out) {
  const Shape shape = std::get<0>(out).shape();
  walk<Arch>(op, in, out, shape.rows * shape.cols);
}

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
