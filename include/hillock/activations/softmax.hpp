#pragma once

#include <hillock/arrays/distribution.hpp>
#include <hillock/arrays/plain_results.hpp>

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
/// Accuracy     forward_bound for each p and for their sum, in ULP; backward_bound in ULP of its
///              largest term. Accuracy::exact computes in double throughout: exact_bound for each p.
/// Source       Bridle, "Training Stochastic Model Recognition Algorithms as Networks..." (1990).
template <Accuracy A = Accuracy::fast, class Arch = simd::NativeArch>
class Softmax : public arrays::PlainResults<Softmax<A, Arch>> {
  using Index = arrays::Index;

 public:
  static constexpr ErrorBound forward_bound{4};
  static constexpr ErrorBound backward_bound{4};

  Per axis;
  AllMasked all_masked;

  constexpr explicit Softmax(Per per, AllMasked policy = AllMasked::nan) noexcept
      : axis(per), all_masked(policy) {}

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
    using V = arrays::BatchForSums<X, A, Arch>;
    arrays::Input<X> in(x);
    arrays::Output<Y> out(y);
    arrays::require_same_shape("Softmax::forward", "x", in.shape(), "y", out.shape());
    arrays::require_in_place_or_apart("Softmax::forward", "y", out, "x", in);
    const Index n = arrays::entries(in.shape(), axis);
    arrays::for_each_distribution<V>(in.shape(), axis, [&](Index first, Index count) {
      arrays::LaneReader<V, X> read(in, axis, first, count);
      arrays::LaneWriter<V, Y> write(out, axis, first, count);
      if constexpr (!std::is_same_v<typename V::value_type, typename Y::Scalar>) {
        // e would be rounded where it is put down, and p again.
        const auto all = arrays::normaliser<V>(read, n);
        for (Index i = 0; i < n; ++i) {
          const V e = kernels::exponential_of_difference(read(i), all.top).high;
          write(i, masked(all.top, n, e / all.total.high));
        }
      } else {
        const V top = arrays::maximum<V>(read, n);
        kernels::RunningSum<V> sum;
        for (Index i = 0; i < n; ++i) {
          const V e = kernels::exponential_of_difference(read(i), top).high;
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
    using V = arrays::BatchForSums<X, A, Arch>;
    const auto block = [this](auto& read, auto& gradient, auto& write, Index n) {
      const auto all = arrays::normaliser<V>(read, n);
      // Computed anew for each use: there is no memory to keep p in, and dx may be x or dy.
      const auto probability = [&](Index entry) {
        const auto p = all.probability(read(entry));
        return kernels::TwoParts<V>{masked(all.top, n, p.high), p.low};
      };
      through_jacobian<V>(probability, gradient, write, n);
    };
    arrays::backward_by_distribution<V>("Softmax::backward", "x", axis, x, dy, dx, block);
  }

  template <class P, class DP, class DZ>
  void backward_from_output_into(const P& p, const DP& dp, DZ& dz) const {
    using V = arrays::BatchForSums<P, A, Arch>;
    const auto block = [](auto& read, auto& gradient, auto& write, Index n) {
      const auto probability = [&](Index entry) { return kernels::TwoParts<V>{read(entry), 0}; };
      through_jacobian<V>(probability, gradient, write, n);
    };
    arrays::backward_by_distribution<V>("Softmax::backward_from_output", "p", axis, p, dp, dz,
                                        block);
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

  template <class V>
  V masked(V top, Index n, V p) const noexcept {
    if (all_masked == AllMasked::nan) return p;
    const double instead = all_masked == AllMasked::zeros ? 0 : 1 / static_cast<double>(n);
    return select(is_minus_infinity(top), instead, p);
  }

  /// dx = p (dp - <p, dp>).
  template <class V, class Probability, class Gradient, class Write>
  static void through_jacobian(const Probability& probability, Gradient& gradient, Write& write,
                               Index n) {
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

namespace exact {
using Softmax = hillock::Softmax<Accuracy::exact>;
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
