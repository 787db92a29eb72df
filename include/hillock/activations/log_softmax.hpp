#pragma once

#include <hillock/array_activation.hpp>
#include <hillock/arrays/axis/backward.hpp>
#include <hillock/errors.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Logarithm of softmax: f(x)_i = x_i - log sum_j e^(x_j), one distribution per column or per row.
/// Derivative   the Jacobian I - 1 p^T with p = softmax(x). backward(x, dy) = dy - p sum_j dy_j.
/// Shapes       f(Z) and backward have Z's shape.
/// Edge values  an entry of -inf stays -inf; +inf or NaN, or -inf throughout, makes its
///              distribution NaN. Of NaN and infinities in dy the gradients make what IEEE
///              arithmetic makes of the formula, p being what Softmax gives, or e^y: 0 for an entry
///              of -inf.
/// Exceptions   finite numbers of up to half of the largest raise none but underflow and inexact,
///              and overflow where a gradient is infinite. Bounds and equal bits are those of
///              rounding to nearest, which is how a program starts.
/// Computed as  (x_i - top) - log1p(sum - 1), the sum of e^(x_j - top) and x_i - top each carried in
///              two parts: log p near 0 keeps its digits, where log(softmax(x)) has none.
/// Accuracy     forward_bound in ULP of the largest term, which is x_i - top or the logarithm;
///              backward_bound in ULP of its largest term, dy_i or p_i sum_j dy_j, where
///              from_output takes p to be e^y of the y given. Accuracy::exact computes in double
///              throughout: exact_bound in ULP of the largest term or the result.
/// Source       as the objective of a classifier: Bridle (1990); Goodfellow, Bengio, Courville,
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

  /// backward(z, dy) from y = f(z), where that is at hand: p is e^y.
  template <class Y, class DY>
  [[nodiscard]] auto backward_from_output(const Y& y, const DY& dy) const {
    static_assert(detail::CheckSameElement<Y, DY>::passed);
    auto dz = LogSoftmax::of_same_shape(y);
    const auto& from = detail::evaluated(detail::as_dense(y));
    const auto& gradient = detail::evaluated(detail::as_dense(dy));
    backward_from_output_into(detail::input_view(from), detail::input_view(gradient),
                              detail::output_view(dz));
    return dz;
  }

  /// What the verbs call: no allocation; y may be x itself, dx may be x or dy.
  template <class Policy, class X, class Y>
  void forward_into(const Policy&, const X& x, const Y& y) const {
    using V = detail::BatchForSums<X, A, Arch>;
    detail::require_elementwise("LogSoftmax::forward", std::tuple(detail::Named{"y", y}),
                                std::tuple(detail::Named{"x", x}));
    detail::forward_by_distribution<V>(axis, x, y, ForwardSteps<V>());
  }

  template <class Policy, class X, class DY, class DX>
  void backward_into(const Policy&, const X& x, const DY& dy, const DX& dx) const {
    using V = detail::BatchForSums<X, A, Arch>;
    detail::backward_by_distribution<V>("LogSoftmax::backward", "x", axis, x, dy, dx,
                                        BackwardSteps<V>());
  }

  template <class Y, class DY, class DZ>
  void backward_from_output_into(const Y& y, const DY& dy, const DZ& dz) const {
    using V = detail::BatchForSums<Y, A, Arch>;
    detail::backward_by_distribution<V>("LogSoftmax::backward_from_output", "y", axis, y, dy, dz,
                                        BackwardFromOutputSteps<V>());
  }

 private:
  /// (x - top) - log(sum_j e^(x_j - top)).
  template <class V>
  struct ForwardSteps {
    template <class Walk, class Kept, class Load, class LoadBack, class Store>
    HILLOCK_INLINE auto number(const Walk& walk, Kept, const Load& load, const LoadBack&,
                               const Store&, V top, Index) const noexcept {
      return detail::log_of_sum<V>(walk, load, detail::kernels::ExponentialsBelow<V>(top));
    }
    void written(Index, Index) const noexcept {}

    template <class Walk, class Kept, class Load, class LoadBack, class Store>
    HILLOCK_INLINE void finish(const Walk& walk, Kept, const Load& load, const LoadBack&,
                               const Store& store, V top, V log) const noexcept {
      walk.each(load, [&](Index, Index at, V x, const auto&) { store(at, (x - top) - log); });
    }
  };

  template <class V>
  struct BackwardSteps {
    static constexpr bool needs_maximum = true;
    template <class Number>
    using Numbers = detail::kernels::ScaledQuotient<Number>;

    template <class Walk, class LoadBoth, class Kept>
    HILLOCK_INLINE auto numbers(const Walk& walk, const LoadBoth& load_both, V top,
                                const Kept& kept) const noexcept {
      using Number = decltype(Walk::gathered(top));
      const detail::kernels::ExponentialsBelow<V> below(top);
      detail::kernels::DistributionSum<Number> total;
      const auto gradients = detail::sum_of_gradients<V>(
          walk, load_both, 1, [&](const auto& scaled) HILLOCK_INLINE_LAMBDA {
            detail::SumsOf<Walk, V> sums, gradients_of;
            walk.each(load_both, [&](Index slot, Index at, const auto& both, const auto& counted) {
              const auto e = below.parts(both[0]);
              if constexpr (Kept::is_kept) kept.put(walk, at, e.m, e.power);
              sums.of[slot].add(counted(fma(e.m, e.power, e.power)));
              gradients_of.of[slot].add(counted(scaled(both[1])));
            });
            total = Walk::total(sums);
            return Walk::total(gradients_of);
          });
      return scaled_quotient(gradients.total, total.without_scale(), gradients.unit);
    }

    template <class Walk, class LoadBoth, class Store, class Number, class Kept>
    HILLOCK_INLINE void finish(const Walk& walk, const LoadBoth& load_both, const Store& store,
                               V top, const detail::kernels::ScaledQuotient<Number>& share,
                               const Kept& kept) const noexcept {
      through_jacobian<V>(walk, detail::kernels::ExponentialsBelow<V>(top), share, load_both, store,
                          kept);
    }
  };

  template <class V>
  struct BackwardFromOutputSteps {
    static constexpr bool needs_maximum = false;
    template <class Number>
    using Numbers = detail::kernels::ScaledQuotient<Number>;

    template <class Walk, class LoadBoth, class Kept>
    HILLOCK_INLINE auto numbers(const Walk& walk, const LoadBoth& load_both, V,
                                const Kept& kept) const noexcept {
      using Number = decltype(Walk::gathered(V()));
      const auto gradients = detail::sum_of_gradients<V>(
          walk, load_both, 1, [&](const auto& scaled) HILLOCK_INLINE_LAMBDA {
            detail::SumsOf<Walk, V> sums;
            walk.each(load_both, [&](Index slot, Index at, const auto& both, const auto& counted) {
              if constexpr (are_kept<Walk, Kept>) {
                const auto e = exponentials().parts(both[0]);
                kept.put(walk, at, e.m, e.power);
              }
              sums.of[slot].add(counted(scaled(both[1])));
            });
            return Walk::total(sums);
          });
      detail::kernels::DistributionSum<Number> one;
      one.add(1);
      return scaled_quotient(gradients.total, one, gradients.unit);
    }

    template <class Walk, class LoadBoth, class Store, class Number, class Kept>
    HILLOCK_INLINE void finish(const Walk& walk, const LoadBoth& load_both, const Store& store, V,
                               const detail::kernels::ScaledQuotient<Number>& total,
                               const Kept& kept) const noexcept {
      if constexpr (are_kept<Walk, Kept>)
        through_jacobian<V>(walk, exponentials(), total, load_both, store, kept);
      else
        through_jacobian<V>(walk, exponentials(), total, load_both, store, detail::NothingKept());
    }

    /// Exponentials are computed in the last pass, but where that asks for some of them twice, as it does
    /// of distributions one to a lane.
    template <class Walk, class Kept>
    static constexpr bool are_kept = Kept::is_kept&& Walk::distributions_at_once > 1;

    /// e^y is e^(y - 0).
    static HILLOCK_INLINE detail::kernels::ExponentialsBelow<V> exponentials() noexcept {
      return detail::kernels::ExponentialsBelow<V>(0);
    }
  };

  /// dx = dy - e^(x - top) share.
  template <class V, class Walk, class Number, class LoadBoth, class Store, class Kept>
  static HILLOCK_INLINE void through_jacobian(const Walk& walk,
                                              const detail::kernels::ExponentialsBelow<V>& below,
                                              const detail::kernels::ScaledQuotient<Number>& of_sum,
                                              const LoadBoth& load_both, const Store& store,
                                              const Kept& kept) {
    const V share = Walk::spread(of_sum.value);
    const auto is_infinite = detail::kernels::is_infinite(share);
    if (HILLOCK_LIKELY(!any(is_infinite))) {
      return each_with_exponential(
          walk, below, load_both, kept,
          [&](Index at, V m, V power, V gradient) HILLOCK_INLINE_LAMBDA {
            constexpr auto from_tail = detail::kernels::ExpConstantsOf<V>::from_tail;
            store(at, fma(-fma(m, share, share), power * from_tail, gradient));
          });
    }
    through_jacobian_scaled(walk, below, share, V(Walk::spread(of_sum.scaled)),
                            V(Walk::spread(of_sum.back)), V(Walk::spread(of_sum.inverse)),
                            load_both, store, kept);
  }

  /// The same where the share is beyond the largest number: scaled times back. A sum that is
  /// infinite itself would become one of the other sign times m: there p is put together first.
  /// Takes copies, because what the usual steps use would otherwise be kept in memory for it.
  template <class V, class Walk, class LoadBoth, class Store, class Kept>
  static HILLOCK_COLD void through_jacobian_scaled(Walk walk,
                                                   detail::kernels::ExponentialsBelow<V> below,
                                                   V value, V scaled, V back, V inverse,
                                                   LoadBoth load_both, Store store, Kept kept) {
    const auto is_scaled = detail::kernels::is_infinite(value);
    const auto is_infinite = detail::kernels::is_infinite(scaled) & is_scaled;
    const V share = select(is_scaled, scaled, value);
    // By halves, as p times the sum may be beyond the largest number though dx is not: without a
    // fused multiply-add it would be infinite.
    const V halves = select(is_scaled & (back > 1), 0.5, 1);
    const V twice = 1 / halves;
    const V from_tail =
        select(is_scaled, back, 1) * halves * detail::kernels::ExpConstantsOf<V>::from_tail;
    each_with_exponential(
        walk, below, load_both, kept,
        [&](Index at, V m, V power, V gradient) HILLOCK_INLINE_LAMBDA {
          const V ordinary =
              fma(-fma(m, share, share), power * from_tail, gradient * halves) * twice;
          const V p =
              fma(m, power, power) * (inverse * detail::kernels::ExpConstantsOf<V>::from_tail);
          store(at, select(is_infinite, gradient - p * share, ordinary));
        });
  }

  /// use(at, m, power, gradient) for every entry, of which power (1 + m) is the exponential.
  template <class V, class Walk, class LoadBoth, class Kept, class Use>
  static HILLOCK_INLINE void each_with_exponential(
      const Walk& walk, const detail::kernels::ExponentialsBelow<V>& below,
      const LoadBoth& load_both, const Kept& kept, const Use& use) {
    walk.each(load_both, [&](Index, Index at, const auto& both, const auto&) HILLOCK_INLINE_LAMBDA {
      std::array<V, 2> m_and_power;
      if constexpr (Kept::is_kept) {
        m_and_power = kept.get(walk, at);
      } else {
        const auto e = below.parts(both[0]);
        m_and_power = {e.m, e.power};
      }
      use(at, m_and_power[0], m_and_power[1], both[1]);
    });
  }
};

namespace detail {

template <Accuracy A, class Z>
auto logsumexp(const Z& z, Per axis) {
  static_assert(CheckElements<Z>::passed);
  static_assert(CheckAccuracy<LogSoftmax<A>, ScalarOf<Z>>::passed);
  using X = DenseType<Z>;
  const auto& x = evaluated(as_dense(z));
  const auto in = input_view(x);
  using V = BatchForSums<std::decay_t<decltype(in)>, A, simd::NativeArch>;
  const Index n = entries(in.shape(), axis);
  const Index count = distributions(in.shape(), axis);
  using Result = PlainOfAnyShape<X>;
  Result result(axis == Per::column ? 1 : count, axis == Per::column ? count : 1);
  if (n == 0 && count > 0) {
    detail::refuse("hillock::logsumexp: z is " + to_string(in.shape()) +
                   ", expected at least one entry in each distribution");
  }
  const auto out = output_view(result);
  const bool is_row = axis == Per::column;
  reduce_by_distribution<V>(
      axis, in, [&](const auto& walk, const auto& load, Index first, Index lanes) {
        const auto top = walk.maximum_or_nan(load);
        const auto log =
            log_of_sum<V>(walk, load, detail::kernels::ExponentialsBelow<V>(walk.spread(top)));
        using Number = std::decay_t<decltype(top)>;
        using T = typename Number::value_type;
        constexpr T largest = std::numeric_limits<T>::max();
        // Where top is infinite, that is it. Sealed: where the compiler may assume that there is no infinity,
        // nothing exceeds the largest.
        T sums[Number::size];
        select(abs(top) <= sealed(Number(largest)), top + log, top).store(sums);
        for (Index j = 0; j < lanes; ++j) {
          set_nearest(out, is_row ? 0 : first + j, is_row ? first + j : 0, sums[j]);
        }
      });
  return result;
}

}  // namespace detail

/// log sum_j e^(z_j) of each column or row, as a row of one number a column, or a column of one a
/// row. Its derivative is softmax(z). -inf throughout gives -inf, +inf gives +inf, NaN gives NaN;
/// std::invalid_argument where a distribution has no entries. Within LogSoftmax's forward_bound, in ULP
/// of its largest term, which is the largest z or the logarithm of the sum of e^(z_j - top).
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
