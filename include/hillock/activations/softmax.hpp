#pragma once

#include <hillock/array_activation.hpp>
#include <hillock/arrays/axis/backward.hpp>
#include <hillock/errors.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// The result of softmax for a distribution whose entries are all -infinity, because all of them
/// are masked: NaN (0/0), zeros, or the uniform distribution.
enum class AllMasked { nan, zeros, uniform };

/// Softmax: p_i = e^(x_i) / sum_j e^(x_j), one distribution per column or per row.
/// Derivative   the Jacobian diag(p) - p p^T. backward(x, dp) = p (dp - <p, dp>), for a gradient dp
///              of a loss by p.
/// Shapes       softmax(Z) and backward have Z's shape; jacobian takes one distribution, a vector
///              of n entries, and is n x n.
/// Edge values  p is 0 for an entry of -inf; +inf or NaN makes its distribution NaN, whatever the
///              policy; entries that are all -inf follow the policy. For NaN and infinities in dp
///              the gradient is what IEEE arithmetic gives for the formula with the p of forward.
///              One infinite dp_j gives infinities of the other sign, but NaN at j and where p is
///              0, and NaN everywhere if p_j is 0. A NaN, or infinities of both signs, give NaN
///              everywhere. Where the policy makes p zero, the gradient for a finite dp is zero
///              too.
/// Exceptions   finite numbers of up to half of the largest raise none but underflow and inexact.
///              Bounds and equal bits hold while the processor rounds to nearest, as it does when a
///              program starts.
/// Computed as  e^(x_i - max) divided by their sum. x_i - max is never rounded. The sum is computed
///              in double (for doubles, in two parts), over a tree whose shape depends on the
///              number of entries alone, so that the result depends neither on the layout nor on
///              other distributions.
/// Accuracy     forward_bound for each p and for their sum, in ULP; backward_bound, from x and from
///              p, in ULP of p times the largest dp, for p no smaller than the smallest normal
///              number; jacobian_bound for every entry of jacobian_from_output(p), and 2
///              forward_bound more for jacobian(z), whose entries are products of two p.
///              Accuracy::exact computes in double throughout: exact_bound for each p.
/// Source       Bridle, "Training Stochastic Model Recognition Algorithms as Networks..." (1990).
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class Softmax : public ArrayActivation<Softmax<A, Arch>> {
  using Index = detail::Index;

 public:
  static constexpr ErrorBound forward_bound{4};
  static constexpr ErrorBound backward_bound{4};
  static constexpr ErrorBound jacobian_bound{4};

  Per axis;
  AllMasked all_masked;

  constexpr explicit Softmax(Per per, AllMasked policy = AllMasked::nan) noexcept
      : axis(per), all_masked(policy) {}

  // The axis has no default: Softmax{Per::column}.
  template <class Hint = hint::name_the_axis_Per_row_or_Per_column>
  Softmax() = delete;

  /// Returns backward(z, dp), computed from p = softmax(z).
  template <class P, class DP>
  [[nodiscard]] auto backward_from_output(const P& p, const DP& dp) const {
    static_assert(detail::CheckSameElement<P, DP>::passed);
    auto dz = Softmax::of_same_shape(p);
    backward_from_output(p, dp, dz);
    return dz;
  }

  /// Computes dz = backward(z, dp) from p = softmax(z). The three arrays have one shape; dz may be
  /// p or dp itself. Throws std::invalid_argument, before anything is written, if the shapes differ
  /// or dz overlaps p or dp in part. With accumulate as the last argument, it adds to dz. Allocates
  /// nothing.
  template <class P, class DP, class DZ, class Policy = detail::Overwrite,
            detail::IfPolicy<Policy> = 0>
  void backward_from_output(const P& p, const DP& dp, DZ&& dz, Policy policy = {}) const {
    static_assert(detail::CheckSameElement<P, DP>::passed);
    static_assert(detail::CheckArguments<P, DZ>::passed);
    static_assert(detail::CheckAccuracy<Softmax, detail::ScalarOf<P>>::passed);
    static_assert(detail::CheckPolicy<Softmax, Policy>::passed);
    const auto& from = detail::evaluated(detail::as_dense(p));
    const auto& gradient = detail::evaluated(detail::as_dense(dp));
    auto& out = detail::mutable_dense(dz);
    backward_from_output_into(detail::input_view(from), detail::input_view(gradient),
                              detail::view_for<Softmax>(policy, out));
  }

  /// Returns the matrix of dp_i / dz_j for one distribution z. Throws std::invalid_argument if z is
  /// no vector.
  template <class Z>
  [[nodiscard]] auto jacobian(const Z& z) const {
    static_assert(detail::CheckElements<Z>::passed);
    const auto x = detail::computed(z);
    auto p = Softmax::of_same_shape(x);
    const Per along = require_vector("Softmax::jacobian", detail::shape_of(p));
    hillock::forward(Softmax(along, all_masked), x, p);
    return jacobian_of<detail::ScalarOf<Z>>(p);
  }

  /// Returns the same matrix, computed from p = softmax(z). On the diagonal, p (1 - p) is computed
  /// as p times the sum of the other entries, because 1 - p loses digits where p is nearly 1.
  template <class P>
  [[nodiscard]] auto jacobian_from_output(const P& output) const {
    static_assert(detail::CheckElements<P>::passed);
    require_vector("Softmax::jacobian_from_output", detail::shape_of(detail::as_dense(output)));
    return jacobian_of<detail::ScalarOf<P>>(detail::computed(output));
  }

  /// The verbs call these functions. They allocate nothing; y may be x itself, and dx may be x or
  /// dy.
  template <class Policy, class X, class Y>
  HILLOCK_FLATTEN void forward_into(const Policy&, const X& x, const Y& y) const {
    using V = detail::BatchForSums<X, A, Arch>;
    detail::require_elementwise("Softmax::forward", std::tuple(detail::Named{"y", y}),
                                std::tuple(detail::Named{"x", x}));
    detail::forward_by_distribution<V>(axis, x, y, Forward<V>{*this});
  }

  template <class Policy, class X, class DY, class DX>
  HILLOCK_FLATTEN void backward_into(const Policy&, const X& x, const DY& dy, const DX& dx) const {
    using V = detail::BatchForSums<X, A, Arch>;
    detail::backward_by_distribution<V>("Softmax::backward", "x", axis, x, dy, dx,
                                        Backward<V>{*this});
  }

  template <class P, class DP, class DZ>
  HILLOCK_FLATTEN void backward_from_output_into(const P& p, const DP& dp, const DZ& dz) const {
    using V = detail::BatchForSums<P, A, Arch>;
    detail::backward_by_distribution<V>("Softmax::backward_from_output", "p", axis, p, dp, dz,
                                        BackwardFromOutput<V>());
  }

 private:
  /// Returns the Jacobian as a matrix of Element, for a vector p in the type of the computation.
  template <class Element, class P>
  static HILLOCK_FLATTEN auto jacobian_of(const P& p) {
    using V = detail::simd::Batch<typename P::Scalar, detail::simd::NarrowArch>;
    constexpr int size = P::SizeAtCompileTime;
    const Index n = p.size();
    detail::PlainMatrix<Element, size, size> result(n, n);
    for (Index i = 0; i < n; ++i) {
      detail::kernels::DistributionSum<V> others;
      for (Index j = 0; j < n; ++j) {
        result(i, j) = detail::nearest_element<Element>(-p.coeff(i) * p.coeff(j));
        if (j != i) others.add(p.coeff(j));
      }
      result(i, i) = detail::nearest_element<Element>((p.coeff(i) * others.parts().high).first());
    }
    return result;
  }

  /// Returns whether all entries of a distribution are masked and the policy gives them numbers.
  template <class V>
  HILLOCK_PART auto is_masked(V maximum) const noexcept {
    // With AllMasked::nan the test is made for 0, which is not -infinity: the formula itself gives
    // NaN.
    return is_minus_infinity(all_masked == AllMasked::nan ? V(0) : maximum);
  }

  /// Returns the inverse of the sum, or 0 where all entries are masked and the policy gives zeros.
  /// The maximum may be -infinity for a distribution with a NaN too, but then the inverse is NaN.
  template <class V>
  HILLOCK_PART V inverse_or_zero(V inverse, V maximum) const noexcept {
    return all_masked == AllMasked::zeros
               ? zero_where(is_minus_infinity(maximum) & is_number(inverse), inverse)
               : inverse;
  }

  /// Computes the exponentials, stores them, and multiplies them by the inverse of their sum in a
  /// second pass. If they cannot be stored, they are computed twice.
  template <class V>
  struct Forward {
    const Softmax& softmax;

    template <class Layout, class Entries>
    HILLOCK_PART auto statistic(const Layout& layout, const Entries& entries, V maximum,
                                Index) const {
      const detail::kernels::ExponentialsBelow<V> below(maximum, softmax.is_masked(maximum));
      detail::SumsOf<Layout, V> sums;
      layout.for_each(detail::inputs(entries.x), entries.intermediates(),
                      [&](Index slot, Index, const auto& mask, V x) HILLOCK_PART_LAMBDA {
                        const V e = below.scaled(x);
                        sums.partial[slot].add(mask(e));
                        if constexpr (Entries::are_stored) return e;
                      });
      return layout.total(sums).inverse();
    }

    void after_block(Index, Index) const noexcept {}

    template <class Layout, class Entries, class Output>
    HILLOCK_PART void finish(const Layout& layout, const Entries& entries, const Output& out,
                             V maximum, V statistic) const {
      const V inverse = softmax.inverse_or_zero(statistic, maximum);
      if constexpr (Entries::are_stored) {
        layout.for_each(detail::inputs(entries.stored), out,
                        [&](Index, Index, const auto&, V e)
                            HILLOCK_PART_LAMBDA { return e * inverse; });
      } else {
        const detail::kernels::ExponentialsBelow<V> below(maximum, softmax.is_masked(maximum));
        layout.for_each(detail::inputs(entries.x), out,
                        [&](Index, Index, const auto&, V x)
                            HILLOCK_PART_LAMBDA { return below.scaled(x) * inverse; });
      }
    }
  };

  /// Computes dx = p (dp - <p, dp>). Where dp and the mean have opposite signs, their difference
  /// may be twice the largest dp, and errors of p and of the difference count twice. Therefore both
  /// are computed in two parts.
  template <class V>
  struct Backward {
    using T = typename V::value_type;
    static constexpr bool needs_maximum = true;
    template <class Statistic>
    struct Statistics {
      detail::kernels::TwoParts<Statistic> mean;
      detail::kernels::TwoParts<Statistic> inverse;
    };
    const Softmax& softmax;

    template <class Layout, class Intermediates>
    HILLOCK_PART auto statistics(const Layout& layout, const detail::Inputs<T, 2>& in, V maximum,
                                 const Intermediates& intermediates) const {
      using Statistic = decltype(Layout::to_statistic(maximum));
      const detail::kernels::ExponentialsBelow<V> below(maximum, softmax.is_masked(maximum));
      detail::kernels::DistributionSum<Statistic> total;
      const auto products = detail::sum_of_gradients<V>(
          layout, in, T(detail::kernels::ExpConstantsOf<V>::from_tail),
          [&](const auto& scaled) HILLOCK_PART_LAMBDA {
            detail::SumsOf<Layout, V> sums, products_of;
            layout.for_each(in, detail::NoOutput(),
                            [&](Index slot, Index at, const auto& mask, V x, V dp)
                                HILLOCK_PART_LAMBDA {
                                  V e;
                                  if constexpr (Intermediates::are_stored) {
                                    const auto parts = below.scaled_in_parts(x);
                                    intermediates.put(layout, at, parts.high, parts.low);
                                    e = mask(parts.high);
                                  } else {
                                    e = mask(below.scaled(x));
                                  }
                                  sums.partial[slot].add(e);
                                  products_of.partial[slot].add_product(e, mask(scaled(dp)));
                                });
            total = Layout::total(sums);
            return Layout::total(products_of);
          });
      Statistics<Statistic> result = {weighted_mean(products.total, total, products.unit),
                                      total.inverse_in_parts()};
      const auto is_infinite = detail::kernels::is_infinite(result.mean.high);
      if (HILLOCK_LIKELY(!any(is_infinite))) return result;
      // The scaled exponentials are never 0, but where forward gives p = 0, its product with an
      // infinite dp must be NaN.
      const V inverse = softmax.inverse_or_zero(V(Layout::broadcast(result.inverse.high)), maximum);
      const Statistic special = detail::sum_of_special<V>(
          layout, in, [below, inverse](V x, V dp) { return below.scaled(x) * inverse * dp; });
      result.mean.high = select(is_infinite, special, result.mean.high);
      return result;
    }

    template <class Layout, class Output, class Statistic, class Intermediates>
    HILLOCK_PART void finish(const Layout& layout, const detail::Inputs<T, 2>& in,
                             const Output& out, V maximum, const Statistics<Statistic>& statistics,
                             const Intermediates& intermediates) const {
      const detail::kernels::ExponentialsBelow<V> below(maximum, softmax.is_masked(maximum));
      const V mean = Layout::broadcast(statistics.mean.high);
      const V mean_low = Layout::broadcast(statistics.mean.low);
      const V inverse =
          softmax.inverse_or_zero(V(Layout::broadcast(statistics.inverse.high)), maximum);
      const V inverse_low =
          softmax.inverse_or_zero(V(Layout::broadcast(statistics.inverse.low)), maximum);
      layout.for_each(in, out, [&](Index, Index at, const auto&, V x, V dp) HILLOCK_PART_LAMBDA {
        detail::kernels::TwoParts<V> e;
        if constexpr (Intermediates::are_stored) {
          const auto parts = intermediates.get(layout, at);
          e = {parts[0], parts[1]};
        } else {
          e = below.scaled_in_parts(x);
        }
        const auto p = exact_product(e.high, inverse);
        const V p_low = p.low + fma(e.high, inverse_low, e.low * inverse);
        const auto centred = exact_difference(dp, mean);
        const V correction = fma(p.high, centred.low - mean_low, p_low * centred.high);
        return fma(p.high, centred.high, finite_or_zero(correction));
      });
    }
  };

  template <class V>
  struct BackwardFromOutput {
    using T = typename V::value_type;
    static constexpr bool needs_maximum = false;
    template <class Statistic>
    using Statistics = detail::kernels::TwoParts<Statistic>;

    template <class Layout, class Intermediates>
    HILLOCK_PART auto statistics(const Layout& layout, const detail::Inputs<T, 2>& in, V,
                                 const Intermediates&) const {
      using Statistic [[maybe_unused]] = decltype(Layout::to_statistic(V()));
      const auto products = detail::sum_of_gradients<V>(
          layout, in, T(1), [&](const auto& scaled) HILLOCK_PART_LAMBDA {
            detail::SumsOf<Layout, V> sums;
            layout.for_each(in, detail::NoOutput(),
                            [&](Index slot, Index, const auto& mask, V p, V dp)
                                HILLOCK_PART_LAMBDA {
                                  sums.partial[slot].add_product(mask(p), mask(scaled(dp)));
                                });
            return Layout::total(sums);
          });
      auto mean = products.total.gradient_parts(products.unit);
      if constexpr (sizeof(T) == 8) {
        const auto is_no_number = is_nan(mean.high);
        if (HILLOCK_LIKELY(!any(is_no_number))) return mean;
        // A product of an infinite p and a gradient that the unit turns into 0 is NaN, but has to
        // be infinite.
        const Statistic special =
            detail::sum_of_special<V>(layout, in, [](V p, V dp) { return p * dp; });
        mean.high = select(is_no_number, special, mean.high);
      }
      return mean;
    }

    template <class Layout, class Output, class Statistic, class Intermediates>
    HILLOCK_PART void finish(const Layout& layout, const detail::Inputs<T, 2>& in,
                             const Output& out, V, const Statistics<Statistic>& statistics,
                             const Intermediates&) const {
      const V mean = Layout::broadcast(statistics.high);
      const V mean_low = Layout::broadcast(statistics.low);
      const V halves = halves_where_large(mean);
      if (HILLOCK_LIKELY(!any(halves < 1))) {
        return layout.for_each(in, out,
                               [&](Index, Index, const auto&, V p, V dp)
                                   HILLOCK_PART_LAMBDA { return p * ((dp - mean) - mean_low); });
      }
      finish_by_halves(layout, in, out, mean, mean_low, halves);
    }

   private:
    /// The arguments are copies for the same reason as in sum_of_special.
    template <class Layout, class Output>
    static HILLOCK_COLD HILLOCK_FLATTEN void finish_by_halves(Layout layout,
                                                              detail::Inputs<T, 2> in, Output out,
                                                              V mean, V mean_low, V halves) {
      const V twice = 1 / halves;
      layout.for_each(in, out, [&](Index, Index, const auto&, V p, V dp) {
        return p * twice * ((dp * halves - mean * halves) - mean_low * halves);
      });
    }
  };

  /// Returns 1/2 where dp - mean could overflow although p (dp - mean) is finite, else 1. (The sum
  /// of p may be a little above 1, and then the mean is a little above the largest dp.)
  template <class V>
  static HILLOCK_PART V halves_where_large(V mean) noexcept {
    constexpr auto large = std::numeric_limits<typename V::value_type>::max() / 4;
    return select((abs(mean) >= large) & !is_infinite(mean), 0.5, 1);
  }

  static Per require_vector(const char* where, detail::Shape shape) {
    if (shape.cols != 1 && shape.rows != 1) {
      detail::refuse(std::string("hillock::") + where + ": the argument is " +
                     detail::to_string(shape) + ", expected one distribution, a vector");
    }
    return shape.cols == 1 ? Per::column : Per::row;
  }
};

namespace exact {
using Softmax = hillock::Softmax<Accuracy::exact>;
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
