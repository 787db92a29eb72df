#pragma once

#include <hillock/arrays/axis/sums_per_unit.hpp>
#include <hillock/arrays/operations/parameter.hpp>
#include <hillock/errors.hpp>
#include <hillock/kernels/softplus.hpp>
#include <hillock/reduction.hpp>
#include <hillock/verbs.hpp>

#include <string>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// The loss w t log(1 + e^-z) + (1 - t) log(1 + e^z) of a logit z and a target t, with the weight w
/// of the positive class.
template <class T>
struct BinaryCrossEntropyFormula {
  T positive_weight;

  template <class V>
  HILLOCK_INLINE auto reduce(const V& z) const noexcept {
    return reduced_decay(not_below_decay_limit(negative_magnitude(z)));
  }

  /// Returns the loss from e = e^-|z|: a part that grows as |z|, and a logarithm. Neither is
  /// negative, so that no digits are lost.
  template <class V>
  HILLOCK_INLINE V loss(const V& z, const V& t, const kernels::Decay<V>& e) const noexcept {
    const V positive = positive_weight * t;
    const V negative = 1 - t;
    const V slope = by_sign(z, negative, positive);
    // 0 times infinity would be NaN.
    const V line = slope * zero_where(slope == 0, abs(z));
    return nan_propagated(z, fma(positive + negative, log1p_of(e), line));
  }

  /// Returns the derivative by z: (1 - t) sigmoid(z) - w t sigmoid(-z). For a t of 0 or 1 one of
  /// the summands is 0, and no digits are lost.
  template <class V>
  HILLOCK_INLINE V derivative(const V& z, const V& t, const kernels::Decay<V>& e) const noexcept {
    const V one = kernels::scaled_one<V>();
    const V positive = positive_weight * t;
    const V negative = 1 - t;
    return (negative * by_sign(z, one, e.scaled) - positive * by_sign(z, e.scaled, one)) /
           (one + e.scaled);
  }
};

/// Computes the loss of each element, or its derivative times a factor, from z and t.
template <Quantity Q, class Element>
class BinaryCrossEntropyOperation {
  using T = ComputeType<Element>;

 public:
  static constexpr bool is_compute_bound = true;
  static constexpr Schedule schedule = Schedule::reduce_first;

  BinaryCrossEntropyOperation(double positive_weight, double factor) noexcept
      : formula_{static_cast<T>(positive_weight)}, factor_(static_cast<T>(factor)) {}

  template <class V, std::size_t I>
  HILLOCK_INLINE auto operator()(const std::array<V, I>& in) const noexcept {
    return finish(in, exponentiate(in, reduce(in)));
  }
  template <class V, std::size_t I>
  HILLOCK_INLINE auto reduce(const std::array<V, I>& in) const noexcept {
    return formula_.reduce(in[0]);
  }
  template <class V, std::size_t I, class Reduced>
  HILLOCK_INLINE auto exponentiate(const std::array<V, I>&, const Reduced& reduced) const noexcept {
    return decay_of(reduced);
  }
  template <class V, std::size_t I, class Exponential>
  HILLOCK_INLINE std::array<V, 1> finish(const std::array<V, I>& in,
                                         const Exponential& e) const noexcept {
    if constexpr (Q == Quantity::forward)
      return {formula_.loss(in[0], in[1], e)};
    else
      return {formula_.derivative(in[0], in[1], e) * factor_};
  }

 private:
  BinaryCrossEntropyFormula<T> formula_;
  T factor_;
};

/// The loss as a term of a sum.
template <class T>
struct BinaryCrossEntropyTerm {
  static constexpr bool is_in_element_type = true;
  BinaryCrossEntropyFormula<T> formula;

  template <class V>
  HILLOCK_PART V operator()(V z, V t) const noexcept {
    return formula.loss(z, t, decay_of(formula.reduce(z)));
  }
};

/// 1 for a target that is no probability.
struct WrongTargetTerm {
  static constexpr bool is_in_element_type = true;

  template <class V>
  HILLOCK_PART V operator()(V, V t) const noexcept {
    return select((t >= 0) & (t <= 1), V(0), V(1));
  }
};

}  // namespace detail

/// Binary cross-entropy of the sigmoid, from logits:
/// l = -w t log(sigmoid(z)) - (1 - t) log(1 - sigmoid(z)) for each logit z and its target t, the
/// probability of the positive class; the mean over all elements, or the sum. Many labels that do
/// not exclude each other are many columns. It is PyTorch's BCEWithLogitsLoss.
/// Derivative   by the logits: (1 - t) sigmoid(z) - w t sigmoid(-z), which is sigmoid(z) - t for
///              w = 1, divided by the number of elements for the mean.
/// Parameters   positive_weight w, 1 by default, a finite number that is not negative
///              (std::invalid_argument otherwise): above 1 for a rare positive class (PyTorch's
///              pos_weight).
/// Shapes       z and t have one shape and one element type; the targets are numbers from 0 to 1.
///              dz has z's shape, or is z or t itself.
/// Edge values  l is 0 for z = +inf and t = 1, and for z = -inf and t = 0; for an infinite z and
///              another t it is +inf. NaN in z makes the loss NaN, and the gradient of its element.
///              The mean of no elements is NaN, their sum is 0.
/// Errors       std::invalid_argument for shapes that differ, for memory that overlaps in part, and
///              for a target that is not from 0 to 1, with its place, before anything is written.
/// Computed as  |z| ((1 - t) or w t) + (1 - t + w t) log1p(e^-|z|), whose summands are not
///              negative: the logarithm of a rounded sigmoid has no digits left from 17 on. Losses
///              are added in double, in an order that depends on the shape alone.
/// Accuracy     forward_bound for losses(z, t), in ULP; backward_bound for the gradient, in ULP of
///              the larger of its two summands. The sum of n losses adds n 2^-53 of the sum. There
///              is no exact form.
/// Memory       the loss takes one double for each row or column, whichever are fewer.
/// Source       Good (1952), "Rational Decisions"; Goodfellow, Bengio, Courville, "Deep Learning"
///              (2016), 6.2.2.2.
template <class Arch = detail::simd::NativeArch>
class BinaryCrossEntropy {
 public:
  static constexpr ErrorBound forward_bound{4};
  static constexpr ErrorBound backward_bound{4};

  Reduction reduction;
  double positive_weight;

  constexpr explicit BinaryCrossEntropy(Reduction of_elements = Reduction::mean, double weight = 1)
      : reduction(of_elements),
        positive_weight(
            detail::nonnegative_parameter("BinaryCrossEntropy", "positive_weight", weight)) {}

  /// Returns the loss.
  template <class Z, class Targets>
  [[nodiscard]] double operator()(const Z& z, const Targets& targets) const {
    return with_views("BinaryCrossEntropy::forward", z, targets,
                      [&](const auto& in, const auto& t) { return loss_of(in, t); });
  }

  /// Returns the loss of each element, in storage of z's shape.
  template <class Z, class Targets>
  [[nodiscard]] auto losses(const Z& z, const Targets& targets) const {
    constexpr const char* where = "BinaryCrossEntropy::losses";
    detail::Plain<Z> result(detail::as_dense(z).rows(), detail::as_dense(z).cols());
    with_views(where, z, targets, [&](const auto& in, const auto& t) {
      evaluate<detail::Quantity::forward>(where, detail::Overwrite(), 1, "losses",
                                          detail::output_view(result), in, t);
    });
    return result;
  }

  /// Computes dz, the gradient of the loss by z. The policy is hillock::accumulate or
  /// hillock::threads(n).
  template <class Z, class Targets, class DZ, class Policy = detail::Overwrite,
            detail::IfPolicy<Policy> = 0>
  void backward(const Z& z, const Targets& targets, DZ&& dz, Policy policy = {}) const {
    static_assert(detail::CheckArguments<Z, DZ>::passed);
    with_views(where_backward, z, targets, [&](const auto& in, const auto& t) {
      evaluate<detail::Quantity::derivative>(where_backward, policy, factor(in), "dz",
                                             detail::output_view(detail::mutable_dense(dz)), in, t);
    });
  }

  /// Returns the gradient of the loss by z, in storage of z's shape.
  template <class Z, class Targets>
  [[nodiscard]] auto backward(const Z& z, const Targets& targets) const {
    static_assert(detail::CheckElements<Z>::passed);
    detail::Plain<Z> dz(detail::as_dense(z).rows(), detail::as_dense(z).cols());
    backward(z, targets, dz);
    return dz;
  }

  /// Computes dz as backward does, and returns the loss.
  template <class Z, class Targets, class DZ>
  double forward_and_backward(const Z& z, const Targets& targets, DZ&& dz) const {
    static_assert(detail::CheckArguments<Z, DZ>::passed);
    return with_views(where_backward, z, targets, [&](const auto& in, const auto& t) {
      const auto out = detail::output_view(detail::mutable_dense(dz));
      detail::require_elementwise(where_backward, std::tuple(detail::Named{"dz", out}),
                                  std::tuple(detail::Named{"z", in}, detail::Named{"targets", t}));
      const double loss = loss_of(in, t);
      evaluate<detail::Quantity::derivative>(where_backward, detail::Overwrite(), factor(in), "dz",
                                             out, in, t);
      return loss;
    });
  }

 private:
  static constexpr const char* where_backward = "BinaryCrossEntropy::backward";

  /// Checks z and the targets, and returns work(the view of z, that of the targets).
  template <class Z, class Targets, class Work>
  static auto with_views(const char* where, const Z& z, const Targets& targets, const Work& work) {
    static_assert(detail::CheckElements<Z>::passed && detail::CheckElements<Targets>::passed);
    static_assert(detail::CheckSameElement<Z, Targets>::passed);
    const auto& logits = detail::evaluated(detail::as_dense(z));
    const auto& probabilities = detail::evaluated(detail::as_dense(targets));
    const auto in = detail::input_view(logits);
    const auto t = detail::input_view(probabilities);
    detail::require_same_shape(where, detail::Named{"z", in}, detail::Named{"targets", t});
    if (detail::sum_of_terms<Arch>(detail::WrongTargetTerm(), in, t) > 0) throw_target(where, t);
    return work(in, t);
  }

  /// Names the first target that is no probability.
  template <class View>
  [[noreturn]] HILLOCK_COLD static void throw_target(const char* where, const View& targets) {
    const detail::Shape shape = targets.shape();
    detail::Index row = 0, col = 0;
    const auto is_right = [&] {
      const auto t = static_cast<double>(targets.at(row, col));
      return detail::simd::is_finite_number(t) && t >= 0 && t <= 1;
    };
    while (is_right() && (row + 1 < shape.rows || col + 1 < shape.cols))
      if (++row == shape.rows) {
        row = 0;
        ++col;
      }
    detail::refuse(std::string("hillock::") + where + ": the target at row " + std::to_string(row) +
                   ", column " + std::to_string(col) + " is " +
                   std::to_string(static_cast<double>(targets.at(row, col))) +
                   ", expected a number from 0 to 1");
  }

  /// Returns the loss of views.
  template <class In, class Targets>
  double loss_of(const In& in, const Targets& targets) const {
    using T = typename In::T;
    const double sum = detail::sum_of_terms<Arch>(
        detail::BinaryCrossEntropyTerm<T>{{static_cast<T>(positive_weight)}}, in, targets);
    return reduction == Reduction::sum ? sum : sum / count(in);
  }

  /// Returns the number by which the derivative of each element's loss is multiplied.
  template <class In>
  double factor(const In& in) const {
    return reduction == Reduction::sum ? 1 : 1 / count(in);
  }
  template <class In>
  static double count(const In& in) {
    return static_cast<double>(in.shape().rows) * static_cast<double>(in.shape().cols);
  }

  template <detail::Quantity Q, class Policy, class Out, class In, class Targets>
  void evaluate(const char* where, const Policy& policy, double factor, const char* output,
                const Out& out, const In& in, const Targets& t) const {
    const detail::BinaryCrossEntropyOperation<Q, typename In::Element> op(positive_weight, factor);
    detail::evaluate<Arch>(where, policy, op, std::tuple(detail::Named{output, out}),
                           std::tuple(detail::Named{"z", in}, detail::Named{"targets", t}));
  }
};

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
