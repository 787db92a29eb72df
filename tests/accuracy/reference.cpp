#include <accuracy/reference.hpp>

namespace accuracy {
namespace {

template <class W>
struct Pair {
  W f;
  W d;
};

struct Identity {
  template <class T>
  static Pair<Wide<T>> at(T, T x) {
    return {Format<T>::wide(x), 1};
  }
};

struct Step {
  template <class T>
  static Pair<Wide<T>> at(T, T x) {
    return {Format<T>::wide(x) > 0 ? Wide<T>(1) : Wide<T>(0), 0};
  }
};

struct Rectifier {
  template <class T>
  static Pair<Wide<T>> at(T slope, T x) {
    using W = Wide<T>;
    const W a = Format<T>::wide(slope);
    const W wide = Format<T>::wide(x);
    if (wide > 0) return {wide, 1};
    // With slope 0 it is ReLU, +0 at -0 and at -infinity.
    return {a == 0 ? W(0) : a * wide, a};
  }
};

struct ReLU {
  template <class T>
  static Pair<Wide<T>> at(T, T x) {
    return Rectifier::at(Format<T>::from_bits(0), x);
  }
};

// The library has e^-|x|; this e^-x, and 1 / (2 + e^-x + e^x).
struct Sigmoid {
  template <class T>
  static Pair<Wide<T>> at(T, T x) {
    using W = Wide<T>;
    const W e = std::exp(-Format<T>::wide(x));
    return {1 / (1 + e), 1 / (2 + e + 1 / e)};
  }
};

// The library has e^-2|x|; this grows.
struct Tanh {
  template <class T>
  static Pair<Wide<T>> at(T, T x) {
    using W = Wide<T>;
    const W wide = Format<T>::wide(x);
    // Beyond, f is 1 and f' 0 in T, and m would overflow.
    constexpr W limit = sizeof(W) == sizeof(double) ? 170 : 2000;
    const W magnitude = std::fabs(wide) > limit ? limit : std::fabs(wide);
    const W m = std::expm1(2 * magnitude);
    const W half = m + 2;
    return {std::copysign(m / half, wide), 4 * (m + 1) / (half * half)};
  }
};

// One of e^x and e^x - 1 loses nothing when it is made of the other.
struct ELU {
  template <class T>
  static Pair<Wide<T>> at(T alpha, T x) {
    using W = Wide<T>;
    const W a = Format<T>::wide(alpha);
    const W wide = Format<T>::wide(x);
    if (wide > 0) return {wide, 1};
    if (wide < -1) {
      const W e = std::exp(wide);
      return {a * (e - 1), a * e};
    }
    const W m = std::expm1(wide);
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
  static Pair<Wide<T>> at(T scale, T x) {
    using W = Wide<T>;
    const W beta = Format<T>::wide(scale);
    const W wide = Format<T>::wide(x);
    if (beta == 0) return {wide / 2, W(0.5)};
    const W t = beta * wide;
    // 0 in T on one side and 1 on the other, at infinity too.
    constexpr W limit = sizeof(W) == sizeof(double) ? 700 : 11000;
    if (t < -limit) return {std::copysign(W(0), wide), -W(0)};
    if (t > limit) return {wide, 1};
    W e = std::exp(-t);
    // A double's t does not fit into a long double of 64 digits: rounded, it costs e^t a third of a
    // double's ULP at 745. (A float's t fits into a double.)
    if constexpr (std::numeric_limits<W>::digits < 2 * Format<T>::digits)
      if (beta != 1 && std::fabs(t) > 1) e -= e * std::fma(beta, wide, -t);
    const W s = 1 / (1 + e);
    return {wide * s, derivative(t, e)};
  }
};

template <class Function, class T>
void evaluate(double value, const T* x, Wide<T>* f, Wide<T>* d, std::size_t n) {
  const T parameter =
      Format<T>::parameter(value);  // rounded once to the element type, as the library does
  for (std::size_t i = 0; i < n; ++i) {
    const Pair<Wide<T>> pair = Function::at(parameter, x[i]);
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
  return nullptr;
}

template Reference<float> reference_of<float>(const std::string&);
template Reference<double> reference_of<double>(const std::string&);

}  // namespace accuracy
