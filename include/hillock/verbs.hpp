// The verbs: eager, one pass over memory, no temporary.
//
//   forward(f, x, y)                       y  = f(x)
//   derivative(f, x, d)                    d  = f'(x)
//   forward_and_derivative(f, x, y, d)     both, sharing the exponential
//   backward(f, x, dy, dx)                 dx = dy f'(x)
//
// x and dy are any dense Eigen arrays, matrices or expressions of float, double, Eigen::half or
// Eigen::bfloat16, all of one type; the outputs are what can be written to, blocks and maps
// included, and are never resized. half and bfloat16 are computed in float and rounded once. An
// output may be an input itself (same address and strides). Shapes that differ, and memory that overlaps in part,
// throw std::invalid_argument before anything is written. (What an expression refers to is not
// looked at: forward(f, a.reverse(), a) is for the caller to avoid, as in Eigen.) The same on
// pointers: forward(f, x, y, n) with n elements each; a count that is negative, or more than memory
// can hold (as of a 64-bit unsigned one below 0), throws std::invalid_argument. Large results of
// what is piecewise linear go past the caches, unless in place; the bits are the same.
#pragma once

#include <hillock/activation.hpp>
#include <hillock/arrays/views/overlap.hpp>
#include <hillock/errors.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

// The architecture a functor asks for by its second template parameter; the native one for a user's
// own class.
template <class F>
struct ArchOf {
  using type = detail::simd::NativeArch;
};
template <template <Accuracy, class> class F, Accuracy A, class Arch>
struct ArchOf<F<A, Arch>> {
  using type = Arch;
};

/// Of an input, and of an output as a forwarding reference deduces it.
template <class X, class Y>
struct CheckArguments {
  static constexpr bool passed = CheckElements<X>::passed && CheckOutput<Y>::passed &&
                                 CheckSameElement<X, std::remove_reference_t<Y>>::passed;
};

/// Whether arrays are so small, and known to be, that Eigen's unrolled loop over the lazy expression is all
/// there is to do: of 4 or 8 elements the walk's questions about shapes and steps would take most of the time.
template <class Y, class... Xs>
constexpr bool are_small_and_fixed() noexcept {
  constexpr int most = 64;
  const auto fits = [](int size) { return size != Eigen::Dynamic && size <= most; };
  return detail::simd::is_element<typename Y::Scalar> && are_stored_alike<Y, Xs...> &&
         fits(Y::SizeAtCompileTime) && (fits(Xs::SizeAtCompileTime) && ...);
}

/// What the verbs do with a pointwise activation. `elements` as in walk.
template <class F, class Op, class X, class Y>
HILLOCK_INLINE void walk_one(const char* where, const Op& op, const X& x, const char* output, Y& y,
                             Index elements) {
  Input<X> in(x);
  Output<Y> out(y);
  require_same_shape(where, "x", in.shape(), output, out.shape());
  require_in_place_or_apart(where, output, out, "x", in);
  if constexpr (are_small_and_fixed<Y, X>())
    y.array() = lazy(op, x.array().derived());
  else
    walk<typename ArchOf<F>::type>(OnArrays<Op>{op}, std::tie(in), std::tie(out), elements);
}

// Each verb on arrays that were checked; `elements` as in walk. Inlined in the verb itself: what is asked of a Map
// would be put in memory, and be waited for, 1 ns a call.
template <class F, class X, class Y>
HILLOCK_INLINE void forward_elements(const F& f, const X& x, Y& y, Index elements) {
  if constexpr (is_pointwise<F>)
    walk_one<F>("forward", Forward<F, ScalarOf<X>>(f), x, "y", y, elements);
  else
    f.forward_into(x, y);
}

template <class F, class X, class D>
HILLOCK_INLINE void derivative_elements(const F& f, const X& x, D& d, Index elements) {
  if constexpr (is_pointwise<F>)
    walk_one<F>("derivative", Derivative<F, ScalarOf<X>>(f), x, "d", d, elements);
  else
    f.derivative_into(x, d);
}

template <class F, class X, class Y, class D>
HILLOCK_INLINE void both_elements(const F& f, const X& x, Y& y, D& d, Index elements) {
  if constexpr (is_pointwise<F>) {
    Input<X> in(x);
    Output<Y> out_y(y);
    Output<D> out_d(d);
    require_both_outputs("forward_and_derivative", in, out_y, out_d);
    using Op = Both<F, ScalarOf<X>>;
    walk<typename ArchOf<F>::type>(OnArrays<Op>{Op(f)}, std::tie(in), std::tie(out_y, out_d),
                                   elements);
  } else {
    f.forward_and_derivative_into(x, y, d);
  }
}

template <class F, class X, class DY, class DX>
HILLOCK_INLINE void backward_elements(const F& f, const X& x, const DY& dy, DX& dx,
                                      Index elements) {
  if constexpr (is_pointwise<F>) {
    Input<X> in(x);
    Input<DY> in_dy(dy);
    Output<DX> out(dx);
    require_same_shape("backward", "x", in.shape(), "dy", in_dy.shape());
    require_same_shape("backward", "x", in.shape(), "dx", out.shape());
    require_in_place_or_apart("backward", "dx", out, "x", in);
    require_in_place_or_apart("backward", "dx", out, "dy", in_dy);
    using Op = Backward<F, ScalarOf<X>>;
    walk<typename ArchOf<F>::type>(OnArrays<Op>{Op(f)}, std::tie(in, in_dy), std::tie(out),
                                   elements);
  } else {
    f.backward_into(x, dy, dx);
  }
}

/// As many elements of T as can lie in memory, and be counted by Eigen's index.
template <class T>
inline constexpr std::uintmax_t most_elements = std::min<std::uintmax_t>(
    PTRDIFF_MAX / sizeof(T), static_cast<std::uintmax_t>(std::numeric_limits<Index>::max()));

template <class T, class N>
[[noreturn]] HILLOCK_COLD void throw_count(const char* where, N n) {
  using Wide = std::conditional_t<std::is_signed_v<N>, std::intmax_t, std::uintmax_t>;
  detail::refuse(std::string("hillock::") + where + ": the number of elements is " +
                 std::to_string(static_cast<Wide>(n)) + ", expected 0 to " +
                 std::to_string(most_elements<T>));
}

/// n elements of T as Eigen's index. A negative count is refused, and so is one that is more than
/// memory can hold, as an unsigned one of 64 bits is that went below 0.
template <class T, class N>
HILLOCK_INLINE Index checked_count(const char* where, N n) {
  static_assert(std::is_integral_v<N>, "hillock: the number of elements must be an integer");
  // A negative number becomes a very large one.
  if (static_cast<std::uintmax_t>(n) > most_elements<T>) throw_count<T>(where, n);
  return static_cast<Index>(n);
}

/// n elements at a pointer as an array.
template <class T>
HILLOCK_INLINE auto elements(T* at, Index n) {
  using Array = Eigen::Array<std::remove_const_t<T>, Eigen::Dynamic, 1>;
  using Elements = Eigen::Map<std::conditional_t<std::is_const_v<T>, const Array, Array>>;
  static_assert(CheckElements<Elements>::passed);
  return Elements(at, n);
}

template <class Y>
auto& mutable_dense(Y&& y) noexcept {
  using Dense = DenseType<std::remove_reference_t<Y>>;
  return static_cast<Dense&>(y);
}

}  // namespace detail

/// y = f(x).
template <class F, class X, class Y>
void forward(const F& f, const X& x, Y&& y) {
  static_assert(detail::CheckFunction<F>::passed && detail::CheckArguments<X, Y>::passed);
  auto& out = detail::mutable_dense(y);
  detail::forward_elements(f, detail::as_dense(x), out, out.size());
}

/// d = f'(x).
template <class F, class X, class D>
void derivative(const F& f, const X& x, D&& d) {
  static_assert(detail::CheckFunction<F>::passed && detail::CheckArguments<X, D>::passed);
  auto& out = detail::mutable_dense(d);
  detail::derivative_elements(f, detail::as_dense(x), out, out.size());
}

/// y = f(x) and d = f'(x), in one pass that shares the work. y and d may not overlap each other.
template <class F, class X, class Y, class D>
void forward_and_derivative(const F& f, const X& x, Y&& y, D&& d) {
  static_assert(detail::CheckFunction<F>::passed && detail::CheckArguments<X, Y>::passed &&
                detail::CheckArguments<X, D>::passed);
  auto& out = detail::mutable_dense(y);
  detail::both_elements(f, detail::as_dense(x), out, detail::mutable_dense(d), out.size());
}

/// dx = dy f'(x), for the gradient dy of a loss by f(x). IEEE multiplication: infinity times 0 is
/// NaN.
template <class F, class X, class DY, class DX>
void backward(const F& f, const X& x, const DY& dy, DX&& dx) {
  static_assert(detail::CheckFunction<F>::passed && detail::CheckArguments<X, DX>::passed &&
                detail::CheckArguments<DY, DX>::passed);
  auto& out = detail::mutable_dense(dx);
  detail::backward_elements(f, detail::as_dense(x), detail::as_dense(dy), out, out.size());
}

/// The verbs on n elements at pointers; n of any integer type.
template <class F, class T, class N, class = std::enable_if_t<std::is_integral_v<N>>>
void forward(const F& f, const T* x, T* y, N n) {
  const detail::Index count = detail::checked_count<T>("forward", n);
  auto out = detail::elements(y, count);
  detail::forward_elements(f, detail::elements(x, count), out, count);
}

template <class F, class T, class N, class = std::enable_if_t<std::is_integral_v<N>>>
void derivative(const F& f, const T* x, T* d, N n) {
  const detail::Index count = detail::checked_count<T>("derivative", n);
  auto out = detail::elements(d, count);
  detail::derivative_elements(f, detail::elements(x, count), out, count);
}

template <class F, class T, class N, class = std::enable_if_t<std::is_integral_v<N>>>
void forward_and_derivative(const F& f, const T* x, T* y, T* d, N n) {
  const detail::Index count = detail::checked_count<T>("forward_and_derivative", n);
  auto out_y = detail::elements(y, count);
  auto out_d = detail::elements(d, count);
  detail::both_elements(f, detail::elements(x, count), out_y, out_d, count);
}

template <class F, class T, class N, class = std::enable_if_t<std::is_integral_v<N>>>
void backward(const F& f, const T* x, const T* dy, T* dx, N n) {
  const detail::Index count = detail::checked_count<T>("backward", n);
  auto out = detail::elements(dx, count);
  detail::backward_elements(f, detail::elements(x, count), detail::elements(dy, count), out, count);
}

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
