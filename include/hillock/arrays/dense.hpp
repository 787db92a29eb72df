// What hillock asks of an Eigen argument, and the errors where it does not fit.
#pragma once

#include <hillock/simd/batch.hpp>

#include <Eigen/Core>

#include <stdexcept>
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

template <class X>
constexpr void check_elements() noexcept {
  static_assert(is_dense<X>,
                "hillock: this argument must be a dense Eigen array, matrix or expression");
  if constexpr (is_dense<X>) {
    static_assert(
        simd::is_element<ScalarOf<X>>,
        "hillock: the elements must be float or double; write x.cast<float>() for others");
  }
}

/// Compile-time errors for an output that cannot be written to.
template <class Y>
constexpr void check_output() noexcept {
  check_elements<std::remove_reference_t<Y>>();
  static_assert(!std::is_const_v<std::remove_reference_t<Y>>,
                "hillock: an output is const; pass an array that can be written to");
  if constexpr (is_dense<std::remove_reference_t<Y>>) {
    static_assert(
        Eigen::internal::is_lvalue<DenseType<std::remove_reference_t<Y>>>::value,
        "hillock: an output cannot be written to: it is an expression, or refers to a const array");
  }
}

template <class X, class Y>
constexpr void check_same_element() noexcept {
  static_assert(
      std::is_same_v<ScalarOf<X>, ScalarOf<Y>>,
      "hillock: the arrays must have the same element type; convert one with cast<float>() or "
      "cast<double>()");
}

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
  throw std::invalid_argument(std::string("hillock::") + where + ": " + given + " is " +
                              to_string(given_shape) + ", expected " + to_string(expected_shape) +
                              " " + expected);
}

/// Both arrays have one shape, or std::invalid_argument names the two.
inline void require_same_shape(const char* where, const char* reference, Shape reference_shape,
                               const char* given, Shape given_shape) {
  if (given_shape != reference_shape) {
    throw_shapes(where, given, given_shape, std::string("as ") + reference + " is",
                 reference_shape);
  }
}

}  // namespace arrays
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
