// ArrayActivation<Derived>, the base of the functions whose results are plain arrays. They depend
// on more than one element (softmax, maxout), or on an array of parameters (PReLU).
#pragma once

#include <hillock/verbs.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Gives a class the calls that return their result, in an array or in a matrix as the argument is.
/// The class has forward_into(policy, x, y), derivative_into(policy, x, d) and
/// backward_into(policy, x, dy, dx), which take views; the verbs call them too.
template <class Derived>
class ArrayActivation : public detail::ArrayActivationBase, public detail::Tier<Derived> {
  template <class X>
  using FitsFor = detail::IfFits<detail::HintFor<Derived, X, false>>;
  template <class X, class DY>
  using FitsForBoth = detail::IfFits<detail::HintForBoth<Derived, X, DY, false>>;
  template <class X>
  using Hint = detail::IfNot<detail::HintFor<Derived, X, false>>;
  template <class X, class DY>
  using HintForBoth = detail::IfNot<detail::HintForBoth<Derived, X, DY, false>>;

 public:
  /// f(z).
  template <class Z, FitsFor<Z> = 0>
  [[nodiscard]] auto operator()(const Z& z) const {
    return forward(z);
  }

  /// f(z).
  template <class Z, FitsFor<Z> = 0>
  [[nodiscard]] auto forward(const Z& z) const {
    auto y = derived().output_for(detail::as_dense(z));
    hillock::forward(derived(), z, y);
    return y;
  }

  /// f'(z), of z's shape.
  template <class Z, FitsFor<Z> = 0>
  [[nodiscard]] auto derivative(const Z& z) const {
    auto d = of_same_shape(z);
    hillock::derivative(derived(), z, d);
    return d;
  }

  /// The gradient by z of a loss whose gradient by f(z) is dy.
  template <class Z, class DY, FitsForBoth<Z, DY> = 0>
  [[nodiscard]] auto backward(const Z& z, const DY& dy) const {
    auto dz = of_same_shape(z);
    hillock::backward(derived(), z, dy, dz);
    return dz;
  }

  // Calls with something that is no argument.
  template <class Z, class H = Hint<Z>>
  H operator()(const Z&) const = delete;
  template <class Z, class H = Hint<Z>>
  H forward(const Z&) const = delete;
  template <class Z, class H = Hint<Z>>
  H derivative(const Z&) const = delete;
  template <class Z, class DY, class H = HintForBoth<Z, DY>>
  H backward(const Z&, const DY&) const = delete;

  /// Returns storage of z's shape.
  template <class Z>
  static detail::Plain<Z> of_same_shape(const Z& z) {
    static_assert(detail::CheckElements<Z>::passed);
    static_assert(detail::CheckAccuracy<Derived, detail::ScalarOf<Z>>::passed);
    return detail::Plain<Z>(detail::as_dense(z).rows(), detail::as_dense(z).cols());
  }

  /// Returns storage for f(x), of x's shape unless Derived says otherwise.
  template <class X>
  static detail::Plain<X> output_for(const X& x) {
    return of_same_shape(x);
  }

 private:
  const Derived& derived() const noexcept { return static_cast<const Derived&>(*this); }
};

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
