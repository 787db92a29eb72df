// Applies kernels, which take batches, to arrays.
#pragma once

#include <support/accuracy.hpp>

namespace support {

template <class T, class Kernel>
void apply_kernel(const Kernel& kernel, const T* x, T* y, std::size_t n) {
  using V = hillock::detail::simd::Batch<T>;
  for (std::size_t at = 0; at < n; at += V::size) {
    const std::size_t count = n - at < V::size ? n - at : V::size;
    kernel(V::load_first(x + at, count)).store_first(y + at, count);
  }
}

/// A sweep of a kernel over the points that `takes` accepts.
template <class T, class Kernel, class Reference, class Takes>
Worst<T> sweep_kernel(const Kernel& kernel, const Reference& reference, const Takes& takes) {
  std::vector<T> points;
  for (const T x : sweep<T>())
    if (takes(x)) points.push_back(x);
  return sweep_function(
      points, [&](const T* x, T* y, std::size_t n) { apply_kernel(kernel, x, y, n); }, reference,
      [](T) { return Bound{0}; });
}

/// The bits of a kernel's results on the uniform part of the sweep within [-bound, bound], as one
/// number (FNV-1a).
template <class T, class Kernel>
std::uint64_t checksum(const Kernel& kernel, T low, T high) {
  std::vector<T> x;
  for (std::size_t i = 0; i < sweep<T>().size(); i += 7)
    if (const T point = sweep<T>()[i]; point >= low && point <= high) x.push_back(point);
  std::vector<T> y(x.size());
  apply_kernel(kernel, x.data(), y.data(), x.size());
  std::uint64_t hash = 14695981039346656037u;
  for (const T value : y) {
    hash ^= bits_of(value);
    hash *= 1099511628211u;
  }
  return hash;
}

/// The expected checksums: kernels have one algorithm with a fused multiply-add and one without.
/// They change with every change of a kernel's bits: record the new ones after a look at the
/// accuracy.
struct Recorded {
  std::uint64_t with_fma;
  std::uint64_t without_fma;
  std::uint64_t here() const { return hillock::detail::simd::has_fma ? with_fma : without_fma; }
};

}  // namespace support
