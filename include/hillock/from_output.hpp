// The derivative from the output y = f(x), where x is not kept: dx = dy f'(x) of sigmoid, tanh,
// ReLU, LeakyReLU, PReLU, ELU, SELU, CELU and Softplus.
//
//   derivative_from_output(f, y, d)          d  = f'(x) for the x with f(x) = y
//   backward_from_output(f, y, dy, dx)       dx = dy f'(x)
//
// They need no exponential (but for Softplus), and a training step has to keep one array less. The
// price is in the tails, where many x have the same rounded y: sigmoid's output is 1 for every
// x >= 17.33, and its slope is 0 then, where derivative(f, x, d) keeps all digits. A y that is off
// by e makes the slope wrong by up to e for sigmoid and ELU, and by up to 2 e for tanh.
//
// Functions whose outputs belong to several inputs with different slopes, such as Swish and GELU,
// do not have these verbs, and a static assertion says so.
#pragma once

#include <hillock/verbs.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Whether f' can be computed from f(x): has_derivative_from_output<Tanh<>>.
template <class F>
inline constexpr bool has_derivative_from_output = detail::has_slope_of_output<F>;

namespace detail {

/// Checks the function at compile time, and its parameters at run time.
template <class F>
HILLOCK_INLINE void require_slope_of_output(const char* where, const F& f) {
  static_assert(CheckFunction<F>::passed && CheckOutputTellsSlope<F>::passed);
  check_slope_of_output(where, f);
}

template <class F, class Policy, class Y, class D>
HILLOCK_INLINE void derivative_from_output(const F& f, const Policy& policy, const Y& given_y,
                                           D& d) {
  constexpr const char* where = "derivative_from_output";
  static_assert(CheckPolicy<F, Policy>::passed);
  require_slope_of_output(where, f);
  const Evaluated<Y> y = given_y;
  if constexpr (is_pointwise<F>)
    evaluate_one<Quantity::forward>(where, SlopeOfOutput<F>(f), policy, "y", y, "d", d);
  else
    f.derivative_into(policy, input_view(y), output_view(d));
}

template <class F, class Policy, class Y, class DY, class DX>
HILLOCK_INLINE void backward_from_output(const F& f, const Policy& policy, const Y& given_y,
                                         const DY& given_dy, DX& dx) {
  constexpr const char* where = "backward_from_output";
  static_assert(CheckPolicy<F, Policy>::passed);
  require_slope_of_output(where, f);
  const Evaluated<Y> y = given_y;
  const Evaluated<DY> dy = given_dy;
  const auto in = input_view(y);
  const auto in_dy = input_view(dy);
  const auto out = output_view(dx);
  if constexpr (is_pointwise<F>) {
    evaluate<typename F::Architecture, are_packed_alike<DX, Y, DY>()>(
        where, policy, BackwardFromOutputOperation<F, typename Y::Scalar>(SlopeOfOutput<F>(f)),
        std::tuple(Named{"dx", out}), std::tuple(Named{"y", in}, Named{"dy", in_dy}));
  } else {
    f.backward_into(policy, in, in_dy, out);
  }
}

}  // namespace detail

/// d = f'(x), for the x with f(x) = y: the derivative from the output, never from the input.
///
/// d has y's shape and element type, and may be y itself. For the y given, the result is within
/// F::derivative_from_output_bound, in ULP; the rounding error of y comes on top, as the opening of
/// this header says. Accuracy::exact computes the same as Accuracy::fast. A y that is no output of
/// f gives the formula's value, and NaN gives NaN. Throws std::invalid_argument, before anything is
/// written, for a parameter with which the output does not tell the slope (a negative one; for CELU
/// also 0, for Softplus 0 alone), and otherwise as derivative does. A policy may follow.
template <class F, class Y, class D>
void derivative_from_output(const F& f, const Y& y, D&& d) {
  static_assert(detail::CheckArraysOrRanges<Y, D>::passed);
  auto&& to_d = detail::output_array(d);
  detail::derivative_from_output(f, detail::Overwrite(), detail::input_array(y), to_d);
}

/// dx = dy f'(x), for the x with f(x) = y and the gradient dy of a loss by y. dx may be y or dy
/// itself. Accuracy and errors as derivative_from_output. A policy may follow.
template <class F, class Y, class DY, class DX>
void backward_from_output(const F& f, const Y& y, const DY& dy, DX&& dx) {
  static_assert(detail::CheckArraysOrRanges<Y, DX>::passed &&
                detail::CheckArraysOrRanges<DY, DX>::passed);
  auto&& to_dx = detail::output_array(dx);
  detail::backward_from_output(f, detail::Overwrite(), detail::input_array(y),
                               detail::input_array(dy), to_dx);
}

/// As derivative_from_output(f, y, d), with a policy.
template <class F, class Y, class D, class Policy, detail::IfPolicy<Policy> = 0>
void derivative_from_output(const F& f, const Y& y, D&& d, Policy policy) {
  static_assert(detail::CheckArraysOrRanges<Y, D>::passed);
  auto&& to_d = detail::output_array(d);
  detail::derivative_from_output(f, policy, detail::input_array(y), to_d);
}

/// As backward_from_output(f, y, dy, dx), with a policy.
template <class F, class Y, class DY, class DX, class Policy, detail::IfPolicy<Policy> = 0>
void backward_from_output(const F& f, const Y& y, const DY& dy, DX&& dx, Policy policy) {
  static_assert(detail::CheckArraysOrRanges<Y, DX>::passed &&
                detail::CheckArraysOrRanges<DY, DX>::passed);
  auto&& to_dx = detail::output_array(dx);
  detail::backward_from_output(f, policy, detail::input_array(y), detail::input_array(dy), to_dx);
}

/// d[i] = f'(x) for the x with f(x) = y[i], of n elements; as derivative(f, x, d, n).
template <class F, class T, class N, detail::IfCount<N> = 0>
void derivative_from_output(const F& f, const T* y, T* d, N n) {
  const detail::Index count = detail::checked_count<T>("derivative_from_output", n);
  hillock::derivative_from_output(f, detail::elements(y, count), detail::elements(d, count));
}

/// dx[i] = dy[i] f'(x) for the x with f(x) = y[i], of n elements; as backward(f, x, dy, dx, n).
template <class F, class T, class N, detail::IfCount<N> = 0>
void backward_from_output(const F& f, const T* y, const T* dy, T* dx, N n) {
  const detail::Index count = detail::checked_count<T>("backward_from_output", n);
  hillock::backward_from_output(f, detail::elements(y, count), detail::elements(dy, count),
                                detail::elements(dx, count));
}

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
