// Batches of every size that this instruction set has.
#pragma once

#include <hillock/simd/batch.hpp>

namespace simd_checks {

/// Calls test(V{}) for every register width there is.
template <class T, class Test>
int for_each_width(const Test& test) {
  namespace simd = hillock::detail::simd;
  int widths = 0;
  const auto one = [&](auto bytes) {
    if constexpr (!std::is_void_v<simd::ArchOfSize<decltype(bytes)::value>>) {
      test(simd::BatchOfSize<T, decltype(bytes)::value>{});
      ++widths;
    }
  };
  one(std::integral_constant<std::size_t, 16>{});
  one(std::integral_constant<std::size_t, 32>{});
  one(std::integral_constant<std::size_t, 64>{});
  return widths;
}

}  // namespace simd_checks
