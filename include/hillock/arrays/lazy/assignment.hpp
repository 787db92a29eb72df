// y = f(x), computed by the loop that the verbs have.
//
// Eigen's own loop takes one packet after the other; hillock's takes a block of them step by step
// (kernels/exponential_formula.hpp) and stores large results past the caches. So hillock's loop
// does the plain assignment of a lazy expression, where its arrays and the result lie in memory in
// the same order; anything else (a larger expression, +=, steps between elements, fixed sizes)
// stays with Eigen. The bits are the same.
#pragma once

#include <hillock/arrays/elementwise/transform.hpp>
#include <hillock/arrays/lazy/expression.hpp>
#include <hillock/arrays/views/overlap.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// Whether y = op(xs...) is assigned here.
template <class Y, class... Xs>
constexpr bool is_assigned_here() noexcept {
  return simd::is_element<typename Y::Scalar> && int(Y::SizeAtCompileTime) == Eigen::Dynamic &&
         are_packed_alike<Y, Xs...>();
}

/// y = op(xs...), all of one shape. Where an x overlaps y in part, the result is as if it did not.
template <class Op, class Y, class... Xs>
void assign(const Op& op, Y& y, const Xs&... xs) {
  const auto out = output_view(y);
  const auto assign_to = [&](const auto&... in) {
    const auto is_in_place_or_apart = [&](const auto& input) {
      return are_clearly_apart(out, input) || !overlap_in_part(out, input);
    };
    if (!(is_in_place_or_apart(in) && ...)) return false;
    transform<simd::NativeArch, true>(op, std::tie(out), std::tie(in...), y.size());
    return true;
  };
  if (assign_to(input_view(xs)...)) return;
  Plain<Y> apart(y.rows(), y.cols());
  assign(op, apart, xs...);
  y = apart;
}

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock

namespace Eigen {
namespace internal {
template <class Y, class Op, class X, class T>
struct Assignment<
    Y, CwiseUnaryOp<hillock::detail::UnaryFunctor<Op>, X>, assign_op<T, T>, Dense2Dense,
    std::enable_if_t<hillock::detail::is_assigned_here<Y, std::remove_const_t<X>>()>> {
  using Expression = CwiseUnaryOp<hillock::detail::UnaryFunctor<Op>, X>;
  static void run(Y& y, const Expression& expression, const assign_op<T, T>& assignment) {
    resize_if_allowed(y, expression, assignment);
    hillock::detail::assign(expression.functor().op, y, expression.nestedExpression());
  }
};
template <class Y, class Op, class X, class DY, class T>
struct Assignment<
    Y, CwiseBinaryOp<hillock::detail::BinaryFunctor<Op>, X, DY>, assign_op<T, T>, Dense2Dense,
    std::enable_if_t<
        hillock::detail::is_assigned_here<Y, std::remove_const_t<X>, std::remove_const_t<DY>>()>> {
  using Expression = CwiseBinaryOp<hillock::detail::BinaryFunctor<Op>, X, DY>;
  static void run(Y& y, const Expression& expression, const assign_op<T, T>& assignment) {
    resize_if_allowed(y, expression, assignment);
    hillock::detail::assign(expression.functor().op, y, expression.lhs(), expression.rhs());
  }
};
}  // namespace internal
}  // namespace Eigen
