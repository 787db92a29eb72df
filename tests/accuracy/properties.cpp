#include <accuracy/properties.hpp>

#include <cfenv>
#include <cstring>

#ifdef __SSE2__
#include <xmmintrin.h>
#endif

namespace accuracy {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Treats subnormals as zero, on the way in and out, while it lives: what linking with -ffast-math
/// does to a whole program on x86.
class FlushesSubnormals {
 public:
#ifdef __SSE2__
  static constexpr bool is_possible = true;
  FlushesSubnormals() : before_(_mm_getcsr()) { _mm_setcsr(before_ | 0x8040u); }
  ~FlushesSubnormals() { _mm_setcsr(before_); }

 private:
  unsigned before_;
#else
  static constexpr bool is_possible = false;
  FlushesSubnormals() {}
  ~FlushesSubnormals() {}
#endif
};

// Most pieces are the same to the last bit, and this tells it at the speed of memory.
template <class T>
bool same_memory(const std::vector<T>& a, const T* b, std::size_t n) {
  return std::memcmp(a.data(), b, n * sizeof(T)) == 0;
}

}  // namespace

const char* name_of(Property property) {
  switch (property) {
    case Property::same_by_every_verb:
      return "same by every verb";
    case Property::range:
      return "range";
    case Property::symmetry:
      return "symmetry";
    case Property::monotonicity:
      return "monotonicity";
    case Property::exceptions:
      return "no spurious exception";
    case Property::flushing:
      return "the same with subnormals flushed";
  }
  return "";
}

template <class T>
PropertyChecks<T>::PropertyChecks(const Subject<T>& subject)
    : subject_(subject),
      shape_(shape_of(subject.function,
                      static_cast<double>(Format<T>::wide(Format<T>::parameter(subject.value))))),
      // With -ffast-math a compiler may compute what nobody asked for.
      watches_exceptions_(!build().is_fast_math) {}

template <class T>
int PropertyChecks<T>::spurious_exceptions() {
  return FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW;
}

template <class T>
typename PropertyChecks<T>::Shape PropertyChecks<T>::shape_of(const std::string& function,
                                                              double value) {
  if (function == "identity") return {-infinity, infinity, 1, 1, -1, 1, 1, 1, 0, 0};
  if (function == "step") return {0, 1, 0, 0, 0, 1, 1, 1, 0, 0};
  if (function == "sigmoid") return {0, 1, 0, 0.25, 0, 1, 1, 1, -1, 1};
  if (function == "tanh") return {-1, 1, 0, 1, -1, 1, 1, 1, -1, 1};
  if (function == "relu") return {0, infinity, 0, 1, 0, 0, 1, 1, 1, 1};
  if (function == "leaky_relu" || function == "prelu") {
    const int sign = value < 0 ? -1 : 1;
    return {value > 0 ? -infinity : 0,
            infinity,
            std::fmin(value, 1),
            std::fmax(value, 1),
            0,
            0,
            1,
            sign,
            0,
            0};
  }
  if (function == "elu") {
    const int sign = value < 0 ? -1 : 1;
    return {std::fmin(-value, 0),
            infinity,
            std::fmin(value, 0),
            std::fmax(value, 1),
            0,
            0,
            1,
            sign,
            0,
            sign};
  }
  // The derivative's extremes are 1.0998 and -0.0998.
  if (function == "swish")
    return {-infinity, infinity, -0.1, 1.1, 0, 0, value >= 0 ? 1 : 0, value <= 0 ? 1 : 0, 0, 0};
  const double magnitude = std::fabs(value);
  const int sign = value < 0 ? -1 : 1;
  if (function == "relu6") return {0, 6, 0, 1, 0, 0, 1, 1, 0, 0};
  // Below 0, f jumps down at a negative threshold.
  if (function == "threshold" || function == "thresholded_relu")
    return {std::fmin(value, 0), infinity, 0, 1, 0, 0, 1, value < 0 ? 0 : 1, 1, 1};
  // f is odd but for the sign of zeros.
  if (function == "hard_shrink" || function == "soft_shrink")
    return {-infinity, infinity, 0, 1, 0, 1, 1, 1, 1, -1};
  if (function == "squared_relu") return {0, infinity, 0, infinity, 0, 0, 1, 1, 1, 1};
  if (function == "hard_tanh") {
    const int parity = value == -1 ? 1 : 0;
    return {value, 1, 0, 1, -parity, parity, 1, 1, value < 0 ? -1 : 0, 1};
  }
  if (function == "leaky_hard_tanh")
    return {-infinity, infinity, 0.0099, 1, value == -1 ? -1 : 0, 0, 1, 1, value < 0 ? -1 : 0, 1};
  if (function == "hard_sigmoid")
    return {0, 1, std::fmin(value, 0), std::fmax(value, 0), 0, 1, sign, sign, -sign, sign};
  // f has its minimum at -3/2; f' jumps at -3 and 3.
  if (function == "hard_swish") return {-0.3751, infinity, -0.5, 1.5, 0, 0, 1, 0, 0, 0};
  if (function == "softsign") return {-1, 1, 0, 1, -1, 1, 1, 1, -1, 1};
  if (function == "softplus")
    return {value < 0 ? -infinity : 0, value < 0 ? 0 : infinity, 0, 1, 0, 0, 1, 1, sign, sign};
  if (function == "log_sigmoid") return {-infinity, 0, 0, 1, 0, 0, 1, 1, -1, -1};
  if (function == "selu") return {-1.7581, infinity, 0, 1.7581, 0, 0, 1, 1, 0, 1};
  if (function == "celu") return {-value, infinity, 0, 1, 0, 0, 1, 1, 0, 1};
  // The extremes of f and f' are -0.3088, -0.1132 and 1.0884; of GELU -0.1700, -0.1290 and 1.1290.
  if (function == "mish") return {-0.31, infinity, -0.12, 1.1, 0, 0, 1, 0, 0, 0};
  if (function == "gelu" || function == "gelu_tanh")
    return {-0.171, infinity, -0.131, 1.131, 0, 0, 1, 0, 0, 0};
  if (function == "tanh_shrink") return {-infinity, infinity, 0, 1, -1, 1, 1, 1, 1, -1};
  if (function == "scaled_tanh") {
    const double steepest = 0.67 * value;
    return {
        -magnitude, magnitude, std::fmin(steepest, 0), std::fmax(steepest, 0), -1, 1, sign, sign,
        -sign,      sign};
  }
  // f' jumps at eps.
  if (function == "xielu") return {-0.21, infinity, -0.3001, infinity, 0, 0, 1, 0, 1, 0};
  return {-infinity, infinity, -infinity, infinity, 0, 0, 0, 0, 0, 0};
}

template <class T>
void PropertyChecks<T>::check(const Stretch<T>& all, std::size_t already_seen, int exceptions,
                              Findings<T>& findings) {
  const bool is_negative = std::signbit(Format<T>::wide(all.x[0]));
  const auto in_magnitude = [&](int above, int below) { return is_negative ? -below : above; };
  const auto tolerance = [](const Bound& bound) { return bound.ulp > 0.5 ? bound.ulp : 0; };
  Finding<T>& monotonicity = findings[Property::monotonicity];
  check_monotonicity(all.x, all.y, all.n, in_magnitude(shape_.rise_above, shape_.rise_below),
                     tolerance(subject_.forward_bound), monotonicity);
  check_monotonicity(all.x, all.d, all.n,
                     in_magnitude(shape_.derivative_rise_above, shape_.derivative_rise_below),
                     tolerance(subject_.derivative_bound), monotonicity);

  const std::size_t skip = already_seen;
  const Stretch<T> own{all.x + skip, all.y + skip, all.d + skip,
                       all.f + skip, all.g + skip, all.n - skip};
  check_range(own, findings[Property::range]);
  check_verbs(own, findings[Property::same_by_every_verb]);
  if (!is_negative) check_symmetry(own, findings[Property::symmetry]);
  if (watches_exceptions_) check_exceptions(own, exceptions, findings[Property::exceptions]);
  if (FlushesSubnormals::is_possible) check_flushing(own, findings[Property::flushing]);
}

template <class T>
void PropertyChecks<T>::check_verbs(const Stretch<T>& s, Finding<T>& finding) {
  y_.resize(s.n);
  d_.resize(s.n);
  subject_.forward(subject_.value, s.x, y_.data(), s.n);
  subject_.derivative(subject_.value, s.x, d_.data(), s.n);
  if (same_memory(y_, s.y, s.n) && same_memory(d_, s.d, s.n)) {
    finding.checked += s.n;
    return;
  }
  for (std::size_t i = 0; i < s.n; ++i)
    finding.add(same_bits(y_[i], s.y[i]) && same_bits(d_[i], s.d[i]), s.x[i]);
}

template <class T>
void PropertyChecks<T>::check_range(const Stretch<T>& s, Finding<T>& finding) const {
  if (shape_.low == -infinity && shape_.high == infinity && shape_.derivative_low == -infinity &&
      shape_.derivative_high == infinity)
    return;
  for (std::size_t i = 0; i < s.n; ++i) {
    const auto y = Format<T>::wide(s.y[i]);
    const auto d = Format<T>::wide(s.d[i]);
    const bool is_outside = y < shape_.low || y > shape_.high || d < shape_.derivative_low ||
                            d > shape_.derivative_high;
    finding.add(!is_outside, s.x[i]);
  }
}

template <class T>
void PropertyChecks<T>::check_symmetry(const Stretch<T>& s, Finding<T>& finding) {
  if (shape_.parity == 0 && shape_.derivative_parity == 0) return;
  using F = Format<T>;
  x_.resize(s.n);
  y_.resize(s.n);
  d_.resize(s.n);
  for (std::size_t i = 0; i < s.n; ++i) x_[i] = F::from_bits(F::bits(s.x[i]) ^ F::sign);
  subject_.both(subject_.value, x_.data(), y_.data(), d_.data(), s.n);
  const auto mirrored = [](T at_minus_x, T at_x, int parity) {
    if (parity == 0) return true;
    const T expected = parity == 1 ? at_x : F::from_bits(F::bits(at_x) ^ F::sign);
    return same_bits(at_minus_x, expected);
  };
  for (std::size_t i = 0; i < s.n; ++i)
    finding.add(
        mirrored(y_[i], s.y[i], shape_.parity) && mirrored(d_[i], s.d[i], shape_.derivative_parity),
        s.x[i]);
}

template <class T>
void PropertyChecks<T>::check_monotonicity(const T* x, const T* y, std::size_t n, int direction,
                                           double tolerance, Finding<T>& finding) const {
  using W = Wide<T>;
  if (direction == 0 || n == 0 || Format<T>::is_nan(x[n - 1])) return;
  const W sign = direction;
  W highest = sign * Format<T>::wide(y[0]);
  for (std::size_t i = 1; i < n; ++i) {
    const W height = sign * Format<T>::wide(y[i]);
    if (height >= highest) {
      highest = height;
      ++finding.checked;
    } else {
      const W back = (highest - height) * per_spacing<T>(height);
      finding.add(back <= static_cast<W>(tolerance), x[i]);
    }
  }
}

template <class T>
void PropertyChecks<T>::check_exceptions(const Stretch<T>& s, int exceptions,
                                         Finding<T>& finding) const {
  using F = Format<T>;
  if (F::bits(s.x[s.n - 1]) % F::sign < F::infinity && (exceptions & spurious_exceptions()) == 0) {
    finding.checked += s.n;
    return;
  }
  // One by one: the infinite and what overflows may.
  const auto is_finite = [](Wide<T> value) { return std::isfinite(F::wide(F::rounded(value))); };
  for (std::size_t i = 0; i < s.n; ++i) {
    if (!std::isfinite(F::wide(s.x[i])) || !is_finite(s.f[i]) || !is_finite(s.g[i])) continue;
    T y, d;
    std::feclearexcept(FE_ALL_EXCEPT);
    subject_.both(subject_.value, &s.x[i], &y, &d, 1);
    finding.add(std::fetestexcept(spurious_exceptions()) == 0, s.x[i]);
  }
}

template <class T>
void PropertyChecks<T>::check_flushing(const Stretch<T>& s, Finding<T>& finding) {
  using F = Format<T>;
  const T smallest_normal = F::Limits::min();
  const double parameter = std::fabs(subject_.value);
  // Flushed, this parameter is another one, and so are the ends of a steep hard sigmoid.
  if (parameter > 0 && parameter < static_cast<double>(smallest_normal)) return;
  if (std::strcmp(subject_.function, "hard_sigmoid") == 0 &&
      0.5 / parameter < static_cast<double>(smallest_normal))
    return;
  y_.resize(s.n);
  d_.resize(s.n);
  {
    const FlushesSubnormals here;
    subject_.both(subject_.value, s.x, y_.data(), d_.data(), s.n);
  }
  if (same_memory(y_, s.y, s.n) && same_memory(d_, s.d, s.n)) {
    finding.checked += s.n;
    return;
  }
  const auto is_small = [&](T value) {
    return (F::bits(value) & ~F::sign) <= F::bits(smallest_normal);
  };
  for (std::size_t i = 0; i < s.n; ++i) {
    // Of a flushed result there is a zero, or, if it was flushed late, itself.
    const auto holds = [&](T flushed, T kept) {
      return same_bits(flushed, kept) || is_small(kept);
    };
    finding.add(is_small(s.x[i]) || (holds(y_[i], s.y[i]) && holds(d_[i], s.d[i])), s.x[i]);
  }
}

template class PropertyChecks<float>;
template class PropertyChecks<double>;

}  // namespace accuracy
