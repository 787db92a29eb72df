// Checks that the tests of single kernels share.
#pragma once

#include <support/catch.hpp>
#include <support/kernels.hpp>

#include <algorithm>
#include <cfenv>
#include <utility>

namespace kernel_checks {

using namespace support;

/// kernel over all of x, a register of Arch at a time, the last one padded with its first element.
template <class Arch, class T, class Kernel>
std::vector<T> map(const Kernel& kernel, const std::vector<T>& x) {
  using V = hillock::detail::simd::Batch<T, Arch>;
  std::vector<T> y(x.size());
  for (std::size_t i = 0; i < x.size(); i += V::size) {
    const std::size_t count = std::min(V::size, x.size() - i);
    kernel(V::load_first(x.data() + i, count)).store_first(y.data() + i, count);
  }
  return y;
}

template <class T, class Kernel>
std::vector<T> map(const Kernel& kernel, const std::vector<T>& x) {
  return map<hillock::detail::simd::NativeArch>(kernel, x);
}

/// Numbers that are the same on every machine: evenly spaced in [-4, 4], closer around 0, and two
/// for every binade. So many, because a thousandth of a small coefficient changes few results.
template <class T>
std::vector<T> fixed_points() {
  std::vector<T> x;
  for (const T spacing : {T(0x1p-17), T(0x1p-43)})
    for (int i = -(1 << 19); i < 1 << 19; ++i) x.push_back((static_cast<T>(i) + T(0.5)) * spacing);
  for (int exponent = std::numeric_limits<T>::min_exponent;
       exponent < std::numeric_limits<T>::max_exponent; ++exponent)
    for (const T mantissa : {T(0.6875), T(-0.8125)}) x.push_back(std::ldexp(mantissa, exponent));
  return x;
}

/// Depends on every bit of every number but NaN, and on their order.
template <class T>
std::uint64_t bits_sum(const std::vector<T>& y) {
  std::uint64_t sum = 0;
  for (const T value : y)
    if (!hillock::detail::simd::is_nan_number(value))
      sum = (sum ^ bits_of(value)) * 0x9e3779b97f4a7c15;
  return sum;
}

/// The same sum with registers of every size that this instruction set has.
template <class T, class Kernel>
void check_every_width(const Kernel& kernel, const Recorded& recorded) {
  const std::vector<T> x = fixed_points<T>();
  int widths = 0;
  const auto check = [&](auto tag) {
    using Arch = typename decltype(tag)::type;
    if constexpr (!std::is_void_v<Arch>) {
      ++widths;
      const std::uint64_t sum = bits_sum(map<Arch>(kernel, x));
      constexpr std::size_t width = hillock::detail::simd::Batch<T, Arch>::size;
      INFO(width << " lanes of " << name_of<T>() << ": 0x" << std::hex << sum);
      CHECK(sum == recorded.here());
    }
  };
  check(std::enable_if<true, hillock::detail::simd::ArchOfSize<16>>{});
  check(std::enable_if<true, hillock::detail::simd::ArchOfSize<32>>{});
  check(std::enable_if<true, hillock::detail::simd::ArchOfSize<64>>{});
  CHECK(widths > 0);
}

/// The worst error over `points`, of which there must be `count`.
template <class T, class Kernel, class Reference>
void check_accuracy(const char* name, const Kernel& kernel, const Reference& reference,
                    const std::vector<T>& points, std::size_t count, Bound bound) {
  const Worst<T> worst = sweep_function(
      points,
      [&](const T* x, T* y, std::size_t n) {
        const std::vector<T> results = map(kernel, std::vector<T>(x, x + n));
        std::copy(results.begin(), results.end(), y);
      },
      [&](T x) { return reference(Wide<T>(x)); }, [&](T) { return bound; });
  const std::string line = worst.describe(name);
  std::cout << line << '\n';
  INFO(line);
  CHECK(worst.points() == count);
  CHECK(worst.ulp() <= bound.ulp);
}

/// Results at single numbers, bit for bit, with every kind of neighbour in the register.
template <class T, class Kernel>
void check_edges(const Kernel& kernel, const std::vector<std::pair<T, T>>& edges) {
  for (const auto& [x, expected] : edges)
    for (const T neighbour : {x, T(0.5), Special<T>::quiet_nan, Special<T>::infinity}) {
      const T y = map(kernel, std::vector<T>{x, neighbour})[0];
      INFO(exactly(x) << " next to " << exactly(neighbour) << ": " << exactly(y));
      CHECK(same_bits(y, expected));
    }
}

/// Checks that finite numbers of the domain raise no floating-point exceptions other than these.
template <class T, class Kernel>
void check_no_exceptions(const Kernel& kernel, const std::vector<T>& points) {
  REQUIRE(points.size() > 1000);
  std::feclearexcept(FE_ALL_EXCEPT);
  const std::vector<T> y = map(kernel, points);
  const int raised = std::fetestexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW);
  CHECK(raised == 0);
  CHECK(y.size() == points.size());
}

}  // namespace kernel_checks
