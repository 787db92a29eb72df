// Views of Eigen objects. An Eigen object becomes a view once, where it enters a public function.
// All code behind that function works with views alone.
//
//   StridedView<E>        elements in memory: a pointer, a shape and the steps to the next row and
//                         column. E is const where the elements are only read. One type serves
//                         every Array, Matrix, Map, Ref and Block of E, so that what is compiled
//                         for it is compiled once.
//   ExpressionInput<X>    elements that an expression computes when they are read
//   ExpressionOutput<Y>   elements that can be written, but have no common step (x.reverse(), or
//                         x(indices, all))
//
// All of them read and write a part of a row or column through a buffer on the stack where that is
// needed: where the elements are not contiguous in memory, or have another type than the
// computation.
#pragma once

#include <hillock/arrays/views/arguments.hpp>

#include <type_traits>
#include <utility>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// The number of elements of a buffer. Four buffers of doubles, 2 KB each, stay in the first-level
/// cache.
inline constexpr Index buffer_size = 256;

/// Returns n, rounded up to a multiple of the widest batch's size.
inline std::size_t buffer_size_for(Index n) noexcept {
  constexpr auto width = static_cast<Index>(simd::Batch<float>::size);
  static_assert(buffer_size % width == 0);
  return static_cast<std::size_t>((n + width - 1) / width * width);
}

/// Fills n lanes of a buffer up to whole batches with 0, because nothing has been written behind
/// them yet, and returns how many lanes these batches have.
template <class T>
std::size_t fill_last_batch(T* buffer, Index n) noexcept {
  const std::size_t size = buffer_size_for(n);
  for (auto i = static_cast<std::size_t>(n); i < size; ++i) buffer[i] = 0;
  return size;
}
/// Widens n lanes of Element in a buffer, in place.
template <class Element, class T>
void widen_buffer(T* buffer, Index n) noexcept {
  if constexpr (is_narrow<Element>) widen<Element>(buffer, fill_last_batch(buffer, n));
}
/// Rounds n results in a buffer to lanes of Element, in place.
template <class Element, class T>
void round_buffer(T* buffer, Index n) noexcept {
  if constexpr (is_narrow<Element>) round<Element>(buffer, fill_last_batch(buffer, n));
}

/// Calls work(i) for 0 <= i < n, in blocks of constant length: g++ -O2 vectorises these, and no
/// loop of unknown length.
template <class Work>
void for_each_index(Index n, const Work& work) {
  constexpr Index block = 16;
  Index i = 0;
  for (; i + block <= n; i += block)
    for (Index k = 0; k < block; ++k) work(i + k);
  // The bound k < block is for g++ 12, which otherwise warns that i may overflow.
  for (Index k = 0; k < block && i + k < n; ++k) work(i + k);
}

/// Copies contiguous elements into a buffer, as the type that they are computed in.
template <class Element, class T>
void read_contiguous(const Element* from, T* buffer, Index n) noexcept {
  Index start = 0;
  if constexpr (is_loaded_by_batches<Element>) {
    using V = simd::Batch<float>;
    constexpr auto width = static_cast<Index>(V::size);
    for (; start + width <= n; start += width) load_elements<V>(from + start).store(buffer + start);
  }
  for_each_index(n - start, [&](Index i) { buffer[start + i] = to_lane(from[start + i]); });
  widen_buffer<Element>(buffer + start, n - start);
}

/// Copies results out of a buffer, which they may change, to contiguous elements.
template <class Element, class T>
void write_contiguous(T* buffer, Element* to, Index n) noexcept {
  Index start = 0;
  if constexpr (is_loaded_by_batches<Element>) {
    using V = simd::Batch<float>;
    constexpr auto width = static_cast<Index>(V::size);
    for (; start + width <= n; start += width) store_elements(V::load(buffer + start), to + start);
  }
  round_buffer<Element>(buffer + start, n - start);
  for_each_index(n - start,
                 [&](Index i) { to[start + i] = from_lane<Element>(buffer[start + i]); });
}

template <class X, class = void>
inline constexpr bool has_data = false;
template <class X>
inline constexpr bool has_data<X, std::void_t<decltype(std::declval<const X&>().data())>> = true;

/// Whether the elements of X lie in memory, at constant steps. (Eigen 3.4 also sets the bit for
/// x(seq(0, 4, 2), all), which has no data().)
template <class X>
inline constexpr bool has_direct_access =
    (int(X::Flags) & int(Eigen::DirectAccessBit)) != 0 && has_data<X>;

/// Whether all arrays lie in memory and have the same storage order.
template <class X, class... Xs>
inline constexpr bool are_stored_alike =
    has_direct_access<X> &&
    ((has_direct_access<Xs> && bool(Xs::IsRowMajor) == bool(X::IsRowMajor)) && ...);

/// Whether, in addition, the types say that the elements of a row or column are contiguous.
template <class X, class... Xs>
constexpr bool are_packed_alike() noexcept {
  if constexpr (are_stored_alike<X, Xs...>)
    return X::InnerStrideAtCompileTime == 1 && ((Xs::InnerStrideAtCompileTime == 1) && ...);
  else
    return false;
}

/// Elements in memory, at constant steps. T is the type that they are computed in.
template <class E>
class StridedView {
 public:
  using Element = std::remove_const_t<E>;
  using T = ComputeType<Element>;
  static constexpr bool is_strided = true;
  /// Whether batches can be loaded from the memory itself, and stored to it.
  static constexpr bool is_loadable = std::is_same_v<T, Element>;

  HILLOCK_INLINE StridedView(E* data, Shape shape, Index row_step, Index col_step,
                             bool is_row_major) noexcept
      : data_(data),
        shape_(shape),
        row_step_(row_step),
        col_step_(col_step),
        is_row_major_(is_row_major) {}
  /// Copies member by member: from a copy of the whole g++ makes an object in memory, in every call
  /// of a verb.
  HILLOCK_INLINE StridedView(const StridedView& other) noexcept
      : data_(other.data_),
        shape_{other.shape_.rows, other.shape_.cols},
        row_step_(other.row_step_),
        col_step_(other.col_step_),
        is_row_major_(other.is_row_major_) {}
  StridedView& operator=(const StridedView&) noexcept = default;

  HILLOCK_INLINE Shape shape() const noexcept { return shape_; }
  HILLOCK_INLINE E* data() const noexcept { return data_; }
  HILLOCK_INLINE bool is_row_major() const noexcept { return is_row_major_; }
  /// Returns the distance of neighbouring elements in a row, or in a column.
  HILLOCK_INLINE Index step(bool along_row) const noexcept {
    return along_row ? col_step_ : row_step_;
  }
  HILLOCK_INLINE E* address_of(Index row, Index col) const noexcept {
    return data_ + row * row_step_ + col * col_step_;
  }
  StridedView<const Element> as_input() const noexcept {
    return {data_, shape_, row_step_, col_step_, is_row_major_};
  }

  /// Returns a pointer to n elements of a row, or of a column, as T: to the memory itself if that
  /// is possible, else to the buffer, into which they are copied.
  const T* read(Index row, Index col, Index n, bool along_row, T* buffer) const noexcept {
    const E* from = address_of(row, col);
    const Index next = step(along_row);
    if constexpr (is_loadable) {
      if (next == 1 || n == 1) return from;
    }
    if (next == 1) {
      read_contiguous(from, buffer, n);
    } else {
      for (Index i = 0; i < n; ++i) buffer[i] = to_lane(from[i * next]);
      widen_buffer<Element>(buffer, n);
    }
    return buffer;
  }
  T at(Index row, Index col) const noexcept {
    return value_of_element<Element>(*address_of(row, col));
  }
  T lane(Index row, Index col) const noexcept { return to_lane<Element>(*address_of(row, col)); }

  /// Returns where the caller has to put n results: in the memory itself if that is possible, else
  /// in the buffer, from which write() copies them.
  T* destination(Index row, Index col, Index n, bool along_row, T* buffer) const noexcept {
    if constexpr (is_loadable) {
      if (step(along_row) == 1 || n == 1) return address_of(row, col);
    }
    return buffer;
  }
  void write(Index row, Index col, Index n, bool along_row, T* from,
             const T* buffer) const noexcept {
    if (from != buffer) return;
    E* to = address_of(row, col);
    const Index next = step(along_row);
    if (next == 1) {
      write_contiguous(from, to, n);
    } else {
      round_buffer<Element>(from, n);
      for (Index i = 0; i < n; ++i) to[i * next] = from_lane<Element>(from[i]);
    }
  }
  void set(Index row, Index col, T value) const noexcept {
    *address_of(row, col) = nearest_element<Element>(value);
  }
  void set_lane(Index row, Index col, T lane) const noexcept {
    *address_of(row, col) = from_lane<Element>(lane);
  }

  /// Returns a block of the view.
  StridedView block(Index row, Index col, Shape shape) const noexcept {
    return {address_of(row, col), shape, row_step_, col_step_, is_row_major_};
  }

  /// Whether both are the same elements in the same order.
  friend bool operator==(const StridedView& a, const StridedView& b) noexcept {
    return a.data_ == b.data_ && a.shape_ == b.shape_ &&
           (a.shape_.rows < 2 || a.row_step_ == b.row_step_) &&
           (a.shape_.cols < 2 || a.col_step_ == b.col_step_);
  }

 private:
  E* data_;
  Shape shape_;
  Index row_step_, col_step_;
  bool is_row_major_;
};

/// A part of an expression's view, which it refers to.
template <class View>
class ExpressionBlock {
 public:
  using Element = typename View::Element;
  using T = typename View::T;
  static constexpr bool is_strided = false;
  static constexpr bool is_loadable = false;
  ExpressionBlock(const View& whole, Index row, Index col, Shape shape) noexcept
      : whole_(&whole), row_(row), col_(col), shape_(shape) {}

  Shape shape() const noexcept { return shape_; }
  bool is_row_major() const noexcept { return whole_->is_row_major(); }
  Index step(bool) const noexcept { return 0; }
  const T* read(Index row, Index col, Index n, bool along_row, T* buffer) const {
    return whole_->read(row_ + row, col_ + col, n, along_row, buffer);
  }
  T at(Index row, Index col) const { return whole_->at(row_ + row, col_ + col); }
  T lane(Index row, Index col) const { return whole_->lane(row_ + row, col_ + col); }
  T* destination(Index, Index, Index, bool, T* buffer) const noexcept { return buffer; }
  void write(Index row, Index col, Index n, bool along_row, T* from, const T* buffer) const {
    whole_->write(row_ + row, col_ + col, n, along_row, from, buffer);
  }

 private:
  const View* whole_;
  Index row_, col_;
  Shape shape_;
};

/// Elements that an expression computes when they are read. X is what evaluated() returned; the
/// view refers to it.
template <class X>
class ExpressionInput {
 public:
  using Element = typename X::Scalar;
  using T = ComputeType<Element>;
  static constexpr bool is_strided = false;
  static constexpr bool is_loadable = false;
  explicit ExpressionInput(const X& x) : shape_(shape_of(x)), evaluator_(x) {}

  Shape shape() const noexcept { return shape_; }
  bool is_row_major() const noexcept { return X::IsRowMajor; }
  /// An expression has no step.
  Index step(bool) const noexcept { return 0; }

  const T* read(Index row, Index col, Index n, bool along_row, T* buffer) const {
    for (Index i = 0; i < n; ++i) buffer[i] = along_row ? lane(row, col + i) : lane(row + i, col);
    widen_buffer<Element>(buffer, n);
    return buffer;
  }
  T at(Index row, Index col) const { return value_of_element<Element>(evaluator_.coeff(row, col)); }
  T lane(Index row, Index col) const { return to_lane<Element>(evaluator_.coeff(row, col)); }

  ExpressionBlock<ExpressionInput> block(Index row, Index col, Shape shape) const noexcept {
    return {*this, row, col, shape};
  }

 private:
  Shape shape_;
  Eigen::internal::evaluator<X> evaluator_;
};

/// Rounds n results in a buffer, and writes each to its element of the view.
template <class View, class T>
void write_one_by_one(const View& view, Index row, Index col, Index n, bool along_row, T* from) {
  round_buffer<typename View::Element>(from, n);
  for (Index i = 0; i < n; ++i)
    along_row ? view.set_lane(row, col + i, from[i]) : view.set_lane(row + i, col, from[i]);
}

/// Elements that can be read and written one by one.
template <class Y>
class ExpressionOutput {
 public:
  using Element = typename Y::Scalar;
  using T = ComputeType<Element>;
  static constexpr bool is_strided = false;
  static constexpr bool is_loadable = false;
  explicit ExpressionOutput(Y& y) : shape_(shape_of(y)), evaluator_(y) {}

  Shape shape() const noexcept { return shape_; }
  bool is_row_major() const noexcept { return Y::IsRowMajor; }
  Index step(bool) const noexcept { return 0; }
  ExpressionBlock<ExpressionOutput> as_input() const noexcept { return {*this, 0, 0, shape_}; }

  const T* read(Index row, Index col, Index n, bool along_row, T* buffer) const {
    for (Index i = 0; i < n; ++i) buffer[i] = along_row ? lane(row, col + i) : lane(row + i, col);
    widen_buffer<Element>(buffer, n);
    return buffer;
  }
  T at(Index row, Index col) const { return value_of_element<Element>(evaluator_.coeff(row, col)); }
  T lane(Index row, Index col) const { return to_lane<Element>(evaluator_.coeff(row, col)); }

  T* destination(Index, Index, Index, bool, T* buffer) const noexcept { return buffer; }
  void write(Index row, Index col, Index n, bool along_row, T* from, const T* buffer) const {
    if (from == buffer) write_one_by_one(*this, row, col, n, along_row, from);
  }
  void set(Index row, Index col, T value) const {
    evaluator_.coeffRef(row, col) = nearest_element<Element>(value);
  }
  void set_lane(Index row, Index col, T lane) const {
    evaluator_.coeffRef(row, col) = from_lane<Element>(lane);
  }

  ExpressionBlock<ExpressionOutput> block(Index row, Index col, Shape shape) const noexcept {
    return {*this, row, col, shape};
  }

 private:
  Shape shape_;
  mutable Eigen::internal::evaluator<Y> evaluator_;
};

/// An argument that is read, in a form that a view can refer to. It is the argument itself if its
/// elements lie in memory or are computed one by one, and a plain array if Eigen has to evaluate it
/// first, such as a matrix product. (Eigen's own nested_eval would copy a Map, and the copy would
/// wait for the stores to the original.)
template <class X>
using Evaluated = std::conditional_t<has_direct_access<X>, const X&,
                                     const typename Eigen::internal::nested_eval<X, 1>::type>;

template <class X>
Evaluated<DenseType<X>> evaluated(const X& x) {
  return as_dense(x);
}

/// Returns the view of an input; x is what evaluated() returned.
template <class X>
HILLOCK_INLINE auto input_view(const X& x) noexcept {
  if constexpr (has_direct_access<X>) {
    constexpr bool row_major = X::IsRowMajor;
    return StridedView<const typename X::Scalar>(
        x.data(), shape_of(x), row_major ? x.outerStride() : x.innerStride(),
        row_major ? x.innerStride() : x.outerStride(), row_major);
  } else {
    return ExpressionInput<X>(x);
  }
}

/// Returns the view of an output.
template <class Y>
HILLOCK_INLINE auto output_view(Y& y) noexcept {
  if constexpr (has_direct_access<Y>) {
    constexpr bool row_major = Y::IsRowMajor;
    return StridedView<typename Y::Scalar>(
        y.data(), shape_of(y), row_major ? y.outerStride() : y.innerStride(),
        row_major ? y.innerStride() : y.outerStride(), row_major);
  } else {
    return ExpressionOutput<Y>(y);
  }
}

/// Returns the view of n elements at a pointer.
template <class E>
HILLOCK_INLINE StridedView<E> contiguous_view(E* at, Index n) noexcept {
  return {at, Shape{n, 1}, 1, n, false};
}

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
