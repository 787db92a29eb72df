// Large results go past the caches: the same bits, at any address, and only where they should.
#include <support/call_paths.hpp>

#include <hillock/activations/prelu.hpp>
#include <hillock/activations/relu.hpp>
#include <hillock/activations/tanh.hpp>
#include <hillock/threads.hpp>

#include <vector>

namespace {

using namespace support;
using hillock::detail::Index;
using hillock::detail::Stores;

template <class T>
std::vector<T> inputs(std::size_t n) {
  std::vector<T> x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = static_cast<T>(i * 7919 % 1000) / 50 - 10;
  return x;
}

/// ReLU and its derivative by `run`, of n elements from x + from to y + to and d + to, and 7 around
/// them.
template <class T>
struct Ran {
  std::vector<T> y, d;
  Ran(const std::vector<T>& x, std::size_t from, std::size_t to, std::size_t d_to, std::size_t n,
      Stores stores)
      : y(n + 64, T(7)), d(n + 64, T(7)) {
    const hillock::detail::BothOperation<hillock::ReLU<>, T> op(hillock::relu);
    hillock::detail::transform_contiguous<hillock::detail::simd::NativeArch>(
        op, std::array<const T*, 1>{x.data() + from},
        std::array<T*, 2>{y.data() + to, d.data() + d_to}, static_cast<Index>(n), stores);
  }
  friend bool operator==(const Ran& a, const Ran& b) {
    const std::size_t bytes = a.y.size() * sizeof(T);
    return std::memcmp(a.y.data(), b.y.data(), bytes) == 0 &&
           std::memcmp(a.d.data(), b.d.data(), bytes) == 0;
  }
};

TEMPLATE_TEST_CASE("streamed results are those of ordinary stores, wherever the arrays start",
                   "[streaming]", float, double) {
  const auto x = inputs<TestType>(400);
  int checked = 0;
  for (const unsigned n : {0u, 1u, 5u, 15u, 16u, 17u, 31u, 32u, 33u, 64u, 100u, 257u})
    for (std::size_t from = 0; from < 3; ++from)
      for (std::size_t to = 0; to < 17; ++to)
        for (const std::size_t d_to : {to, to + 16, std::size_t{3}}) {
          INFO(n << " elements, x at " << from << ", y at " << to << ", d at " << d_to);
          REQUIRE(Ran<TestType>(x, from, to, d_to, n, Stores::streaming) ==
                  Ran<TestType>(x, from, to, d_to, n, Stores::cached));
          ++checked;
        }
  CHECK(checked == 12 * 3 * 17 * 3);
}

TEST_CASE("lines of a page and more are streamed if that is wanted, but not in place",
          "[streaming]") {
  using hillock::detail::stores_for;
  float a = 0, b = 0, c = 0;
  const std::array<const float*, 1> in{&a};
  const std::array<const float*, 2> two_in{&a, &b};
  const std::array<float*, 1> out{&b};
  const std::array<float*, 2> two_out{&c, &b};
  const auto streams = Stores::streaming;
  CHECK(stores_for(in, out, 1024, streams) == Stores::streaming);
  CHECK(stores_for(in, two_out, 1024, streams) == Stores::streaming);
  CHECK(stores_for(in, out, 1023, streams) == Stores::cached);
  CHECK(stores_for(in, out, 1 << 22, Stores::cached) == Stores::cached);
  CHECK(stores_for(two_in, out, 1024, streams) == Stores::cached);  // in the second input's place
  CHECK(stores_for(two_in, two_out, 1024, streams) == Stores::cached);
  CHECK(stores_for(in, std::array<float*, 1>{&a}, 1024, streams) == Stores::cached);
}

TEST_CASE("the policy, the operation and the size of all results decide what is streamed",
          "[streaming]") {
  using namespace hillock::detail;
  using ReLUOperation = ForwardOperation<hillock::ReLU<>, float>;
  using TanhOperation = ForwardOperation<hillock::Tanh<>, float>;
  const Stores always = simd::can_stream ? Stores::streaming : Stores::cached;
  CHECK(stores_wanted<ReLUOperation, Overwrite>(1, 4) == Stores::cached);
  CHECK(stores_wanted<ReLUOperation, hillock::Streaming>(1, 4) == Stores::streaming);
  CHECK(stores_wanted<TanhOperation, hillock::Streaming>(1, 4) == Stores::streaming);
  // More than any cache: what is left is whether the processor gains by streaming at all.
  constexpr Index many = Index{1} << 28;
  CHECK(stores_wanted<ReLUOperation, hillock::Cached>(many, 4) == Stores::cached);
  CHECK(stores_wanted<TanhOperation, Overwrite>(many, 4) == Stores::cached);
  const std::size_t limit = simd::machine::bytes_to_stream();
  if (limit == SIZE_MAX) {
    CHECK(stores_wanted<ReLUOperation, Overwrite>(many, 4) == Stores::cached);
  } else {
    const auto elements = static_cast<Index>(limit / 8);
    CHECK(stores_wanted<ReLUOperation, Overwrite>(elements, 8) == always);
    CHECK(stores_wanted<ReLUOperation, Overwrite>(elements - 1, 8) == Stores::cached);
  }
}

/// Whether y has ReLU of x from element 1 on, and 7 on either side.
bool is_relu_of(const std::vector<float>& x, const std::vector<float>& y) {
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < x.size(); ++i) wrong += y[i + 1] != (x[i] > 0 ? x[i] : 0);
  return wrong == 0 && y.front() == 7 && y.back() == 7;
}

TEST_CASE("a verb on a large array writes all of it and nothing else", "[streaming]") {
  constexpr std::size_t n = (std::size_t{64} << 20) / sizeof(float) + 37;
  const auto x = inputs<float>(n);
  std::vector<float> y(n + 2, 7);
  hillock::forward(hillock::relu, x.data(), y.data() + 1, n);
  CHECK(is_relu_of(x, y));
  std::fill(y.begin(), y.end(), 7.0F);
  hillock::forward(hillock::relu, x.data(), y.data() + 1, n, hillock::threads(3));
  CHECK(is_relu_of(x, y));
  std::fill(y.begin(), y.end(), 7.0F);
  std::copy(x.begin(), x.end(), y.begin() + 1);
  hillock::forward(hillock::relu, y.data() + 1, y.data() + 1, n);
  CHECK(is_relu_of(x, y));
}

TEMPLATE_TEST_CASE("streaming and cached are policies of every verb, with the same bits",
                   "[streaming]", hillock::ReLU<>, hillock::Tanh<>,
                   hillock::Tanh<hillock::Accuracy::exact>, hillock::PReLU<>) {
  const TestType f;
  constexpr Index n = 5000;  // more than a page
  const Eigen::ArrayXf x = Eigen::ArrayXf::Random(n) * 5, dy = Eigen::ArrayXf::Random(n);
  Eigen::ArrayXf y(n), d(n), both_y(n), both_d(n), dx(n);
  const auto compute = [&](auto... policy) {
    for (Eigen::ArrayXf* result : {&y, &d, &both_y, &both_d, &dx}) result->setConstant(7);
    hillock::forward(f, x.tail(n - 3), y.tail(n - 3), policy...);
    hillock::derivative(f, x, d, policy...);
    hillock::forward_and_derivative(f, x, both_y, both_d, policy...);
    hillock::backward(f, x, dy, dx, policy...);
    Eigen::ArrayXf all(5 * n);
    all << y, d, both_y, both_d, dx;
    return all;
  };
  const Eigen::ArrayXf usual = compute();
  const auto is_usual = [&](const Eigen::ArrayXf& results) {
    return std::memcmp(results.data(), usual.data(), sizeof(float) * 5 * n) == 0;
  };
  CHECK(is_usual(compute(hillock::streaming)));
  CHECK(is_usual(compute(hillock::cached)));
}

}  // namespace
