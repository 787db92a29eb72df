#pragma once

#include <hillock/arrays/parameter.hpp>
#include <hillock/arrays/plain_results.hpp>
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
///              prelu.slope_gradient(Z, dY).
/// Shapes       as many slopes as Z has rows (columns), else std::invalid_argument; results have
///              Z's shape.
/// Edge values  as LeakyReLU's: f(+-0) = +-0, f(+inf) = +inf, f(-inf) = -inf for a positive slope,
///              NaN in, NaN out.
/// Accuracy     one multiplication, derivative exact: correctly rounded in either tier; the slope
///              gradient is summed in double.
/// Source       He, Zhang, Ren, Sun, arXiv:1502.01852 (2015).
template <Accuracy A = Accuracy::fast, class Arch = simd::NativeArch>
class PReLU : public arrays::PlainResults<PReLU<A, Arch>> {
 public:
  static constexpr ErrorBound forward_bound{0.5};
  static constexpr ErrorBound derivative_bound{0};

  arrays::Parameters slope;

  /// One slope for all units.
  explicit PReLU(double shared_slope = 0.25)
      : slope(arrays::Parameters::Constant(1, shared_slope)) {
    check();
  }

  /// One slope per row or per column.
  template <class S, class = std::enable_if_t<arrays::is_dense<S>>>
  PReLU(const S& slopes, Per per) : axis_(per) {
    if (slopes.rows() != 1 && slopes.cols() != 1 && slopes.size() != 0) {
      throw std::invalid_argument("hillock::PReLU: the slopes are " +
                                  arrays::to_string(arrays::shape_of(slopes)) +
                                  ", expected a vector");
    }
    const arrays::Plain<S> given = slopes;
    slope.resize(given.size());
    for (arrays::Index i = 0; i < slope.size(); ++i) {
      const auto value = given.rows() == 1 ? given.coeff(0, i) : given.coeff(i, 0);
      slope[i] = static_cast<double>(arrays::value_of_element(value));
    }
    check();
  }

  /// What shares a slope; nothing if there is one for all.
  std::optional<Per> axis() const noexcept { return axis_; }

  /// The gradient by each slope of a loss whose gradient by f(z) is dy: dy min(z, 0), summed over
  /// what shares the slope (summed, not averaged), always in the same order.
  template <class Z, class DY>
  arrays::Parameters slope_gradient(const Z& z, const DY& dy) const {
    static_assert(arrays::CheckElements<Z>::passed);
    static_assert(arrays::CheckElements<DY>::passed);
    static_assert(arrays::CheckSameElement<Z, DY>::passed);
    const arrays::Input<arrays::DenseType<Z>> in(arrays::as_dense(z));
    const arrays::Input<arrays::DenseType<DY>> in_dy(arrays::as_dense(dy));
    arrays::require_same_shape("PReLU::slope_gradient", "x", in.shape(), "dy", in_dy.shape());
    require_slopes("PReLU::slope_gradient", in.shape());
    arrays::Parameters gradient = arrays::Parameters::Zero(slope.size());
    for (arrays::Index col = 0; col < in.shape().cols; ++col) {
      for (arrays::Index row = 0; row < in.shape().rows; ++row) {
        const double x = static_cast<double>(in.at(row, col));
        if (!(x > 0)) gradient[index(row, col)] += x * static_cast<double>(in_dy.at(row, col));
      }
    }
    return gradient;
  }

  /// What the verbs call.
  template <class X, class Y>
  void forward_into(const X& x, Y& y) const {
    walk_one("PReLU::forward", x, "y", y, [](const auto& in, const auto& a) {
      return std::array{rectified<typename X::Scalar>(in[0], a)};
    });
  }

  template <class X, class D>
  void derivative_into(const X& x, D& d) const {
    walk_one("PReLU::derivative", x, "d", d, [](const auto& in, const auto& a) {
      return std::array{kernels::rectified_derivative(in[0], a)};
    });
  }

  template <class X, class DY, class DX>
  void backward_into(const X& x, const DY& dy, DX& dx) const {
    constexpr const char* where = "PReLU::backward";
    static_assert(arrays::CheckSameElement<X, DY>::passed);
    arrays::Input<X> in(x);
    arrays::Input<DY> in_dy(dy);
    arrays::Output<DX> out(dx);
    arrays::require_same_shape(where, "x", in.shape(), "dy", in_dy.shape());
    arrays::require_same_shape(where, "x", in.shape(), "dx", out.shape());
    require_slopes(where, in.shape());
    arrays::require_in_place_or_apart(where, "dx", out, "x", in);
    arrays::require_in_place_or_apart(where, "dx", out, "dy", in_dy);
    const auto op = [](const auto& inputs, const auto& a) {
      return std::array{inputs[1] * kernels::rectified_derivative(inputs[0], a)};
    };
    walk_with_slopes(op, std::tie(in, in_dy), std::tie(out));
  }

  template <class X, class Y, class D>
  void forward_and_derivative_into(const X& x, Y& y, D& d) const {
    constexpr const char* where = "PReLU::forward_and_derivative";
    arrays::Input<X> in(x);
    arrays::Output<Y> out_y(y);
    arrays::Output<D> out_d(d);
    arrays::require_both_outputs(where, in, out_y, out_d);
    require_slopes(where, in.shape());
    const auto op = [](const auto& inputs, const auto& a) {
      return std::array{rectified<typename X::Scalar>(inputs[0], a),
                        kernels::rectified_derivative(inputs[0], a)};
    };
    walk_with_slopes(op, std::tie(in), std::tie(out_y, out_d));
  }

 private:
  /// The slopes as an array of the input's shape, for the walk.
  template <class Scalar>
  struct Slopes {
    using T = Scalar;
    static constexpr bool direct = false;
    static constexpr bool is_computed_in_place = false;
    const PReLU& owner;
    arrays::Shape of;

    arrays::Shape shape() const noexcept { return of; }
    const T* read(arrays::Index row, arrays::Index col, arrays::Index n, bool along_row,
                  T* buffer) const {
      for (arrays::Index i = 0; i < n; ++i) {
        const arrays::Index at = along_row ? owner.index(row, col + i) : owner.index(row + i, col);
        buffer[i] = arrays::rounded_parameter<A, T>(owner.slope[at]);
      }
      return buffer;
    }
  };

  std::optional<Per> axis_;

  /// The formula, for arrays of Element.
  template <class Element, class V, class Slope>
  static HILLOCK_INLINE V rectified(const V& x, const Slope& a) noexcept {
    if constexpr (A == Accuracy::exact && arrays::is_narrow<Element>)
      return kernels::rectified_once<typename arrays::FormatOf<Element>::type>(x,
                                                                               V(slope_value(a)));
    else
      return kernels::rectified(x, a);
  }

  template <class T>
  static constexpr T slope_value(kernels::SharedSlope<T> a) noexcept {
    return a.value;
  }
  template <class V>
  static HILLOCK_INLINE const V& slope_value(const V& a) noexcept {
    return a;
  }

  void check() const {
    for (arrays::Index i = 0; i < slope.size(); ++i)
      arrays::finite_parameter("PReLU", "slope", slope[i]);
  }

  arrays::Index index(arrays::Index row, arrays::Index col) const noexcept {
    if (!axis_) return 0;
    return *axis_ == Per::row ? row : col;
  }

  void require_slopes(const char* where, arrays::Shape shape) const {
    if (!axis_) return;
    const arrays::Index units = *axis_ == Per::row ? shape.rows : shape.cols;
    if (units != slope.size()) {
      throw std::invalid_argument(std::string("hillock::") + where + ": x is " +
                                  arrays::to_string(shape) + ", but there are " +
                                  std::to_string(slope.size()) + " slopes, one per " +
                                  (*axis_ == Per::row ? "row" : "column"));
    }
  }

  template <class X, class Y, class Op>
  void walk_one(const char* where, const X& x, const char* output, Y& y, const Op& op) const {
    arrays::Input<X> in(x);
    arrays::Output<Y> out(y);
    arrays::require_same_shape(where, "x", in.shape(), output, out.shape());
    require_slopes(where, in.shape());
    arrays::require_in_place_or_apart(where, output, out, "x", in);
    walk_with_slopes(op, std::tie(in), std::tie(out));
  }

  /// op(inputs, slope): with one slope a number, else a batch of the slopes of the inputs' places.
  template <class Op, class First, class... More, class Outputs>
  void walk_with_slopes(const Op& op, const std::tuple<First&, More&...>& in,
                        const Outputs& out) const {
    using T = typename First::T;
    if (axis_) {
      const Slopes<T> slopes{*this, std::get<0>(in).shape()};
      const auto with_own = [op](const auto& inputs) { return op(inputs, inputs.back()); };
      arrays::walk<Arch>(with_own, std::tuple_cat(in, std::tie(slopes)), out);
    } else {
      const auto with_shared =
          [op, shared = kernels::SharedSlope<T>(arrays::rounded_parameter<A, T>(slope[0]))](
              const auto& inputs) { return op(inputs, shared); };
      arrays::walk<Arch>(with_shared, in, out);
    }
  }
};

namespace exact {
using PReLU = hillock::PReLU<Accuracy::exact>;
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
