#pragma once

#include <hillock/array_activation.hpp>
#include <hillock/arrays/axis/forward.hpp>
#include <hillock/errors.hpp>

#include <cstdint>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// What becomes of the losses of the samples: their mean, or their sum.
enum class Reduction { mean, sum };

/// Cross-entropy of softmax: l = log(sum_j e^(x_j)) - x_label, from the logits x of each sample, one per
/// column or per row, and the index of its class; the mean over the samples, or the sum.
/// Derivative   by the logits, p - onehot(label) with p = softmax(x), over the number of samples for the
///              mean. forward_and_backward(Z, labels, dZ) returns the loss and computes the exponentials
///              once.
/// Shapes       Z is classes x samples for Per::column, samples x classes for Per::row; labels is anything
///              contiguous of an integer type with size() and [], one of each sample; dZ is as Z, or Z
///              itself; losses(Z, labels) has one number of each sample, as logsumexp.
/// Edge values  a logit of -inf has no share, and loss +inf if it is the label's; +inf or NaN, or -inf
///              throughout, makes the sample's loss and gradient NaN. The mean of no samples is NaN, the
///              sum 0.
/// Exceptions   finite logits of up to half of the largest number raise none but underflow and
///              inexact, and overflow where a sum of losses is infinite. Bounds and equal bits are
///              those of rounding to nearest, which is how a program starts.
/// Errors       std::invalid_argument for a label that is no class, for labels that are not as many as
///              samples, and for shapes that differ, before anything is written.
/// Computed as  log1p(sum - 1) + (top - x_label), which keeps its digits where the label dominates; there
///              the gradient by its logit is minus the share of the others, and not p - 1. The losses are
///              added in double.
/// Accuracy     forward_bound for each sample's loss, in ULP of its largest term, top - x_label or
///              the logarithm; summing up n of them adds n 2^-53 of the sum. backward_bound for the
///              gradient, in ULP of p, or of 1 - p for the label's. Accuracy::exact: exact_bound,
///              for the loss in ULP of the largest term or the loss.
/// Source       Bridle (1990); Goodfellow, Bengio, Courville, "Deep Learning" (2016), 6.2.2.3.
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class CrossEntropy : public detail::Tier<CrossEntropy<A, Arch>> {
  using Index = detail::Index;

 public:
  static constexpr ErrorBound forward_bound{4};
  static constexpr ErrorBound backward_bound{4};

  Per axis;
  Reduction reduction;

  constexpr explicit CrossEntropy(Per per, Reduction of_samples = Reduction::mean) noexcept
      : axis(per), reduction(of_samples) {}

  // The axis has no default: CrossEntropy{Per::column}.
  template <class Hint = hint::name_the_axis_Per_row_or_Per_column>
  CrossEntropy() = delete;

  /// The loss.
  template <class Z, class Labels>
  [[nodiscard]] double operator()(const Z& z, const Labels& labels) const {
    SumOfLosses sum;
    for_each_loss(detail::as_dense(z), labels,
                  [&](Index, auto loss) { sum.add(static_cast<double>(loss)); });
    return sum.over(divisor(labels));
  }

  /// The loss of each sample: a row for Per::column, a column for Per::row.
  template <class Z, class Labels>
  [[nodiscard]] auto losses(const Z& z, const Labels& labels) const {
    using Result = detail::PlainOfAnyShape<Z>;
    const Index count = detail::distributions(detail::shape_of(detail::as_dense(z)), axis);
    const bool is_row = axis == Per::column;
    Result result(is_row ? 1 : count, is_row ? count : 1);
    const auto out = detail::output_view(result);
    for_each_loss(detail::as_dense(z), labels, [&](Index j, auto loss) {
      detail::set_nearest(out, is_row ? 0 : j, is_row ? j : 0, loss);
    });
    return result;
  }

  /// dz = the gradient of the loss by z.
  template <class Z, class Labels, class DZ>
  void backward(const Z& z, const Labels& labels, DZ&& dz) const {
    static_assert(detail::CheckArguments<Z, DZ>::passed);
    forward_and_backward(z, labels, dz);
  }

  /// dz = the gradient of the loss by z, in storage of z's shape.
  template <class Z, class Labels>
  [[nodiscard]] auto backward(const Z& z, const Labels& labels) const {
    static_assert(detail::CheckElements<Z>::passed);
    detail::Plain<Z> dz(detail::as_dense(z).rows(), detail::as_dense(z).cols());
    forward_and_backward(z, labels, dz);
    return dz;
  }

  /// dz as by backward; returns the loss.
  template <class Z, class Labels, class DZ>
  double forward_and_backward(const Z& z, const Labels& labels, DZ&& dz) const {
    static_assert(detail::CheckArguments<Z, DZ>::passed);
    static_assert(detail::CheckAccuracy<CrossEntropy, detail::ScalarOf<Z>>::passed);
    const auto& x = detail::evaluated(detail::as_dense(z));
    const auto in = detail::input_view(x);
    const auto out = detail::output_view(detail::mutable_dense(dz));
    using In = std::decay_t<decltype(in)>;
    using V = detail::BatchForSums<In, A, Arch>;
    const char* const where = "CrossEntropy::backward";
    detail::require_elementwise(where, std::tuple(detail::Named{"dz", out}),
                                std::tuple(detail::Named{"z", in}));
    check_labels(where, in.shape(), labels);
    SumOfLosses sum;
    GradientSteps<V, In, std::decay_t<decltype(out)>, Labels> steps{
        axis, in, out, labels, divisor(labels), &sum, {}};
    detail::forward_by_distribution<V>(axis, in, out, steps);
    return sum.over(divisor(labels));
  }

 private:
  /// Once a loss is so large that a sum of many could overflow though their mean is a number, the
  /// sum is carried at 2^-48.
  class SumOfLosses {
   public:
    void add(double loss) noexcept {
      if (!is_lowered_ && loss > 0x1p960) {
        is_lowered_ = true;
        sum_ *= 0x1p-48;
      }
      sum_ += is_lowered_ ? loss * 0x1p-48 : loss;
    }
    double over(double divisor) const noexcept {
      double quotient = sum_ / divisor;
      // Otherwise -ffast-math may multiply first, and the product overflow.
      HILLOCK_SEAL(quotient);
      return is_lowered_ ? quotient * 0x1p48 : quotient;
    }

   private:
    double sum_ = 0;
    bool is_lowered_ = false;
  };

  template <class Labels>
  double divisor(const Labels& labels) const {
    return reduction == Reduction::mean ? static_cast<double>(labels.size()) : 1.0;
  }

  /// Labels of any integer type, in the type that a container or an array is indexed with.
  template <class Labels>
  static Index label_of(const Labels& labels, Index sample) {
    using At = decltype(labels.size());
    return static_cast<Index>(labels[static_cast<At>(sample)]);
  }

  template <class Labels>
  void check_labels(const char* where, detail::Shape shape, const Labels& labels) const {
    using Label = std::decay_t<decltype(labels[0])>;
    static_assert(std::is_integral_v<Label>, "hillock: labels must be integers");
    const Index samples = detail::distributions(shape, axis);
    const Index classes = detail::entries(shape, axis);
    const auto throw_that = [&](const std::string& what) {
      detail::refuse(std::string("hillock::") + where + ": " + what);
    };
    if (static_cast<Index>(labels.size()) != samples) {
      throw_that("labels has " + std::to_string(labels.size()) + " entries, expected " +
                 std::to_string(samples) + ", one for each " +
                 (axis == Per::column ? "column" : "row") + " of z, which is " +
                 detail::to_string(shape));
    }
    for (Index j = 0; j < samples; ++j) {
      const Label label = labels[static_cast<decltype(labels.size())>(j)];
      bool is_class = static_cast<std::uintmax_t>(label) < static_cast<std::uintmax_t>(classes);
      if constexpr (std::is_signed_v<Label>) is_class = is_class && label >= 0;
      if (!is_class) {
        throw_that("labels[" + std::to_string(j) + "] is " + std::to_string(label) +
                   ", expected 0 to " + std::to_string(classes - 1) + ", one of " +
                   std::to_string(classes) + " classes");
      }
    }
  }

  /// The logit of a sample's label.
  template <class In, class Labels>
  static auto label_logit(Per axis, const In& in, const Labels& labels, Index sample) {
    const Index label = label_of(labels, sample);
    return axis == Per::column ? in.at(label, sample) : in.at(sample, label);
  }

  /// The logits of the labels of `count` samples, as many as N has lanes at most; further lanes
  /// have the largest logit of theirs, so that they raise no exception.
  template <class N, class In, class Labels>
  static N label_logits(Per axis, const In& in, const Labels& labels, Index first, Index count,
                        N top) {
    typename N::value_type logits[N::size];
    top.store(logits);
    for (Index lane = 0; lane < count; ++lane)
      logits[lane] =
          static_cast<typename N::value_type>(label_logit(axis, in, labels, first + lane));
    return sealed(N::load(logits));
  }

  /// use(sample, loss) for every sample, in their order.
  template <class X, class Labels, class Use>
  void for_each_loss(const X& z, const Labels& labels, const Use& use) const {
    static_assert(detail::CheckElements<X>::passed);
    static_assert(detail::CheckAccuracy<CrossEntropy, detail::ScalarOf<X>>::passed);
    const auto& x = detail::evaluated(z);
    const auto in = detail::input_view(x);
    using V = detail::BatchForSums<std::decay_t<decltype(in)>, A, Arch>;
    check_labels("CrossEntropy", in.shape(), labels);
    detail::reduce_by_distribution<V>(
        axis, in, [&](const auto& walk, const auto& load, Index first, Index count) {
          const auto top = walk.maximum(load);
          using Number = std::decay_t<decltype(top)>;
          const detail::kernels::ExponentialsBelow<V> below(walk.spread(top));
          const Number log = detail::log_of_sum<V>(walk, load, below);
          typename Number::value_type loss[Number::size];
          (log + (top - label_logits(axis, in, labels, first, count, top))).store(loss);
          for (Index j = 0; j < count; ++j) use(first + j, loss[j]);
        });
  }

  template <class V, class In, class Out, class Labels>
  struct GradientSteps {
    using T = typename V::value_type;
    static constexpr Index most_samples = detail::most_under_way<V>;
    Per axis;
    const In& in;
    const Out& out;
    const Labels& labels;
    double divisor;
    SumOfLosses* sum;
    /// The gradients by the labels' logits, of the samples that are under way.
    mutable T label_gradient[static_cast<std::size_t>(most_samples)];

    template <class Walk, class Kept, class Load, class LoadBack, class Store>
    HILLOCK_INLINE auto number(const Walk& walk, Kept, const Load& load, const LoadBack& load_back,
                               const Store& store, V top, Index first) const {
      using Number = std::decay_t<decltype(walk.maximum(load))>;
      using C = detail::kernels::ExpConstantsOf<V>;
      const Index lanes = walk.distributions_at_once;
      const Index left = static_cast<Index>(labels.size()) - first;
      const Index count = left < lanes ? left : lanes;
      const Number narrow_top = walk.gathered(top);
      const Number logits = label_logits(axis, in, labels, first, count, narrow_top);
      const detail::kernels::ExponentialsBelow<V> below(top);
      detail::SumsOf<Walk, V> sums;
      walk.each(load, [&](Index slot, Index at, V x, const auto& counted) {
        const V e = below.scaled(x);
        sums.of[slot].add(counted(e));
        if constexpr (Kept::value) store(at, e);
      });
      const auto total = walk.total(sums);
      const Number others = detail::beside_the_largest<V>(walk, total, [&](Index at) {
        if constexpr (Kept::value)
          return load_back(at);
        else
          return below.scaled(load(at));
      });
      T loss[Number::size], gradient[Number::size];
      (detail::log_of_sum(others) + (narrow_top - logits)).store(loss);

      // The share of the others, of which p - 1 would have no digits where p is nearly 1.
      const Number e = detail::kernels::ExponentialsBelow<Number>(narrow_top).scaled(logits);
      const auto all = total.times(divisor);
      const Number share = select(e >= 1 / C::from_tail, others * all.without_scale().inverse(),
                                  total.share_of_others(e, all));
      (-share).store(gradient);
      for (Index j = 0; j < count; ++j) {
        sum->add(static_cast<double>(loss[j]));
        label_gradient[(first + j) % most_samples] = gradient[j];
      }
      return all.inverse();
    }

    template <class Walk, class Kept, class Load, class LoadBack, class Store>
    HILLOCK_INLINE void finish(const Walk& walk, Kept, const Load&, const LoadBack& load_back,
                               const Store& store, V top, V inverse) const noexcept {
      if constexpr (Kept::value) {
        walk.each(load_back, [&](Index, Index at, V e, const auto&) { store(at, e * inverse); });
      } else {
        const detail::kernels::ExponentialsBelow<V> below(top);
        walk.each(load_back,
                  [&](Index, Index at, V x, const auto&) { store(at, below.scaled(x) * inverse); });
      }
    }

    void written(Index first, Index count) const {
      for (Index j = first; j < first + count; ++j) {
        const Index label = label_of(labels, j);
        detail::set_nearest(out, axis == Per::column ? label : j, axis == Per::column ? j : label,
                            label_gradient[j % most_samples]);
      }
    }
  };
};

namespace exact {
using CrossEntropy = hillock::CrossEntropy<Accuracy::exact>;
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
