#pragma once

#include <hillock/array_activation.hpp>
#include <hillock/arrays/axis/forward.hpp>
#include <hillock/arrays/axis/log_of_sum.hpp>
#include <hillock/errors.hpp>
#include <hillock/reduction.hpp>

#include <cstdint>
#include <optional>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Cross-entropy of softmax: l = log(sum_j e^(x_j)) - x_label, from the logits x of each sample,
/// one per column or per row, and the index of its class; the mean over the samples, or the sum.
/// Derivative   by the logits: p - onehot(label) with p = softmax(x), divided by the number of
///              samples for the mean. forward_and_backward(Z, labels, dZ) returns the loss and
///              computes the exponentials once.
/// Shapes       Z is classes x samples for Per::column, samples x classes for Per::row; labels is
///              any container of integers with size() and [], one label per sample; dZ has Z's
///              shape, or is Z itself; losses(Z, labels) has one number per sample, in the shape of
///              logsumexp.
/// Parameters   ignored_label, none by default: a sample with it has the loss 0 and the gradient 0,
///              whatever its logits are, and the mean is that of the other samples (PyTorch's
///              ignore_index, which is -100 there): CrossEntropy{Per::column, Reduction::mean,
///              -100}.
/// Edge values  a logit of -inf adds nothing to the sum; if it is the label's, the loss is +inf.
///              +inf, NaN, or -inf in all entries makes the sample's loss and gradient NaN. The
///              mean of no samples is NaN, their sum is 0; ignored samples do not count.
/// Exceptions   finite logits of up to half of the largest number raise none but underflow and
///              inexact, and overflow where a sum of losses is infinite. Bounds and equal bits hold
///              while the processor rounds to nearest, as it does when a program starts.
/// Errors       std::invalid_argument for a label that is no class, for another number of labels
///              than of samples, and for shapes that differ, before anything is written.
/// Computed as  log1p(sum - 1) + (max - x_label), which loses no digits where p of the label is
///              nearly 1. There the gradient by its logit is computed as minus the sum of the other
///              p, and not as p - 1. The losses are added in double.
/// Accuracy     forward_bound for each sample's loss, in ULP of its largest term, which is max -
///              x_label or the logarithm; the sum of n losses adds n 2^-53 of the sum.
///              backward_bound for the gradient, in ULP of p, or of 1 - p for the label's logit.
///              Accuracy::exact: exact_bound, for the loss in ULP of the largest term or of the
///              loss.
/// Source       Bridle (1990); Goodfellow, Bengio, Courville, "Deep Learning" (2016), 6.2.2.3.
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class CrossEntropy : public detail::Tier<CrossEntropy<A, Arch>> {
  using Index = detail::Index;

 public:
  static constexpr ErrorBound forward_bound{4};
  static constexpr ErrorBound backward_bound{4};

  Per axis;
  Reduction reduction;
  std::optional<std::int64_t> ignored_label;

  constexpr explicit CrossEntropy(Per per, Reduction of_samples = Reduction::mean,
                                  std::optional<std::int64_t> ignored = std::nullopt) noexcept
      : axis(per), reduction(of_samples), ignored_label(ignored) {}

  // The axis has no default: CrossEntropy{Per::column}.
  template <class Hint = hint::name_the_axis_Per_row_or_Per_column>
  CrossEntropy() = delete;

  /// Returns the loss.
  template <class Z, class Labels>
  [[nodiscard]] double operator()(const Z& z, const Labels& labels) const {
    SumOfLosses sum;
    for_each_loss(detail::as_dense(z), of_samples(labels),
                  [&](Index, auto loss) { sum.add(static_cast<double>(loss)); });
    return sum.over(divisor(of_samples(labels)));
  }

  /// Returns the loss of each sample, as a row for Per::column and as a column for Per::row.
  template <class Z, class Labels>
  [[nodiscard]] auto losses(const Z& z, const Labels& labels) const {
    using Result = detail::PlainOfAnyShape<Z>;
    const Index count = detail::distributions(detail::shape_of(detail::as_dense(z)), axis);
    Result result(axis == Per::column ? 1 : count, axis == Per::column ? count : 1);
    const auto view = detail::output_view(result);
    using V = detail::BatchForSums<std::decay_t<decltype(view)>, A, Arch>;
    const detail::Sink<typename V::value_type> out(view, axis);
    for_each_loss(detail::as_dense(z), of_samples(labels),
                  [&](Index j, auto loss) { out.set(0, j, loss); });
    return result;
  }

  /// Computes dz, the gradient of the loss by z.
  template <class Z, class Labels, class DZ>
  void backward(const Z& z, const Labels& labels, DZ&& dz) const {
    static_assert(detail::CheckArguments<Z, DZ>::passed);
    forward_and_backward(z, labels, dz);
  }

  /// Returns the gradient of the loss by z, in storage of z's shape.
  template <class Z, class Labels>
  [[nodiscard]] auto backward(const Z& z, const Labels& labels) const {
    static_assert(detail::CheckElements<Z>::passed);
    detail::Plain<Z> dz(detail::as_dense(z).rows(), detail::as_dense(z).cols());
    forward_and_backward(z, labels, dz);
    return dz;
  }

  /// Computes dz as backward does, and returns the loss.
  template <class Z, class Labels, class DZ>
  double forward_and_backward(const Z& z, const Labels& given_labels, DZ&& dz) const {
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
    const LabelsOfSamples<Labels> labels = of_samples(given_labels);
    check_labels(where, in.shape(), labels);
    using T = typename V::value_type;
    const detail::Source<T> logits(in, axis);
    const detail::Sink<T> gradient(out, axis);
    SumOfLosses sum;
    const double number = divisor(labels);
    const Gradient<V, Labels> algorithm{logits, gradient, labels, number, &sum, {}};
    // The exponentials are stored in dz only if dz does not round them.
    detail::forward_along_axis<V, detail::can_be_loaded<T, std::decay_t<decltype(out)>>>(
        logits, gradient, algorithm);
    return sum.over(number);
  }

 private:
  /// The sum of losses. Once a loss is so large that a sum of many could overflow although their
  /// mean is finite, the sum is multiplied by 2^-48.
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
      // Otherwise -ffast-math may multiply before it divides, and the product may overflow.
      HILLOCK_SEAL(quotient);
      return is_lowered_ ? quotient * 0x1p48 : quotient;
    }

   private:
    double sum_ = 0;
    bool is_lowered_ = false;
  };

  /// The labels of the samples.
  template <class Labels>
  struct LabelsOfSamples {
    const Labels& labels;
    std::optional<std::int64_t> ignored_label;

    HILLOCK_PART Index size() const { return static_cast<Index>(labels.size()); }
    HILLOCK_PART bool is_ignored(Index sample) const {
      return ignored_label && is(*ignored_label, label(sample));
    }
    /// Returns a sample's class, and class 0 for a sample that is ignored.
    HILLOCK_PART Index class_of(Index sample) const {
      return is_ignored(sample) ? 0 : static_cast<Index>(label(sample));
    }
    /// Returns how many samples are not ignored.
    Index count() const {
      Index number = size();
      if (ignored_label)
        for (Index j = 0; j < size(); ++j) number -= is_ignored(j);
      return number;
    }
    /// The container is indexed with its own index type.
    HILLOCK_PART auto label(Index sample) const {
      return labels[static_cast<decltype(labels.size())>(sample)];
    }

   private:
    template <class Label>
    static HILLOCK_PART bool is(std::int64_t ignored, Label label) {
      if constexpr (std::is_signed_v<Label>)
        return static_cast<std::int64_t>(label) == ignored;
      else
        return ignored >= 0 &&
               static_cast<std::uint64_t>(label) == static_cast<std::uint64_t>(ignored);
    }
  };
  template <class Labels>
  LabelsOfSamples<Labels> of_samples(const Labels& labels) const {
    return {labels, ignored_label};
  }

  template <class Labels>
  double divisor(const LabelsOfSamples<Labels>& labels) const {
    return reduction == Reduction::mean ? static_cast<double>(labels.count()) : 1.0;
  }

  template <class Labels>
  void check_labels(const char* where, detail::Shape shape,
                    const LabelsOfSamples<Labels>& labels) const {
    using Label = std::decay_t<decltype(labels.label(0))>;
    static_assert(std::is_integral_v<Label>, "hillock: labels must be integers");
    const Index samples = detail::distributions(shape, axis);
    const Index classes = detail::entries(shape, axis);
    const auto throw_that = [&](const std::string& what) {
      detail::refuse(std::string("hillock::") + where + ": " + what);
    };
    if (labels.size() != samples) {
      throw_that("labels has " + std::to_string(labels.size()) + " entries, expected " +
                 std::to_string(samples) + ", one for each " +
                 (axis == Per::column ? "column" : "row") + " of z, which is " +
                 detail::to_string(shape));
    }
    for (Index j = 0; j < samples; ++j) {
      const Label label = labels.label(j);
      bool is_class = static_cast<std::uintmax_t>(label) < static_cast<std::uintmax_t>(classes);
      if constexpr (std::is_signed_v<Label>) is_class = is_class && label >= 0;
      if (!is_class && !labels.is_ignored(j)) {
        throw_that("labels[" + std::to_string(j) + "] is " + std::to_string(label) +
                   ", expected 0 to " + std::to_string(classes - 1) + ", one of " +
                   std::to_string(classes) + " classes");
      }
    }
  }

  /// Returns the logits of the labels of `count` samples, at most as many as N has lanes. Further
  /// lanes hold the largest logit, so that they raise no floating-point exception.
  template <class N, class T, class Labels>
  static HILLOCK_PART N label_logits(const detail::Source<T>& in,
                                     const LabelsOfSamples<Labels>& labels, Index first,
                                     Index count, N maximum) {
    T logits[N::size];
    maximum.store(logits);
    if (in.is_in_memory()) {
      const detail::Distributions<const T> memory = in.memory().from(first);
      for (Index lane = 0; lane < count; ++lane)
        logits[lane] = memory.from(lane).first[labels.class_of(first + lane) * memory.along];
    } else {
      for (Index lane = 0; lane < count; ++lane)
        logits[lane] = in.at(labels.class_of(first + lane), first + lane);
    }
    return sealed(N::load(logits));
  }

  /// Calls visitor(sample, loss) for every sample, in order.
  template <class X, class Labels, class Visitor>
  void for_each_loss(const X& z, const LabelsOfSamples<Labels>& labels,
                     const Visitor& visitor) const {
    static_assert(detail::CheckElements<X>::passed);
    static_assert(detail::CheckAccuracy<CrossEntropy, detail::ScalarOf<X>>::passed);
    const auto& x = detail::evaluated(z);
    const auto in = detail::input_view(x);
    using V = detail::BatchForSums<std::decay_t<decltype(in)>, A, Arch>;
    check_labels("CrossEntropy", in.shape(), labels);
    for_each_loss_along_axis<V>(detail::Source<typename V::value_type>(in, axis), labels, visitor);
  }
  template <class V, class T, class Labels, class Visitor>
  static HILLOCK_FLATTEN void for_each_loss_along_axis(const detail::Source<T>& in,
                                                       const LabelsOfSamples<Labels>& labels,
                                                       const Visitor& visitor) {
    detail::reduce_along_axis<V>(in, [&](const auto& layout, const detail::EntryReader<T>& entries,
                                         Index first, Index count) {
      const auto maximum = layout.maximum(entries);
      using Statistic = std::decay_t<decltype(maximum)>;
      const detail::kernels::ExponentialsBelow<V> below(layout.broadcast(maximum));
      const Statistic log = detail::log_of_sum<V>(layout, entries, below);
      T loss[Statistic::size];
      (log + (maximum - label_logits(in, labels, first, count, maximum))).store(loss);
      for (Index j = 0; j < count; ++j)
        visitor(first + j, labels.is_ignored(first + j) ? T(0) : loss[j]);
    });
  }

  /// Computes the gradient by every logit as softmax does: its exponential divided by the sum. The
  /// gradient by the label's logit is written afterwards.
  template <class V, class Labels>
  struct Gradient {
    using T = typename V::value_type;
    static constexpr Index max_samples = detail::max_distributions_in_flight<V>;
    const detail::Source<T>& in;
    const detail::Sink<T>& out;
    const LabelsOfSamples<Labels>& labels;
    double divisor;
    SumOfLosses* sum;
    /// The gradients by the labels' logits, for the samples of a block.
    mutable T label_gradient[static_cast<std::size_t>(max_samples)];

    template <class Layout, class Entries>
    HILLOCK_PART auto statistic(const Layout& layout, const Entries& entries, V maximum,
                                Index first) const {
      const Index left = labels.size() - first;
      const Index count =
          left < Layout::distributions_per_batch ? left : Layout::distributions_per_batch;
      const auto narrow_maximum = layout.to_statistic(maximum);
      // The logits are read before anything is stored, because dz may be z.
      const auto logits = label_logits(in, labels, first, count, narrow_maximum);
      const detail::kernels::ExponentialsBelow<V> below(maximum);
      detail::SumsOf<Layout, V> sums;
      layout.for_each(detail::inputs(entries.x), entries.intermediates(),
                      [&](Index slot, Index, const auto& mask, V x) HILLOCK_PART_LAMBDA {
                        const V e = below.scaled(x);
                        sums.partial[slot].add(mask(e));
                        if constexpr (Entries::are_stored) return e;
                      });
      const auto total = layout.total(sums);
      const auto others = others_of(layout, total, entries, below);
      return add_losses(narrow_maximum, logits, total, others, first, count);
    }

    template <class Layout, class Entries, class Output>
    HILLOCK_PART void finish(const Layout& layout, const Entries& entries, const Output& to,
                             V maximum, V inverse) const {
      if constexpr (Entries::are_stored) {
        layout.for_each(detail::inputs(entries.stored), to,
                        [&](Index, Index, const auto&, V e)
                            HILLOCK_PART_LAMBDA { return e * inverse; });
      } else {
        const detail::kernels::ExponentialsBelow<V> below(maximum);
        layout.for_each(detail::inputs(entries.x), to,
                        [&](Index, Index, const auto&, V x)
                            HILLOCK_PART_LAMBDA { return below.scaled(x) * inverse; });
      }
    }

    void after_block(Index first, Index count) const {
      if (out.is_in_memory()) {
        const detail::Distributions<T> memory = out.memory();
        for (Index j = first; j < first + count; ++j) {
          T* const to = memory.from(j).first;
          to[labels.class_of(j) * memory.along] = label_gradient[j % max_samples];
        }
      } else {
        for (Index j = first; j < first + count; ++j)
          out.set(labels.class_of(j), j, label_gradient[j % max_samples]);
      }
      if (labels.ignored_label) clear_ignored(first, count);
    }

   private:
    HILLOCK_COLD void clear_ignored(Index first, Index count) const {
      for (Index j = first; j < first + count; ++j) {
        if (!labels.is_ignored(j)) continue;
        for (Index entry = 0; entry < in.entries_each(); ++entry) {
          if (out.is_in_memory()) {
            const detail::Distributions<T> memory = out.memory().from(j);
            memory.first[entry * memory.along] = 0;
          } else {
            out.set(entry, j, 0);
          }
        }
      }
    }

    template <class Layout, class Total, class Entries>
    static HILLOCK_PART auto others_of(const Layout& layout, const Total& total,
                                       const Entries& entries,
                                       const detail::kernels::ExponentialsBelow<V>& below) {
      if constexpr (Entries::are_stored)
        return detail::sum_of_others<V>(layout, total, entries.stored,
                                        [](V e) HILLOCK_PART_LAMBDA { return e; });
      else
        return detail::sum_of_others<V>(layout, total, entries.x,
                                        [&](V x) HILLOCK_PART_LAMBDA { return below.scaled(x); });
    }

    /// Adds the losses of some samples, and stores the gradients by their labels' logits. Returns 1
    /// / (sum of exponentials * divisor).
    template <class Statistic, class Total>
    HILLOCK_PART Statistic add_losses(Statistic maximum, Statistic logits, const Total& total,
                                      Statistic others, Index first, Index count) const {
      using C = detail::kernels::ExpConstantsOf<V>;
      T loss[Statistic::size], gradient[Statistic::size];
      (detail::log_of_sum(others) + (maximum - logits)).store(loss);

      // The sum of the other p. 1 - p would have no correct digits where p is nearly 1.
      const Statistic e = detail::kernels::ExponentialsBelow<Statistic>(maximum).scaled(logits);
      const auto all = total.times(divisor);
      const Statistic share = select(e >= 1 / C::from_tail, others * all.without_scale().inverse(),
                                     total.share_of_others(e, all));
      (-share).store(gradient);
      if (labels.ignored_label)
        for (Index j = 0; j < count; ++j)
          if (labels.is_ignored(first + j)) loss[j] = 0;
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
