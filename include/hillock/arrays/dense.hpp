// What hillock asks of an Eigen argument, and the errors where it does not fit.
#pragma once

#include <hillock/arrays/element.hpp>
#include <hillock/arrays/errors.hpp>
#include <hillock/simd/batch.hpp>

#include <Eigen/Core>

#include <string>
#include <type_traits>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// What makes one unit, one distribution or one group: a row of the array, or a column.
enum class Per { row, column };

namespace arrays {

using Eigen::Index;

/// Any dense Eigen object or expression as its own type, also when it is derived from one.
template <class X>
const X& as_dense(const Eigen::DenseBase<X>& x) noexcept {
  return x.derived();
}

template <class X, class = void>
inline constexpr bool is_dense = false;
template <class X>
inline constexpr bool is_dense<X, std::void_t<decltype(as_dense(std::declval<const X&>()))>> = true;

template <class X>
using DenseType =
    std::remove_cv_t<std::remove_reference_t<decltype(as_dense(std::declval<const X&>()))>>;

template <class X>
using ScalarOf = typename DenseType<X>::Scalar;

/// The element type of an array or a batch; that of a number is its own.
template <class X, class = void>
struct ElementTypeOf {
  using type = X;
};
template <class X>
struct ElementTypeOf<X, std::enable_if_t<is_dense<X>>> {
  using type = ScalarOf<X>;
};
template <class X>
struct ElementTypeOf<X, std::enable_if_t<simd::is_batch<X>>> {
  using type = typename X::value_type;
};
template <class X>
using ElementOf = typename ElementTypeOf<X>::type;

/// A batch as wide as Arch's registers, of the type that X's elements are computed in.
template <class X, class Arch>
using BatchFor = simd::Batch<ComputeType<ScalarOf<X>>, Arch>;

/// Trainable parameters, one per unit.
using Parameters = Eigen::ArrayXd;

template <class T, int Rows, int Cols>
using PlainMatrix = Eigen::Matrix<T, Rows, Cols>;

/// Plain storage of X's shape and kind, and of any shape and X's kind (Array or Matrix).
template <class X>
using Plain = typename DenseType<X>::PlainObject;
template <class X>
using PlainOfAnyShape = std::conditional_t<
    std::is_same_v<typename Eigen::internal::traits<DenseType<X>>::XprKind, Eigen::ArrayXpr>,
    Eigen::Array<ScalarOf<X>, Eigen::Dynamic, Eigen::Dynamic>,
    Eigen::Matrix<ScalarOf<X>, Eigen::Dynamic, Eigen::Dynamic>>;

/// X's elements, widened where they are narrower than what is computed in, in storage of its shape
/// and kind.
template <class X>
auto computed(const X& x) {
  using T = ComputeType<ScalarOf<X>>;
  using Result = Plain<decltype(as_dense(x).template cast<T>())>;
  if constexpr (is_narrow<ScalarOf<X>>)
    return Result(as_dense(x).unaryExpr(&value_of_element<ScalarOf<X>>));
  else
    return Result(as_dense(x));
}

// The checks of arguments at compile time are classes: their messages come before any error that
// follows from the same mistake, which those of a function need not (g++ 16).
template <class X, bool IsDense = is_dense<X>>
inline constexpr bool has_computable_elements = true;  // what is not dense is told so
template <class X>
inline constexpr bool has_computable_elements<X, true> = is_array_element<ScalarOf<X>>;

/// X is dense, of an element type that hillock computes.
template <class X>
struct CheckElements {
  static_assert(is_dense<X>,
                "hillock: this argument must be a dense Eigen array, matrix or expression");
  static_assert(
      has_computable_elements<X>,
      "hillock: the elements must be float, double, Eigen::half or Eigen::bfloat16; write "
      "x.cast<float>() for others");
  static constexpr bool passed = true;
};

template <class Y, bool IsDense = is_dense<Y>>
inline constexpr bool can_be_written = true;
template <class Y>
inline constexpr bool can_be_written<Y, true> = Eigen::internal::is_lvalue<DenseType<Y>>::value;

/// Y, possibly const, can be written to.
template <class Y>
struct CheckOutput : CheckElements<std::remove_const_t<Y>> {
  static_assert(can_be_written<Y>,
                "hillock: an output cannot be written to: it is an expression, or refers to a "
                "const array");
  static_assert(!std::is_const_v<Y> || !can_be_written<Y>,
                "hillock: an output is const; pass an array that can be written to");
};

template <class X, class Y, bool AreDense = is_dense<X>&& is_dense<Y>>
inline constexpr bool have_same_element = true;
template <class X, class Y>
inline constexpr bool have_same_element<X, Y, true> = std::is_same_v<ScalarOf<X>, ScalarOf<Y>>;

template <class X, class Y>
struct CheckSameElement {
  static_assert(have_same_element<X, Y>,
                "hillock: the arrays must have the same element type; convert one with "
                "cast<float>(), or to any of the others");
  static constexpr bool passed = true;
};

struct Shape {
  Index rows;
  Index cols;
  friend bool operator==(Shape a, Shape b) noexcept { return a.rows == b.rows && a.cols == b.cols; }
  friend bool operator!=(Shape a, Shape b) noexcept { return !(a == b); }
};

template <class X>
Shape shape_of(const X& x) noexcept {
  return {x.rows(), x.cols()};
}

inline std::string to_string(Shape shape) {
  return std::to_string(shape.rows) + " x " + std::to_string(shape.cols);
}

[[noreturn]] inline void throw_shapes(const char* where, const char* given, Shape given_shape,
                                      const std::string& expected, Shape expected_shape) {
  arrays::refuse(std::string("hillock::") + where + ": " + given + " is " + to_string(given_shape) +
                 ", expected " + to_string(expected_shape) + " " + expected);
}

/// Both arrays have one shape, or std::invalid_argument names the two.
HILLOCK_INLINE void require_same_shape(const char* where, const char* reference,
                                       Shape reference_shape, const char* given,
                                       Shape given_shape) {
  if (given_shape != reference_shape) {
    throw_shapes(where, given, given_shape, std::string("as ") + reference + " is",
                 reference_shape);
  }
}

}  // namespace arrays
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
