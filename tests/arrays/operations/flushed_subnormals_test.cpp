// g++ and clang link start-up code into a program that is linked with -ffast-math, which makes the
// processor put 0 in the place of subnormal operands and results. Accuracy::exact gives the same
// bits there.
#include <support/catch.hpp>
#include <support/inputs.hpp>

#include <hillock/activations/elu.hpp>
#include <hillock/activations/sigmoid.hpp>
#include <hillock/activations/swish.hpp>
#include <hillock/activations/tanh.hpp>
#include <hillock/verbs.hpp>

namespace {

using namespace support;

/// Subnormals are flushed while it lives.
class Flushed {
 public:
#if defined(__SSE2__)
  Flushed() : before_(_mm_getcsr()) { _mm_setcsr(before_ | 0x8040); }
  ~Flushed() { _mm_setcsr(before_); }

 private:
  unsigned before_;
#elif defined(__aarch64__)
  Flushed() {
    asm volatile("mrs %0, fpcr" : "=r"(before_));
    asm volatile("msr fpcr, %0" ::"r"(before_ | (std::uint64_t{1} << 24)));
  }
  ~Flushed() { asm volatile("msr fpcr, %0" ::"r"(before_)); }

 private:
  std::uint64_t before_;
#endif
};

bool is_flushed() {
  volatile float smallest = from_bits<float>(1);
  volatile float one = 1;  // a constant would be left out
  return bits_of(smallest * one) == 0;
}

/// Subnormal floats, floats with a subnormal f(x) or f'(x), and the usual mixture.
std::vector<float> points() {
  std::vector<float> x = mixture<float>();
  for (std::uint32_t bits = 1; bits < 0x800000; bits += 4097)
    for (const std::uint32_t sign : {0U, 0x80000000U}) x.push_back(from_bits<float>(bits | sign));
  for (float above = 40; above < 110; above += 0.0078F)
    for (const float each : {above, -above}) x.push_back(each);
  return x;
}

template <class T, class F>
std::vector<T> results(const F& f, const std::vector<T>& x) {
  std::vector<T> y(2 * x.size());
  hillock::forward_and_derivative(f, x.data(), y.data(), y.data() + x.size(), x.size());
  return y;
}

template <class T, class F>
std::size_t differing(const F& f, const std::vector<T>& x) {
  const std::vector<T> expected = results(f, x);
  std::vector<T> flushed;
  {
    const Flushed here;
    flushed = results(f, x);
  }
  std::size_t count = 0;
  for (std::size_t i = 0; i < expected.size(); ++i)
    if (std::memcmp(&flushed[i], &expected[i], sizeof(T)) != 0) ++count;
  return count;
}

TEST_CASE("exact results are the same where subnormals are flushed, subnormal ones included",
          "[exact]") {
  {
    const Flushed here;
    REQUIRE(is_flushed());
  }
  REQUIRE_FALSE(is_flushed());
  const std::vector<float> x = points();
  CHECK(differing(hillock::exact::sigmoid, x) == 0);
  CHECK(differing(hillock::exact::tanh, x) == 0);
  CHECK(differing(hillock::exact::swish, x) == 0);
  std::vector<Eigen::bfloat16> narrow;
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits)
    narrow.push_back(
        Eigen::bfloat16_impl::raw_uint16_to_bfloat16(static_cast<std::uint16_t>(bits)));
  CHECK(differing(hillock::exact::elu, narrow) == 0);
  const float smallest = results(hillock::exact::tanh, std::vector<float>{from_bits<float>(1)})[0];
  CHECK(bits_of(smallest) == 1);
}

}  // namespace
