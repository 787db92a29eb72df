// Bugs of other libraries, as tests of hillock. This file is compiled once more with -ffast-math,
// so everything is compared by its bits: such a compiler replaces isnan(x) by false.
#include <support/catch.hpp>
#include <support/inputs.hpp>

#include <hillock/hillock.hpp>

#include <cfenv>

#if defined(__unix__)
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace {

using namespace support;
using hillock::Per;

template <class T>
bool is_nan(T x) {
  return hillock::detail::simd::is_nan_number(x);
}

/// In the order of the numbers themselves, so that their distance counts the floats between two.
template <class T>
auto order(T x) {
  using Signed = std::make_signed_t<BitsOf<T>>;
  const auto bits = static_cast<Signed>(bits_of(x));
  return bits < 0 ? std::numeric_limits<Signed>::min() - bits : bits;
}

/// Whether `computed` is at most 4 floats from `expected`, which is rounded.
template <class T>
bool is_near(T computed, double expected) {
  const auto distance = order(computed) - order(static_cast<T>(expected));
  return !is_nan(computed) && -4 <= distance && distance <= 4;
}

/// Numbers that such a compiler assumes not to exist, made from bits that it does not know.
template <class T>
T unknown(BitsOf<T> bits) {
  volatile BitsOf<T> hidden = bits;
  return from_bits<T>(hidden);
}
template <class T>
T infinite() {
  return unknown<T>(sizeof(T) == 4 ? 0x7f800000 : 0x7ff0000000000000);
}
template <class T>
std::vector<T> not_numbers() {
  const BitsOf<T> quiet = sizeof(T) == 4 ? 0x7fc00000 : 0x7ff8000000000000;
  const BitsOf<T> sign = BitsOf<T>{1} << (8 * sizeof(T) - 1);
  return {unknown<T>(quiet), unknown<T>(quiet | sign), unknown<T>(quiet | 0x1234)};
}

/// Every pointwise function of the library, f(name, function) for each.
template <class Visit>
void each_function(const Visit& visit) {
  visit("identity", hillock::identity);
  visit("step", hillock::step);
  visit("sigmoid", hillock::sigmoid);
  visit("tanh", hillock::tanh);
  visit("relu", hillock::relu);
  visit("leaky_relu", hillock::leaky_relu);
  visit("elu", hillock::elu);
  visit("swish", hillock::swish);
  visit("swish of a large beta", hillock::Swish<>{1e4});
  visit("swish of a tiny beta", hillock::Swish<>{1e-30});
}

// s (1 - s) is 0 from x = 17.33 in float and 37.43 in double (TensorFlow #126060, JAX #40825), 1 -
// t^2 from 9.01 (PyTorch #195685).
TEST_CASE("the derivatives of sigmoid and tanh are not 0 where 1 - s and 1 - t^2 are", "[bugs]") {
  CHECK(is_near(hillock::sigmoid.derivative(17.5f), 2.5109990613e-08));
  CHECK(is_near(hillock::sigmoid.derivative(20.0f), 2.06115361e-09));
  CHECK(is_near(hillock::sigmoid.derivative(37.5), 5.175555005801868e-17));
  CHECK(is_near(hillock::tanh.derivative(9.5f), 2.2411185e-08));
  CHECK(is_near(hillock::tanh.derivative(20.0f), 1.69934202e-17));
  CHECK(is_near(hillock::tanh.derivative(20.0), 1.6993417021166355e-17));
}

// A range reduction overflowed (TensorFlow #118391, #119354; XNNPACK at 4e26).
TEMPLATE_TEST_CASE("sigmoid, tanh, elu and swish are not NaN at large finite numbers", "[bugs]",
                   float, double) {
  using T = TestType;
  for (const T x : {T(4e26), T(5e29), T(7e29), Special<T>::largest}) {
    CHECK(bits_of(hillock::sigmoid(x)) == bits_of(T(1)));
    CHECK(bits_of(hillock::sigmoid(-x)) == bits_of(T(0)));
    CHECK(bits_of(hillock::tanh(x)) == bits_of(T(1)));
    CHECK(bits_of(hillock::tanh(-x)) == bits_of(T(-1)));
    CHECK(bits_of(hillock::elu(-x)) == bits_of(T(-1)));
    CHECK(bits_of(hillock::swish(x)) == bits_of(x));
    CHECK(bits_of(hillock::swish(-x)) == bits_of(-T(0)));
    CHECK(bits_of(hillock::swish.derivative(x)) == bits_of(T(1)));
    CHECK(bits_of(hillock::swish.derivative(-x)) == bits_of(-T(0)));
  }
}

// NaN in PyTorch, oneDNN, ggml, NNlib and JAX.
TEMPLATE_TEST_CASE("swish and its derivative have limits at both infinities", "[bugs]", float,
                   double) {
  using T = TestType;
  CHECK(bits_of(hillock::swish(infinite<T>())) == bits_of(infinite<T>()));
  CHECK(bits_of(hillock::swish(-infinite<T>())) == bits_of(-T(0)));
  CHECK(bits_of(hillock::swish.derivative(infinite<T>())) == bits_of(T(1)));
  CHECK(bits_of(hillock::swish.derivative(-infinite<T>())) == bits_of(-T(0)));
}

// exp(x) - 1 is wrong by 100 % there (TensorFlow #116943).
TEST_CASE("elu does not lose small negative inputs to e^x - 1", "[bugs]") {
  CHECK(is_near(hillock::elu(-1e-8f), -1e-8));
  CHECK(is_near(hillock::elu(-1e-20f), -1e-20));
  CHECK(is_near(hillock::elu(-1e-30), -1e-30));
  CHECK(is_near(hillock::elu(-1e-3f), -0.000999500187));
}

// Another formula in the vector body than in the scalar tail (PyTorch #196999, #48235; Eigen #1777,
// #2565; ggml); a result that depends on its neighbours (xsimd #936); NaN from length 8 on (dynet
// #220).
TEMPLATE_TEST_CASE(
    "a result depends neither on its place, nor on the length, nor on its neighbours", "[bugs]",
    float, double) {
  using T = TestType;
  std::size_t compared = 0;
  each_function([&](const char* name, const auto& f) {
    std::size_t differing = 0;
    for (const T x : {T(-8.68), T(-0.25), T(1e-3), T(3.7), T(17.4)})
      for (const T neighbour : {T(0), T(-700), not_numbers<T>()[0], infinite<T>(), -infinite<T>()})
        for (std::size_t n = 1; n <= 70; ++n)
          for (const std::size_t at : {std::size_t{0}, n / 2, n - 1}) {
            std::vector<T> values(n, neighbour);
            values[at] = x;
            hillock::forward(f, values.data(), values.data(), n);
            ++compared;
            if (bits_of(values[at]) != bits_of(f(x))) ++differing;
          }
    INFO(name);
    CHECK(differing == 0);
  });
  CHECK(compared == 10 * 5 * 5 * 70 * 3);
}

// Eigen 3.4: 7349 ULP at -8.68, 2.9e-39 at -infinity.
TEST_CASE("sigmoid is right at -8.68 and 0 at -infinity", "[bugs]") {
  CHECK(is_near(hillock::sigmoid(-8.68f), 1.699221373e-04));
  CHECK(bits_of(hillock::sigmoid(-infinite<float>())) == bits_of(0.0f));
}

// xsimd's exponential is infinite on [88.38, 88.72] and 0 below -87.7; its expm1(-0) is +0.
TEST_CASE("the exponential reaches both ends of the range, and expm1 keeps the sign of zero",
          "[bugs]") {
  using V = hillock::detail::simd::Batch<float>;
  CHECK(is_near(exp(V(88.5f)).first(), 2.723087825e+38));
  CHECK(is_near(exp(V(88.72f)).first(), 3.393180516e+38));
  CHECK(is_near(exp(V(-87.8f)).first(), 7.395084887e-39));
  CHECK(is_near(exp(V(-103.0f)).first(), 1.852116770e-45));
  CHECK(bits_of(expm1(V(-0.0f)).first()) == bits_of(-0.0f));
  CHECK(bits_of(hillock::elu(-0.0f)) == bits_of(-0.0f));
}

// xsimd under -ffast-math: tanh(50) = -1, tanh(1e30) = NaN.
TEMPLATE_TEST_CASE("tanh is 1 far out", "[bugs]", float, double) {
  for (const TestType x : {TestType(50), TestType(100), TestType(1e30)})
    CHECK(bits_of(hillock::tanh(x)) == bits_of(TestType(1)));
}

// 1.0000001 between 7 and 9 (TensorFlow #23054).
TEST_CASE("tanh does not exceed 1 between 7 and 10", "[bugs]") {
  std::size_t tried = 0, above = 0;
  for (float x = 7; x < 10; x = std::nextafter(x, 11.0f), ++tried)
    if (!(hillock::tanh(x) <= 1 && hillock::tanh(-x) >= -1)) ++above;
  CHECK(above == 0);
  CHECK(tried > 4000000);
}

// max(NaN, 0) is 0 or NaN, as the instruction likes (PyTorch #7999, onnxruntime #28462, operon
// #171, xsimd up to 13 and from 14).
TEMPLATE_TEST_CASE("no function and no derivative turns NaN into a number", "[bugs]", float,
                   double) {
  using T = TestType;
  each_function([&](const char* name, const auto& f) {
    INFO(name);
    for (const T x : not_numbers<T>()) {
      CHECK(is_nan(f(x)));
      CHECK(is_nan(f.derivative(x)));
      const std::vector<T> values(40, x);
      std::vector<T> y(40), d(40);
      hillock::forward_and_derivative(f, values.data(), y.data(), d.data(), 40);
      for (std::size_t i = 0; i < 40; ++i) CHECK((is_nan(y[i]) && is_nan(d[i])));
    }
  });
  using V = hillock::detail::simd::Batch<T>;
  CHECK(is_nan(erf(V(not_numbers<T>()[0])).first()));
  CHECK(is_nan(exp(V(not_numbers<T>()[0])).first()));
  CHECK(is_nan(expm1(V(not_numbers<T>()[0])).first()));
  CHECK(is_nan(log1p(V(not_numbers<T>()[0])).first()));
}

// A maximum of -0 and 0 may be either; clang makes one under -ffast-math.
TEMPLATE_TEST_CASE("relu gives +0 for -0, at any place of an array", "[bugs]", float, double) {
  using T = TestType;
  const std::vector<T> zeros(37, unknown<T>(BitsOf<T>{1} << (8 * sizeof(T) - 1)));
  std::vector<T> y(zeros.size());
  const auto check = [&](const auto& f) {
    hillock::forward(f, zeros.data(), y.data(), y.size());
    std::size_t differing = 0;
    for (const T each : y) differing += bits_of(each) != 0;
    CHECK(differing == 0);
    CHECK(bits_of(f(zeros[0])) == 0);
  };
  check(hillock::relu);
  check(hillock::LeakyReLU<>{0});
}

// Some took f(x), some x (mlpack #2005, #2365, #3478, #3551); from the output a negative alpha has
// the wrong sign (PyTorch #47671, Paddle #12538).
TEST_CASE("every derivative is one by the input", "[bugs]") {
  each_function([](const char* name, const auto& f) {
    for (const double x : {-3.5, -0.7, 0.4, 2.5}) {
      const double slope = (f(x + 1e-6) - f(x - 1e-6)) / 2e-6;
      INFO(name << "'(" << x << ")");
      CHECK(std::fabs(f.derivative(x) - slope) < 1e-8);
    }
  });
  const hillock::ELU<> negative{-0.75};
  CHECK(is_near(negative.derivative(-1.0f), -0.275909581));
}

// NaN in one code path and 0 in another of oneDNN; padded lanes counted in the sum (RTNeural); no
// maximum subtracted.
TEMPLATE_TEST_CASE("softmax is the same at every length, masked or large or padded", "[bugs]",
                   float, double) {
  using T = TestType;
  using Array = Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic>;
  for (const Per axis : {Per::column, Per::row})
    for (Eigen::Index n = 1; n <= 40; ++n)
      for (Eigen::Index count : {1, 3, 17}) {
        const auto filled = [&](T value) {
          return Array(axis == Per::column ? Array::Constant(n, count, value)
                                           : Array::Constant(count, n, value));
        };
        const Array nothing = hillock::Softmax{axis}(filled(-infinite<T>()));
        const Array zeros =
            hillock::Softmax{axis, hillock::AllMasked::zeros}(filled(-infinite<T>()));
        const Array large = hillock::Softmax{axis}(filled(T(1000)));
        const T uniform = T(1) / static_cast<T>(n);
        std::size_t wrong = 0;
        for (Eigen::Index i = 0; i < nothing.size(); ++i) {
          if (!is_nan(nothing.data()[i])) ++wrong;
          if (bits_of(zeros.data()[i]) != bits_of(T(0))) ++wrong;
          if (bits_of(large.data()[i]) != bits_of(uniform)) ++wrong;
        }
        INFO(n << " entries, " << count << " distributions");
        CHECK(wrong == 0);
      }
}

// The wrong axis was taken silently where sizes agree (FlagGems #4992, keras #3568); one library
// averages the slope's gradient.
TEST_CASE("prelu takes the axis it is told on a square array, and sums its gradient", "[bugs]") {
  const Eigen::Array2d slopes(0.5, 0.25);
  const Eigen::Array22f z = Eigen::Array22f::Constant(-1);
  const Eigen::Array22f per_row = hillock::PReLU{slopes, Per::row}(z);
  const Eigen::Array22f per_column = hillock::PReLU{slopes, Per::column}(z);
  CHECK(per_row(0, 1) == -0.5f);
  CHECK(per_row(1, 0) == -0.25f);
  CHECK(per_column(0, 1) == -0.25f);
  CHECK(per_column(1, 0) == -0.5f);
  CHECK(hillock::PReLU<>{}.slope_gradient(z, z)[0] == 4);
}

#if defined(__unix__)
// XNNPACK #4190, #10199.
TEMPLATE_TEST_CASE("nothing before or after an array is touched", "[bugs]", float, double) {
  using T = TestType;
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* const memory =
      mmap(nullptr, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  REQUIRE(memory != MAP_FAILED);
  char* const middle = static_cast<char*>(memory) + page;
  REQUIRE(mprotect(memory, page, PROT_NONE) == 0);
  REQUIRE(mprotect(middle + page, page, PROT_NONE) == 0);
  std::vector<T> other(80);
  std::size_t tried = 0;
  each_function([&](const char*, const auto& f) {
    for (std::size_t n = 0; n <= 70; ++n)
      for (T* x : {reinterpret_cast<T*>(middle), reinterpret_cast<T*>(middle + page) - n}) {
        std::fill(x, x + n, T(0.5));
        hillock::forward(f, x, other.data(), n);
        hillock::forward_and_derivative(f, other.data(), x, other.data(), n);
        hillock::backward(f, x, other.data(), x, n);
        ++tried;
      }
  });
  CHECK(tried == 10 * 71 * 2);
  munmap(memory, 3 * page);
}
#endif

// numpy #22772. With -ffast-math a compiler may compute what no lane takes.
#if !HILLOCK_FAST_MATH
TEMPLATE_TEST_CASE("finite numbers raise no exception but underflow and inexact", "[bugs]", float,
                   double) {
  using T = TestType;
  each_function([&](const char* name, const auto& f) {
    std::vector<T> x;
    for (const T value : mixture<T>())
      if (std::isfinite(value)) x.push_back(value);
    REQUIRE(x.size() > 300);
    std::vector<T> y(x.size()), d(x.size());
    std::feclearexcept(FE_ALL_EXCEPT);
    hillock::forward_and_derivative(f, x.data(), y.data(), d.data(), x.size());
    const int raised = std::fetestexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW);
    INFO(name);
    CHECK(raised == 0);
  });
}
#endif

}  // namespace
