#include "loops.hpp"

#if defined(__SSE2__)
#include <immintrin.h>
#endif
#include <sleef.h>

#if defined(__AVX512F__)
#define BENCH_SLEEF_FLOAT(name, accuracy) Sleef_##name##f16_##accuracy##avx512f
#define BENCH_SLEEF_DOUBLE(name, accuracy) Sleef_##name##d8_##accuracy##avx512f
#define BENCH_SLEEF_SET "avx512f"
#define BENCH_SLEEF_BYTES 64
#elif defined(__AVX2__)
#define BENCH_SLEEF_FLOAT(name, accuracy) Sleef_##name##f8_##accuracy##avx2
#define BENCH_SLEEF_DOUBLE(name, accuracy) Sleef_##name##d4_##accuracy##avx2
#define BENCH_SLEEF_SET "avx2"
#define BENCH_SLEEF_BYTES 32
#elif defined(__SSE2__)
#define BENCH_SLEEF_FLOAT(name, accuracy) Sleef_##name##f4_##accuracy##sse2
#define BENCH_SLEEF_DOUBLE(name, accuracy) Sleef_##name##d2_##accuracy##sse2
#define BENCH_SLEEF_SET "sse2"
#define BENCH_SLEEF_BYTES 16
#endif

namespace peers {

#ifdef BENCH_SLEEF_SET
namespace {

typedef float Floats __attribute__((vector_size(BENCH_SLEEF_BYTES)));
typedef double Doubles __attribute__((vector_size(BENCH_SLEEF_BYTES)));

struct FloatLanes {
  static constexpr std::ptrdiff_t width = BENCH_SLEEF_BYTES / sizeof(float);
  static Floats load(const float* from) {
    Floats value;
    __builtin_memcpy(&value, from, sizeof value);
    return value;
  }
  static void store(Floats value, float* to) { __builtin_memcpy(to, &value, sizeof value); }
};
struct DoubleLanes {
  static constexpr std::ptrdiff_t width = BENCH_SLEEF_BYTES / sizeof(double);
  static Doubles load(const double* from) {
    Doubles value;
    __builtin_memcpy(&value, from, sizeof value);
    return value;
  }
  static void store(Doubles value, double* to) { __builtin_memcpy(to, &value, sizeof value); }
};

Floats tanh_u10(Floats x) { return BENCH_SLEEF_FLOAT(tanh, u10)(x); }
Doubles tanh_u10(Doubles x) { return BENCH_SLEEF_DOUBLE(tanh, u10)(x); }
Floats tanh_u35(Floats x) { return BENCH_SLEEF_FLOAT(tanh, u35)(x); }
Doubles tanh_u35(Doubles x) { return BENCH_SLEEF_DOUBLE(tanh, u35)(x); }
Floats exp(Floats x) { return BENCH_SLEEF_FLOAT(exp, u10)(x); }
Doubles exp(Doubles x) { return BENCH_SLEEF_DOUBLE(exp, u10)(x); }
Floats expm1(Floats x) { return BENCH_SLEEF_FLOAT(expm1, u10)(x); }
Doubles expm1(Doubles x) { return BENCH_SLEEF_DOUBLE(expm1, u10)(x); }

/// Functions that SLEEF lacks are composed, as in composed.hpp.
template <class T, class Lanes>
void add_all(Offers<T>& offers, const std::string& function, const std::string& operation) {
  constexpr T zero = 0;
  constexpr T one = 1;
  const auto add = [&](const char* library, auto f, auto df) {
    add_loop<T, Lanes>(offers, library, operation, f, df);
  };
  const auto sigmoid = [=](auto x) { return one / (one + exp(-x)); };
  if (function == "sigmoid") {
    add("SLEEF u10", sigmoid, [=](auto x) {
      const auto s = sigmoid(x);
      return s * (one - s);
    });
  } else if (function == "tanh") {
    add(
        "SLEEF u10", [](auto x) { return tanh_u10(x); },
        [=](auto x) {
          const auto t = tanh_u10(x);
          return one - t * t;
        });
    add(
        "SLEEF u35", [](auto x) { return tanh_u35(x); },
        [=](auto x) {
          const auto t = tanh_u35(x);
          return one - t * t;
        });
  } else if (function == "elu") {
    add(
        "SLEEF u10", [=](auto x) { return x > zero ? x : expm1(x); },
        [=](auto x) { return x > zero ? x - x + one : exp(x); });
  } else if (function == "swish") {
    add(
        "SLEEF u10", [=](auto x) { return x / (one + exp(-x)); },
        [=](auto x) {
          const auto s = sigmoid(x);
          return s * (one + x * (one - s));
        });
  }
}

}  // namespace

template <>
void add_sleef(Offers<float>& offers, const std::string& function, const std::string& operation) {
  add_all<float, FloatLanes>(offers, function, operation);
}
template <>
void add_sleef(Offers<double>& offers, const std::string& function, const std::string& operation) {
  add_all<double, DoubleLanes>(offers, function, operation);
}
std::string sleef_remark() {
  return "SLEEF " + std::to_string(SLEEF_VERSION_MAJOR) + '.' +
         std::to_string(SLEEF_VERSION_MINOR) + '.' + std::to_string(SLEEF_VERSION_PATCHLEVEL) +
         ": its " BENCH_SLEEF_SET " functions";
}
#else
template <>
void add_sleef(Offers<float>&, const std::string&, const std::string&) {}
template <>
void add_sleef(Offers<double>&, const std::string&, const std::string&) {}
std::string sleef_remark() { return "SLEEF is left out: not written for this instruction set"; }
#endif

}  // namespace peers
