// The gradient of a loss by a parameter that all elements share, for hillock's functions
// (ELU{0.5}.alpha_gradient(z, dy)) and for your own.
#pragma once

#include <hillock/arrays/axis/sums_per_unit.hpp>
#include <hillock/kernels/rectifier.hpp>
#include <hillock/verbs.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// Checks z and dy, and returns work(the view of z, that of dy).
template <class Z, class DY, class Work>
auto with_checked_gradient(const char* where, const Z& z, const DY& dy, const Work& work) {
  static_assert(CheckElements<Z>::passed && CheckElements<DY>::passed);
  static_assert(CheckSameElement<Z, DY>::passed);
  const auto& x = evaluated(as_dense(z));
  const auto& gradient = evaluated(as_dense(dy));
  const auto in = input_view(x);
  const auto in_dy = input_view(gradient);
  require_same_shape(where, "x", in.shape(), "dy", in_dy.shape());
  return work(in, in_dy);
}

/// Returns the sum of dy formula.parameter_derivative_at(z).
template <class Arch, class Formula, class Z, class DY>
double checked_parameter_gradient(const char* where, const Formula& formula, const Z& z,
                                  const DY& dy) {
  return with_checked_gradient(where, z, dy, [&](const auto& x, const auto& gradient) {
    return parameter_gradient<Arch>(formula, x, gradient);
  });
}

/// The derivative of ReLU's kin by the slope for negative numbers, which does not depend on it.
struct BySlope {
  template <class V>
  HILLOCK_INLINE V parameter_derivative_at(const V& x) const noexcept {
    return rectified_by_slope(x);
  }
};

/// Returns a parameter as the function uses it for elements of Z: rounded to their type.
template <Accuracy A, class Z>
double parameter_for(double parameter) noexcept {
  return static_cast<double>(rounded_parameter<A, ComputeType<ScalarOf<Z>>>(parameter));
}

}  // namespace detail

/// Returns the gradient by a parameter of f, of a loss whose gradient by f(z) is dy: the sum of dy
/// f.parameter_derivative_at(z), where parameter_derivative_at is a member of your activation that
/// takes and returns a batch of doubles, as its other _at functions do:
///
///   template <class V> V parameter_derivative_at(const V& x) const { return min(x, 0); }
///
/// z and dy are dense Eigen arrays or expressions of one shape and element type;
/// std::invalid_argument otherwise. Every term is computed and added in double, in an order that
/// depends on the shape alone. A term is 0 where the derivative is 0, whatever dy is.
template <class F, class Z, class DY>
[[nodiscard]] double parameter_gradient(const F& f, const Z& z, const DY& dy) {
  return detail::checked_parameter_gradient<detail::ArchitectureOf<F>>("parameter_gradient", f, z,
                                                                       dy);
}

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
