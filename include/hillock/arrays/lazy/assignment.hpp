// The assignment y = f(x), computed by the loop of the verbs.
//
// Eigen's own loop computes one packet after the other. hillock's loop computes a block of them
// step by step (kernels/exponential_formula.hpp) and stores large results past the caches.
// Therefore hillock's loop does the plain assignment of a lazy expression whose arrays and result
// lie in memory in the same order. Eigen's loop does everything else: a larger expression, +=,
// steps between elements, fixed sizes. The bits are the same.
#pragma once

#include <hillock/arrays/elementwise/transform.hpp>
#include <hillock/arrays/lazy/expression.hpp>
#include <hillock/arrays/views/overlap.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// Whether hillock's loop does the assignment y = op(xs...).
template <class Y, class... Xs>
constexpr bool is_assigned_here() noexcept {
  return simd::is_element<typename Y::Scalar> && int(Y::SizeAtCompileTime) == Eigen::Dynamic &&
         are_packed_alike<Y, Xs...>();
}

/// Assigns y = op(xs...), all of one shape. If an x overlaps y in part, a temporary array holds the
/// result first.
template <class Op, class Y, class... Xs>
void assign(const Op& op, Y& y, const Xs&... xs) {
  const auto out = output_view(y);
  const auto assign_to = [&](const auto&... in) HILLOCK_INLINE_LAMBDA {
    const auto is_in_place_or_apart = [&](const auto& input) HILLOCK_INLINE_LAMBDA {
      return are_clearly_apart(out, input) || !overlap_in_part(out, input);
    };
    if (!(is_in_place_or_apart(in) && ...)) return false;
    transform<simd::NativeArch, true>(op, std::tie(out), std::tie(in...),
                                      stores_by_size<Op>(y.size(), sizeof(typename Y::Scalar)));
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
