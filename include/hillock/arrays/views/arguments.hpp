// The requirements on an Eigen argument, and the compiler errors where it does not meet them.
#pragma once

#include <hillock/arrays/views/element.hpp>
#include <hillock/errors.hpp>
#include <hillock/per.hpp>
#include <hillock/simd/batch.hpp>

#include <Eigen/Core>

#include <complex>
#include <iterator>
#include <string>
#include <type_traits>

namespace hillock {

/// The names of these types are the messages that a compiler prints for an argument that does not
/// fit a function. Such a call selects a deleted overload that has one of them in its type. It is
/// no static assertion, so that std::is_invocable is false for the call. (The types are outside of
/// the inline namespace, whose name would appear in the message; they contain no code.)
namespace hint {
struct an_integer_is_no_argument_write_1_0f_or_1_0;
struct wrap_a_std_vector_or_C_array_or_pointer_in_Eigen_Map;
struct long_double_is_not_supported_use_double;
struct complex_numbers_are_not_supported_use_real_and_imag;
struct the_elements_must_be_float_double_half_or_bfloat16_use_cast;
struct the_argument_must_be_a_number_or_a_dense_Eigen_array;
struct the_argument_must_be_a_dense_Eigen_array;
struct Accuracy_exact_is_not_there_for_double_use_Accuracy_fast;
struct x_and_dy_must_have_the_same_type;
struct x_and_dy_must_have_the_same_element_type_use_cast;
struct name_the_axis_Per_row_or_Per_column;
}  // namespace hint

inline namespace HILLOCK_INSTRUCTION_SET {

namespace detail {

using Eigen::Index;

/// Returns a dense Eigen object or expression as its own type, also if it is an object of a derived
/// class.
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

/// The element type of an array or of a batch; for a number, its own type.
template <class X, class = void>
struct ElementTypeOf {
  using type = std::remove_cv_t<X>;
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

/// Trainable parameters, one per unit.
using Parameters = Eigen::ArrayXd;

template <class T, int Rows, int Cols>
using PlainMatrix = Eigen::Matrix<T, Rows, Cols>;

/// Plain storage (Array or Matrix, as X is) of X's shape, and of any shape.
template <class X>
using Plain = typename DenseType<X>::PlainObject;
template <class X>
using PlainOfAnyShape = std::conditional_t<
    std::is_same_v<typename Eigen::internal::traits<DenseType<X>>::XprKind, Eigen::ArrayXpr>,
    Eigen::Array<ScalarOf<X>, Eigen::Dynamic, Eigen::Dynamic>,
    Eigen::Matrix<ScalarOf<X>, Eigen::Dynamic, Eigen::Dynamic>>;

/// Returns X's elements in the type that they are computed in, in plain storage of its shape.
template <class X>
auto computed(const X& x) {
  using T = ComputeType<ScalarOf<X>>;
  using Result = Plain<decltype(as_dense(x).template cast<T>())>;
  if constexpr (is_narrow<ScalarOf<X>>)
    return Result(as_dense(x).unaryExpr(&value_of_element<ScalarOf<X>>));
  else
    return Result(as_dense(x));
}

template <class T>
inline constexpr bool is_complex = false;
template <class T>
inline constexpr bool is_complex<std::complex<T>> = true;

/// Whether X holds elements that Eigen::Map could refer to.
template <class X, class = void>
inline constexpr bool has_elements_in_memory =
    std::is_array_v<std::remove_reference_t<X>> || std::is_pointer_v<std::decay_t<X>>;
template <class X>
inline constexpr bool has_elements_in_memory<
    X, std::void_t<decltype(std::declval<const X&>().data(), std::declval<const X&>().size())>> =
    true;

/// Whether X is a contiguous range: std::vector, std::array, std::span, a C array. The verbs take
/// it as a column.
template <class X, bool MayBe = !is_dense<X> && has_elements_in_memory<X> &&
                                !std::is_pointer_v<std::remove_reference_t<X>>>
inline constexpr bool is_range = false;
template <class X>
inline constexpr bool is_range<X, true> =
    std::is_arithmetic_v<std::decay_t<decltype(*std::data(std::declval<X&>()))>> ||
    is_array_element<std::decay_t<decltype(*std::data(std::declval<X&>()))>>;

/// The elements of a range as a column.
template <class Range>
auto column_of(Range& range) noexcept {
  auto* const first = std::data(range);
  using T = std::remove_pointer_t<decltype(first)>;
  using Column = Eigen::Array<std::remove_const_t<T>, Eigen::Dynamic, 1>;
  return Eigen::Map<std::conditional_t<std::is_const_v<T>, const Column, Column>>(
      first, static_cast<Index>(std::size(range)));
}

/// The type of the array that stands for an argument, and for an output as a forwarding reference
/// deduces it: a Map of a range, or the argument's own.
template <class X, bool IsRange = is_range<const std::remove_reference_t<X>>>
struct ArrayTypeOf {
  using type = X;
};
template <class X>
struct ArrayTypeOf<X, true> {
  using type = decltype(column_of(std::declval<std::remove_reference_t<X>&>()));
};
template <class X>
using InputArray = typename ArrayTypeOf<const X>::type;
template <class Y>
using OutputArray = typename ArrayTypeOf<Y>::type;

/// Returns an input, or a range as a column.
template <class X>
decltype(auto) input_array(const X& x) noexcept {
  if constexpr (is_range<const X>)
    return column_of(x);
  else
    return as_dense(x);
}

/// Whether Y, as a forwarding reference deduces it, is a temporary range that owns its elements.
template <class Y, class = void>
inline constexpr bool is_lost_range = false;
template <class Y>
inline constexpr bool is_lost_range<Y, std::void_t<typename Y::allocator_type>> = is_range<const Y>;

/// Returns a pointer to the hint about elements, or a number, of type T; to void if they are
/// supported.
template <class T>
constexpr auto hint_for_element() noexcept {
  if constexpr (is_array_element<T>)
    return static_cast<void*>(nullptr);
  else if constexpr (std::is_same_v<T, long double>)
    return static_cast<hint::long_double_is_not_supported_use_double*>(nullptr);
  else if constexpr (is_complex<T>)
    return static_cast<hint::complex_numbers_are_not_supported_use_real_and_imag*>(nullptr);
  else
    return static_cast<hint::the_elements_must_be_float_double_half_or_bfloat16_use_cast*>(nullptr);
}

/// Returns a pointer to the hint about X as an argument; to void if nothing is wrong.
template <class X, bool MayBeNumber>
constexpr auto hint_for_argument() noexcept {
  using Element = ElementOf<X>;
  if constexpr (is_dense<X>)
    return hint_for_element<Element>();
  else if constexpr (has_elements_in_memory<X>)
    return static_cast<hint::wrap_a_std_vector_or_C_array_or_pointer_in_Eigen_Map*>(nullptr);
  else if constexpr (!MayBeNumber)
    return static_cast<hint::the_argument_must_be_a_dense_Eigen_array*>(nullptr);
  else if constexpr (std::is_integral_v<X>)
    return static_cast<hint::an_integer_is_no_argument_write_1_0f_or_1_0*>(nullptr);
  else if constexpr (simd::is_batch<X> || is_array_element<Element> ||
                     std::is_arithmetic_v<Element> || is_complex<Element>)
    return hint_for_element<Element>();
  else
    return static_cast<hint::the_argument_must_be_a_number_or_a_dense_Eigen_array*>(nullptr);
}

// The checks of arguments at compile time are classes: a compiler prints their messages before any
// error that follows from the same mistake. It need not do so for checks in a function (g++ 16).
template <class X, bool IsDense = is_dense<X>>
inline constexpr bool has_computable_elements = true;  // another check refuses what is not dense
template <class X>
inline constexpr bool has_computable_elements<X, true> = is_array_element<ScalarOf<X>>;

template <class X, bool IsDense = is_dense<X>>
inline constexpr bool has_complex_elements = false;
template <class X>
inline constexpr bool has_complex_elements<X, true> = is_complex<ScalarOf<X>>;

/// Checks that X is dense and of an element type that hillock computes.
template <class X>
struct CheckElements {
  static_assert(is_dense<X>,
                "hillock: this argument must be a dense Eigen array, matrix or expression; wrap a "
                "std::vector, a C array or a pointer in Eigen::Map, or give pointers and a count");
  static_assert(!has_complex_elements<X>,
                "hillock: complex numbers are not supported; use x.real() and x.imag()");
  static_assert(
      has_computable_elements<X> || has_complex_elements<X>,
      "hillock: the elements must be float, double, Eigen::half or Eigen::bfloat16; write "
      "x.cast<float>() for others");
  static constexpr bool passed = true;
};

template <class Y, bool IsDense = is_dense<Y>>
inline constexpr bool can_be_written = true;
template <class Y>
inline constexpr bool can_be_written<Y, true> = Eigen::internal::is_lvalue<DenseType<Y>>::value;

/// Whether Y, as a forwarding reference deduces it, is a temporary array. (A temporary block or Map
/// is none: it refers to memory that remains.)
template <class Y, bool IsDense = is_dense<Y>>
inline constexpr bool is_lost = false;
template <class Y>
inline constexpr bool is_lost<Y, true> =
    !std::is_reference_v<Y> &&
    std::is_base_of_v<Eigen::PlainObjectBase<DenseType<Y>>, DenseType<Y>>;

/// Checks that Y, as a forwarding reference deduces it and possibly const, can be written to.
template <class Y>
struct CheckOutput : CheckElements<std::remove_cv_t<std::remove_reference_t<Y>>> {
  using Array = std::remove_reference_t<Y>;
  static_assert(can_be_written<Array>,
                "hillock: an output cannot be written to: it is an expression, or refers to a "
                "const array");
  static_assert(!std::is_const_v<Array> || !can_be_written<Array>,
                "hillock: an output is const; pass an array that can be written to");
  static_assert(!is_lost<Y>,
                "hillock: an output is a temporary array, and the result would be lost; pass an "
                "array that has a name, or a block or Map of one");
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

HILLOCK_COLD inline std::string to_string(Shape shape) {
  return std::to_string(shape.rows) + " x " + std::to_string(shape.cols);
}

[[noreturn]] HILLOCK_COLD inline void throw_shapes(const char* where, const char* given,
                                                   Shape given_shape, const std::string& expected,
                                                   Shape expected_shape) {
  detail::refuse(std::string("hillock::") + where + ": " + given + " is " + to_string(given_shape) +
                 ", expected " + to_string(expected_shape) + " " + expected);
}

[[noreturn]] HILLOCK_COLD inline void throw_shape_other_than(const char* where,
                                                             const char* reference,
                                                             Shape reference_shape,
                                                             const char* given, Shape given_shape) {
  throw_shapes(where, given, given_shape, std::string("like ") + reference, reference_shape);
}

/// Throws std::invalid_argument, which names both shapes, if they differ.
HILLOCK_INLINE void require_same_shape(const char* where, const char* reference,
                                       Shape reference_shape, const char* given,
                                       Shape given_shape) {
  if (given_shape != reference_shape) {
    throw_shape_other_than(where, reference, reference_shape, given, given_shape);
  }
}

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
