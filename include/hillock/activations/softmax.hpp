#pragma once

#include <hillock/arrays/axis.hpp>
#include <hillock/arrays/plain_results.hpp>
#include <hillock/kernels/error_free.hpp>
#include <hillock/kernels/exp.hpp>

#include <limits>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// What softmax gives for a distribution whose entries are all -infinity, as when everything is
/// masked: NaN (0/0), zeros, or the uniform distribution.
enum class AllMasked { nan, zeros, uniform };

/// Softmax: p_i = e^(x_i) / sum_j e^(x_j), one distribution per column or per row.
/// Derivative   the Jacobian diag(p) - p p^T. backward(x, dp) = p (dp - <p, dp>), for a gradient dp
///              of a loss by p.
/// Shapes       softmax(Z) and backward have Z's shape; jacobian takes one distribution, a vector
///              of n, and is n x n.
/// Edge values  an entry of -inf gets 0; +inf or NaN makes its distribution NaN; all -inf follows
///              the policy.
/// Computed as  e^(x_i - max) over their sum: x_i - max and the sum are each carried in two parts,
///              one distribution to a lane, so the result depends neither on the layout nor on the
///              neighbours.
/// Accuracy     4 ULP for each p; backward 4 ULP of its largest term.
/// Source       Bridle, "Training Stochastic Model Recognition Algorithms as Networks..." (1990).
template <Accuracy A = Accuracy::fast, class Arch = simd::NativeArch>
class Softmax : public arrays::PlainResults<Softmax<A, Arch>> {
  using Index = arrays::Index;

 public:
  Per axis;
  AllMasked all_masked;

  constexpr explicit Softmax(Per per, AllMasked policy = AllMasked::nan) noexcept
      : axis(per), all_masked(policy) {
    static_assert(A == Accuracy::fast, "hillock: Softmax has no Accuracy::exact yet");
  }

  /// backward(z, dp) from p = softmax(z), where that is at hand.
  template <class P, class DP>
  auto backward_from_output(const P& p, const DP& dp) const {
    auto dz = Softmax::of_same_shape(p);
    backward_from_output_into(arrays::as_dense(p), arrays::as_dense(dp), dz);
    return dz;
  }

  /// The matrix of dp_i / dz_j for one distribution z.
  template <class Z>
  auto jacobian(const Z& z) const {
    static_assert(arrays::CheckElements<Z>::passed);
    const auto x = arrays::computed(z);
    auto p = Softmax::of_same_shape(x);
    const Per along = require_vector("Softmax::jacobian", arrays::shape_of(p));
    Softmax(along, all_masked).forward_into(x, p);
    return jacobian_of<arrays::ScalarOf<Z>>(p);
  }

  /// The same from p = softmax(z). On the diagonal p (1 - p) is p times the sum of the others: 1 -
  /// p would lose the digits that are left where one p is nearly 1.
  template <class P>
  auto jacobian_from_output(const P& output) const {
    static_assert(arrays::CheckElements<P>::passed);
    require_vector("Softmax::jacobian_from_output", arrays::shape_of(arrays::as_dense(output)));
    return jacobian_of<arrays::ScalarOf<P>>(arrays::computed(output));
  }

  /// What the verbs call: no allocation; y may be x itself, dx may be x or dy.
  template <class X, class Y>
  void forward_into(const X& x, Y& y) const {
    using V = arrays::BatchFor<X, Arch>;
    arrays::Input<X> in(x);
    arrays::Output<Y> out(y);
    arrays::require_same_shape("Softmax::forward", "x", in.shape(), "y", out.shape());
    arrays::require_in_place_or_apart("Softmax::forward", "y", out, "x", in);
    const Index n = arrays::entries(in.shape(), axis);
    arrays::for_each_block<V>(distributions_of(in.shape()), [&](Index first, Index count) {
      arrays::LaneReader<V, X> read(in, axis, first, count);
      arrays::LaneWriter<V, Y> write(out, axis, first, count);
      const V top = maximum<V>(read, n);
      kernels::RunningSum<V> sum;
      if constexpr (arrays::is_narrow<typename Y::Scalar>) {
        // e would be rounded where it is put down, and p again.
        for (Index i = 0; i < n; ++i) sum.add(exponential(read(i), top));
        const V total = sum.total();
        for (Index i = 0; i < n; ++i) write(i, masked(top, n, exponential(read(i), top) / total));
      } else {
        for (Index i = 0; i < n; ++i) {
          const V e = exponential(read(i), top);
          sum.add(e);
          write(i, e);
        }
        write.finish();
        const V total = sum.total();
        const arrays::Input<Y> written(y);
        arrays::LaneReader<V, Y> read_back(written, axis, first, count);
        for (Index i = 0; i < n; ++i) write(i, masked(top, n, read_back(i) / total));
      }
      write.finish();
    });
  }

  template <class X, class DY, class DX>
  void backward_into(const X& x, const DY& dy, DX& dx) const {
    using V = arrays::BatchFor<X, Arch>;
    static_assert(arrays::CheckSameElement<X, DY>::passed);
    arrays::Input<X> in(x);
    arrays::Input<DY> in_dy(dy);
    arrays::Output<DX> out(dx);
    check_gradients("Softmax::backward", "x", in, in_dy, out);
    const Index n = arrays::entries(in.shape(), axis);
    arrays::for_each_block<V>(distributions_of(in.shape()), [&](Index first, Index count) {
      arrays::LaneReader<V, X> read(in, axis, first, count);
      const V top = maximum<V>(read, n);
      kernels::RunningSum<V> sum;
      for (Index i = 0; i < n; ++i) sum.add(exponential(read(i), top));
      const auto total = sum.parts();
      const V inverse = 1 / total.high;
      // Computed anew for each use: there is no memory to keep p in, and dx may be x or dy. In two
      // parts: where two terms of the size of the result cancel, an error of p counts twice.
      const auto probability = [&](Index entry) {
        const auto e = exponential_parts(read(entry), top);
        const V p = e.high / total.high;
        const auto product = kernels::exact_product(p, total.high);
        const V rest = ((e.high - product.high) - product.low) + (e.low - p * total.low);
        return kernels::TwoParts<V>{masked(top, n, p), kernels::finite_or_zero(rest * inverse)};
      };
      through_jacobian<V>(probability, in_dy, out, first, count, n);
    });
  }

  template <class P, class DP, class DZ>
  void backward_from_output_into(const P& p, const DP& dp, DZ& dz) const {
    using V = arrays::BatchFor<P, Arch>;
    static_assert(arrays::CheckSameElement<P, DP>::passed);
    arrays::Input<P> in(p);
    arrays::Input<DP> in_dp(dp);
    arrays::Output<DZ> out(dz);
    check_gradients("Softmax::backward_from_output", "p", in, in_dp, out);
    const Index n = arrays::entries(in.shape(), axis);
    arrays::for_each_block<V>(distributions_of(in.shape()), [&](Index first, Index count) {
      arrays::LaneReader<V, P> read(in, axis, first, count);
      const auto probability = [&](Index entry) { return kernels::TwoParts<V>{read(entry), 0}; };
      through_jacobian<V>(probability, in_dp, out, first, count, n);
    });
  }

 private:
  /// The Jacobian as a matrix of Element, for a vector p of the type that is computed in.
  template <class Element, class P>
  static auto jacobian_of(const P& p) {
    using T = typename P::Scalar;
    constexpr int size = P::SizeAtCompileTime;
    const Index n = p.size();
    arrays::PlainMatrix<Element, size, size> result(n, n);
    for (Index i = 0; i < n; ++i) {
      T others = 0;
      for (Index j = 0; j < n; ++j) {
        result(i, j) = arrays::nearest_element<Element>(-p.coeff(i) * p.coeff(j));
        if (j != i) others += p.coeff(j);
      }
      result(i, i) = arrays::nearest_element<Element>(p.coeff(i) * others);
    }
    return result;
  }

  Index distributions_of(arrays::Shape shape) const noexcept {
    return arrays::entries(shape, axis) == 0 ? 0 : arrays::distributions(shape, axis);
  }

  template <class V, class Read>
  static V maximum(Read& read, Index n) {
    V top = read(0);
    for (Index i = 1; i < n; ++i) top = max(top, read(i));
    return top;
  }

  /// e^(x - top), the rounding error of the difference carried along.
  template <class V>
  static HILLOCK_INLINE kernels::TwoParts<V> exponential_parts(V x, V top) noexcept {
    const auto difference = kernels::exact_difference(x, top);
    const auto e = kernels::decay(difference.high, difference.low);
    return {e.value, e.scaled_low * kernels::ExpConstantsOf<V>::from_tail};
  }
  template <class V>
  static HILLOCK_INLINE V exponential(V x, V top) noexcept {
    return exponential_parts(x, top).high;
  }

  template <class V>
  V masked(V top, Index n, V p) const noexcept {
    if (all_masked == AllMasked::nan) return p;
    const double instead = all_masked == AllMasked::zeros ? 0 : 1 / static_cast<double>(n);
    return select(is_minus_infinity(top), instead, p);
  }

  /// dx = p (dp - <p, dp>).
  template <class V, class Probability, class DP, class DX>
  void through_jacobian(Probability& probability, const arrays::Input<DP>& dp,
                        arrays::Output<DX>& dx, Index first, Index count, Index n) const {
    arrays::LaneReader<V, DP> gradient(dp, axis, first, count);
    arrays::LaneWriter<V, DX> write(dx, axis, first, count);
    kernels::RunningSum<V> inner_product;
    for (Index i = 0; i < n; ++i) {
      const auto p = probability(i);
      const V g = gradient(i);
      inner_product.add_product(p.high, g);
      inner_product.add_low(p.low * g);
    }
    const auto mean = inner_product.parts();
    for (Index i = 0; i < n; ++i) {
      const auto p = probability(i);
      const auto centred = kernels::exact_difference(gradient(i), mean.high);
      const V correction = p.high * (centred.low - mean.low) + p.low * centred.high;
      write(i, fma(p.high, centred.high, kernels::finite_or_zero(correction)));
    }
    write.finish();
  }

  template <class In, class InDY, class Out>
  static void check_gradients(const char* where, const char* name, const In& in, const InDY& dy,
                              const Out& dx) {
    arrays::require_same_shape(where, name, in.shape(), "dy", dy.shape());
    arrays::require_same_shape(where, name, in.shape(), "dx", dx.shape());
    arrays::require_in_place_or_apart(where, "dx", dx, name, in);
    arrays::require_in_place_or_apart(where, "dx", dx, "dy", dy);
  }

  static Per require_vector(const char* where, arrays::Shape shape) {
    if (shape.cols != 1 && shape.rows != 1) {
      throw std::invalid_argument(std::string("hillock::") + where + ": the argument is " +
                                  arrays::to_string(shape) +
                                  ", expected one distribution, a vector");
    }
    return shape.cols == 1 ? Per::column : Per::row;
  }
};

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
