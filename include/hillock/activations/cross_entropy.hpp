#pragma once

#include <hillock/array_activation.hpp>
#include <hillock/arrays/axis/forward.hpp>
#include <hillock/arrays/axis/log_of_sum.hpp>
#include <hillock/errors.hpp>

#include <cstdint>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// What becomes of the losses of the samples: their mean, or their sum.
enum class Reduction { mean, sum };

/// Cross-entropy of softmax: l = log(sum_j e^(x_j)) - x_label, from the logits x of each sample,
/// one per column or per row, and the index of its class; the mean over the samples, or the sum.
/// Derivative   by the logits, p - onehot(label) with p = softmax(x), over the number of samples
///              for the mean. forward_and_backward(Z, labels, dZ) returns the loss and computes the
///              exponentials once.
/// Shapes       Z is classes x samples for Per::column, samples x classes for Per::row; labels is
///              anything contiguous of an integer type with size() and [], one of each sample; dZ
///              is as Z, or Z itself; losses(Z, labels) has one number of each sample, as
///              logsumexp.
/// Edge values  a logit of -inf has no share, and loss +inf if it is the label's; +inf or NaN, or
///              -inf throughout, makes the sample's loss and gradient NaN. The mean of no samples
///              is NaN, the sum 0.
/// Exceptions   finite logits of up to half of the largest number raise none but underflow and
///              inexact, and overflow where a sum of losses is infinite. Bounds and equal bits are
///              those of rounding to nearest, which is how a program starts.
/// Errors       std::invalid_argument for a label that is no class, for labels that are not as many
///              as samples, and for shapes that differ, before anything is written.
/// Computed as  log1p(sum - 1) + (max - x_label), which keeps its digits where the label dominates;
///              there the gradient by its logit is minus the share of the others, and not p - 1.
///              The losses are added in double.
/// Accuracy     forward_bound for each sample's loss, in ULP of its largest term, max - x_label or
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
    Result result(axis == Per::column ? 1 : count, axis == Per::column ? count : 1);
    const auto view = detail::output_view(result);
    using V = detail::BatchForSums<std::decay_t<decltype(view)>, A, Arch>;
    const detail::Sink<typename V::value_type> out(view, axis);
    for_each_loss(detail::as_dense(z), labels, [&](Index j, auto loss) { out.set(0, j, loss); });
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
    using T = typename V::value_type;
    const detail::Source<T> logits(in, axis);
    const detail::Sink<T> gradient(out, axis);
    SumOfLosses sum;
    const Gradient<V, Labels> algorithm{logits, gradient, labels, divisor(labels), &sum, {}};
    // Exponentials are stored only in a dz that does not round them.
    detail::forward_along_axis<V, detail::can_be_loaded<T, std::decay_t<decltype(out)>>>(
        logits, gradient, algorithm);
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

  /// Returns a label of any integer type, indexed with the type that its container is indexed with.
  template <class Labels>
  static HILLOCK_INLINE Index label_of(const Labels& labels, Index sample) {
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

  /// Returns the logits of the labels of `count` samples, as many as N has lanes at most; further
  /// lanes have the largest logit of theirs, so that they raise no exception.
  template <class N, class T, class Labels>
  static HILLOCK_INLINE N label_logits(const detail::Source<T>& in, const Labels& labels,
                                       Index first, Index count, N maximum) {
    T logits[N::size];
    maximum.store(logits);
    if (in.is_in_memory()) {
      const detail::Distributions<const T> memory = in.memory().from(first);
      for (Index lane = 0; lane < count; ++lane)
        logits[lane] = memory.from(lane).first[label_of(labels, first + lane) * memory.along];
    } else {
      for (Index lane = 0; lane < count; ++lane)
        logits[lane] = in.at(label_of(labels, first + lane), first + lane);
    }
    return sealed(N::load(logits));
  }

  /// Calls visitor(sample, loss) for every sample, in their order.
  template <class X, class Labels, class Visitor>
  void for_each_loss(const X& z, const Labels& labels, const Visitor& visitor) const {
    static_assert(detail::CheckElements<X>::passed);
    static_assert(detail::CheckAccuracy<CrossEntropy, detail::ScalarOf<X>>::passed);
    const auto& x = detail::evaluated(z);
    const auto in = detail::input_view(x);
    using V = detail::BatchForSums<std::decay_t<decltype(in)>, A, Arch>;
    check_labels("CrossEntropy", in.shape(), labels);
    for_each_loss_along_axis<V>(detail::Source<typename V::value_type>(in, axis), labels, visitor);
  }
  template <class V, class T, class Labels, class Visitor>
  static void for_each_loss_along_axis(const detail::Source<T>& in, const Labels& labels,
                                       const Visitor& visitor) {
    detail::reduce_along_axis<V>(in, [&](const auto& layout, const detail::EntryReader<T>& entries,
                                         Index first, Index count) {
      const auto maximum = layout.maximum(entries);
      using Statistic = std::decay_t<decltype(maximum)>;
      const detail::kernels::ExponentialsBelow<V> below(layout.broadcast(maximum));
      const Statistic log = detail::log_of_sum<V>(layout, entries, below);
      T loss[Statistic::size];
      (log + (maximum - label_logits(in, labels, first, count, maximum))).store(loss);
      for (Index j = 0; j < count; ++j) visitor(first + j, loss[j]);
    });
  }

  /// The gradient of every logit is its exponential over the sum, as softmax computes it; that of
  /// the label's logit is set afterwards.
  template <class V, class Labels>
  struct Gradient {
    using T = typename V::value_type;
    static constexpr Index max_samples = detail::max_distributions_in_flight<V>;
    const detail::Source<T>& in;
    const detail::Sink<T>& out;
    const Labels& labels;
    double divisor;
    SumOfLosses* sum;
    /// The gradients by the labels' logits, of the samples that are under way.
    mutable T label_gradient[static_cast<std::size_t>(max_samples)];

    template <class Layout, class Entries>
    HILLOCK_INLINE auto statistic(const Layout& layout, const Entries& entries, V maximum,
                                  Index first) const {
      const Index left = static_cast<Index>(labels.size()) - first;
      const Index count =
          left < Layout::distributions_per_batch ? left : Layout::distributions_per_batch;
      const auto narrow_maximum = layout.to_statistic(maximum);
      // Before anything is stored: dz may be z.
      const auto logits = label_logits(in, labels, first, count, narrow_maximum);
      const detail::kernels::ExponentialsBelow<V> below(maximum);
      detail::SumsOf<Layout, V> sums;
      layout.for_each(detail::inputs(entries.x), entries.intermediates(),
                      [&](Index slot, Index, const auto& mask, V x) HILLOCK_INLINE_LAMBDA {
                        const V e = below.scaled(x);
                        sums.partial[slot].add(mask(e));
                        if constexpr (Entries::are_stored) return e;
                      });
      const auto total = layout.total(sums);
      const auto others = others_of(layout, total, entries, below);
      return add_losses(narrow_maximum, logits, total, others, first, count);
    }

    template <class Layout, class Entries, class Output>
    HILLOCK_INLINE void finish(const Layout& layout, const Entries& entries, const Output& to,
                               V maximum, V inverse) const {
      if constexpr (Entries::are_stored) {
        layout.for_each(detail::inputs(entries.stored), to,
                        [&](Index, Index, const auto&, V e)
                            HILLOCK_INLINE_LAMBDA { return e * inverse; });
      } else {
        const detail::kernels::ExponentialsBelow<V> below(maximum);
        layout.for_each(detail::inputs(entries.x), to,
                        [&](Index, Index, const auto&, V x)
                            HILLOCK_INLINE_LAMBDA { return below.scaled(x) * inverse; });
      }
    }

    void after_block(Index first, Index count) const {
      if (out.is_in_memory()) {
        const detail::Distributions<T> memory = out.memory();
        for (Index j = first; j < first + count; ++j) {
          T* const to = memory.from(j).first;
          to[label_of(labels, j) * memory.along] = label_gradient[j % max_samples];
        }
      } else {
        for (Index j = first; j < first + count; ++j)
          out.set(label_of(labels, j), j, label_gradient[j % max_samples]);
      }
    }

   private:
    template <class Layout, class Total, class Entries>
    static HILLOCK_INLINE auto others_of(const Layout& layout, const Total& total,
                                         const Entries& entries,
                                         const detail::kernels::ExponentialsBelow<V>& below) {
      if constexpr (Entries::are_stored)
        return detail::sum_of_others<V>(layout, total, entries.stored, [](V e) { return e; });
      else
        return detail::sum_of_others<V>(layout, total, entries.x,
                                        [&](V x) { return below.scaled(x); });
    }

    /// Adds the losses of some samples, and notes the gradients by their labels' logits. Returns 1
    /// over the sum of exponentials and the divisor.
    template <class Statistic, class Total>
    HILLOCK_INLINE Statistic add_losses(Statistic maximum, Statistic logits, const Total& total,
                                        Statistic others, Index first, Index count) const {
      using C = detail::kernels::ExpConstantsOf<V>;
      T loss[Statistic::size], gradient[Statistic::size];
      (detail::log_of_sum(others) + (maximum - logits)).store(loss);

      // The share of the others, of which p - 1 would have no digits where p is nearly 1.
      const Statistic e = detail::kernels::ExponentialsBelow<Statistic>(maximum).scaled(logits);
      const auto all = total.times(divisor);
      const Statistic share = select(e >= 1 / C::from_tail, others * all.without_scale().inverse(),
                                     total.share_of_others(e, all));
      (-share).store(gradient);
      for (Index j = 0; j < count; ++j) {
        sum->add(static_cast<double>(loss[j]));
        label_gradient[(first + j) % max_samples] = gradient[j];
      }
      return all.inverse();
    }
  };
};

namespace exact {
using CrossEntropy = hillock::CrossEntropy<Accuracy::exact>;
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
