// The verbs: eager, one pass over memory, no temporary.
//
//   forward(f, x, y)                       y  = f(x)
//   derivative(f, x, d)                    d  = f'(x)
//   forward_and_derivative(f, x, y, d)     both, sharing the exponential
//   backward(f, x, dy, dx)                 dx = dy f'(x)
//
// f is an activation: an object of hillock's, or of a class of yours that derives from
// hillock::Activation.
//
// x and dy are any dense Eigen arrays, matrices or expressions of float, double, Eigen::half or
// Eigen::bfloat16, all of one type; the outputs are what can be written to, blocks and maps
// included, and are never resized. half and bfloat16 are computed in float and rounded once. An
// output may be an input itself (same address and strides). Shapes that differ, and memory that
// overlaps in part, throw std::invalid_argument before anything is written. (What an expression
// refers to is not looked at: the caller has to avoid forward(f, a.reverse(), a), as in Eigen.)
// Large results of what is piecewise linear are stored past the caches, unless they are in place,
// where the processor gains by it; the bits are the same.
//
// Contiguous ranges (std::vector, std::array, std::span, a C array) stand for a column:
// forward(f, x, y) with two vectors of one length. Each verb also takes pointers and a count,
// forward(f, x, y, n), and a policy as the last argument: `accumulate` adds the results to what is
// in the output, threads(n) (threads.hpp) shares the work, `streaming` and `cached` say how results
// are stored.
#pragma once

#include <hillock/activation.hpp>
#include <hillock/arrays/elementwise/evaluate.hpp>
#include <hillock/arrays/views/adding_view.hpp>
#include <hillock/errors.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// Checks the types of an input, and of an output as a forwarding reference deduces it.
template <class X, class Y>
struct CheckArguments {
  static constexpr bool passed = CheckElements<X>::passed && CheckOutput<Y>::passed &&
                                 CheckSameElement<X, std::remove_reference_t<Y>>::passed;
};

/// Checks the same of a verb's arguments, which may be ranges.
template <class X, class Y>
struct CheckArraysOrRanges : CheckArguments<InputArray<X>, OutputArray<Y>> {
  static_assert(!is_lost_range<Y>,
                "hillock: an output is a temporary range, and the result would be lost; pass a "
                "range that has a name");
};

/// Checks that a function can follow a policy. Functions along an axis have no threads yet.
template <class F, class Policy>
struct CheckPolicy {
  static_assert(is_policy<Policy>,
                "hillock: the last argument must be a policy: hillock::accumulate, "
                "hillock::threads(n), hillock::streaming or hillock::cached");
  static_assert(
      F::is_elementwise || !Policy::is_parallel,
      "hillock: threads(n) is for functions of one element; this one works along an axis");
  static constexpr bool passed = true;
};

/// Whether the types of arrays give them so few elements that Eigen's unrolled loop over the lazy
/// expression is faster. With 4 or 8 elements, the tests of shapes and steps would take most of the
/// time.
template <class Y, class... Xs>
constexpr bool are_small_and_fixed() noexcept {
  constexpr int max_size = 64;
  const auto fits = [](int size) { return size != Eigen::Dynamic && size <= max_size; };
  return simd::is_element<typename Y::Scalar> && are_stored_alike<Y, Xs...> &&
         fits(Y::SizeAtCompileTime) && (fits(Xs::SizeAtCompileTime) && ...);
}

template <class Y>
auto& mutable_dense(Y&& y) noexcept {
  using Dense = DenseType<std::remove_reference_t<Y>>;
  return static_cast<Dense&>(y);
}

/// Returns an output, or a range as a column.
template <class Y>
decltype(auto) output_array(Y& y) noexcept {
  if constexpr (is_range<const Y>)
    return column_of(y);
  else
    return mutable_dense(y);
}

/// Returns the view to which a function along an axis writes: with accumulate one that adds. (A
/// function of single elements follows the policy itself.)
template <class F, class Policy, class Y>
HILLOCK_INLINE auto view_for(const Policy&, Y& y) noexcept {
  if constexpr (Policy::accumulates && !F::is_elementwise)
    return adding_view(y);
  else
    return output_view(y);
}

/// Computes f or f' of a pointwise activation, for arrays of these names.
template <Quantity Q, class F, class Policy, class X, class Y>
HILLOCK_INLINE void evaluate_one(const char* where, const F& f, const Policy& policy,
                                 const char* input, const X& x, const char* output, Y& y) {
  const Operation<Q, F, typename X::Scalar> op(f);
  const auto in = input_view(x);
  const auto out = output_view(y);
  if constexpr (are_small_and_fixed<Y, X>() && std::is_same_v<Policy, Overwrite>) {
    require_elementwise(where, std::tuple(Named{output, out}), std::tuple(Named{input, in}));
    y.array() = lazy(op, x.array().derived());
  } else {
    evaluate<typename F::Architecture, are_packed_alike<Y, X>()>(
        where, policy, op, std::tuple(Named{output, out}), std::tuple(Named{input, in}));
  }
}

// The verbs for Eigen objects whose types have been checked. Force-inlined into the public verbs:
// otherwise the members of a Map spill to the stack, 1 ns per call.
template <class F, class Policy, class X, class Y>
HILLOCK_INLINE void forward(const F& f, const Policy& policy, const X& given_x, Y& y) {
  static_assert(CheckPolicy<F, Policy>::passed);
  const Evaluated<X> x = given_x;
  if constexpr (is_pointwise<F>)
    evaluate_one<Quantity::forward>("forward", f, policy, "x", x, "y", y);
  else
    f.forward_into(policy, input_view(x), view_for<F>(policy, y));
}

template <class F, class Policy, class X, class D>
HILLOCK_INLINE void derivative(const F& f, const Policy& policy, const X& given_x, D& d) {
  static_assert(CheckPolicy<F, Policy>::passed);
  const Evaluated<X> x = given_x;
  if constexpr (is_pointwise<F>)
    evaluate_one<Quantity::derivative>("derivative", f, policy, "x", x, "d", d);
  else
    f.derivative_into(policy, input_view(x), view_for<F>(policy, d));
}

template <class F, class Policy, class X, class Y, class D>
HILLOCK_INLINE void forward_and_derivative(const F& f, const Policy& policy, const X& given_x, Y& y,
                                           D& d) {
  static_assert(CheckPolicy<F, Policy>::passed);
  const Evaluated<X> x = given_x;
  const auto in = input_view(x);
  if constexpr (is_pointwise<F>) {
    const auto out_y = output_view(y);
    const auto out_d = output_view(d);
    evaluate<typename F::Architecture, are_packed_alike<Y, D, X>()>(
        "forward_and_derivative", policy, BothOperation<F, typename X::Scalar>(f),
        std::tuple(Named{"y", out_y}, Named{"d", out_d}), std::tuple(Named{"x", in}));
  } else {
    f.forward_and_derivative_into(policy, in, view_for<F>(policy, y), view_for<F>(policy, d));
  }
}

template <class F, class Policy, class X, class DY, class DX>
HILLOCK_INLINE void backward(const F& f, const Policy& policy, const X& given_x, const DY& given_dy,
                             DX& dx) {
  static_assert(CheckPolicy<F, Policy>::passed);
  const Evaluated<X> x = given_x;
  const Evaluated<DY> dy = given_dy;
  const auto in = input_view(x);
  const auto in_dy = input_view(dy);
  if constexpr (is_pointwise<F>) {
    const auto out = output_view(dx);
    evaluate<typename F::Architecture, are_packed_alike<DX, X, DY>()>(
        "backward", policy, BackwardOperation<F, typename X::Scalar>(f),
        std::tuple(Named{"dx", out}), std::tuple(Named{"x", in}, Named{"dy", in_dy}));
  } else {
    f.backward_into(policy, in, in_dy, view_for<F>(policy, dx));
  }
}

/// The largest number of elements of T that memory can hold and Eigen's index can count.
template <class T>
inline constexpr std::uintmax_t max_elements = std::min<std::uintmax_t>(
    PTRDIFF_MAX / sizeof(T), static_cast<std::uintmax_t>(std::numeric_limits<Index>::max()));

template <class T, class N>
[[noreturn]] HILLOCK_COLD void throw_count(const char* where, N n) {
  using Wide = std::conditional_t<std::is_signed_v<N>, std::intmax_t, std::uintmax_t>;
  refuse(std::string("hillock::") + where + ": the number of elements is " +
         std::to_string(static_cast<Wide>(n)) + ", expected 0 to " +
         std::to_string(max_elements<T>));
}

/// Returns n as Eigen's index. It refuses a negative count, and one of more elements than memory
/// can hold, such as an unsigned number that has wrapped around below 0.
template <class T, class N>
HILLOCK_INLINE Index checked_count(const char* where, N n) {
  static_assert(std::is_integral_v<N>, "hillock: the number of elements must be an integer");
  // The conversion makes a very large number of a negative one.
  if (static_cast<std::uintmax_t>(n) > max_elements<T>) throw_count<T>(where, n);
  return static_cast<Index>(n);
}

/// Returns n elements at a pointer as an array.
template <class T>
HILLOCK_INLINE auto elements(T* at, Index n) {
  using Array = Eigen::Array<std::remove_const_t<T>, Eigen::Dynamic, 1>;
  using Elements = Eigen::Map<std::conditional_t<std::is_const_v<T>, const Array, Array>>;
  static_assert(CheckElements<Elements>::passed);
  return Elements(at, n);
}

template <class N>
using IfCount = std::enable_if_t<std::is_integral_v<N>, int>;
template <class Policy>
using IfPolicy = std::enable_if_t<is_policy<Policy>, int>;

}  // namespace detail

/// y = f(x), for x and y of one shape (but maxout's y has fewer rows or columns).
///
/// x is any dense Eigen array, matrix or expression of float, double, Eigen::half or
/// Eigen::bfloat16; y is of the same element type, can be written to, and is never resized. y may
/// be x itself (same address and strides). Every element has the bits of f(x) for a number; edge
/// values and the error bound are those of f. Throws std::invalid_argument, before anything is
/// written, if the shapes differ or the memory overlaps in part. Allocates nothing, unless Eigen
/// has to evaluate x first, such as a matrix product.
template <class F, class X, class Y>
void forward(const F& f, const X& x, Y&& y) {
  static_assert(detail::CheckFunction<F>::passed && detail::CheckArraysOrRanges<X, Y>::passed);
  auto&& to_y = detail::output_array(y);
  detail::forward(f, detail::Overwrite(), detail::input_array(x), to_y);
}

/// d = f'(x): the derivative at the input x, never at the output. Arguments and errors as forward.
template <class F, class X, class D>
void derivative(const F& f, const X& x, D&& d) {
  static_assert(detail::CheckFunction<F>::passed && detail::CheckArraysOrRanges<X, D>::passed);
  auto&& to_d = detail::output_array(d);
  detail::derivative(f, detail::Overwrite(), detail::input_array(x), to_d);
}

/// y = f(x) and d = f'(x), in one pass that shares the work: the bits are those of forward and
/// derivative. One of y and d may be x itself; y and d may not overlap each other. Arguments and
/// errors as forward.
template <class F, class X, class Y, class D>
void forward_and_derivative(const F& f, const X& x, Y&& y, D&& d) {
  static_assert(detail::CheckFunction<F>::passed && detail::CheckArraysOrRanges<X, Y>::passed &&
                detail::CheckArraysOrRanges<X, D>::passed);
  auto&& to_y = detail::output_array(y);
  auto&& to_d = detail::output_array(d);
  detail::forward_and_derivative(f, detail::Overwrite(), detail::input_array(x), to_y, to_d);
}

/// dx = dy f'(x), for the gradient dy of a loss by f(x): the gradient of the loss by x. x, dy and
/// dx are of one shape (but maxout's dy has fewer rows or columns). dx may be x or dy itself. The
/// product is IEEE's: infinity times 0 is NaN. Arguments and errors as forward.
template <class F, class X, class DY, class DX>
void backward(const F& f, const X& x, const DY& dy, DX&& dx) {
  static_assert(detail::CheckFunction<F>::passed && detail::CheckArraysOrRanges<X, DX>::passed &&
                detail::CheckArraysOrRanges<DY, DX>::passed);
  auto&& to_dx = detail::output_array(dx);
  detail::backward(f, detail::Overwrite(), detail::input_array(x), detail::input_array(dy), to_dx);
}

/// As forward(f, x, y), with a policy: threads(n), accumulate for y += f(x), streaming or cached.
template <class F, class X, class Y, class Policy, detail::IfPolicy<Policy> = 0>
void forward(const F& f, const X& x, Y&& y, Policy policy) {
  static_assert(detail::CheckFunction<F>::passed && detail::CheckArraysOrRanges<X, Y>::passed);
  auto&& to_y = detail::output_array(y);
  detail::forward(f, policy, detail::input_array(x), to_y);
}

/// As derivative(f, x, d), with a policy.
template <class F, class X, class D, class Policy, detail::IfPolicy<Policy> = 0>
void derivative(const F& f, const X& x, D&& d, Policy policy) {
  static_assert(detail::CheckFunction<F>::passed && detail::CheckArraysOrRanges<X, D>::passed);
  auto&& to_d = detail::output_array(d);
  detail::derivative(f, policy, detail::input_array(x), to_d);
}

/// As forward_and_derivative(f, x, y, d), with a policy.
template <class F, class X, class Y, class D, class Policy, detail::IfPolicy<Policy> = 0>
void forward_and_derivative(const F& f, const X& x, Y&& y, D&& d, Policy policy) {
  static_assert(detail::CheckFunction<F>::passed && detail::CheckArraysOrRanges<X, Y>::passed &&
                detail::CheckArraysOrRanges<X, D>::passed);
  auto&& to_y = detail::output_array(y);
  auto&& to_d = detail::output_array(d);
  detail::forward_and_derivative(f, policy, detail::input_array(x), to_y, to_d);
}

/// As backward(f, x, dy, dx), with a policy: with accumulate it is dx += dy f'(x), the sum that a
/// unit needs whose output goes to several others.
template <class F, class X, class DY, class DX, class Policy, detail::IfPolicy<Policy> = 0>
void backward(const F& f, const X& x, const DY& dy, DX&& dx, Policy policy) {
  static_assert(detail::CheckFunction<F>::passed && detail::CheckArraysOrRanges<X, DX>::passed &&
                detail::CheckArraysOrRanges<DY, DX>::passed);
  auto&& to_dx = detail::output_array(dx);
  detail::backward(f, policy, detail::input_array(x), detail::input_array(dy), to_dx);
}

/// y[i] = f(x[i]) for the n elements at two pointers; n may have any integer type. y may be x.
/// Throws std::invalid_argument if n is negative or more than memory can hold, or if the memory
/// overlaps in part. f must be a function of single elements.
template <class F, class T, class N, detail::IfCount<N> = 0>
void forward(const F& f, const T* x, T* y, N n) {
  const detail::Index count = detail::checked_count<T>("forward", n);
  hillock::forward(f, detail::elements(x, count), detail::elements(y, count));
}

/// d[i] = f'(x[i]) for n elements; as forward(f, x, y, n).
template <class F, class T, class N, detail::IfCount<N> = 0>
void derivative(const F& f, const T* x, T* d, N n) {
  const detail::Index count = detail::checked_count<T>("derivative", n);
  hillock::derivative(f, detail::elements(x, count), detail::elements(d, count));
}

/// y[i] = f(x[i]) and d[i] = f'(x[i]) for n elements; as forward(f, x, y, n).
template <class F, class T, class N, detail::IfCount<N> = 0>
void forward_and_derivative(const F& f, const T* x, T* y, T* d, N n) {
  const detail::Index count = detail::checked_count<T>("forward_and_derivative", n);
  hillock::forward_and_derivative(f, detail::elements(x, count), detail::elements(y, count),
                                  detail::elements(d, count));
}

/// dx[i] = dy[i] f'(x[i]) for n elements; as forward(f, x, y, n).
template <class F, class T, class N, detail::IfCount<N> = 0>
void backward(const F& f, const T* x, const T* dy, T* dx, N n) {
  const detail::Index count = detail::checked_count<T>("backward", n);
  hillock::backward(f, detail::elements(x, count), detail::elements(dy, count),
                    detail::elements(dx, count));
}

/// As forward(f, x, y, n), with a policy.
template <class F, class T, class N, class Policy, detail::IfCount<N> = 0,
          detail::IfPolicy<Policy> = 0>
void forward(const F& f, const T* x, T* y, N n, Policy policy) {
  const detail::Index count = detail::checked_count<T>("forward", n);
  hillock::forward(f, detail::elements(x, count), detail::elements(y, count), policy);
}
/// As derivative(f, x, d, n), with a policy.
template <class F, class T, class N, class Policy, detail::IfCount<N> = 0,
          detail::IfPolicy<Policy> = 0>
void derivative(const F& f, const T* x, T* d, N n, Policy policy) {
  const detail::Index count = detail::checked_count<T>("derivative", n);
  hillock::derivative(f, detail::elements(x, count), detail::elements(d, count), policy);
}
/// As forward_and_derivative(f, x, y, d, n), with a policy.
template <class F, class T, class N, class Policy, detail::IfCount<N> = 0,
          detail::IfPolicy<Policy> = 0>
void forward_and_derivative(const F& f, const T* x, T* y, T* d, N n, Policy policy) {
  const detail::Index count = detail::checked_count<T>("forward_and_derivative", n);
  hillock::forward_and_derivative(f, detail::elements(x, count), detail::elements(y, count),
                                  detail::elements(d, count), policy);
}
/// As backward(f, x, dy, dx, n), with a policy.
template <class F, class T, class N, class Policy, detail::IfCount<N> = 0,
          detail::IfPolicy<Policy> = 0>
void backward(const F& f, const T* x, const T* dy, T* dx, N n, Policy policy) {
  const detail::Index count = detail::checked_count<T>("backward", n);
  hillock::backward(f, detail::elements(x, count), detail::elements(dy, count),
                    detail::elements(dx, count), policy);
}

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
