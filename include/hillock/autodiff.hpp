// Dual numbers, by which automatic differentiation in forward mode computes: a value together with
// its derivatives. An activation takes them like numbers: f(x) has the value f(v) and the
// derivatives f'(v) d, by the chain rule from hillock's own f and f'.
//
// Eigen::AutoDiffScalar and types like ceres::Jet are known by their members; for another type
// specialise hillock::DualNumber. Nothing of Eigen's unsupported modules or of Ceres is included.
#pragma once

#include <hillock/arrays/views/element.hpp>

#include <type_traits>
#include <utility>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// How a type of dual numbers is taken apart and put together. A specialisation has
///
///   using Value            float or double
///   value(x)               the value of x
///   chained(x, y, slope)   a dual number with the value y and the derivatives of x times slope
///
/// both functions static. The primary template is for all types that are no dual numbers.
template <class X, class = void>
struct DualNumber {
  using Value = void;
};

namespace detail {

template <class X>
using ValueOfDual = typename DualNumber<X>::Value;
template <class X>
inline constexpr bool is_dual = simd::is_element<ValueOfDual<X>>;
template <class X>
using IfDual = std::enable_if_t<is_dual<X>, int>;

template <class X>
using TypeOfValue = std::decay_t<decltype(std::declval<const X&>().value())>;
template <class X>
using TypeOfDerivatives = std::decay_t<decltype(std::declval<const X&>().derivatives())>;
template <class X>
using TypeOfScalarPart = std::decay_t<decltype(std::declval<const X&>().a)>;
template <class X>
using TypeOfVectorPart = std::decay_t<decltype(std::declval<const X&>().v)>;

template <class T>
using IfElement = std::enable_if_t<simd::is_element<T>>;

}  // namespace detail

/// Eigen::AutoDiffScalar<Derivatives>, whose derivatives may be an expression: the result holds
/// plain ones.
template <template <class> class Scalar, class Derivatives>
struct DualNumber<Scalar<Derivatives>,
                  std::void_t<detail::IfElement<detail::TypeOfValue<Scalar<Derivatives>>>,
                              detail::TypeOfDerivatives<Scalar<Derivatives>>>> {
  using X = Scalar<Derivatives>;
  using Value = detail::TypeOfValue<X>;

  static Value value(const X& x) { return x.value(); }
  static auto chained(const X& x, Value y, Value slope) {
    using Plain = typename detail::TypeOfDerivatives<X>::PlainObject;
    return Scalar<Plain>(y, x.derivatives() * slope);
  }
};

/// A type with the members a, the value, and v, an Eigen vector of derivatives, as ceres::Jet.
template <class X>
struct DualNumber<
    X, std::void_t<detail::IfElement<detail::TypeOfScalarPart<X>>, detail::TypeOfVectorPart<X>>> {
  using Value = detail::TypeOfScalarPart<X>;

  static Value value(const X& x) { return x.a; }
  static X chained(const X& x, Value y, Value slope) {
    X result = x;
    result.a = y;
    result.v = x.v * slope;
    return result;
  }
};

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
