#pragma once

#include <hillock/array_activation.hpp>
#include <hillock/arrays/axis/backward.hpp>
#include <hillock/errors.hpp>

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
/// Edge values  an entry of -inf gets 0; +inf or NaN makes its distribution NaN, whatever the
///              policy; all -inf follows the policy. Of NaN and infinities in dp the gradients make
///              what IEEE arithmetic makes of the formula, p being what forward gives: one infinite
///              dp_j gives infinities of the other sign, but NaN at j and where p is 0, and NaN
///              throughout if p_j is 0; a NaN, or infinities of both signs, give NaN throughout.
///              Where the policy gives zeros for x, so does the gradient of a finite dp.
/// Exceptions   finite numbers of up to half of the largest raise none but underflow and inexact.
///              Bounds and equal bits are those of rounding to nearest, which is how a program
///              starts.
/// Computed as  e^(x_i - max) over their sum: x_i - max is never rounded, and the sum is one of
///              doubles (for doubles in two parts) over a tree whose shape depends on the number of
///              entries alone, so the result depends neither on the layout nor on the neighbours.
/// Accuracy     forward_bound for each p and for their sum, in ULP; backward_bound, from x and from
///              p, in ULP of p times the largest dp, p being not below the smallest normal number;
///              jacobian_bound for every entry of jacobian_from_output(p), and twice forward_bound
///              more for jacobian(z), whose entries are products of two p. Accuracy::exact computes
///              in double throughout: exact_bound for each p.
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

  /// backward(z, dp) from p = softmax(z), where that is at hand.
  template <class P, class DP>
  [[nodiscard]] auto backward_from_output(const P& p, const DP& dp) const {
    static_assert(detail::CheckSameElement<P, DP>::passed);
    auto dz = Softmax::of_same_shape(p);
    const auto& from = detail::evaluated(detail::as_dense(p));
    const auto& gradient = detail::evaluated(detail::as_dense(dp));
    backward_from_output_into(detail::input_view(from), detail::input_view(gradient),
                              detail::output_view(dz));
    return dz;
  }

  /// The matrix of dp_i / dz_j for one distribution z.
  template <class Z>
  [[nodiscard]] auto jacobian(const Z& z) const {
    static_assert(detail::CheckElements<Z>::passed);
    const auto x = detail::computed(z);
    auto p = Softmax::of_same_shape(x);
    const Per along = require_vector("Softmax::jacobian", detail::shape_of(p));
    hillock::forward(Softmax(along, all_masked), x, p);
    return jacobian_of<detail::ScalarOf<Z>>(p);
  }

  /// The same from p = softmax(z). On the diagonal p (1 - p) is p times the sum of the others: 1 -
  /// p would lose the digits that are left where one p is nearly 1.
  template <class P>
  [[nodiscard]] auto jacobian_from_output(const P& output) const {
    static_assert(detail::CheckElements<P>::passed);
    require_vector("Softmax::jacobian_from_output", detail::shape_of(detail::as_dense(output)));
    return jacobian_of<detail::ScalarOf<P>>(detail::computed(output));
  }

  /// What the verbs call: no allocation; y may be x itself, dx may be x or dy.
  template <class Policy, class X, class Y>
  void forward_into(const Policy&, const X& x, const Y& y) const {
    using V = detail::BatchForSums<X, A, Arch>;
    detail::require_elementwise("Softmax::forward", std::tuple(detail::Named{"y", y}),
                                std::tuple(detail::Named{"x", x}));
    detail::forward_by_distribution<V>(axis, x, y, ForwardSteps<V>{*this});
  }

  template <class Policy, class X, class DY, class DX>
  void backward_into(const Policy&, const X& x, const DY& dy, const DX& dx) const {
    using V = detail::BatchForSums<X, A, Arch>;
    detail::backward_by_distribution<V>("Softmax::backward", "x", axis, x, dy, dx,
                                        BackwardSteps<V>{*this});
  }

  template <class P, class DP, class DZ>
  void backward_from_output_into(const P& p, const DP& dp, const DZ& dz) const {
    using V = detail::BatchForSums<P, A, Arch>;
    detail::backward_by_distribution<V>("Softmax::backward_from_output", "p", axis, p, dp, dz,
                                        BackwardFromOutputSteps<V>());
  }

 private:
  /// The Jacobian as a matrix of Element, for a vector p of the type that is computed in.
  template <class Element, class P>
  static auto jacobian_of(const P& p) {
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

  /// Whether a distribution is masked whole and the policy says what it is then.
  template <class V>
  HILLOCK_INLINE auto is_masked(V top) const noexcept {
    // A number that is no infinity where masking gives NaN anyway.
    return is_minus_infinity(all_masked == AllMasked::nan ? V(0) : top);
  }

  /// 1 over the sum; where a distribution is masked whole and the policy gives zeros, 0. The
  /// largest is -infinity beside a NaN too, but then the inverse is NaN.
  template <class V>
  HILLOCK_INLINE V inverse_or_zero(V inverse, V top) const noexcept {
    return all_masked == AllMasked::zeros
               ? zero_where(is_minus_infinity(top) & is_number(inverse), inverse)
               : inverse;
  }

  /// The exponentials are stored, read back and stored again times the inverse of their sum; or, if
  /// they are not kept, computed twice.
  template <class V>
  struct ForwardSteps {
    const Softmax& softmax;

    template <class Walk, class Kept, class Load, class LoadBack, class Store>
    HILLOCK_INLINE auto number(const Walk& walk, Kept, const Load& load, const LoadBack&,
                               const Store& store, V top, Index) const noexcept {
      const detail::kernels::ExponentialsBelow<V> below(top, softmax.is_masked(top));
      detail::SumsOf<Walk, V> sums;
      walk.each(load, [&](Index slot, Index at, V x, const auto& counted) {
        const V e = below.scaled(x);
        sums.of[slot].add(counted(e));
        if constexpr (Kept::value) store(at, e);
      });
      return walk.total(sums).inverse();
    }

    void written(Index, Index) const noexcept {}

    template <class Walk, class Kept, class Load, class LoadBack, class Store>
    HILLOCK_INLINE void finish(const Walk& walk, Kept, const Load&, const LoadBack& load_back,
                               const Store& store, V top, V number) const noexcept {
      const V inverse = softmax.inverse_or_zero(number, top);
      if constexpr (Kept::value) {
        walk.each(load_back, [&](Index, Index at, V e, const auto&) { store(at, e * inverse); });
      } else {
        const detail::kernels::ExponentialsBelow<V> below(top, softmax.is_masked(top));
        walk.each(load_back,
                  [&](Index, Index at, V x, const auto&) { store(at, below.scaled(x) * inverse); });
      }
    }
  };

  /// dx = p (dp - <p, dp>). Where dp and the mean are of opposite signs their difference is twice the
  /// largest dp, and an error of p or of the difference counts twice: both are in two parts.
  template <class V>
  struct BackwardSteps {
    static constexpr bool needs_maximum = true;
    template <class Number>
    struct Numbers {
      detail::kernels::TwoParts<Number> mean;
      detail::kernels::TwoParts<Number> inverse;
    };
    const Softmax& softmax;

    template <class Walk, class LoadBoth, class Kept>
    HILLOCK_INLINE auto numbers(const Walk& walk, const LoadBoth& load_both, V top,
                                const Kept& kept) const noexcept {
      using Number = decltype(Walk::gathered(top));
      const detail::kernels::ExponentialsBelow<V> below(top, softmax.is_masked(top));
      detail::kernels::DistributionSum<Number> total;
      const auto products = detail::sum_of_gradients<V>(
          walk, load_both, detail::kernels::ExpConstantsOf<V>::from_tail,
          [&](const auto& scaled) HILLOCK_INLINE_LAMBDA {
            detail::SumsOf<Walk, V> sums, products_of;
            walk.each(load_both, [&](Index slot, Index at, const auto& both, const auto& counted) {
              V e;
              if constexpr (Kept::is_kept) {
                const auto parts = below.scaled_in_parts(both[0]);
                kept.put(walk, at, parts.high, parts.low);
                e = counted(parts.high);
              } else {
                e = counted(below.scaled(both[0]));
              }
              sums.of[slot].add(e);
              products_of.of[slot].add_product(e, counted(scaled(both[1])));
            });
            total = Walk::total(sums);
            return Walk::total(products_of);
          });
      Numbers<Number> numbers = {weighted_mean(products.total, total, products.unit),
                                 total.inverse_in_parts()};
      const auto is_infinite = detail::kernels::is_infinite(numbers.mean.high);
      if (HILLOCK_LIKELY(!any(is_infinite))) return numbers;
      // Exponentials are never 0: where forward gives p = 0, its product with an infinite dp is
      // still to become NaN.
      const V inverse = softmax.inverse_or_zero(V(Walk::spread(numbers.inverse.high)), top);
      const Number special = detail::sum_of_special<V>(
          walk, load_both,
          [below, inverse](const auto& both) { return below.scaled(both[0]) * inverse * both[1]; });
      numbers.mean.high = select(is_infinite, special, numbers.mean.high);
      return numbers;
    }

    template <class Walk, class LoadBoth, class Store, class Number, class Kept>
    HILLOCK_INLINE void finish(const Walk& walk, const LoadBoth& load_both, const Store& store,
                               V top, const Numbers<Number>& numbers,
                               const Kept& kept) const noexcept {
      const detail::kernels::ExponentialsBelow<V> below(top, softmax.is_masked(top));
      const V mean = Walk::spread(numbers.mean.high);
      const V mean_low = Walk::spread(numbers.mean.low);
      const V inverse = softmax.inverse_or_zero(V(Walk::spread(numbers.inverse.high)), top);
      const V inverse_low = softmax.inverse_or_zero(V(Walk::spread(numbers.inverse.low)), top);
      walk.each(load_both, [&](Index, Index at, const auto& both, const auto&) {
        detail::kernels::TwoParts<V> e;
        if constexpr (Kept::is_kept) {
          const auto parts = kept.get(walk, at);
          e = {parts[0], parts[1]};
        } else {
          e = below.scaled_in_parts(both[0]);
        }
        const auto p = exact_product(e.high, inverse);
        const V p_low = p.low + fma(e.high, inverse_low, e.low * inverse);
        const auto centred = exact_difference(both[1], mean);
        const V correction = fma(p.high, centred.low - mean_low, p_low * centred.high);
        store(at, fma(p.high, centred.high, finite_or_zero(correction)));
      });
    }
  };

  template <class V>
  struct BackwardFromOutputSteps {
    static constexpr bool needs_maximum = false;
    template <class Number>
    using Numbers = detail::kernels::TwoParts<Number>;

    template <class Walk, class LoadBoth, class Kept>
    HILLOCK_INLINE auto numbers(const Walk& walk, const LoadBoth& load_both, V,
                                const Kept&) const noexcept {
      using Number [[maybe_unused]] = decltype(Walk::gathered(V()));
      const auto products = detail::sum_of_gradients<V>(
          walk, load_both, 1, [&](const auto& scaled) HILLOCK_INLINE_LAMBDA {
            detail::SumsOf<Walk, V> sums;
            walk.each(load_both, [&](Index slot, Index, const auto& both, const auto& counted) {
              sums.of[slot].add_product(counted(both[0]), counted(scaled(both[1])));
            });
            return Walk::total(sums);
          });
      auto mean = products.total.gradient_parts(products.unit);
      if constexpr (sizeof(typename V::value_type) == 8) {
        const auto is_no_number = is_nan(mean.high);
        if (HILLOCK_LIKELY(!any(is_no_number))) return mean;
        // An infinite p times a gradient so small that it is 0 at the unit is none.
        const Number special = detail::sum_of_special<V>(
            walk, load_both, [](const auto& both) { return both[0] * both[1]; });
        mean.high = select(is_no_number, special, mean.high);
      }
      return mean;
    }

    template <class Walk, class LoadBoth, class Store, class Number, class Kept>
    HILLOCK_INLINE void finish(const Walk& walk, const LoadBoth& load_both, const Store& store, V,
                               const Numbers<Number>& number, const Kept&) const noexcept {
      const V mean = Walk::spread(number.high);
      const V mean_low = Walk::spread(number.low);
      const V halves = halves_where_large(mean);
      if (HILLOCK_LIKELY(!any(halves < 1))) {
        return walk.each(load_both, [&](Index, Index at, const auto& both, const auto&) {
          store(at, both[0] * ((both[1] - mean) - mean_low));
        });
      }
      finish_by_halves(walk, load_both, store, mean, mean_low, halves);
    }

   private:
    /// Takes copies, as sum_of_special does.
    template <class Walk, class LoadBoth, class Store>
    static HILLOCK_COLD void finish_by_halves(Walk walk, LoadBoth load_both, Store store, V mean,
                                              V mean_low, V halves) noexcept {
      const V twice = 1 / halves;
      walk.each(load_both, [&](Index, Index at, const auto& both, const auto&) {
        store(at, both[0] * twice * ((both[1] * halves - mean * halves) - mean_low * halves));
      });
    }
  };

  /// 1/2 where dp less this mean could overflow although p times it is a number, else 1: the sum of
  /// p may be a little above 1, and the mean a little above the largest dp.
  template <class V>
  static HILLOCK_INLINE V halves_where_large(V mean) noexcept {
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
