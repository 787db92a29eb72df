#pragma once

#include <hillock/arrays/distribution.hpp>
#include <hillock/arrays/plain_results.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Logarithm of softmax: f(x)_i = x_i - log sum_j e^(x_j), one distribution per column or per row.
/// Derivative   the Jacobian I - 1 p^T with p = softmax(x). backward(x, dy) = dy - p sum_j dy_j.
/// Shapes       f(Z) and backward have Z's shape.
/// Edge values  an entry of -inf stays -inf; +inf or NaN, or -inf throughout, makes its distribution
///              NaN.
/// Computed as  (x_i - top) - log1p(sum - 1), the sum of e^(x_j - top) and x_i - top each carried in
///              two parts: log p near 0 keeps its digits, where log(softmax(x)) has none.
/// Accuracy     forward_bound in ULP of the largest term, which is x_i - top or the logarithm;
///              backward_bound in ULP of its largest term. Accuracy::exact computes in double
///              throughout.
/// Source       as the objective of a classifier: Bridle (1990); Goodfellow, Bengio, Courville,
///              "Deep Learning" (2016), 6.2.2.3.
template <Accuracy A = Accuracy::fast, class Arch = simd::NativeArch>
class LogSoftmax : public arrays::PlainResults<LogSoftmax<A, Arch>> {
  using Index = arrays::Index;

 public:
  static constexpr ErrorBound forward_bound{4};
  static constexpr ErrorBound backward_bound{4};

  Per axis;

  constexpr explicit LogSoftmax(Per per) noexcept : axis(per) {}

  /// backward(z, dy) from y = f(z), where that is at hand: p is e^y.
  template <class Y, class DY>
  auto backward_from_output(const Y& y, const DY& dy) const {
    auto dz = LogSoftmax::of_same_shape(y);
    backward_from_output_into(arrays::as_dense(y), arrays::as_dense(dy), dz);
    return dz;
  }

  /// What the verbs call: no allocation; y may be x itself, dx may be x or dy.
  template <class X, class Y>
  void forward_into(const X& x, Y& y) const {
    using V = arrays::BatchForSums<X, A, Arch>;
    arrays::Input<X> in(x);
    arrays::Output<Y> out(y);
    arrays::require_same_shape("LogSoftmax::forward", "x", in.shape(), "y", out.shape());
    arrays::require_in_place_or_apart("LogSoftmax::forward", "y", out, "x", in);
    const Index n = arrays::entries(in.shape(), axis);
    arrays::for_each_distribution<V>(in.shape(), axis, [&](Index first, Index count) {
      arrays::LaneReader<V, X> read(in, axis, first, count);
      arrays::LaneWriter<V, Y> write(out, axis, first, count);
      const auto all = arrays::normaliser<V>(read, n);
      const V log_total = all.log_total();
      for (Index i = 0; i < n; ++i) write(i, all.log_probability(read(i), log_total));
      write.finish();
    });
  }

  template <class X, class DY, class DX>
  void backward_into(const X& x, const DY& dy, DX& dx) const {
    using V = arrays::BatchForSums<X, A, Arch>;
    const auto block = [](auto& read, auto& gradient, auto& write, Index n) {
      const auto all = arrays::normaliser<V>(read, n);
      const auto probability = [&](Index entry) { return all.probability(read(entry)); };
      through_jacobian<V>(probability, gradient, write, n);
    };
    arrays::backward_by_distribution<V>("LogSoftmax::backward", "x", axis, x, dy, dx, block);
  }

  template <class Y, class DY, class DZ>
  void backward_from_output_into(const Y& y, const DY& dy, DZ& dz) const {
    using V = arrays::BatchForSums<Y, A, Arch>;
    const auto block = [](auto& read, auto& gradient, auto& write, Index n) {
      const auto probability = [&](Index entry) {
        return kernels::exponential_of_difference(read(entry), V(0));
      };
      through_jacobian<V>(probability, gradient, write, n);
    };
    arrays::backward_by_distribution<V>("LogSoftmax::backward_from_output", "y", axis, y, dy, dz,
                                        block);
  }

 private:
  /// dx = dy - p sum_j dy_j.
  template <class V, class Probability, class Gradient, class Write>
  static void through_jacobian(const Probability& probability, Gradient& gradient, Write& write,
                               Index n) {
    kernels::RunningSum<V> sum;
    for (Index i = 0; i < n; ++i) sum.add(gradient(i));
    const auto total = sum.parts();
    for (Index i = 0; i < n; ++i) {
      const auto p = probability(i);
      const auto product = kernels::exact_product(p.high, total.high);
      const auto result = kernels::exact_difference(gradient(i), product.high);
      const V correction = (result.low - product.low) - fma(p.high, total.low, p.low * total.high);
      write(i, result.high + kernels::finite_or_zero(correction));
    }
  }
};

namespace arrays {

template <Accuracy A, class Z>
auto logsumexp(const Z& z, Per axis) {
  static_assert(CheckElements<Z>::passed);
  static_assert(CheckAccuracy<LogSoftmax<A>, ScalarOf<Z>>::passed);
  using X = DenseType<Z>;
  using V = BatchForSums<X, A, simd::NativeArch>;
  const Input<X> in(as_dense(z));
  const Index n = entries(in.shape(), axis);
  const Index count = distributions(in.shape(), axis);
  using Result = PlainOfAnyShape<X>;
  Result result(axis == Per::column ? 1 : count, axis == Per::column ? count : 1);
  if (n == 0 && count > 0) {
    throw std::invalid_argument("hillock::logsumexp: z is " + to_string(in.shape()) +
                                ", expected at least one entry in each distribution");
  }
  Output<Result> out(result);
  for_each_distribution<V>(in.shape(), axis, [&](Index first, Index lanes) {
    LaneReader<V, X> read(in, axis, first, lanes);
    // The results stand along the other axis: one entry of each distribution.
    LaneWriter<V, Result> write(out, axis, first, lanes);
    write(0, normaliser<V>(read, n).log_sum());
    write.finish();
  });
  return result;
}

}  // namespace arrays

/// log sum_j e^(z_j) of each column or row, as a row of one number a column, or a column of one a
/// row. Its derivative is softmax(z). -inf throughout gives -inf, +inf gives +inf, NaN gives NaN;
/// std::invalid_argument where a distribution has no entries. Within LogSoftmax's forward_bound, in ULP
/// of its largest term, which is the largest z or the logarithm of the sum of e^(z_j - top).
template <class Z>
auto logsumexp(const Z& z, Per axis) {
  return arrays::logsumexp<Accuracy::fast>(z, axis);
}

namespace exact {
using LogSoftmax = hillock::LogSoftmax<Accuracy::exact>;

template <class Z>
auto logsumexp(const Z& z, Per axis) {
  return arrays::logsumexp<Accuracy::exact>(z, axis);
}
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
