// Functions whose results are plain arrays: those that look at more than one element, or at an
// array of parameters.
#pragma once

#include <hillock/verbs.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// Gives a class with forward_into(x, y), derivative_into(x, d) and backward_into(x, dy, dx) (what
/// the verbs call, without allocation) the calls that return their result, in an array or matrix as
/// the argument is one.
template <class Derived>
class PlainResults : public PlainResultsBase {
  template <class X>
  using FitsFor = IfFits<HintFor<Derived, X, false>>;
  template <class X, class DY>
  using FitsForBoth = IfFits<detail::HintForBoth<Derived, X, DY, false>>;
  template <class X>
  using Hint = IfNot<HintFor<Derived, X, false>>;
  template <class X, class DY>
  using HintForBoth = IfNot<detail::HintForBoth<Derived, X, DY, false>>;

 public:
  /// f(z).
  template <class Z, FitsFor<Z> = 0>
  [[nodiscard]] auto operator()(const Z& z) const {
    return forward(z);
  }

  /// f(z).
  template <class Z, FitsFor<Z> = 0>
  [[nodiscard]] auto forward(const Z& z) const {
    auto y = derived().output_for(as_dense(z));
    derived().forward_into(as_dense(z), y);
    return y;
  }

  /// f'(z), of z's shape.
  template <class Z, FitsFor<Z> = 0>
  [[nodiscard]] auto derivative(const Z& z) const {
    auto d = of_same_shape(z);
    derived().derivative_into(as_dense(z), d);
    return d;
  }

  /// The gradient by z of a loss whose gradient by f(z) is dy.
  template <class Z, class DY, FitsForBoth<Z, DY> = 0>
  [[nodiscard]] auto backward(const Z& z, const DY& dy) const {
    auto dz = of_same_shape(z);
    derived().backward_into(as_dense(z), as_dense(dy), dz);
    return dz;
  }

  // What is no argument.
  template <class Z, class H = Hint<Z>>
  H operator()(const Z&) const = delete;
  template <class Z, class H = Hint<Z>>
  H forward(const Z&) const = delete;
  template <class Z, class H = Hint<Z>>
  H derivative(const Z&) const = delete;
  template <class Z, class DY, class H = HintForBoth<Z, DY>>
  H backward(const Z&, const DY&) const = delete;

  /// Storage of z's shape.
  template <class Z>
  static Plain<Z> of_same_shape(const Z& z) {
    static_assert(CheckElements<Z>::passed);
    static_assert(CheckAccuracy<Derived, ScalarOf<Z>>::passed);
    return Plain<Z>(as_dense(z).rows(), as_dense(z).cols());
  }

  /// Storage for f(x), of x's shape unless Derived says otherwise.
  template <class X>
  static Plain<X> output_for(const X& x) {
    return of_same_shape(x);
  }

 private:
  const Derived& derived() const noexcept { return static_cast<const Derived&>(*this); }
};

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
