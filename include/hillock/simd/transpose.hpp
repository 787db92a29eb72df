// Converts rows of a few elements in memory to batches of their first elements, of their second
// elements, and so on, and back.
#pragma once

#include <hillock/simd/batch.hpp>

#include <cstddef>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace simd {

/// The number of elements of a row that are transposed at once: the lanes of the narrowest batch.
template <class T>
inline constexpr std::size_t square_size = Batch<T, NarrowArch>::size;

/// Transposes a square: to[j * to_step + i] = from[i * from_step + j] for 0 <= i, j < square_size.
template <class T>
HILLOCK_INLINE void transpose_square(const T* from, std::ptrdiff_t from_step, T* to,
                                     std::ptrdiff_t to_step) noexcept {
  using V = Batch<T, NarrowArch>;
  constexpr auto size = static_cast<std::ptrdiff_t>(V::size);
  if constexpr (machine::has_shuffles) {
    typename V::Register square[V::size];
    for (std::ptrdiff_t i = 0; i < size; ++i) square[i] = V::load(from + i * from_step).reg();
    machine::transpose(square);
    for (std::ptrdiff_t j = 0; j < size; ++j) V(typename V::Raw(square[j])).store(to + j * to_step);
  } else {
    for (std::ptrdiff_t i = 0; i < size; ++i)
      for (std::ptrdiff_t j = 0; j < size; ++j) to[j * to_step + i] = from[i * from_step + j];
  }
}

/// Loads element e of each of V::size rows into columns[e]; row i starts at from + i * step.
template <class T, class Arch>
HILLOCK_INLINE void load_transposed(const T* from, std::ptrdiff_t step,
                                    Batch<T, Arch> (&columns)[square_size<T>]) noexcept {
  using V = Batch<T, Arch>;
  constexpr std::size_t size = square_size<T>;
  if constexpr (machine::has_shuffles) {
    typename V::Register rows[size];
    // Row i is block i / size of register i % size.
    for (std::size_t i = 0; i < size; ++i) {
      const T* const first = from + static_cast<std::ptrdiff_t>(i) * step;
      if constexpr (V::size == size)
        rows[i] = V::load(first).reg();
      else
        machine::load_blocks(first, static_cast<std::ptrdiff_t>(size) * step, rows[i]);
    }
    machine::transpose(rows);
    for (std::size_t i = 0; i < size; ++i) columns[i] = typename V::Raw(rows[i]);
  } else {
    for (std::size_t e = 0; e < size; ++e) {
      T lanes[V::size];
      for (std::size_t i = 0; i < V::size; ++i)
        lanes[i] = from[static_cast<std::ptrdiff_t>(i) * step + static_cast<std::ptrdiff_t>(e)];
      columns[e] = V::load(lanes);
    }
  }
}

/// Stores the rows that load_transposed loads, in ascending order: where rows overlap, the later
/// one overwrites the earlier one.
template <class T, class Arch>
HILLOCK_INLINE void store_transposed(const Batch<T, Arch> (&columns)[square_size<T>], T* to,
                                     std::ptrdiff_t step) noexcept {
  using V = Batch<T, Arch>;
  constexpr std::size_t size = square_size<T>;
  if constexpr (machine::has_shuffles) {
    typename V::Register rows[size];
    for (std::size_t i = 0; i < size; ++i) rows[i] = columns[i].reg();
    machine::transpose(rows);
    if constexpr (V::size == size) {
      for (std::size_t i = 0; i < size; ++i, to += step) V(typename V::Raw(rows[i])).store(to);
    } else {
      for (std::size_t i = 0; i < size; ++i, to += step) machine::store_block<0>(to, rows[i]);
      for (std::size_t i = 0; i < size; ++i, to += step) machine::store_block<1>(to, rows[i]);
      if constexpr (V::size == 4 * size) {
        for (std::size_t i = 0; i < size; ++i, to += step) machine::store_block<2>(to, rows[i]);
        for (std::size_t i = 0; i < size; ++i, to += step) machine::store_block<3>(to, rows[i]);
      }
    }
  } else {
    T lanes[size][V::size];
    for (std::size_t e = 0; e < size; ++e) columns[e].store(lanes[e]);
    for (std::size_t i = 0; i < V::size; ++i, to += step)
      for (std::size_t e = 0; e < size; ++e) to[e] = lanes[e][i];
  }
}

/// Splits two batches of pairs into the first elements of the pairs, in a, and the second ones, in
/// b. Their order is whatever the processor does quickest; pairs_in_order makes it that of the
/// pairs.
template <class T, class Arch>
HILLOCK_INLINE void split_pairs(Batch<T, Arch>& a, Batch<T, Arch>& b) noexcept {
  using V = Batch<T, Arch>;
  if constexpr (machine::has_shuffles) {
    auto first = a.reg(), second = b.reg();
    machine::split_pairs(first, second);
    a = typename V::Raw(first);
    b = typename V::Raw(second);
  } else {
    T lanes[2 * V::size], first[V::size], second[V::size];
    a.store(lanes);
    b.store(lanes + V::size);
    for (std::size_t i = 0; i < V::size; ++i) {
      first[i] = lanes[2 * i];
      second[i] = lanes[2 * i + 1];
    }
    a = V::load(first);
    b = V::load(second);
  }
}
/// Undoes split_pairs.
template <class T, class Arch>
HILLOCK_INLINE void merge_pairs(Batch<T, Arch>& a, Batch<T, Arch>& b) noexcept {
  using V = Batch<T, Arch>;
  if constexpr (machine::has_shuffles) {
    auto first = a.reg(), second = b.reg();
    machine::merge_pairs(first, second);
    a = typename V::Raw(first);
    b = typename V::Raw(second);
  } else {
    T lanes[2 * V::size], first[V::size], second[V::size];
    a.store(first);
    b.store(second);
    for (std::size_t i = 0; i < V::size; ++i) {
      lanes[2 * i] = first[i];
      lanes[2 * i + 1] = second[i];
    }
    a = V::load(lanes);
    b = V::load(lanes + V::size);
  }
}

/// Returns lanes in the order of the pairs from lanes in the order in which split_pairs leaves
/// them.
template <class T, class Arch>
HILLOCK_INLINE Batch<T, Arch> pairs_in_order(Batch<T, Arch> x) noexcept {
  if constexpr (machine::has_shuffles && Batch<T, Arch>::size != square_size<T>)
    return typename Batch<T, Arch>::Raw(machine::in_memory_order(x.reg()));
  else
    return x;
}
/// Undoes pairs_in_order.
template <class T, class Arch>
HILLOCK_INLINE Batch<T, Arch> pairs_in_split_order(Batch<T, Arch> x) noexcept {
  if constexpr (machine::has_shuffles && Batch<T, Arch>::size != square_size<T>)
    return typename Batch<T, Arch>::Raw(machine::in_split_order(x.reg()));
  else
    return x;
}

}  // namespace simd
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
