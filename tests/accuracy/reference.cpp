#include <accuracy/reference.hpp>

namespace accuracy {
namespace {

template <class W>
struct Pair {
  W f;
  W d;
};

/// A constant in two parts, the first of 64 digits.
template <class W>
struct Constant {
  Constant(long double first, long double second)
      : high(static_cast<W>(first)),
        low(static_cast<W>((first - static_cast<long double>(high)) + second)) {}
  W high;
  W low;
};

/// Where W holds a normal e^-|x|. In T it is 0 long before.
template <class W>
constexpr W decay_limit = sizeof(W) == sizeof(double) ? 700 : 11000;

/// e^-|t| of a product t. A double's t does not fit into a long double of 64 digits: rounded, it
/// costs e^t a third of a double's ULP at 745. (A float's t fits into a double.)
template <class T>
Wide<T> decay_of_product(Wide<T> factor, Wide<T> x, Wide<T> t) {
  using W = Wide<T>;
  const W e = std::exp(-std::fabs(t));
  if constexpr (std::numeric_limits<W>::digits < 2 * Format<T>::digits)
    if (factor != 1 && std::fabs(t) > 1 && std::fabs(t) < decay_limit<W>)
      return e - e * std::copysign(W(1), t) * std::fma(factor, x, -t);
  return e;
}

/// By the root of a derivative a double's error is an eighth of a float's ULP: wider, then.
template <class W>
W careful_by_root(W x, W (*derivative)(W), long double (*wider)(long double)) {
  const W value = derivative(x);
  if (std::is_same_v<W, double> && std::fabs(value) < 0x1p-10 && std::fabs(x) < 4)
    return static_cast<W>(wider(x));
  return value;
}

/// A parameter, rounded once to the element type, as the library does.
template <class T>
Wide<T> parameter(double value) {
  return Format<T>::wide(Format<T>::parameter(value));
}

struct Identity {
  template <class T>
  static Pair<Wide<T>> at(Wide<T>, Wide<T> x) {
    return {x, 1};
  }
};

struct Step {
  template <class T>
  static Pair<Wide<T>> at(Wide<T>, Wide<T> x) {
    return {x > 0 ? Wide<T>(1) : Wide<T>(0), 0};
  }
};

struct Rectifier {
  template <class T>
  static Pair<Wide<T>> at(Wide<T> a, Wide<T> x) {
    using W = Wide<T>;
    if (x > 0) return {x, 1};
    // With slope 0 it is ReLU, +0 at -0 and at -infinity.
    return {a == 0 ? W(0) : a * x, a};
  }
};

struct ReLU {
  template <class T>
  static Pair<Wide<T>> at(Wide<T>, Wide<T> x) {
    return Rectifier::at<T>(0, x);
  }
};

// The library has e^-|x|; this e^-x, and 1 / (2 + e^-x + e^x).
struct Sigmoid {
  template <class T>
  static Pair<Wide<T>> at(Wide<T>, Wide<T> x) {
    using W = Wide<T>;
    const W e = std::exp(-x);
    return {1 / (1 + e), 1 / (2 + e + 1 / e)};
  }
};

// The library has e^-2|x|; this grows.
struct Tanh {
  template <class T>
  static Pair<Wide<T>> at(Wide<T>, Wide<T> x) {
    using W = Wide<T>;
    // Beyond, f is 1 and f' 0 in T, and m would overflow.
    constexpr W limit = sizeof(W) == sizeof(double) ? 170 : 2000;
    const W magnitude = std::fabs(x) > limit ? limit : std::fabs(x);
    const W m = std::expm1(2 * magnitude);
    const W half = m + 2;
    return {std::copysign(m / half, x), 4 * (m + 1) / (half * half)};
  }
};

// One of e^x and e^x - 1 loses nothing when it is made of the other.
struct ELU {
  template <class T>
  static Pair<Wide<T>> at(Wide<T> a, Wide<T> x) {
    using W = Wide<T>;
    if (x > 0) return {x, 1};
    if (x < -1) {
      const W e = std::exp(x);
      return {a * (e - 1), a * e};
    }
    const W m = std::expm1(x);
    return {a * m, a * (m + 1)};
  }
};

struct Swish {
  /// From t and e^-t. By its root a double's error is an eighth of a float's ULP: wider, then.
  template <class W>
  static W derivative(W t, W e) {
    const W value = (1 + t * (e / (1 + e))) / (1 + e);
    if constexpr (std::is_same_v<W, double>) {
      using Wider = long double;
      if (std::fabs(value) < 0x1p-10 && std::fabs(t) < 2)
        return static_cast<double>(derivative<Wider>(t, std::exp(-Wider(t))));
    }
    return value;
  }
  template <class T>
  static Pair<Wide<T>> at(Wide<T> beta, Wide<T> x) {
    using W = Wide<T>;
    if (beta == 0) return {x / 2, W(0.5)};
    const W t = beta * x;
    // 0 in T on one side and 1 on the other, at infinity too.
    if (t < -decay_limit<W>) return {std::copysign(W(0), x), -W(0)};
    if (t > decay_limit<W>) return {x, 1};
    const W decay = decay_of_product<T>(beta, x, t);
    const W e = t < 0 ? 1 / decay : decay;
    const W s = 1 / (1 + e);
    return {x * s, derivative(t, e)};
  }
};

struct ReLU6 {
  template <class T>
  static Pair<Wide<T>> at(Wide<T>, Wide<T> x) {
    using W = Wide<T>;
    return {x > 6 ? 6 : x > 0 ? x : 0, x > 0 && x < 6 ? W(1) : W(0)};
  }
};

/// With value 0.
struct Threshold {
  template <class T>
  static Pair<Wide<T>> at(Wide<T> threshold, Wide<T> x) {
    using W = Wide<T>;
    return x > threshold ? Pair<W>{x, 1} : Pair<W>{0, 0};
  }
};

struct HardShrink {
  template <class T>
  static Pair<Wide<T>> at(Wide<T> lambda, Wide<T> x) {
    using W = Wide<T>;
    return std::fabs(x) > lambda ? Pair<W>{x, 1} : Pair<W>{0, 0};
  }
};

struct SoftShrink {
  template <class T>
  static Pair<Wide<T>> at(Wide<T> width, Wide<T> x) {
    if (std::fabs(x) <= width) return {0, 0};
    return {x > 0 ? x - width : x + width, 1};
  }
};

struct SquaredReLU {
  template <class T>
  static Pair<Wide<T>> at(Wide<T>, Wide<T> x) {
    using W = Wide<T>;
    return x > 0 ? Pair<W>{x * x, 2 * x} : Pair<W>{0, 0};
  }
};

/// With high = 1.
struct HardTanh {
  template <class T>
  static Pair<Wide<T>> at(Wide<T> low, Wide<T> x) {
    if (x <= low) return {low + 0, 0};  // +0 for -0
    if (x >= 1) return {1, 0};
    return {x, 1};
  }
};

/// With high = 1 and the slopes 0.01.
struct LeakyHardTanh {
  template <class T>
  static Pair<Wide<T>> at(Wide<T> low, Wide<T> x) {
    using W = Wide<T>;
    const W slope = parameter<T>(0.01);
    if (x < low) return {low + slope * (x - low), slope};
    if (x > 1) return {1 + slope * (x - 1), slope};
    return {x, x == low ? slope : 1};
  }
};

/// With the offset 1/2: from the one end to the other, each rounded to T.
struct HardSigmoid {
  template <class T>
  static Pair<Wide<T>> at(Wide<T> slope, Wide<T> x) {
    using W = Wide<T>;
    if (slope == 0) return {W(0.5), 0};
    const W zero = rounded_end<T>(-0.5 / static_cast<double>(slope));
    const W one = rounded_end<T>(0.5 / static_cast<double>(slope));
    if (slope > 0 ? x <= zero : x >= zero) return {0, 0};
    if (slope > 0 ? x >= one : x <= one) return {1, 0};
    return {(x - zero) / (one - zero), slope};
  }
};

struct HardSwish {
  template <class T>
  static Pair<Wide<T>> at(Wide<T>, Wide<T> x) {
    using W = Wide<T>;
    if (x <= -3) return {-W(0), 0};
    if (x >= 3) return {x, 1};
    return {x * (x + 3) / 6, (2 * x + 3) / 6};
  }
};

struct Softsign {
  template <class T>
  static Pair<Wide<T>> at(Wide<T>, Wide<T> x) {
    using W = Wide<T>;
    if (std::isinf(x)) return {std::copysign(W(1), x), 0};
    const W sum = 1 + std::fabs(x);
    return {x / sum, 1 / (sum * sum)};
  }
};

/// log(1 + e^-x) by e^-|x|, as the library has it: there is no other way for all x.
struct Softplus {
  template <class T>
  static Pair<Wide<T>> at(Wide<T> beta, Wide<T> x) {
    using W = Wide<T>;
    if (beta == 0) return {std::numeric_limits<W>::infinity(), W(0.5)};
    const W t = beta * x;
    const W e = decay_of_product<T>(beta, x, t);
    const W rest = std::log1p(e) / beta;
    return {t > 0 ? x + rest : rest, (t > 0 ? 1 : e) / (1 + e)};
  }
};

struct LogSigmoid {
  template <class T>
  static Pair<Wide<T>> at(Wide<T>, Wide<T> x) {
    using W = Wide<T>;
    const W e = std::exp(-std::fabs(x));
    const W rest = std::log1p(e);
    return {x < 0 ? x - rest : -rest, (x > 0 ? e : 1) / (1 + e)};
  }
};

struct SELU {
  template <class T>
  static Pair<Wide<T>> at(Wide<T>, Wide<T> x) {
    using W = Wide<T>;
    const W lambda = static_cast<W>(1.0507009873554804934193349852946L);
    const W lambda_alpha = static_cast<W>(1.7580993408473768599402175208123L);
    if (x > 0) return {lambda * x, lambda};
    return {lambda_alpha * std::expm1(x), lambda_alpha * std::exp(x)};
  }
};

struct CELU {
  template <class T>
  static Pair<Wide<T>> at(Wide<T> alpha, Wide<T> x) {
    using W = Wide<T>;
    if (x > 0 || (alpha == 0 && x == 0)) return {x, 1};
    if (alpha == 0) return {-W(0), 0};
    const W t = x / alpha;
    W e = std::exp(t);
    // As for a product.
    if (t < -1 && t > -decay_limit<W>) e += e * (std::fma(-t, alpha, x) / alpha);
    return {alpha * std::expm1(t), e};
  }
};

struct Mish {
  template <class W>
  static W derivative(W x) {
    const W e = std::exp(x);
    const W w = e * (e + 2);
    return (w * (w + 2) + 4 * x * e * (e + 1)) / ((w + 2) * (w + 2));
  }
  template <class T>
  static Pair<Wide<T>> at(Wide<T>, Wide<T> x) {
    using W = Wide<T>;
    if (x > 80) return {x, 1};
    if (x < -decay_limit<W>) return {-W(0), -W(0)};
    const W e = std::exp(x);
    const W w = e * (e + 2);
    return {x * (w / (w + 2)), careful_by_root(x, &derivative<W>, &derivative<long double>)};
  }
};

/// By erfc, with the rounding errors of x / sqrt(2) and of x^2.
struct GELU {
  template <class W>
  static W density(W x) {
    const W square = x * x;
    const W rest = std::fma(x, x, -square);
    return std::exp(-square / 2) * (1 - rest / 2) *
           static_cast<W>(0.3989422804014326779399460599343818684759L);
  }
  template <class W>
  static W distribution(W x) {
    const Constant<W> factor(0x1.6a09e667f3bcc908p-1L, 0x1.65f626cdd52afa7cp-66L);
    const W a = -x * factor.high;
    const W rest = -std::fma(x, factor.high, a) - x * factor.low;
    // erfc' is -2/sqrt(pi) e^-a^2.
    return std::erfc(a) / 2 -
           std::exp(-a * a) * rest * static_cast<W>(0.5641895835477562869480794515607725858441L);
  }
  /// The Taylor series around the root of the derivative.
  template <class W>
  static W derivative_by_root(W distance) {
    constexpr long double coefficients[] = {
        0.431493992314046919786507169629L,     0.388284982990551997858080427426L,
        -0.0181996763986710871005692889642L,   -0.114008233297221708552437031864L,
        -0.0147715221482443377178381265143L,   0.0194216798381890658890342836973L,
        0.00453922837912541557363431436266L,   -0.00223953806807349715127894941293L,
        -0.000744826838674681624273135308809L, 0.000186339746232335132804436765485L,
        0.0000861594786111657162779447097661L};
    W sum = 0;
    for (std::size_t i = std::size(coefficients); i-- > 0;)
      sum = sum * distance + static_cast<W>(coefficients[i]);
    return sum * distance;
  }
  template <class T>
  static Pair<Wide<T>> at(Wide<T>, Wide<T> x) {
    using W = Wide<T>;
    const Constant<W> root(-0x1.80ead197f00b3dd8p-1L, -0x1.8b3a735257d3456ap-68L);
    if (x > 40) return {x, 1};
    if (x < (sizeof(W) == sizeof(double) ? -37 : -100)) return {-W(0), -W(0)};
    const W phi = distribution(x);
    const W distance = (x - root.high) - root.low;
    return {x * phi,
            std::fabs(distance) < W(0x1p-6) ? derivative_by_root(distance) : phi + x * density(x)};
  }
};

struct GELUTanh {
  template <class W>
  static Pair<W> value(W x) {
    // t = 2 sqrt(2/pi) x (1 + 0.044715 x^2) in two parts.
    const Constant<W> factor(0x1.9884533d436508d0p+0L, 0x1.f9678a017571c5fep-65L);
    const Constant<W> cubic(0x1.6e4e26d4801f7510p-5L, 0x1.355475a31a4bdba0p-71L);
    const W square = x * x;
    const W square_low = std::fma(x, x, -square);
    const W product = cubic.high * square;
    const W product_low =
        std::fma(cubic.high, square, -product) + cubic.high * square_low + cubic.low * square;
    const W sum = 1 + product;
    const W sum_low = (product > 1 ? (product - sum) + 1 : (1 - sum) + product) + product_low;
    const W line = x * sum;
    const W line_low = std::fma(x, sum, -line) + x * sum_low;
    const W t = factor.high * line;
    const W t_low = std::fma(factor.high, line, -t) + factor.high * line_low + factor.low * line;
    const W e = std::exp(-std::fabs(t)) * (1 - (t < 0 ? -t_low : t_low));
    const W s = (t < 0 ? e : 1) / (1 + e);
    const W rest = (t < 0 ? 1 : e) / (1 + e);
    const W slope = factor.high * x * (1 + 3 * product);
    return {x * s, s * (1 + slope * rest)};
  }
  template <class W>
  static W derivative(W x) {
    return value(x).d;
  }
  template <class T>
  static Pair<Wide<T>> at(Wide<T>, Wide<T> x) {
    using W = Wide<T>;
    if (x > 30) return {x, 1};
    if (x < (sizeof(W) == sizeof(double) ? -20 : -30)) return {-W(0), -W(0)};
    return {value(x).f, careful_by_root(x, &derivative<W>, &derivative<long double>)};
  }
};

/// x - tanh(x) by tanh's continued fraction near 0, and by e^2|x| farther out.
struct TanhShrink {
  template <class T>
  static Pair<Wide<T>> at(Wide<T>, Wide<T> x) {
    using W = Wide<T>;
    const W magnitude = std::fabs(x);
    if (magnitude > 1) {
      const W rest = magnitude > 200 ? 0 : 2 / (std::exp(2 * magnitude) + 1);
      return {std::copysign((magnitude - 1) + rest, x), (1 - rest) * (1 - rest)};
    }
    const W square = x * x;
    W fraction = 41;
    for (int odd = 39; odd >= 3; odd -= 2) fraction = odd + square / fraction;
    const W rest = square / fraction;  // tanh(x) = x / (1 + rest)
    const W tanh = x / (1 + rest);
    return {tanh * rest, tanh * tanh};
  }
};

/// With b = 2/3.
struct ScaledTanh {
  template <class T>
  static Pair<Wide<T>> at(Wide<T> a, Wide<T> x) {
    using W = Wide<T>;
    const W b = parameter<T>(2.0 / 3);
    const W t = b * x;
    const W e = decay_of_product<T>(b, x, t);
    const W square = e * e;
    const W cosh = 1 + square;
    return {a * std::tanh(t), 4 * (a * b) * square / (cosh * cosh)};
  }
};

/// With alpha_n = 0.8, beta = 0.5 and eps = -1e-6.
struct XIELU {
  template <class T>
  static Pair<Wide<T>> at(Wide<T> alpha_p, Wide<T> x) {
    using W = Wide<T>;
    const W alpha_n = parameter<T>(0.8);
    const W beta = parameter<T>(0.5);
    const W eps = parameter<T>(-1e-6);
    if (x > 0) {
      if (alpha_p == 0) return {beta * x, beta};
      return {x * (alpha_p * x + beta), 2 * alpha_p * x + beta};
    }
    if (x > eps) return {alpha_n * (std::expm1(eps) - x) + beta * x, beta - alpha_n};
    if (x < W(-0x1p70)) return {(beta - alpha_n) * x, beta - alpha_n};
    return {value(alpha_n, beta, x), slope(alpha_n, beta, x)};
  }

 private:
  template <class W>
  static W value(W alpha_n, W beta, W x) {
    const W y = alpha_n * (std::expm1(x) - x) + beta * x;
    if constexpr (std::is_same_v<W, double>)
      if (std::fabs(y) < std::fabs(x) * 0x1p-6)
        return static_cast<double>(value<long double>(alpha_n, beta, x));
    return y;
  }
  template <class W>
  static W slope(W alpha_n, W beta, W x) {
    const W d = alpha_n * std::expm1(x) + beta;
    if constexpr (std::is_same_v<W, double>)
      if (std::fabs(d) < 0x1p-6) return static_cast<double>(slope<long double>(alpha_n, beta, x));
    return d;
  }
};

template <class Function, class T>
void evaluate(double value, const T* x, Wide<T>* f, Wide<T>* d, std::size_t n) {
  const Wide<T> first = parameter<T>(value);
  for (std::size_t i = 0; i < n; ++i) {
    const Pair<Wide<T>> pair = Function::template at<T>(first, Format<T>::wide(x[i]));
    const bool is_nan = Format<T>::is_nan(x[i]);
    f[i] = is_nan ? Format<T>::wide(x[i]) : pair.f;
    d[i] = is_nan ? Format<T>::wide(x[i]) : pair.d;
  }
}

}  // namespace

template <class T>
Reference<T> reference_of(const std::string& function) {
  if (function == "identity") return &evaluate<Identity, T>;
  if (function == "step") return &evaluate<Step, T>;
  if (function == "sigmoid") return &evaluate<Sigmoid, T>;
  if (function == "tanh") return &evaluate<Tanh, T>;
  if (function == "relu") return &evaluate<ReLU, T>;
  if (function == "leaky_relu" || function == "prelu") return &evaluate<Rectifier, T>;
  if (function == "elu") return &evaluate<ELU, T>;
  if (function == "swish") return &evaluate<Swish, T>;
  if (function == "relu6") return &evaluate<ReLU6, T>;
  if (function == "threshold" || function == "thresholded_relu") return &evaluate<Threshold, T>;
  if (function == "hard_shrink") return &evaluate<HardShrink, T>;
  if (function == "soft_shrink") return &evaluate<SoftShrink, T>;
  if (function == "squared_relu") return &evaluate<SquaredReLU, T>;
  if (function == "hard_tanh") return &evaluate<HardTanh, T>;
  if (function == "leaky_hard_tanh") return &evaluate<LeakyHardTanh, T>;
  if (function == "hard_sigmoid") return &evaluate<HardSigmoid, T>;
  if (function == "hard_swish") return &evaluate<HardSwish, T>;
  if (function == "softsign") return &evaluate<Softsign, T>;
  if (function == "softplus") return &evaluate<Softplus, T>;
  if (function == "log_sigmoid") return &evaluate<LogSigmoid, T>;
  if (function == "selu") return &evaluate<SELU, T>;
  if (function == "celu") return &evaluate<CELU, T>;
  if (function == "mish") return &evaluate<Mish, T>;
  if (function == "gelu") return &evaluate<GELU, T>;
  if (function == "gelu_tanh") return &evaluate<GELUTanh, T>;
  if (function == "tanh_shrink") return &evaluate<TanhShrink, T>;
  if (function == "scaled_tanh") return &evaluate<ScaledTanh, T>;
  if (function == "xielu") return &evaluate<XIELU, T>;
  return nullptr;
}

template Reference<float> reference_of<float>(const std::string&);
template Reference<double> reference_of<double>(const std::string&);

}  // namespace accuracy
