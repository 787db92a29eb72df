#pragma once

#include <hillock/array_activation.hpp>
#include <hillock/arrays/axis/backward.hpp>
#include <hillock/arrays/axis/log_of_sum.hpp>
#include <hillock/errors.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Logarithm of softmax: f(x)_i = x_i - log sum_j e^(x_j), one distribution per column or per row.
/// Derivative   the Jacobian I - 1 p^T with p = softmax(x). backward(x, dy) = dy - p sum_j dy_j.
/// Shapes       f(Z) and backward have Z's shape.
/// Edge values  an entry of -inf stays -inf; +inf, NaN, or -inf in all entries makes its
///              distribution NaN. For NaN and infinities in dy the gradient is what IEEE arithmetic
///              gives for the formula. There p is the result of Softmax, or e^y; it is 0 for an
///              entry of -inf.
/// Exceptions   finite numbers of up to half of the largest raise none but underflow and inexact,
///              and overflow where a gradient is infinite. Bounds and equal bits hold while the
///              processor rounds to nearest, as it does when a program starts.
/// Computed as  (x_i - max) - log1p(sum - 1), where the sum of e^(x_j - max) is computed in double
///              (for doubles, in two parts), so that a log p near 0 loses no digits;
///              log(softmax(x)) would lose all of them.
/// Accuracy     forward_bound in ULP of the largest term, which is x_i - max or the logarithm;
///              backward_bound in ULP of its largest term, dy_i or p_i sum_j dy_j, where
///              from_output takes p to be e^y of the y given. Accuracy::exact computes in double
///              throughout: exact_bound in ULP of the largest term or the result.
/// Source       Bridle (1990), as the objective of a classifier; Goodfellow, Bengio, Courville,
///              "Deep Learning" (2016), 6.2.2.3.
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class LogSoftmax : public ArrayActivation<LogSoftmax<A, Arch>> {
  using Index = detail::Index;

 public:
  static constexpr ErrorBound forward_bound{4};
  static constexpr ErrorBound backward_bound{4};

  Per axis;

  constexpr explicit LogSoftmax(Per per) noexcept : axis(per) {}

  // The axis has no default: LogSoftmax{Per::column}.
  template <class Hint = hint::name_the_axis_Per_row_or_Per_column>
  LogSoftmax() = delete;

  /// Returns backward(z, dy), computed from y = f(z) with p = e^y.
  template <class Y, class DY>
  [[nodiscard]] auto backward_from_output(const Y& y, const DY& dy) const {
    static_assert(detail::CheckSameElement<Y, DY>::passed);
    auto dz = LogSoftmax::of_same_shape(y);
    backward_from_output(y, dy, dz);
    return dz;
  }

  /// Computes dz = backward(z, dy) from y = f(z) with p = e^y. The three arrays have one shape; dz
  /// may be y or dy itself. Throws std::invalid_argument, before anything is written, if the shapes
  /// differ or dz overlaps y or dy in part. With accumulate as the last argument, it adds to dz.
  /// Allocates nothing.
  template <class Y, class DY, class DZ, class Policy = detail::Overwrite,
            detail::IfPolicy<Policy> = 0>
  void backward_from_output(const Y& y, const DY& dy, DZ&& dz, Policy policy = {}) const {
    static_assert(detail::CheckSameElement<Y, DY>::passed);
    static_assert(detail::CheckArguments<Y, DZ>::passed);
    static_assert(detail::CheckAccuracy<LogSoftmax, detail::ScalarOf<Y>>::passed);
    static_assert(detail::CheckPolicy<LogSoftmax, Policy>::passed);
    const auto& from = detail::evaluated(detail::as_dense(y));
    const auto& gradient = detail::evaluated(detail::as_dense(dy));
    auto& out = detail::mutable_dense(dz);
    backward_from_output_into(detail::input_view(from), detail::input_view(gradient),
                              detail::view_for<LogSoftmax>(policy, out));
  }

  /// The verbs call these functions. They allocate nothing; y may be x itself, and dx may be x or
  /// dy.
  template <class Policy, class X, class Y>
  HILLOCK_FLATTEN void forward_into(const Policy&, const X& x, const Y& y) const {
    using V = detail::BatchForSums<X, A, Arch>;
    detail::require_elementwise("LogSoftmax::forward", std::tuple(detail::Named{"y", y}),
                                std::tuple(detail::Named{"x", x}));
    detail::forward_by_distribution<V>(axis, x, y, Forward<V>());
  }

  template <class Policy, class X, class DY, class DX>
  HILLOCK_FLATTEN void backward_into(const Policy&, const X& x, const DY& dy, const DX& dx) const {
    using V = detail::BatchForSums<X, A, Arch>;
    detail::backward_by_distribution<V>("LogSoftmax::backward", "x", axis, x, dy, dx,
                                        Backward<V>());
  }

  template <class Y, class DY, class DZ>
  HILLOCK_FLATTEN void backward_from_output_into(const Y& y, const DY& dy, const DZ& dz) const {
    using V = detail::BatchForSums<Y, A, Arch>;
    detail::backward_by_distribution<V>("LogSoftmax::backward_from_output", "y", axis, y, dy, dz,
                                        BackwardFromOutput<V>());
  }

 private:
  /// Computes (x - max) - log(sum_j e^(x_j - max)).
  template <class V>
  struct Forward {
    template <class Layout, class Entries>
    HILLOCK_PART auto statistic(const Layout& layout, const Entries& entries, V maximum,
                                Index) const {
      return detail::log_of_sum<V>(layout, entries.x,
                                   detail::kernels::ExponentialsBelow<V>(maximum));
    }
    void after_block(Index, Index) const noexcept {}

    template <class Layout, class Entries, class Output>
    HILLOCK_PART void finish(const Layout& layout, const Entries& entries, const Output& out,
                             V maximum, V log) const {
      layout.for_each(detail::inputs(entries.x), out,
                      [&](Index, Index, const auto&, V x)
                          HILLOCK_PART_LAMBDA { return (x - maximum) - log; });
    }
  };

  template <class V>
  struct Backward {
    using T = typename V::value_type;
    static constexpr bool needs_maximum = true;
    template <class Statistic>
    using Statistics = detail::kernels::ScaledQuotient<Statistic>;

    template <class Layout, class Intermediates>
    HILLOCK_PART auto statistics(const Layout& layout, const detail::Inputs<T, 2>& in, V maximum,
                                 const Intermediates& intermediates) const {
      using Statistic = decltype(Layout::to_statistic(maximum));
      const detail::kernels::ExponentialsBelow<V> below(maximum);
      detail::kernels::DistributionSum<Statistic> total;
      const auto gradients = detail::sum_of_gradients<V>(
          layout, in, T(1), [&](const auto& scaled) HILLOCK_PART_LAMBDA {
            detail::SumsOf<Layout, V> sums, gradients_of;
            layout.for_each(in, detail::NoOutput(),
                            [&](Index slot, Index at, const auto& mask, V x, V dy)
                                HILLOCK_PART_LAMBDA {
                                  const auto e = below.parts(x);
                                  if constexpr (Intermediates::are_stored)
                                    intermediates.put(layout, at, e.m, e.power);
                                  sums.partial[slot].add(mask(fma(e.m, e.power, e.power)));
                                  gradients_of.partial[slot].add(mask(scaled(dy)));
                                });
            total = Layout::total(sums);
            return Layout::total(gradients_of);
          });
      return scaled_quotient(gradients.total, total.without_scale(), gradients.unit);
    }

    template <class Layout, class Output, class Statistic, class Intermediates>
    HILLOCK_PART void finish(const Layout& layout, const detail::Inputs<T, 2>& in,
                             const Output& out, V maximum,
                             const detail::kernels::ScaledQuotient<Statistic>& share,
                             const Intermediates& intermediates) const {
      apply_jacobian(layout, detail::kernels::ExponentialsBelow<V>(maximum), share, in, out,
                     intermediates);
    }
  };

  template <class V>
  struct BackwardFromOutput {
    using T = typename V::value_type;
    static constexpr bool needs_maximum = false;
    template <class Statistic>
    using Statistics = detail::kernels::ScaledQuotient<Statistic>;

    template <class Layout, class Intermediates>
    HILLOCK_PART auto statistics(const Layout& layout, const detail::Inputs<T, 2>& in, V,
                                 const Intermediates& intermediates) const {
      using Statistic = decltype(Layout::to_statistic(V()));
      const auto gradients = detail::sum_of_gradients<V>(
          layout, in, T(1), [&](const auto& scaled) HILLOCK_PART_LAMBDA {
            detail::SumsOf<Layout, V> sums;
            layout.for_each(in, detail::NoOutput(),
                            [&](Index slot, Index at, const auto& mask, V y, V dy)
                                HILLOCK_PART_LAMBDA {
                                  if constexpr (are_stored<Layout, Intermediates>) {
                                    const auto e = exponentials().parts(y);
                                    intermediates.put(layout, at, e.m, e.power);
                                  }
                                  sums.partial[slot].add(mask(scaled(dy)));
                                });
            return Layout::total(sums);
          });
      detail::kernels::DistributionSum<Statistic> one;
      one.add(1);
      return scaled_quotient(gradients.total, one, gradients.unit);
    }

    template <class Layout, class Output, class Statistic, class Intermediates>
    HILLOCK_PART void finish(const Layout& layout, const detail::Inputs<T, 2>& in,
                             const Output& out, V,
                             const detail::kernels::ScaledQuotient<Statistic>& total,
                             const Intermediates& intermediates) const {
      if constexpr (are_stored<Layout, Intermediates>)
        apply_jacobian(layout, exponentials(), total, in, out, intermediates);
      else
        apply_jacobian(layout, exponentials(), total, in, out, detail::NoIntermediates());
    }

    /// Whether the first pass stores the exponentials for the last one. Contiguous distributions
    /// need not: their last pass computes each exponential once. With one distribution per lane the
    /// last pass writes squares, which overlap, and would compute some exponentials twice.
    template <class Layout, class Intermediates>
    static constexpr bool are_stored =
        Intermediates::are_stored&& Layout::distributions_per_batch > 1;

    /// Returns the exponentials e^(y - 0).
    static HILLOCK_PART detail::kernels::ExponentialsBelow<V> exponentials() noexcept {
      return detail::kernels::ExponentialsBelow<V>(0);
    }
  };

  /// Writes dx = dy - e^(x - max) share.
  template <class V, class Layout, class T, class Statistic, class Output, class Intermediates>
  static HILLOCK_PART void apply_jacobian(const Layout& layout,
                                          const detail::kernels::ExponentialsBelow<V>& below,
                                          const detail::kernels::ScaledQuotient<Statistic>& of_sum,
                                          const detail::Inputs<T, 2>& in, const Output& out,
                                          const Intermediates& intermediates) {
    const V share = Layout::broadcast(of_sum.value);
    const auto is_infinite = detail::kernels::is_infinite(share);
    if (HILLOCK_LIKELY(!any(is_infinite))) {
      return for_each_with_exponential(
          layout, below, in, out, intermediates, [&](V m, V power, V gradient) HILLOCK_PART_LAMBDA {
            constexpr auto from_tail = detail::kernels::ExpConstantsOf<V>::from_tail;
            return fma(-fma(m, share, share), power * from_tail, gradient);
          });
    }
    apply_jacobian_scaled(layout, below, share, V(Layout::broadcast(of_sum.scaled)),
                          V(Layout::broadcast(of_sum.back)), V(Layout::broadcast(of_sum.inverse)),
                          in, out, intermediates);
  }

  /// Does the same where the share exceeds the largest number: it is scaled times back. If the sum
  /// itself is infinite, p is computed first, because infinity times m could have the wrong sign.
  /// The arguments are copies: references would force the usual passes to hold their variables in
  /// memory.
  template <class V, class Layout, class T, class Output, class Intermediates>
  static HILLOCK_COLD HILLOCK_FLATTEN void apply_jacobian_scaled(
      Layout layout, detail::kernels::ExponentialsBelow<V> below, V value, V scaled, V back,
      V inverse, detail::Inputs<T, 2> in, Output out, Intermediates intermediates) {
    const auto is_scaled = detail::kernels::is_infinite(value);
    const auto is_infinite = detail::kernels::is_infinite(scaled) & is_scaled;
    const V share = select(is_scaled, scaled, value);
    // The terms are halved, because p times the sum may exceed the largest number although dx does
    // not. Without a fused multiply-add the product would be infinite.
    const V halves = select(is_scaled & (back > 1), 0.5, 1);
    const V twice = 1 / halves;
    const V from_tail =
        select(is_scaled, back, 1) * halves * detail::kernels::ExpConstantsOf<V>::from_tail;
    for_each_with_exponential(layout, below, in, out, intermediates, [&](V m, V power, V gradient) {
      const V ordinary = fma(-fma(m, share, share), power * from_tail, gradient * halves) * twice;
      const V p = fma(m, power, power) * (inverse * detail::kernels::ExpConstantsOf<V>::from_tail);
      return select(is_infinite, gradient - p * share, ordinary);
    });
  }

  /// Writes function(m, power, gradient) for every entry; its exponential is power (1 + m).
  template <class V, class Layout, class T, class Output, class Intermediates, class Function>
  static HILLOCK_PART void for_each_with_exponential(
      const Layout& layout, const detail::kernels::ExponentialsBelow<V>& below,
      const detail::Inputs<T, 2>& in, const Output& out, const Intermediates& intermediates,
      const Function& function) {
    layout.for_each(in, out, [&](Index, Index at, const auto&, V x, V dy) HILLOCK_PART_LAMBDA {
      std::array<V, 2> m_and_power;
      if constexpr (Intermediates::are_stored) {
        m_and_power = intermediates.get(layout, at);
      } else {
        const auto e = below.parts(x);
        m_and_power = {e.m, e.power};
      }
      return function(m_and_power[0], m_and_power[1], dy);
    });
  }
};

namespace detail {

/// Writes log(sum_j e^(x_j)) of every distribution of x to entry 0 of the same distribution of out.
template <class V, class T>
HILLOCK_FLATTEN void logsumexp_along_axis(const Source<T>& x, const Sink<T>& out) {
  reduce_along_axis<V>(
      x, [&](const auto& layout, const EntryReader<T>& entries, Index first, Index count) {
        const auto maximum = layout.maximum(entries, LargerOrNaN());
        const auto log = log_of_sum<V>(layout, entries,
                                       kernels::ExponentialsBelow<V>(layout.broadcast(maximum)));
        using Statistic = std::decay_t<decltype(maximum)>;
        constexpr T largest = std::numeric_limits<T>::max();
        // An infinite maximum is the result. `largest` is sealed, because a compiler that may
        // assume that there is no infinity would remove the comparison with it.
        T sums[Statistic::size];
        select(abs(maximum) <= sealed(Statistic(largest)), maximum + log, maximum).store(sums);
        for (Index j = 0; j < count; ++j) out.set(0, first + j, sums[j]);
      });
}

template <Accuracy A, class Z>
auto logsumexp(const Z& z, Per axis) {
  static_assert(CheckElements<Z>::passed);
  static_assert(CheckAccuracy<LogSoftmax<A>, ScalarOf<Z>>::passed);
  const auto& x = evaluated(as_dense(z));
  const auto in = input_view(x);
  using V = BatchForSums<std::decay_t<decltype(in)>, A, simd::NativeArch>;
  using T = typename V::value_type;
  const Index count = distributions(in.shape(), axis);
  PlainOfAnyShape<DenseType<Z>> result(axis == Per::column ? 1 : count,
                                       axis == Per::column ? count : 1);
  if (entries(in.shape(), axis) == 0 && count > 0) {
    detail::refuse("hillock::logsumexp: z is " + to_string(in.shape()) +
                   ", expected at least one entry in each distribution");
  }
  const auto out = output_view(result);
  logsumexp_along_axis<V>(Source<T>(in, axis), Sink<T>(out, axis));
  return result;
}

}  // namespace detail

/// Returns log sum_j e^(z_j) of each column as a row, or of each row as a column. Its derivative is
/// softmax(z). If all entries are -inf, the result is -inf; +inf gives +inf, and NaN gives NaN.
/// Throws std::invalid_argument if a distribution has no entries. The error is within LogSoftmax's
/// forward_bound, in ULP of the largest term, which is the largest z or the logarithm of the sum of
/// e^(z_j - max).
template <class Z>
[[nodiscard]] auto logsumexp(const Z& z, Per axis) {
  return detail::logsumexp<Accuracy::fast>(z, axis);
}

namespace exact {
using LogSoftmax = hillock::LogSoftmax<Accuracy::exact>;

template <class Z>
[[nodiscard]] auto logsumexp(const Z& z, Per axis) {
  return detail::logsumexp<Accuracy::exact>(z, axis);
}
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
