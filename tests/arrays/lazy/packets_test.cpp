// Counts the batches that a functor is called with: Eigen really takes packets, of each width it
// chooses.
#include <support/call_paths.hpp>

#include <map>

namespace {

/// Calls of the two functions, by the number of lanes.
struct Counts {
  std::map<std::size_t, int> forward, derivative, both;
  void clear() { *this = {}; }
  static int total(const std::map<std::size_t, int>& calls) {
    int sum = 0;
    for (const auto& [lanes, count] : calls) sum += count;
    return sum;
  }
};
Counts counts;

struct Counting : hillock::Activation<Counting> {
  template <class V>
  V forward_at(const V& x) const {
    ++counts.forward[V::size];
    return x + 1;
  }
  template <class V>
  V derivative_at(const V& x) const {
    ++counts.derivative[V::size];
    return x + 2;
  }
  template <class V>
  hillock::ForwardAndDerivative<V> both_at(const V& x) const {
    ++counts.both[V::size];
    return {x + 1, x + 2};
  }
};

struct CountingUnregistered : Counting {};

}  // namespace

HILLOCK_EIGEN_FUNCTOR(Counting);

namespace {

using namespace support;
using Eigen::Array;

template <class T>
constexpr int full_width = Eigen::internal::packet_traits<T>::size;

/// The width that Eigen takes for an array of N.
template <class T, int N>
constexpr int width_for =
    Eigen::internal::unpacket_traits<typename Eigen::internal::find_best_packet<T, N>::type>::size;

TEMPLATE_TEST_CASE("Eigen's packets are as wide as the widest batch", "[packets]", float, double) {
  CHECK(full_width<TestType> == static_cast<int>(hillock::detail::simd::Batch<TestType>::size));
  std::cout << instruction_set<TestType>() << ", Eigen: " << Eigen::SimdInstructionSetsInUse()
            << '\n';
}

TEMPLATE_TEST_CASE("a lazy expression is evaluated in full packets", "[packets]", float, double) {
  using T = TestType;
  constexpr Index n = 8 * full_width<T>;
  const Array<T, Dynamic, Dynamic> x = Array<T, Dynamic, Dynamic>::Ones(n, 3);
  Array<T, Dynamic, Dynamic> y(n, 3);
  const auto expect = [&](const std::map<std::size_t, int>& calls, T value) {
    CHECK((y == value).all());
    CHECK(Counts::total(calls) == y.size() / full_width<T>);
    CHECK(calls.count(full_width<T>) == 1);
  };
  counts.clear();
  y = Counting{}(x);
  expect(counts.forward, 2);
  counts.clear();
  y = Counting{}.derivative(x);
  expect(counts.derivative, 3);
  counts.clear();
  y = Counting{}.backward(x, x);
  expect(counts.derivative, 3);
  counts.clear();
  y = T(2) * Counting{}(x + T(1)) - x;  // one pass for the whole
  expect(counts.forward, 5);
  counts.clear();
  y = x.unaryExpr(Counting{});
  expect(counts.forward, 2);
  counts.clear();
  y.matrix() = Counting{}(x.matrix());
  expect(counts.forward, 2);
  counts.clear();
  y.topRows(full_width<T>) = Counting{}(x.topRows(full_width<T>));
  CHECK(Counts::total(counts.forward) == 3);
}

template <class T, int N>
void expect_width(std::map<int, int>& widths) {
  const Array<T, N, 1> x = Array<T, N, 1>::Ones();
  counts.clear();
  const Array<T, N, 1> y = Counting{}(x);
  CHECK((y == T(2)).all());
  constexpr int width = width_for<T, N>;
  INFO(N << " elements, packets of " << width);
  CHECK(Counts::total(counts.forward) == N / width);
  CHECK(counts.forward[width] == N / width);
  ++widths[width];
}

TEMPLATE_TEST_CASE("fixed sizes take packets of full, half and quarter width", "[packets]", float,
                   double) {
  using T = TestType;
  constexpr int narrowest = sizeof(T) == 4 ? 4 : 2;
  std::map<int, int> widths;
  expect_width<T, narrowest>(widths);
  expect_width<T, 2 * narrowest>(widths);
  expect_width<T, 3 * narrowest>(widths);
  expect_width<T, 4 * narrowest>(widths);
  expect_width<T, 8 * narrowest>(widths);
  // 4 floats and 2 doubles, doubled as long as a packet is that wide: 4, 8 and 16 floats with
  // AVX-512.
  std::size_t expected = 0;
  for (int width = narrowest; width <= full_width<T>; width *= 2, ++expected)
    CHECK(widths.count(width) == 1);
  CHECK(widths.size() == expected);
}

TEMPLATE_TEST_CASE("a verb goes over the array once, in full batches", "[packets]", float, double) {
  using T = TestType;
  constexpr int width = full_width<T>;
  for (const Index n : {1, 5, width, 5 * width, 5 * width + 3}) {
    const Array<T, Dynamic, 1> x = Array<T, Dynamic, 1>::Ones(n);
    Array<T, Dynamic, 1> y(n), d(n);
    const auto passes_once = [&](const std::map<std::size_t, int>& calls) {
      INFO(n << " elements, " << Counts::total(calls) << " calls");
      if (n >= width) {
        CHECK(Counts::total(calls) == (n + width - 1) / width);
        CHECK(calls.count(width) == 1);
      } else {
        CHECK(Counts::total(calls) <= n);
      }
    };
    counts.clear();
    hillock::forward(Counting{}, x, y);
    passes_once(counts.forward);
    CHECK((y == T(2)).all());
    hillock::derivative(Counting{}, x, d);
    passes_once(counts.derivative);
    CHECK((d == T(3)).all());
    counts.clear();
    hillock::forward_and_derivative(Counting{}, x, y, d);
    passes_once(counts.both);
    CHECK(counts.forward.empty());
    CHECK(counts.derivative.empty());
    CHECK((y == T(2)).all());
    CHECK((d == T(3)).all());
    counts.clear();
    hillock::backward(Counting{}, x, y, d);
    passes_once(counts.derivative);
    CHECK((d == T(6)).all());
  }
}

TEST_CASE("a class of one's own that is not registered still computes in unaryExpr", "[packets]") {
  const Array<float, Dynamic, 1> x = Array<float, Dynamic, 1>::Ones(64);
  const Array<float, Dynamic, 1> y = x.unaryExpr(CountingUnregistered{});
  CHECK((y == 2).all());
}

}  // namespace
