// Applies an operation to contiguous elements, a batch at a time: the loop under every elementwise
// verb.
#pragma once

#include <hillock/arrays/operations/operation.hpp>
#include <hillock/simd/streaming.hpp>

#include <array>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// How results are stored. Streaming is a wish: it is done as far as the outputs' alignment allows
/// it.
enum class Stores { cached, streaming };

template <class V, class T, std::size_t I>
HILLOCK_INLINE std::array<V, I> load_batches(const std::array<const T*, I>& in, Index at) noexcept {
  std::array<V, I> x;
  for (std::size_t i = 0; i < I; ++i) x[i] = sealed(V::load(in[i] + at));
  return x;
}
template <class V, class T, std::size_t O>
HILLOCK_INLINE void store_batches(const std::array<V, O>& y, const std::array<T*, O>& out,
                                  Index at) noexcept {
  for (std::size_t o = 0; o < O; ++o) y[o].store(out[o] + at);
}

template <class Pointer, std::size_t N>
std::array<Pointer, N> advanced(std::array<Pointer, N> addresses, Index by) noexcept {
  for (Pointer& address : addresses) address += by;
  return addresses;
}

/// What an earlier step stored: a batch, or a struct of two such. Sealed, because g++ would load it
/// in parts, and each part would wait for the store of the whole.
template <class Stored>
HILLOCK_INLINE Stored load_stored(const Stored& stored) noexcept {
  if constexpr (simd::is_batch<Stored>) {
    return sealed(stored);
  } else {
    const auto& [first, second] = stored;
    return {load_stored(first), load_stored(second)};
  }
}

/// Applies op to a number of batches, of which number i is at in + i step, and stores them at
/// out + i V::size; each step for a block of them. The intermediate results of a block, 2 KB or
/// twice that, stay in the first-level cache.
template <class V, class Op, class T, std::size_t I, std::size_t O>
HILLOCK_INLINE void transform_in_steps(const Op& op, const std::array<const T*, I>& in, Index step,
                                       const std::array<T*, O>& out, Index batches) noexcept {
  constexpr Index block = 16;
  const auto load = [&](Index i) { return load_batches<V>(in, i * step); };
  const auto store = [&](const std::array<V, O>& y, Index i) {
    store_batches(y, out, i * static_cast<Index>(V::size));
  };
  using Reduced = decltype(op.reduce(load(0)));
  using Exponential = decltype(op.exponentiate(load(0), std::declval<Reduced>()));
  for (Index first = 0; first < batches; first += block) {
    const Index count = batches - first < block ? batches - first : block;
    Reduced reduced[block];
    for (Index i = 0; i < count; ++i) reduced[i] = op.reduce(load(first + i));
    if constexpr (Op::schedule == Schedule::step_by_step) {
      Exponential exponential[block];
      for (Index i = 0; i < count; ++i)
        exponential[i] = op.exponentiate(load(first + i), load_stored(reduced[i]));
      for (Index i = 0; i < count; ++i)
        store(op.finish(load(first + i), load_stored(exponential[i])), first + i);
    } else {
      for (Index i = 0; i < count; ++i) {
        const std::array<V, I> x = load(first + i);
        store(op.finish(x, op.exponentiate(x, load_stored(reduced[i]))), first + i);
      }
    }
  }
}

/// The batches from `at` to before `end`, then the last one, whose inputs are loaded already. It is
/// one loop, so that a long operation is not compiled twice.
template <class V, class Op, class T, std::size_t I, std::size_t O>
HILLOCK_INLINE void transform_to_last(const Op& op, const std::array<const T*, I>& in,
                                      const std::array<T*, O>& out, Index at, Index end,
                                      const std::array<V, I>& last) noexcept {
  for (bool is_last = false; !is_last; at += static_cast<Index>(V::size)) {
    is_last = at >= end;
    std::array<V, I> x = load_batches<V>(in, is_last ? end : at);
    for (std::size_t i = 0; i < I; ++i) x[i] = sealed(is_last ? last[i] : x[i]);
    store_batches(op(x), out, is_last ? end : at);
  }
}

/// Applies op to n elements, a batch's or more. The last, partly filled batch overlaps the one
/// before it: its inputs are loaded before anything is written, so that an element in place is not
/// transformed twice.
template <class V, class Op, class T, std::size_t I, std::size_t O>
HILLOCK_INLINE void transform_batches(const Op& op, const std::array<const T*, I>& in,
                                      const std::array<T*, O>& out, Index n) noexcept {
  constexpr Index width = static_cast<Index>(V::size);
  // Batches of a narrower register than the widest are three at most.
  constexpr bool is_widest = V::size == simd::Batch<T>::size;
  const Index end = n - width;
  const std::array<V, I> last = load_batches<V>(in, end);
  Index at = 0;
  if constexpr (Op::schedule != Schedule::at_once && is_widest) {
    constexpr Index min_batches =
        8;  // for so few batches the ends of the loops cost more than the steps gain
    if (end >= min_batches * width) {
      transform_in_steps<V>(op, in, width, out, (end + width - 1) / width);
      at = end;
    }
    transform_to_last(op, in, out, at, end, last);
  } else if constexpr (Op::is_compute_bound && !is_widest) {
    transform_to_last(op, in, out, at, end, last);
  } else {
    if constexpr (!Op::is_compute_bound) {
      // Two batches a turn: one of ReLU takes a cycle, or two where the seven instructions of the
      // loop happen to cross the boundary of a line that the processor fetches.
      for (; at + width < end; at += 2 * width) {
        store_batches(op(load_batches<V>(in, at)), out, at);
        store_batches(op(load_batches<V>(in, at + width)), out, at + width);
      }
    }
    for (; at < end; at += width) store_batches(op(load_batches<V>(in, at)), out, at);
    store_batches(op(last), out, end);
  }
}

/// Applies op to n contiguous elements of I inputs and O outputs. An output may be an input's own
/// memory, not a shifted one. The pointers are passed by value, in registers: a short call would
/// wait for them in memory.
template <class Arch, class Op, class T, std::size_t I, std::size_t O>
void transform_contiguous(const Op& op_in_memory, const std::array<const T*, I> in,
                          const std::array<T*, O> out, Index n) noexcept {
  // A copy, of which the compiler knows that no store through a pointer changes it: otherwise it
  // loads the parameters of the operation again for every batch.
  const Op op = op_in_memory;
  using V = simd::Batch<T, Arch>;
  if (n >= static_cast<Index>(V::size)) {
    transform_batches<V>(op, in, out, n);
  } else if constexpr (!std::is_same_v<Arch, simd::NarrowArch>) {
    transform_contiguous<simd::NarrowArch>(op, in, out, n);
  } else if (n > 0) {
    const auto count = static_cast<std::size_t>(n);
    std::array<V, I> x;
    for (std::size_t i = 0; i < I; ++i) x[i] = sealed(V::load_first(in[i], count));
    const std::array<V, O> y = op(x);
    for (std::size_t o = 0; o < O; ++o) y[o].store_first(out[o], count);
  }
}

/// The elements before the first one that is aligned to so many bytes, of every output; -1 where
/// the outputs differ in it.
template <class T, std::size_t O>
Index elements_before_alignment(const std::array<T*, O>& out, std::size_t bytes) noexcept {
  const auto misalignment = reinterpret_cast<std::uintptr_t>(out[0]) % bytes;
  for (std::size_t o = 1; o < O; ++o)
    if (reinterpret_cast<std::uintptr_t>(out[o]) % bytes != misalignment) return -1;
  if (misalignment % sizeof(T) != 0) return -1;
  return static_cast<Index>((bytes - misalignment) % bytes / sizeof(T));
}

/// As transform_contiguous, but the results are stored past the caches as far as the outputs'
/// alignment allows it. No output is an input. It is not inlined, because a call of a few elements
/// never needs it.
template <class Arch, class Op, class T, std::size_t I, std::size_t O>
HILLOCK_NOINLINE void transform_streaming(const Op& op, const std::array<const T*, I>& in,
                                          const std::array<T*, O>& out, Index n) noexcept {
  using V = simd::Batch<T, Arch>;
  constexpr Index width = static_cast<Index>(V::size);
  const Index first = elements_before_alignment(out, sizeof(T) * V::size);
  if (first < 0 || first >= n) return transform_contiguous<Arch>(op, in, out, n);
  transform_contiguous<Arch>(op, in, out, first);
  const Index end = n - (n - first) % width;
  for (Index at = first; at < end; at += width) {
    const std::array<V, O> y = op(load_batches<V>(in, at));
    for (std::size_t i = 0; i < I; ++i) simd::fetch_ahead_of(in[i] + at);
    for (std::size_t o = 0; o < O; ++o) stream(out[o] + at, y[o]);
  }
  simd::finish_streaming();
  transform_contiguous<Arch>(op, advanced(in, end), advanced(out, end), n - end);
}

/// The same, stored as `stores` says. What is compute-bound is always stored through the caches:
/// its time is not the memory's.
template <class Arch, class Op, class T, std::size_t I, std::size_t O>
HILLOCK_INLINE void transform_contiguous(const Op& op, const std::array<const T*, I>& in,
                                         const std::array<T*, O>& out, Index n,
                                         Stores stores) noexcept {
  if constexpr (simd::can_stream && !Op::is_compute_bound) {
    if (stores == Stores::streaming) return transform_streaming<Arch>(op, in, out, n);
  }
  transform_contiguous<Arch>(op, in, out, n);
}

/// Chooses streaming stores for results that are too large to be found in the cache later, unless
/// they go where an input is read. Stretches shorter than a page would have too many ends, where a
/// line of the cache is written in part.
template <class T, std::size_t I, std::size_t O>
HILLOCK_INLINE Stores stores_for(const std::array<const T*, I>& in, const std::array<T*, O>& out,
                                 Index length, Index elements) noexcept {
  constexpr std::size_t page = 4096;
  const auto bytes_of = [](Index count) { return static_cast<std::size_t>(count) * sizeof(T); };
  if (O * bytes_of(elements) < HILLOCK_STREAM_BYTES || bytes_of(length) < page)
    return Stores::cached;
  for (const T* from : in)
    for (const T* to : out)
      if (from == to) return Stores::cached;
  return Stores::streaming;
}

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
