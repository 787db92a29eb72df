// Numbers as pairs of doubles, with some 100 bits: a result is computed once more with them where a
// double does not tell how it has to be rounded.
//
// Pair<W> has the operations in which formulas and kernels are written, so the same formulas run on
// it. Only the exponential is written anew, because a polynomial fitted for doubles is not accurate
// enough. All of this serves a few elements in a million, so it is written to be short, not fast.
#pragma once

#include <hillock/kernels/decay.hpp>
#include <hillock/kernels/error_free.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace kernels {

/// The number high + low, |low| at most half a unit in the last place of high. W is a batch of
/// doubles.
template <class W>
class Pair {
 public:
  using value_type = double;
  using Condition = decltype(W() < W());

  W high;
  W low;

  Pair() = default;
  Pair(W value) noexcept : high(value), low(0) {}
  Pair(TwoParts<W> parts) noexcept : high(parts.high), low(parts.low) {}
  template <class Number, class = std::enable_if_t<std::is_arithmetic_v<Number>>>
  Pair(Number number) noexcept : high(number), low(0) {}

  friend Pair operator-(const Pair& a) noexcept { return TwoParts<W>{-a.high, -a.low}; }
  friend Pair operator+(const Pair& a, const Pair& b) noexcept {
    const TwoParts<W> upper = exact_sum(a.high, b.high);
    const TwoParts<W> lower = exact_sum(a.low, b.low);
    const TwoParts<W> sum = exact_sum(upper.high, upper.low + lower.high);
    return exact_sum(sum.high, sum.low + lower.low);
  }
  friend Pair operator-(const Pair& a, const Pair& b) noexcept { return a + -b; }
  friend Pair operator*(const Pair& a, const Pair& b) noexcept {
    const TwoParts<W> product = exact_product(a.high, b.high);
    return exact_sum(product.high, product.low + (a.high * b.low + a.low * b.high));
  }
  /// Divides by three digits of long division, each a double.
  friend Pair operator/(const Pair& a, const Pair& b) noexcept {
    const W first = a.high / b.high;
    const Pair rest = a - Pair(first) * b;
    const W second = rest.high / b.high;
    const W third = (rest - Pair(second) * b).high / b.high;
    return Pair(exact_sum(first, second)) + Pair(third);
  }
  friend Pair fma(const Pair& a, const Pair& b, const Pair& c) noexcept { return a * b + c; }

  friend Condition operator<(const Pair& a, const Pair& b) noexcept { return (a - b).high < 0; }
  friend Condition operator>(const Pair& a, const Pair& b) noexcept { return b < a; }
  friend Condition operator<=(const Pair& a, const Pair& b) noexcept { return !(b < a); }
  friend Condition operator>=(const Pair& a, const Pair& b) noexcept { return !(a < b); }
  friend Condition operator==(const Pair& a, const Pair& b) noexcept {
    return (a.high == b.high) & (a.low == b.low);
  }
  friend Pair select(Condition condition, const Pair& a, const Pair& b) noexcept {
    return TwoParts<W>{select(condition, a.high, b.high), select(condition, a.low, b.low)};
  }
  friend Pair zero_where(Condition condition, const Pair& a) noexcept {
    return select(condition, Pair(0), a);
  }
  friend Pair nan_or(const Pair& x, const Pair& y) noexcept { return select(is_nan(x.high), x, y); }
  friend Pair nan_propagated(const Pair&, const Pair& y) noexcept { return y; }
  friend Pair larger_or_first(const Pair& a, const Pair& b) noexcept { return select(b > a, b, a); }
  friend Pair not_below(const Pair& x, const Pair& limit) noexcept {
    return select(x < limit, limit, x);
  }
  friend Pair not_above(const Pair& x, const Pair& limit) noexcept {
    return select(x > limit, limit, x);
  }
  friend Pair copysign(const Pair& magnitude, const Pair& sign) noexcept {
    const W signed_high = copysign(magnitude.high, sign.high);
    const auto sign_changed = bits_differ(signed_high, magnitude.high);
    return TwoParts<W>{signed_high, select(sign_changed, -magnitude.low, magnitude.low)};
  }
  friend Pair abs(const Pair& a) noexcept { return copysign(a, Pair(1)); }
  friend Pair negative_magnitude(const Pair& a) noexcept { return -abs(a); }
  friend Pair sealed(const Pair& a) noexcept { return a; }
  friend Pair by_sign(const Pair& s, const Pair& a, const Pair& b) noexcept {
    return select(s.high < 0, b, a);
  }

  /// Rounds to odd: to a double whose last bit is 1 if anything was rounded off. Rounded further,
  /// to a format with at least two bits fewer, it gives what the pair itself would be rounded to
  /// (Boldo, Melquiond 2008).
  W rounded_to_odd() const noexcept {
    using Pattern = decltype(bits(high));
    const Pattern pattern = bits(high);
    const Pattern is_even = (pattern & Pattern(1)) ^ Pattern(1);
    const Pattern points_inwards = (pattern ^ bits(low)) >> 63;
    // An even pattern goes up by one, or down by one if `low` points towards 0.
    const Pattern odd = pattern + is_even - ((points_inwards & is_even) << 1);
    return select(low == 0, high, W::from_bits(odd));
  }
};

namespace internals {

/// Returns ln 2 less the 41 bits of ExpConstants<double>::ln2_high, to some 150 bits of ln 2.
template <class W>
Pair<W> ln2_rest() noexcept {
  return TwoParts<W>{0x1.3de6af278ece6p-42, 0x1.f97b57a079a19p-103};
}

/// Returns e^x - 1 for |x| <= 0.35: by Taylor's series at x / 64, and e^2y - 1 = (e^y - 1)(2 + e^y
/// - 1) six times.
template <class W>
Pair<W> small_expm1(const Pair<W>& x) noexcept {
  const Pair<W> part = x * Pair<W>(0x1p-6);
  Pair<W> series = 1;
  for (int k = 13; k > 1; --k) series = Pair<W>(1) + part * series / Pair<W>(k);
  Pair<W> result = part * series;
  for (int i = 0; i < 6; ++i) result = result * (Pair<W>(2) + result);
  return result;
}

}  // namespace internals

// The exponentials of pairs, in the two halves that those of batches have in kernels/decay.hpp.
template <int Times = 1, class W>
Reduced<Pair<W>> reduced_decay_from_one(const Pair<W>& argument) noexcept {
  using C = ExpConstants<double>;
  using P = Pair<W>;
  const P x = Times == 1 ? argument : argument + argument;
  const Reduced<W> parts = reduced<C::tail>(x.high);
  const W n = whole_part<C::tail>(parts);
  return {(x - P(n * C::ln2_high)) - P(n) * internals::ln2_rest<W>(), parts.shifted};
}
template <class W>
ExpParts<Pair<W>> parts_of(const Reduced<Pair<W>>& x) noexcept {
  return {internals::small_expm1(x.r), power_of(Reduced<W>{x.r.high, x.shifted.high})};
}
template <class W>
DecayFromOne<Pair<W>> decay_from_one_of(const Reduced<Pair<W>>& x) noexcept {
  using P = Pair<W>;
  const auto [m, power] = parts_of(x);
  return {power + power * m, (scaled_one<P>() - power) - power * m};
}
template <class W>
DecayFromOne<Pair<W>> decay_from_one_of(const Reduced<Pair<W>>& x, const Pair<W>& x_low) noexcept {
  return decay_from_one_of(Reduced<Pair<W>>{x.r + x_low, x.shifted});
}

template <class W>
Reduced<Pair<W>> reduced_decay(const Pair<W>& x) noexcept {
  return reduced_decay_from_one(x);
}
template <class W>
Reduced<Pair<W>> reduced_decay_beyond_limit(const Pair<W>& x, const Pair<W>& x_low) noexcept {
  return reduced_decay(not_below_decay_limit(x + x_low));
}
template <class W>
Decay<Pair<W>> decay_of(const ExpParts<Pair<W>>& parts) noexcept {
  return {parts.power + parts.power * parts.m, Pair<W>(0)};
}
template <class W>
Decay<Pair<W>> decay_of(const Reduced<Pair<W>>& x) noexcept {
  return decay_of(parts_of(x));
}

/// Returns a e^(x + x_low), like times_exp of batches. Here a is in the range of a float, so that
/// no double is near the ends of its range.
template <class W>
Pair<W> times_exp(const Pair<W>& a, const Pair<W>& x, const Pair<W>& x_low) noexcept {
  return a * decay_of(reduced_decay_beyond_limit(x, x_low)).scaled *
         Pair<W>(ExpConstants<double>::from_tail);
}

/// Returns a x as a pair, and 0 as the rounding error of the pair: it stands in for the product of
/// batches, and a pair is exact enough.
template <class W>
TwoParts<Pair<W>> exact_product_of_parameter(double a, const Pair<W>& x) noexcept {
  return {Pair<W>(a) * x, Pair<W>(0)};
}

}  // namespace kernels
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
