#pragma once

#include <hillock/array_activation.hpp>
#include <hillock/arrays/axis/sums_per_unit.hpp>
#include <hillock/arrays/elementwise/per_unit.hpp>
#include <hillock/arrays/operations/parameter.hpp>
#include <hillock/errors.hpp>
#include <hillock/kernels/rectifier.hpp>

#include <optional>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Parametric rectified linear unit: f(x) = x for x > 0, else slope x, with slopes that are
/// trained: one for all, one per row or one per column.
/// Derivative   1 for x > 0, else the slope; at 0: the slope. By the slope: min(x, 0), summed over
///              what shares it.
/// Parameters   slope (0.25 by default): any finite numbers (std::invalid_argument otherwise). The
///              array belongs to the object; train it by prelu.slope -= rate *
///              prelu.slope_gradient(Z, dY). An infinity or a NaN that is written to it later makes
///              NaN of what it is used for: f(x) for x <= 0 and f'(x) there.
/// Shapes       as many slopes as Z has rows (columns), or one that all share, else
///              std::invalid_argument, on use too; results have Z's shape.
/// Edge values  as LeakyReLU's: f(+-0) = +-0, f(+inf) = +inf, f(-inf) = -inf for a positive slope,
///              NaN in, NaN out.
/// Accuracy     one multiplication, derivative exact: correctly rounded in either tier; the slope
///              gradient is summed in double.
/// Type         PReLU<> where C++ deduces no template arguments: as a member, a parameter or a
///              result. The element type is that of the arrays; there is no PReLU<double>.
/// Source       He, Zhang, Ren, Sun, arXiv:1502.01852 (2015).
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class PReLU : public detail::PlainResults<PReLU<A, Arch>> {
 public:
  static constexpr ErrorBound forward_bound{0.5};
  static constexpr ErrorBound derivative_bound{0};

  detail::Parameters slope;
  static constexpr auto parameters() noexcept {
    return std::array{Parameter{"slope", &PReLU::slope}};
  }

  /// One slope for all units.
  explicit PReLU(double shared_slope = 0.25)
      : slope(detail::Parameters::Constant(1, shared_slope)) {
    check_slopes();
  }

  /// One slope per row or per column.
  template <class S, class = std::enable_if_t<detail::is_dense<S>>>
  PReLU(const S& slopes, Per per) : axis_(per) {
    if (slopes.rows() != 1 && slopes.cols() != 1 && slopes.size() != 0) {
      detail::refuse("hillock::PReLU: the slopes are " +
                     detail::to_string(detail::shape_of(slopes)) + ", expected a vector");
    }
    const detail::Plain<S> given = slopes;
    slope.resize(given.size());
    for (detail::Index i = 0; i < slope.size(); ++i) {
      const auto value = given.rows() == 1 ? given.coeff(0, i) : given.coeff(i, 0);
      slope[i] = static_cast<double>(detail::value_of_element(value));
    }
    check_slopes();
  }

  /// What shares a slope; nothing if there is one for all.
  [[nodiscard]] std::optional<Per> axis() const noexcept { return axis_; }

  /// The gradient by each slope of a loss whose gradient by f(z) is dy: dy min(z, 0), summed over
  /// what shares the slope (summed, not averaged), always in the same order: for one slope over the
  /// longer side of z first.
  template <class Z, class DY>
  [[nodiscard]] detail::Parameters slope_gradient(const Z& z, const DY& dy) const {
    static_assert(detail::CheckElements<Z>::passed);
    static_assert(detail::CheckElements<DY>::passed);
    static_assert(detail::CheckSameElement<Z, DY>::passed);
    const detail::Input<detail::DenseType<Z>> in(detail::as_dense(z));
    const detail::Input<detail::DenseType<DY>> in_dy(detail::as_dense(dy));
    detail::require_same_shape("PReLU::slope_gradient", "x", in.shape(), "dy", in_dy.shape());
    require_slopes("PReLU::slope_gradient", in.shape());
    const auto term = [](const auto& x, const auto& dy_there) {
      return rectified_by_slope(x, dy_there);
    };
    detail::Parameters gradient = detail::Parameters::Zero(slope.size());
    if (axis_) {
      detail::sum_per_unit<Arch>(term, *axis_, in, in_dy, gradient.data());
      return gradient;
    }
    const Per longer = in.shape().rows < in.shape().cols ? Per::row : Per::column;
    detail::Parameters each(detail::distributions(in.shape(), longer));
    detail::sum_per_unit<Arch>(term, longer, in, in_dy, each.data());
    detail::simd::Batch<double, detail::simd::NarrowArch> sum = 0;
    for (const double some : each) sum = sum + some;
    gradient[0] = sum.first();
    return gradient;
  }

  /// What the verbs call.
  template <class X, class Y>
  void forward_into(const X& x, Y& y) const {
    walk_one<Forward<typename X::Scalar>>("PReLU::forward", x, "y", y);
  }

  template <class X, class D>
  void derivative_into(const X& x, D& d) const {
    walk_one<Derivative>("PReLU::derivative", x, "d", d);
  }

  template <class X, class DY, class DX>
  void backward_into(const X& x, const DY& dy, DX& dx) const {
    constexpr const char* where = "PReLU::backward";
    static_assert(detail::CheckSameElement<X, DY>::passed);
    detail::Input<X> in(x);
    detail::Input<DY> in_dy(dy);
    detail::Output<DX> out(dx);
    detail::require_same_shape(where, "x", in.shape(), "dy", in_dy.shape());
    detail::require_same_shape(where, "x", in.shape(), "dx", out.shape());
    require_slopes(where, in.shape());
    detail::require_in_place_or_apart(where, "dx", out, "x", in);
    detail::require_in_place_or_apart(where, "dx", out, "dy", in_dy);
    walk_with_slopes<Backward>(std::tie(in, in_dy), std::tie(out));
  }

  template <class X, class Y, class D>
  void forward_and_derivative_into(const X& x, Y& y, D& d) const {
    constexpr const char* where = "PReLU::forward_and_derivative";
    detail::Input<X> in(x);
    detail::Output<Y> out_y(y);
    detail::Output<D> out_d(d);
    detail::require_both_outputs(where, in, out_y, out_d);
    require_slopes(where, in.shape());
    walk_with_slopes<Both<typename X::Scalar>>(std::tie(in), std::tie(out_y, out_d));
  }

 private:
  // What is computed of the inputs and a slope, in batches.
  template <class Element>
  struct Forward {
    template <class V, class Slope>
    static HILLOCK_INLINE std::array<V, 1> of(const V* in, const Slope& a) noexcept {
      return {rectified<Element>(in[0], a)};
    }
  };
  struct Derivative {
    template <class V, class Slope>
    static HILLOCK_INLINE std::array<V, 1> of(const V* in, const Slope& a) noexcept {
      return {rectified_derivative(in[0], a)};
    }
  };
  struct Backward {
    template <class V, class Slope>
    static HILLOCK_INLINE std::array<V, 1> of(const V* in, const Slope& a) noexcept {
      return {in[1] * rectified_derivative(in[0], a)};
    }
  };
  template <class Element>
  struct Both {
    template <class V, class Slope>
    static HILLOCK_INLINE std::array<V, 2> of(const V* in, const Slope& a) noexcept {
      return {rectified<Element>(in[0], a), rectified_derivative(in[0], a)};
    }
  };

  // The same as the walks call it: with one slope, and with slopes that are the last input.
  template <class Op, class T>
  struct WithOne {
    detail::kernels::SharedSlope<T> slope;
    template <class V, std::size_t I>
    HILLOCK_INLINE auto operator()(const std::array<V, I>& in) const noexcept {
      return Op::of(in.data(), slope);
    }
  };
  template <class Op>
  struct WithEach {
    bool are_gentle;
    template <class V, std::size_t I>
    HILLOCK_INLINE auto operator()(const std::array<V, I>& in) const noexcept {
      return Op::of(in.data(), detail::kernels::OwnSlopes<V>{in.back(), are_gentle});
    }
  };
  template <class Op>
  struct PerUnitOp {
    template <class T>
    static WithOne<Op, T> with_one(T a) noexcept {
      return {detail::kernels::SharedSlope<T>(a)};
    }
    template <class V>
    static WithEach<Op> with_each(V smallest, V largest) noexcept {
      return {!any((smallest <= 0) | (largest > 1) | is_nan(smallest))};
    }
    static WithEach<Op> with_any() noexcept { return {false}; }
  };

  std::optional<Per> axis_;

  /// The formula, for arrays of Element.
  template <class Element, class V, class Slope>
  static HILLOCK_INLINE V rectified(const V& x, const Slope& a) noexcept {
    if constexpr (A == Accuracy::exact && detail::is_narrow<Element>)
      return detail::kernels::rectified_once<typename detail::FormatOf<Element>::type>(
          x, V(slope_value(a)));
    else
      return detail::kernels::rectified(x, a);
  }

  template <class T>
  static constexpr T slope_value(detail::kernels::SharedSlope<T> a) noexcept {
    return a.value;
  }
  template <class V>
  static HILLOCK_INLINE V slope_value(const detail::kernels::OwnSlopes<V>& a) noexcept {
    return a.value;
  }

  void check_slopes() const {
    for (detail::Index i = 0; i < slope.size(); ++i)
      detail::finite_parameter("PReLU", "slope", slope[i]);
  }

  /// The slopes are a public member: what was written to it may have another length.
  void require_slopes(const char* where, detail::Shape shape) const {
    const detail::Index expected = !axis_ ? 1 : *axis_ == Per::row ? shape.rows : shape.cols;
    if (slope.size() == expected) return;
    const std::string slopes = std::to_string(slope.size()) + " slopes";
    detail::refuse(std::string("hillock::") + where +
                   (axis_ ? ": x is " + detail::to_string(shape) + ", but there are " + slopes +
                                ", one per " + (*axis_ == Per::row ? "row" : "column")
                          : ": there are " + slopes + ", expected one that all units share"));
  }

  template <class Op, class X, class Y>
  void walk_one(const char* where, const X& x, const char* output, Y& y) const {
    detail::Input<X> in(x);
    detail::Output<Y> out(y);
    detail::require_same_shape(where, "x", in.shape(), output, out.shape());
    require_slopes(where, in.shape());
    detail::require_in_place_or_apart(where, output, out, "x", in);
    walk_with_slopes<Op>(std::tie(in), std::tie(out));
  }

  template <class Op, class First, class... More, class Outputs>
  void walk_with_slopes(const std::tuple<First&, More&...>& in, const Outputs& out) const {
    using T = typename First::T;
    if (axis_) {
      const detail::PerUnit<A, detail::simd::Batch<T, Arch>> slopes(slope, *axis_,
                                                                    std::get<0>(in).shape());
      detail::walk_per_unit<Arch>(PerUnitOp<Op>(), slopes, in, out);
    } else {
      const T shared = detail::rounded_parameter<A, T>(slope[0]);
      detail::walk<Arch>(PerUnitOp<Op>::with_one(shared), in, out);
    }
  }
};

namespace exact {
using PReLU = hillock::PReLU<Accuracy::exact>;
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
