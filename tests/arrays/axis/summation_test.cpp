// The bits of a sum do not depend on the layout: OnePerLane, Contiguous and Interleaved add the
// same entries in the order that summation.hpp describes.
#include <support/catch.hpp>
#include <support/ulp.hpp>

#include <hillock/arrays/axis/summation.hpp>

#include <cmath>
#include <random>
#include <vector>

namespace {

using namespace hillock::detail;

/// The sums of `count` distributions, as two numbers each: rounded, and the rest.
template <class T>
struct Sums {
  std::vector<T> high, low;
};

template <class V, class Layout, class T>
auto sum_of(const Layout& layout, const EntryReader<T>& entries) {
  SumsOf<Layout, V> sums;
  layout.for_each(inputs(entries), NoOutput(), [&](Index slot, Index, const auto& mask, V x) {
    sums.partial[slot].add(mask(x));
  });
  return Layout::total(sums).parts();
}

template <class T, class Parts>
void append(Sums<T>& sums, const Parts& parts, Index count) {
  using Batch = std::decay_t<decltype(parts.high)>;
  T high[Batch::size], low[Batch::size];
  parts.high.store(high);
  parts.low.store(low);
  sums.high.insert(sums.high.end(), high, high + count);
  sums.low.insert(sums.low.end(), low, low + count);
}

/// Numbers of such different size that the order in which they are added counts.
template <class T>
std::vector<T> numbers(std::size_t count) {
  std::mt19937_64 random(3);
  std::vector<T> all(count);
  for (T& each : all) {
    const int exponent = static_cast<int>(random() % 120) - 60;
    each = std::ldexp(static_cast<T>(static_cast<double>(random() % 2001) - 1000), exponent);
  }
  return all;
}

/// Entry i of distribution j of x, with `lanes` distributions, at i * lanes + j.
template <class T>
std::vector<T> interleaved(const std::vector<T>& x, Index n, Index lanes) {
  std::vector<T> result(static_cast<std::size_t>(n * lanes));
  for (Index j = 0; j < lanes; ++j)
    for (Index i = 0; i < n; ++i)
      result[static_cast<std::size_t>(i * lanes + j)] = x[static_cast<std::size_t>(j * n + i)];
  return result;
}

template <class V>
Sums<typename V::value_type> sums_one_per_lane(const std::vector<typename V::value_type>& x,
                                               Index n) {
  using T = typename V::value_type;
  constexpr auto lanes = static_cast<Index>(V::size);
  const std::vector<T> entries = interleaved(x, n, lanes);
  Sums<T> sums;
  append(sums, sum_of<V>(OnePerLane<V, false>(n, n), EntryReader<T>(entries.data(), lanes)), lanes);
  return sums;
}

template <class V>
Sums<typename V::value_type> sums_contiguous(const std::vector<typename V::value_type>& x, Index n,
                                             Index count) {
  using T = typename V::value_type;
  Sums<T> sums;
  for (Index j = 0; j < count; ++j)
    append(sums, sum_of<V>(Contiguous<V>(n), EntryReader<T>(x.data() + j * n, 1)), 1);
  return sums;
}

template <class V>
Sums<typename V::value_type> sums_interleaved(const std::vector<typename V::value_type>& x,
                                              Index n) {
  using T = typename V::value_type;
  constexpr Index lanes = interleaved_count<V>;
  const std::vector<T> entries = interleaved(x, n, lanes);
  Sums<T> sums;
  append(sums, sum_of<V>(Interleaved<V>(n, n), EntryReader<T>(entries.data(), lanes)), lanes);
  return sums;
}

/// How many of the first sums of b differ from those of a.
template <class T>
std::size_t differing(const Sums<T>& a, const Sums<T>& b) {
  std::size_t count = 0;
  for (std::size_t j = 0; j < b.high.size(); ++j)
    count += !support::same_bits(a.high[j], b.high[j]) || !support::same_bits(a.low[j], b.low[j]);
  return count;
}

template <class V>
void compare_layouts() {
  using T = typename V::value_type;
  constexpr auto lanes = static_cast<Index>(V::size);
  for (const Index n : {16, 17, 24, 31, 32, 33, 48, 63, 100, 1000}) {
    INFO(n << " entries, batches of " << lanes);
    const std::vector<T> x = numbers<T>(static_cast<std::size_t>(n * lanes));
    const Sums<T> one_per_lane = sums_one_per_lane<V>(x, n);
    CHECK(differing(one_per_lane, sums_contiguous<V>(x, n, lanes)) == 0);
    if constexpr (can_interleave<V>) CHECK(differing(one_per_lane, sums_interleaved<V>(x, n)) == 0);
    // The narrowest batches give the same bits.
    using Narrow = simd::Batch<T, simd::NarrowArch>;
    CHECK(differing(one_per_lane, sums_one_per_lane<Narrow>(x, n)) == 0);
    CHECK(differing(one_per_lane, sums_contiguous<Narrow>(x, n, lanes)) == 0);
  }
}

TEMPLATE_TEST_CASE("every layout gives the same bits of a sum", "[axis]", float, double) {
  compare_layouts<simd::Batch<TestType>>();
  compare_layouts<simd::Batch<TestType, simd::NarrowArch>>();
}

TEST_CASE("entries are added in 16 partial sums, and these by halves", "[axis]") {
  using V = simd::Batch<float>;
  bool does_order_matter = false;
  for (const Index n : {16, 21, 32, 47, 100}) {
    const std::vector<float> x = numbers<float>(static_cast<std::size_t>(n) * V::size);
    double partial[16] = {};
    double in_order = 0;
    for (Index i = 0; i < n; ++i) {
      const auto value = static_cast<double>(x[static_cast<std::size_t>(i)]);
      partial[i < n / 16 * 16 ? i % 16 : i - (n - 16)] += value;
      in_order += value;
    }
    for (int half = 8; half > 0; half /= 2)
      for (int i = 0; i < half; ++i) partial[i] += partial[i + half];
    const Sums<float> sums = sums_one_per_lane<V>(x, n);
    const auto high = static_cast<float>(partial[0]);
    CHECK(support::same_bits(sums.high[0], high));
    CHECK(support::same_bits(sums.low[0],
                             static_cast<float>(partial[0] - static_cast<double>(high))));
    does_order_matter |= in_order != partial[0];
  }
  CHECK(does_order_matter);
}

}  // namespace
