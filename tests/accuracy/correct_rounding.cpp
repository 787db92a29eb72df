#include <accuracy/correct_rounding.hpp>

#include <accuracy/reference.hpp>

#ifdef ACCURACY_HAS_MPFR
#include <mpfr.h>
#endif

#include <cmath>
#include <limits>
#include <stdexcept>

namespace accuracy {

#ifdef ACCURACY_HAS_MPFR

namespace {

/// A number of MPFR's default precision, rounded to nearest by every operation.
class Number {
 public:
  Number() { mpfr_init(raw_); }
  Number(double value) : Number() { mpfr_set_d(raw_, value, MPFR_RNDN); }
  Number(const char* decimal) : Number() { mpfr_set_str(raw_, decimal, 10, MPFR_RNDN); }
  Number(const Number& other) : Number() { mpfr_set(raw_, other.raw_, MPFR_RNDN); }
  Number& operator=(const Number& other) {
    mpfr_set(raw_, other.raw_, MPFR_RNDN);
    return *this;
  }
  ~Number() { mpfr_clear(raw_); }
  mpfr_ptr raw() { return raw_; }
  mpfr_srcptr raw() const { return raw_; }

 private:
  mpfr_t raw_;
};

using Unary = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);
using Binary = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_srcptr, mpfr_rnd_t);

Number applied(Unary function, const Number& x) {
  Number y;
  function(y.raw(), x.raw(), MPFR_RNDN);
  return y;
}
Number applied(Binary function, const Number& a, const Number& b) {
  Number y;
  function(y.raw(), a.raw(), b.raw(), MPFR_RNDN);
  return y;
}

Number operator+(const Number& a, const Number& b) { return applied(mpfr_add, a, b); }
Number operator-(const Number& a, const Number& b) { return applied(mpfr_sub, a, b); }
Number operator*(const Number& a, const Number& b) { return applied(mpfr_mul, a, b); }
Number operator/(const Number& a, const Number& b) { return applied(mpfr_div, a, b); }
Number operator-(const Number& a) { return applied(mpfr_neg, a); }
Number square(const Number& x) { return x * x; }
Number exp(const Number& x) { return applied(mpfr_exp, x); }
Number expm1(const Number& x) { return applied(mpfr_expm1, x); }
Number log1p(const Number& x) { return applied(mpfr_log1p, x); }
Number tanh(const Number& x) { return applied(mpfr_tanh, x); }
Number sech(const Number& x) { return applied(mpfr_sech, x); }
Number erfc(const Number& x) { return applied(mpfr_erfc, x); }
Number sqrt(const Number& x) { return applied(mpfr_sqrt, x); }
Number pi() {
  Number y;
  mpfr_const_pi(y.raw(), MPFR_RNDN);
  return y;
}

Number sigmoid(const Number& t) { return 1 / (1 + exp(-t)); }
Number softplus(const Number& t) {
  return mpfr_sgn(t.raw()) > 0 ? t + log1p(exp(-t)) : log1p(exp(t));
}

/// f or f' at x, of one of the functions with digits to settle: `value` is its parameter.
template <class T>
Number evaluate(const std::string& function, Part part, double value, double at) {
  const auto rounded = [](double parameter) {
    return static_cast<double>(Format<T>::wide(Format<T>::parameter(parameter)));
  };
  const Number x = at;
  const bool forward = part == Part::forward;
  if (function == "sigmoid") return forward ? sigmoid(x) : sigmoid(x) * sigmoid(-x);
  if (function == "tanh") return forward ? tanh(x) : square(sech(x));
  if (function == "elu") {
    if (at > 0) return forward ? at : 1.0;
    return value * (forward ? expm1(x) : exp(x));
  }
  if (function == "swish") {
    const Number t = value * x;
    return forward ? x * sigmoid(t) : sigmoid(t) * (1 + t * sigmoid(-t));
  }
  if (function == "leaky_relu" || function == "prelu") {
    if (at > 0) return forward ? at : 1.0;
    if (forward && value == 0) return 0.0;  // with slope 0 it is ReLU
    return forward ? value * x : value;
  }
  if (function == "soft_shrink") {
    if (std::fabs(at) <= value) return 0.0;
    return forward ? x - std::copysign(value, at) : 1.0;
  }
  if (function == "squared_relu") {
    if (!(at > 0)) return 0.0;
    return forward ? x * x : 2 * x;
  }
  if (function == "leaky_hard_tanh") {
    const double slope = rounded(0.01);
    if (at < value) return forward ? value + slope * (x - value) : slope;
    if (at > 1) return forward ? 1 + slope * (x - 1) : slope;
    return forward ? at : at == value ? slope : 1;
  }
  if (function == "hard_sigmoid") {
    if (value == 0) return forward ? 0.5 : 0.0;
    const Number zero = static_cast<double>(rounded_end<T>(-0.5 / value));
    const Number one = static_cast<double>(rounded_end<T>(0.5 / value));
    const Number y = (x - zero) / (one - zero);
    if (mpfr_sgn(y.raw()) <= 0) return 0.0;
    if (mpfr_cmp_ui(y.raw(), 1) >= 0) return forward ? 1.0 : 0.0;
    return forward ? y : value;
  }
  if (function == "hard_swish") {
    if (at <= -3) return forward ? -0.0 : 0.0;
    if (at >= 3) return forward ? at : 1.0;
    return (forward ? x * (x + 3) : 2 * x + 3) / 6;
  }
  if (function == "softsign") {
    const Number sum = 1 + Number(std::fabs(at));
    return forward ? x / sum : 1 / square(sum);
  }
  if (function == "softplus") {
    if (value == 0) return forward ? std::numeric_limits<double>::infinity() : 0.5;
    return forward ? softplus(value * x) / value : sigmoid(value * x);
  }
  if (function == "log_sigmoid") return forward ? -softplus(-x) : sigmoid(-x);
  if (function == "selu") {
    const Number lambda = "1.0507009873554804934193349852946";
    const Number alpha = "1.6732632423543772848170429916717";
    if (at > 0) return forward ? lambda * x : lambda;
    return lambda * alpha * (forward ? expm1(x) : exp(x));
  }
  if (function == "celu") {
    if (at > 0) return forward ? at : 1.0;
    if (value == 0) return forward ? (at == 0 ? at : -0.0) : (at == 0 ? 1.0 : 0.0);
    return forward ? value * expm1(x / value) : exp(x / value);
  }
  if (function == "mish") {
    if (at < -1e6) return -0.0;
    const Number t = tanh(softplus(x));
    return forward ? x * t : t + x * sigmoid(x) * square(sech(softplus(x)));
  }
  if (function == "gelu") {
    if (at < -1000) return -0.0;
    const Number distribution = erfc(-x / sqrt(2)) / 2;
    if (forward) return x * distribution;
    return distribution + x * exp(-square(x) / 2) / sqrt(2 * pi());
  }
  if (function == "gelu_tanh") {
    const Number factor = sqrt(2 / pi()), cubic = "0.044715";
    const Number t = 2 * factor * (x + cubic * x * square(x));
    if (forward) return x * sigmoid(t);
    const Number slope = 2 * factor * (1 + 3 * cubic * square(x));
    return sigmoid(t) * (1 + x * slope * sigmoid(-t));
  }
  if (function == "tanh_shrink") return forward ? x - tanh(x) : square(tanh(x));
  if (function == "scaled_tanh") {
    const Number b = rounded(2.0 / 3);
    return forward ? value * tanh(b * x) : value * b * square(sech(b * x));
  }
  if (function == "xielu") {
    const double negative = rounded(0.8), beta = rounded(0.5), eps = rounded(-1e-6);
    if (at > 0) return forward ? x * (value * x + beta) : 2 * value * x + beta;
    if (forward) return negative * (expm1(std::fmin(at, eps)) - x) + beta * x;
    return at > eps ? beta - Number(negative) : negative * expm1(x) + beta;
  }
  throw std::logic_error("no arbitrary precision for " + function);
}

}  // namespace

bool can_settle() { return true; }

void forget_settled() { mpfr_free_cache2(MPFR_FREE_LOCAL_CACHE); }

template <class T>
T settled(const std::string& function, Part part, double value, T x) {
  using F = Format<T>;
  // Near 0 some results are a boundary of roundings but for a term of a higher order: swish of the
  // smallest float is x/2 + x^2/4 - ..., so that 150 bits tell it from a tie, of the smallest
  // double 1076. Elsewhere 300 bits are enough.
  const auto at = static_cast<double>(F::wide(x));
  const bool is_tiny = std::fabs(at) < 0x1p-40;
  mpfr_set_default_prec(!is_tiny ? 300 : sizeof(Wide<T>) > sizeof(double) ? 2600 : 700);
  Number y = evaluate<T>(function, part, value, at);
  if (mpfr_zero_p(y.raw()) || mpfr_inf_p(y.raw()))
    return F::rounded(static_cast<Wide<T>>(mpfr_get_d(y.raw(), MPFR_RNDN)));
  // As an integer count of the spacing, so that there is one rounding, for subnormals too.
  const long exponent = static_cast<long>(mpfr_get_exp(y.raw())) - 1;
  const long of_spacing =
      (exponent < F::min_exponent ? long{F::min_exponent} : exponent) - F::digits + 1;
  mpfr_mul_2si(y.raw(), y.raw(), -of_spacing, MPFR_RNDN);
  mpfr_rint(y.raw(), y.raw(), MPFR_RNDN);
  return F::rounded(std::ldexp(static_cast<Wide<T>>(mpfr_get_d(y.raw(), MPFR_RNDN)),
                               static_cast<int>(of_spacing)));
}

#else

bool can_settle() { return false; }

void forget_settled() {}

template <class T>
T settled(const std::string&, Part, double, T) {
  throw std::logic_error("built without MPFR");
}

#endif

template float settled<float>(const std::string&, Part, double, float);
template double settled<double>(const std::string&, Part, double, double);

}  // namespace accuracy
