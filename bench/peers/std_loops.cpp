// The loop over the standard library's functions that is written where there is no library.
// Compiled twice: BENCH_ADD_STD and BENCH_STD_NAME say for which flags.
#include "loops.hpp"

#include <cmath>

namespace peers {
namespace {

template <class T>
struct One {
  static constexpr std::ptrdiff_t width = 1;
  static T load(const T* from) { return *from; }
  static void store(T value, T* to) { *to = value; }
};

template <class T>
T sigmoid(T x) {
  return 1 / (1 + std::exp(-x));
}

template <class T>
void add_all(Offers<T>& offers, const std::string& function, const std::string& operation) {
  const auto add = [&](auto f, auto df) {
    add_loop<T, One<T>>(offers, BENCH_STD_NAME, operation, f, df);
  };
  const auto rectifier = [&](T slope) {
    add([=](T x) { return x > 0 ? x : slope * x; }, [=](T x) { return x > 0 ? T(1) : slope; });
  };
  if (function == "sigmoid") {
    add([](T x) { return sigmoid(x); },
        [](T x) {
          const T s = sigmoid(x);
          return s * (1 - s);
        });
  } else if (function == "tanh") {
    add([](T x) { return std::tanh(x); },
        [](T x) {
          const T t = std::tanh(x);
          return 1 - t * t;
        });
  } else if (function == "relu") {
    add([](T x) { return x > 0 ? x : T(0); }, [](T x) { return x > 0 ? T(1) : T(0); });
  } else if (function == "leaky_relu") {
    rectifier(T(0.01));
  } else if (function == "prelu") {
    rectifier(T(0.25));
  } else if (function == "elu") {
    add([](T x) { return x > 0 ? x : std::expm1(x); },
        [](T x) { return x > 0 ? T(1) : std::exp(x); });
  } else if (function == "swish") {
    add([](T x) { return x / (1 + std::exp(-x)); },
        [](T x) {
          const T s = sigmoid(x);
          return s * (1 + x * (1 - s));
        });
  }
}

}  // namespace

template <class T>
void BENCH_ADD_STD(Offers<T>& offers, const std::string& function, const std::string& operation) {
  add_all(offers, function, operation);
}
template void BENCH_ADD_STD(Offers<float>&, const std::string&, const std::string&);
template void BENCH_ADD_STD(Offers<double>&, const std::string&, const std::string&);

}  // namespace peers
