// Rows of a few elements in memory as batches of their first elements, of their second ..., and back.
#pragma once

#include <hillock/simd/batch.hpp>
#include <hillock/simd/shuffles.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace simd {

/// How many elements of a row are turned at once.
template <class T>
inline constexpr std::size_t square_size = Batch<T, NarrowArch>::size;

/// to[j * to_step + i] = from[i * from_step + j] for 0 <= i, j < the lanes of the narrowest batch.
template <class T>
HILLOCK_INLINE void transpose_square(const T* from, std::ptrdiff_t from_step, T* to,
                                     std::ptrdiff_t to_step) noexcept {
  using V = Batch<T, NarrowArch>;
  constexpr auto size = static_cast<std::ptrdiff_t>(V::size);
#if defined(__SSE2__) || defined(__aarch64__)
  typename V::Register square[V::size];
  for (std::ptrdiff_t i = 0; i < size; ++i) square[i] = V::load(from + i * from_step).reg();
  machine::transpose(square);
  for (std::ptrdiff_t j = 0; j < size; ++j) V(typename V::Raw(square[j])).store(to + j * to_step);
#else
  for (std::ptrdiff_t i = 0; i < size; ++i)
    for (std::ptrdiff_t j = 0; j < size; ++j) to[j * to_step + i] = from[i * from_step + j];
#endif
}

/// turned[e] has element e of each of V::size rows, row i at from + i * step.
template <class T, class Arch>
HILLOCK_INLINE void load_turned(const T* from, std::ptrdiff_t step,
                                Batch<T, Arch> (&turned)[square_size<T>]) noexcept {
  using V = Batch<T, Arch>;
  constexpr std::size_t size = square_size<T>;
#if defined(__SSE2__) || defined(__aarch64__)
  typename V::Register rows[size];
  // Row i is part i / size of register i % size.
  for (std::size_t i = 0; i < size; ++i) {
    const T* const first = from + static_cast<std::ptrdiff_t>(i) * step;
    if constexpr (V::size == size)
      rows[i] = V::load(first).reg();
    else
      machine::load_parts(first, static_cast<std::ptrdiff_t>(size) * step, rows[i]);
  }
  machine::transpose(rows);
  for (std::size_t i = 0; i < size; ++i) turned[i] = typename V::Raw(rows[i]);
#else
  for (std::size_t e = 0; e < size; ++e) {
    T lanes[V::size];
    for (std::size_t i = 0; i < V::size; ++i)
      lanes[i] = from[static_cast<std::ptrdiff_t>(i) * step + static_cast<std::ptrdiff_t>(e)];
    turned[e] = V::load(lanes);
  }
#endif
}

/// The rows back to memory, in ascending order.
template <class T, class Arch>
HILLOCK_INLINE void store_turned(const Batch<T, Arch> (&turned)[square_size<T>], T* to,
                                 std::ptrdiff_t step) noexcept {
  using V = Batch<T, Arch>;
  constexpr std::size_t size = square_size<T>;
#if defined(__SSE2__) || defined(__aarch64__)
  typename V::Register rows[size];
  for (std::size_t i = 0; i < size; ++i) rows[i] = turned[i].reg();
  machine::transpose(rows);
  if constexpr (V::size == size) {
    for (std::size_t i = 0; i < size; ++i, to += step) V(typename V::Raw(rows[i])).store(to);
  } else {
    for (std::size_t i = 0; i < size; ++i, to += step) machine::store_part<0>(to, rows[i]);
    for (std::size_t i = 0; i < size; ++i, to += step) machine::store_part<1>(to, rows[i]);
    if constexpr (V::size == 4 * size) {
      for (std::size_t i = 0; i < size; ++i, to += step) machine::store_part<2>(to, rows[i]);
      for (std::size_t i = 0; i < size; ++i, to += step) machine::store_part<3>(to, rows[i]);
    }
  }
#else
  T lanes[size][V::size];
  for (std::size_t e = 0; e < size; ++e) turned[e].store(lanes[e]);
  for (std::size_t i = 0; i < V::size; ++i, to += step)
    for (std::size_t e = 0; e < size; ++e) to[e] = lanes[e][i];
#endif
}

/// Two batches of pairs as the first elements of the pairs and the second ones, and back; in an order of
/// the machine's, which pairs_in_order makes that of the pairs, and pairs_in_parts makes of that.
template <class T, class Arch>
HILLOCK_INLINE void split_pairs(Batch<T, Arch>& a, Batch<T, Arch>& b) noexcept {
  using V = Batch<T, Arch>;
#if defined(__SSE2__) || defined(__aarch64__)
  auto first = a.reg(), second = b.reg();
  machine::split_pairs(first, second);
  a = typename V::Raw(first);
  b = typename V::Raw(second);
#else
  T lanes[2 * V::size], first[V::size], second[V::size];
  a.store(lanes);
  b.store(lanes + V::size);
  for (std::size_t i = 0; i < V::size; ++i) {
    first[i] = lanes[2 * i];
    second[i] = lanes[2 * i + 1];
  }
  a = V::load(first);
  b = V::load(second);
#endif
}
template <class T, class Arch>
HILLOCK_INLINE void merge_pairs(Batch<T, Arch>& a, Batch<T, Arch>& b) noexcept {
  using V = Batch<T, Arch>;
#if defined(__SSE2__) || defined(__aarch64__)
  auto first = a.reg(), second = b.reg();
  machine::merge_pairs(first, second);
  a = typename V::Raw(first);
  b = typename V::Raw(second);
#else
  T lanes[2 * V::size], first[V::size], second[V::size];
  a.store(first);
  b.store(second);
  for (std::size_t i = 0; i < V::size; ++i) {
    lanes[2 * i] = first[i];
    lanes[2 * i + 1] = second[i];
  }
  a = V::load(lanes);
  b = V::load(lanes + V::size);
#endif
}

template <class T, class Arch>
HILLOCK_INLINE Batch<T, Arch> pairs_in_order(Batch<T, Arch> x) noexcept {
  if constexpr (Batch<T, Arch>::size == square_size<T>)
    return x;
  else
    return typename Batch<T, Arch>::Raw(machine::in_order(x.reg()));
}
template <class T, class Arch>
HILLOCK_INLINE Batch<T, Arch> pairs_in_parts(Batch<T, Arch> x) noexcept {
  if constexpr (Batch<T, Arch>::size == square_size<T>)
    return x;
  else
    return typename Batch<T, Arch>::Raw(machine::in_parts(x.reg()));
}

}  // namespace simd
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
