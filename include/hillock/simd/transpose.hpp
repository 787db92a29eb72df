// Rows of a few elements in memory as batches of their first elements, of their second ..., and back.
//
// The narrowest registers are the unit: a wider one holds several of them side by side, and its squares
// are mirrored all at once.
#pragma once

#include <hillock/simd/batch.hpp>

// g++ 12 warns of an uninitialised __Y inside its own AVX-512 intrinsics once they are inlined here
// (PR 105593).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace simd {

/// How many elements of a row are turned at once.
template <class T>
inline constexpr std::size_t square_size = Batch<T, NarrowArch>::size;

namespace detail {

// Of the narrowest registers nothing of this is asked, but the names must be there.
template <class T, class Register>
void load_parts(const T* from, std::ptrdiff_t step, Register& r) = delete;
template <int I, class T, class Register>
void store_part(T* to, Register r) = delete;
template <class Register>
Register in_order(Register r) = delete;
template <class Register>
Register in_parts(Register r) = delete;

#if defined(__AVX__)
// Registers of the narrowest size side by side, from memory and to it: part i at from + i * step.
HILLOCK_INLINE void load_parts(const float* from, std::ptrdiff_t step, __m256& r) noexcept {
  r = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(from)), _mm_loadu_ps(from + step),
                           1);
}
HILLOCK_INLINE void load_parts(const double* from, std::ptrdiff_t step, __m256d& r) noexcept {
  r = _mm256_insertf128_pd(_mm256_castpd128_pd256(_mm_loadu_pd(from)), _mm_loadu_pd(from + step),
                           1);
}
template <int I>
HILLOCK_INLINE void store_part(float* to, __m256 r) noexcept {
  _mm_storeu_ps(to, _mm256_extractf128_ps(r, I));
}
template <int I>
HILLOCK_INLINE void store_part(double* to, __m256d r) noexcept {
  _mm_storeu_pd(to, _mm256_extractf128_pd(r, I));
}
// Squares side by side, each mirrored at its diagonal.
HILLOCK_INLINE void transpose(__m256 (&r)[4]) noexcept {
  const __m256d a = _mm256_castps_pd(_mm256_unpacklo_ps(r[0], r[1]));
  const __m256d b = _mm256_castps_pd(_mm256_unpackhi_ps(r[0], r[1]));
  const __m256d c = _mm256_castps_pd(_mm256_unpacklo_ps(r[2], r[3]));
  const __m256d d = _mm256_castps_pd(_mm256_unpackhi_ps(r[2], r[3]));
  r[0] = _mm256_castpd_ps(_mm256_unpacklo_pd(a, c));
  r[1] = _mm256_castpd_ps(_mm256_unpackhi_pd(a, c));
  r[2] = _mm256_castpd_ps(_mm256_unpacklo_pd(b, d));
  r[3] = _mm256_castpd_ps(_mm256_unpackhi_pd(b, d));
}
HILLOCK_INLINE void transpose(__m256d (&r)[2]) noexcept {
  const __m256d first = _mm256_unpacklo_pd(r[0], r[1]);
  r[1] = _mm256_unpackhi_pd(r[0], r[1]);
  r[0] = first;
}
// The even and the odd lanes of two registers, part by part, and the two back.
HILLOCK_INLINE void split_pairs(__m256& a, __m256& b) noexcept {
  const __m256 even = _mm256_shuffle_ps(a, b, _MM_SHUFFLE(2, 0, 2, 0));
  b = _mm256_shuffle_ps(a, b, _MM_SHUFFLE(3, 1, 3, 1));
  a = even;
}
HILLOCK_INLINE void split_pairs(__m256d& a, __m256d& b) noexcept {
  const __m256d even = _mm256_unpacklo_pd(a, b);
  b = _mm256_unpackhi_pd(a, b);
  a = even;
}
HILLOCK_INLINE void merge_pairs(__m256& a, __m256& b) noexcept {
  const __m256 first = _mm256_unpacklo_ps(a, b);
  b = _mm256_unpackhi_ps(a, b);
  a = first;
}
HILLOCK_INLINE void merge_pairs(__m256d& a, __m256d& b) noexcept { split_pairs(a, b); }
// Halves of parts, those of two registers in turn, to those of one after those of the other, and back.
HILLOCK_INLINE __m256d in_order(__m256d x) noexcept {
#if defined(__AVX2__)
  return _mm256_permute4x64_pd(x, _MM_SHUFFLE(3, 1, 2, 0));
#else
  const __m256d swapped = _mm256_permute2f128_pd(x, x, 1);
  return _mm256_blend_pd(_mm256_unpacklo_pd(x, swapped), _mm256_unpackhi_pd(swapped, x), 12);
#endif
}
HILLOCK_INLINE __m256d in_parts(__m256d x) noexcept { return in_order(x); }
HILLOCK_INLINE __m256 in_order(__m256 x) noexcept {
  return _mm256_castpd_ps(in_order(_mm256_castps_pd(x)));
}
HILLOCK_INLINE __m256 in_parts(__m256 x) noexcept { return in_order(x); }
#endif

#if defined(__AVX512F__)
HILLOCK_INLINE void load_parts(const float* from, std::ptrdiff_t step, __m512& r) noexcept {
  r = _mm512_castps128_ps512(_mm_loadu_ps(from));
  r = _mm512_insertf32x4(r, _mm_loadu_ps(from + step), 1);
  r = _mm512_insertf32x4(r, _mm_loadu_ps(from + 2 * step), 2);
  r = _mm512_insertf32x4(r, _mm_loadu_ps(from + 3 * step), 3);
}
// By the instructions for floats: those for doubles are an extension of their own.
HILLOCK_INLINE void load_parts(const double* from, std::ptrdiff_t step, __m512d& r) noexcept {
  const auto part = [=](std::ptrdiff_t i) { return _mm_castpd_ps(_mm_loadu_pd(from + i * step)); };
  __m512 parts = _mm512_castps128_ps512(part(0));
  parts = _mm512_insertf32x4(parts, part(1), 1);
  parts = _mm512_insertf32x4(parts, part(2), 2);
  r = _mm512_castps_pd(_mm512_insertf32x4(parts, part(3), 3));
}
template <int I>
HILLOCK_INLINE void store_part(float* to, __m512 r) noexcept {
  _mm_storeu_ps(to, _mm512_extractf32x4_ps(r, I));
}
template <int I>
HILLOCK_INLINE void store_part(double* to, __m512d r) noexcept {
  _mm_storeu_pd(to, _mm_castps_pd(_mm512_extractf32x4_ps(_mm512_castpd_ps(r), I)));
}
HILLOCK_INLINE void transpose(__m512 (&r)[4]) noexcept {
  const __m512d a = _mm512_castps_pd(_mm512_unpacklo_ps(r[0], r[1]));
  const __m512d b = _mm512_castps_pd(_mm512_unpackhi_ps(r[0], r[1]));
  const __m512d c = _mm512_castps_pd(_mm512_unpacklo_ps(r[2], r[3]));
  const __m512d d = _mm512_castps_pd(_mm512_unpackhi_ps(r[2], r[3]));
  r[0] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, c));
  r[1] = _mm512_castpd_ps(_mm512_unpackhi_pd(a, c));
  r[2] = _mm512_castpd_ps(_mm512_unpacklo_pd(b, d));
  r[3] = _mm512_castpd_ps(_mm512_unpackhi_pd(b, d));
}
HILLOCK_INLINE void transpose(__m512d (&r)[2]) noexcept {
  const __m512d first = _mm512_unpacklo_pd(r[0], r[1]);
  r[1] = _mm512_unpackhi_pd(r[0], r[1]);
  r[0] = first;
}
HILLOCK_INLINE void split_pairs(__m512& a, __m512& b) noexcept {
  const __m512 even = _mm512_shuffle_ps(a, b, _MM_SHUFFLE(2, 0, 2, 0));
  b = _mm512_shuffle_ps(a, b, _MM_SHUFFLE(3, 1, 3, 1));
  a = even;
}
HILLOCK_INLINE void split_pairs(__m512d& a, __m512d& b) noexcept {
  const __m512d even = _mm512_unpacklo_pd(a, b);
  b = _mm512_unpackhi_pd(a, b);
  a = even;
}
HILLOCK_INLINE void merge_pairs(__m512& a, __m512& b) noexcept {
  const __m512 first = _mm512_unpacklo_ps(a, b);
  b = _mm512_unpackhi_ps(a, b);
  a = first;
}
HILLOCK_INLINE void merge_pairs(__m512d& a, __m512d& b) noexcept { split_pairs(a, b); }
HILLOCK_INLINE __m512d in_order(__m512d x) noexcept {
  return _mm512_permutexvar_pd(_mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7), x);
}
HILLOCK_INLINE __m512d in_parts(__m512d x) noexcept {
  return _mm512_permutexvar_pd(_mm512_setr_epi64(0, 4, 1, 5, 2, 6, 3, 7), x);
}
HILLOCK_INLINE __m512 in_order(__m512 x) noexcept {
  return _mm512_castpd_ps(in_order(_mm512_castps_pd(x)));
}
HILLOCK_INLINE __m512 in_parts(__m512 x) noexcept {
  return _mm512_castpd_ps(in_parts(_mm512_castps_pd(x)));
}
#endif

}  // namespace detail

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
      detail::load_parts(first, static_cast<std::ptrdiff_t>(size) * step, rows[i]);
  }
  detail::transpose(rows);
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
  detail::transpose(rows);
  if constexpr (V::size == size) {
    for (std::size_t i = 0; i < size; ++i, to += step) V(typename V::Raw(rows[i])).store(to);
  } else {
    for (std::size_t i = 0; i < size; ++i, to += step) detail::store_part<0>(to, rows[i]);
    for (std::size_t i = 0; i < size; ++i, to += step) detail::store_part<1>(to, rows[i]);
    if constexpr (V::size == 4 * size) {
      for (std::size_t i = 0; i < size; ++i, to += step) detail::store_part<2>(to, rows[i]);
      for (std::size_t i = 0; i < size; ++i, to += step) detail::store_part<3>(to, rows[i]);
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
  detail::split_pairs(first, second);
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
  detail::merge_pairs(first, second);
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
    return typename Batch<T, Arch>::Raw(detail::in_order(x.reg()));
}
template <class T, class Arch>
HILLOCK_INLINE Batch<T, Arch> pairs_in_parts(Batch<T, Arch> x) noexcept {
  if constexpr (Batch<T, Arch>::size == square_size<T>)
    return x;
  else
    return typename Batch<T, Arch>::Raw(detail::in_parts(x.reg()));
}

}  // namespace simd
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
