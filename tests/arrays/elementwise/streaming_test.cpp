// Large results go past the caches: the same bits, at any address, and only where they should.
#include <support/call_paths.hpp>

#include <hillock/activations/relu.hpp>
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

TEST_CASE("results are streamed from 16 MiB on, all together, and not in place", "[streaming]") {
  using hillock::detail::stores_for;
  constexpr auto limit = static_cast<Index>(HILLOCK_STREAM_BYTES / sizeof(float));
  STATIC_REQUIRE(HILLOCK_STREAM_BYTES == 16777216);
  float a = 0, b = 0, c = 0;
  const std::array<const float*, 1> in{&a};
  const std::array<const float*, 2> two_in{&a, &b};
  const std::array<float*, 1> out{&b};
  const std::array<float*, 2> two_out{&b, &c};
  CHECK(stores_for(in, out, limit, limit) == Stores::streaming);
  CHECK(stores_for(in, out, limit - 1, limit - 1) == Stores::cached);
  CHECK(stores_for(in, two_out, limit / 2, limit / 2) == Stores::streaming);
  CHECK(stores_for(in, two_out, limit / 2 - 1, limit / 2 - 1) == Stores::cached);
  CHECK(stores_for(two_in, out, limit, limit) == Stores::cached);  // in the second input's place
  CHECK(stores_for(in, std::array<float*, 1>{&a}, limit, limit) == Stores::cached);
  CHECK(stores_for(in, out, 1024, limit) == Stores::streaming);  // a thread's part, a column
  CHECK(stores_for(in, out, 1023, limit) == Stores::cached);
}

TEST_CASE("a verb on an array beyond the limit writes all of it and nothing else", "[streaming]") {
  constexpr std::size_t limit = HILLOCK_STREAM_BYTES / sizeof(float);
  constexpr std::size_t n = limit + 37;
  const auto x = inputs<float>(n);
  const auto is_right = [&](const std::vector<float>& y) {
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < n; ++i) wrong += y[i + 1] != (x[i] > 0 ? x[i] : 0);
    return wrong == 0 && y[0] == 7 && y[n + 1] == 7;
  };
  std::vector<float> y(n + 2, 7);
  hillock::forward(hillock::relu, x.data(), y.data() + 1, n);
  CHECK(is_right(y));
  std::fill(y.begin(), y.end(), 7.0F);
  hillock::forward(hillock::relu, x.data(), y.data() + 1, n, hillock::threads(3));
  CHECK(is_right(y));
  std::fill(y.begin(), y.end(), 7.0F);
  std::copy(x.begin(), x.end(), y.begin() + 1);
  hillock::forward(hillock::relu, y.data() + 1, y.data() + 1, n);
  CHECK(is_right(y));
}

}  // namespace
