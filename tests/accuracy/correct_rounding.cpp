#include <accuracy/correct_rounding.hpp>

#ifdef ACCURACY_HAS_MPFR
#include <mpfr.h>
#endif

#include <stdexcept>

namespace accuracy {

#ifdef ACCURACY_HAS_MPFR

namespace {

class Number {
 public:
  Number() { mpfr_init(raw_); }
  explicit Number(double value) : Number() { mpfr_set_d(raw_, value, MPFR_RNDN); }
  Number(const Number&) = delete;
  Number& operator=(const Number&) = delete;
  ~Number() { mpfr_clear(raw_); }
  operator mpfr_ptr() { return raw_; }

 private:
  mpfr_t raw_;
};

// 1 / (1 + e^-t)
void logistic(Number& result, Number& t, int sign) {
  if (sign > 0)
    mpfr_neg(result, t, MPFR_RNDN);
  else
    mpfr_set(result, t, MPFR_RNDN);
  mpfr_exp(result, result, MPFR_RNDN);
  mpfr_add_ui(result, result, 1, MPFR_RNDN);
  mpfr_ui_div(result, 1, result, MPFR_RNDN);
}

void evaluate(Number& y, const std::string& function, Part part, double value, double at) {
  Number x(at), s, opposite;
  const bool forward = part == Part::forward;
  if (function == "sigmoid") {
    logistic(y, x, 1);
    if (!forward) {
      logistic(opposite, x, -1);
      mpfr_mul(y, y, opposite, MPFR_RNDN);
    }
  } else if (function == "tanh") {
    if (forward) {
      mpfr_tanh(y, x, MPFR_RNDN);
    } else {
      mpfr_sech(y, x, MPFR_RNDN);
      mpfr_sqr(y, y, MPFR_RNDN);
    }
  } else if (function == "elu") {
    if (at > 0) {
      mpfr_set_d(y, forward ? at : 1, MPFR_RNDN);
    } else {
      forward ? mpfr_expm1(y, x, MPFR_RNDN) : mpfr_exp(y, x, MPFR_RNDN);
      mpfr_mul_d(y, y, value, MPFR_RNDN);
    }
  } else if (function == "swish") {
    Number t(value);
    mpfr_mul(t, t, x, MPFR_RNDN);
    logistic(s, t, 1);
    if (forward) {
      mpfr_mul(y, x, s, MPFR_RNDN);
    } else {
      logistic(opposite, t, -1);
      mpfr_mul(y, t, opposite, MPFR_RNDN);
      mpfr_add_ui(y, y, 1, MPFR_RNDN);
      mpfr_mul(y, y, s, MPFR_RNDN);
    }
  } else if (function == "leaky_relu" || function == "prelu") {
    mpfr_set_d(y, forward ? at : 1, MPFR_RNDN);
    if (!(at > 0)) mpfr_mul_d(y, y, value, MPFR_RNDN);
    if (forward && !(at > 0) && value == 0) mpfr_set_zero(y, 1);  // with slope 0 it is ReLU
  } else {
    throw std::logic_error("no arbitrary precision for " + function);
  }
}

}  // namespace

bool can_settle() { return true; }

void forget_settled() { mpfr_free_cache2(MPFR_FREE_LOCAL_CACHE); }

template <class T>
T settled(const std::string& function, Part part, double value, T x) {
  using F = Format<T>;
  // swish of the smallest float is x/2 + x^2/4 - ...: 150 bits tell it from a tie, of the smallest
  // double 1076.
  mpfr_set_default_prec(sizeof(Wide<T>) > sizeof(double) ? 1300 : 700);
  Number y;
  evaluate(y, function, part, value, static_cast<double>(F::wide(x)));
  if (mpfr_zero_p(static_cast<mpfr_ptr>(y)))
    return F::rounded(static_cast<Wide<T>>(mpfr_get_d(y, MPFR_RNDN)));
  // As an integer count of the spacing, so that there is one rounding, for subnormals too.
  const long exponent = static_cast<long>(mpfr_get_exp(static_cast<mpfr_ptr>(y))) - 1;
  const long of_spacing =
      (exponent < F::min_exponent ? long{F::min_exponent} : exponent) - F::digits + 1;
  mpfr_mul_2si(y, y, -of_spacing, MPFR_RNDN);
  mpfr_rint(y, y, MPFR_RNDN);
  return F::rounded(
      std::ldexp(static_cast<Wide<T>>(mpfr_get_d(y, MPFR_RNDN)), static_cast<int>(of_spacing)));
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
