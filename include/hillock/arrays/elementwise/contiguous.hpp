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

/// How results are stored. Streaming stores are used as far as the alignment of the outputs allows
/// them.
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

/// Loads what an earlier step stored: a batch, or a struct of two of them. It is sealed, because
/// g++ would otherwise load it in parts, and each part would wait for the store of the whole batch.
template <class Stored>
HILLOCK_INLINE Stored load_stored(const Stored& stored) noexcept {
  if constexpr (simd::is_batch<Stored>) {
    return sealed(stored);
  } else {
    const auto& [first, second] = stored;
    return {load_stored(first), load_stored(second)};
  }
}

/// The number of batches that take a step of an operation one after the other.
inline constexpr Index batches_per_block = 16;

/// Applies op to batches, of which number i is loaded from in + i step and stored to out + i
/// V::size. Each step of op is computed for a block of batches before the next step. The
/// intermediate results of a block are 2 or 4 KB and stay in the first-level cache.
template <class V, class Op, class T, std::size_t I, std::size_t O>
HILLOCK_PART void transform_in_steps(const Op& op, const std::array<const T*, I>& in, Index step,
                                     const std::array<T*, O>& out, Index batches) noexcept {
  constexpr Index block = batches_per_block;
  const auto load = [&](Index i) HILLOCK_PART_LAMBDA { return load_batches<V>(in, i * step); };
  const auto store = [&](const std::array<V, O>& y, Index i) HILLOCK_PART_LAMBDA {
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

/// Transforms the batches from `at` to before `end`, then the last one, whose inputs are loaded
/// already. Both are in one loop, so that a long operation is compiled only once.
template <class V, class Op, class T, std::size_t I, std::size_t O>
HILLOCK_PART void transform_to_last(const Op& op, const std::array<const T*, I>& in,
                                    const std::array<T*, O>& out, Index at, Index end,
                                    const std::array<V, I>& last) noexcept {
  for (bool is_last = false; !is_last; at += static_cast<Index>(V::size)) {
    is_last = at >= end;
    std::array<V, I> x = load_batches<V>(in, is_last ? end : at);
    for (std::size_t i = 0; i < I; ++i) x[i] = sealed(is_last ? last[i] : x[i]);
    store_batches(op(x), out, is_last ? end : at);
  }
}

/// Applies op to n >= V::size elements. The last batch overlaps the one before it if n is no
/// multiple of V::size. Its inputs are loaded before anything is written, so that no element is
/// transformed twice if the output is the input.
template <class V, class Op, class T, std::size_t I, std::size_t O>
HILLOCK_PART void transform_batches(const Op& op, const std::array<const T*, I>& in,
                                    const std::array<T*, O>& out, Index n) noexcept {
  constexpr auto width = static_cast<Index>(V::size);
  // There are at most three batches of a narrower register than the widest.
  constexpr bool is_widest = V::size == simd::Batch<T>::size;
  const Index end = n - width;
  const std::array<V, I> last = load_batches<V>(in, end);
  Index at = 0;
  if constexpr (Op::schedule != Schedule::at_once && is_widest) {
    // For fewer batches, the ends of the loops cost more than the steps gain.
    constexpr Index min_batches = 8;
    if (end >= min_batches * width) {
      transform_in_steps<V>(op, in, width, out, (end + width - 1) / width);
      at = end;
    }
    transform_to_last(op, in, out, at, end, last);
  } else if constexpr (Op::is_compute_bound && !is_widest) {
    transform_to_last(op, in, out, at, end, last);
  } else {
    if constexpr (!Op::is_compute_bound) {
      // Each iteration transforms four batches. With one, ReLU takes a cycle per batch, but two
      // where the seven instructions of the loop cross the end of a line that the processor
      // fetches. With two, its derivative took 1.3 or 2.2, depending on where the loop lay.
      for (; at + 3 * width < end; at += 4 * width) {
        store_batches(op(load_batches<V>(in, at)), out, at);
        store_batches(op(load_batches<V>(in, at + width)), out, at + width);
        store_batches(op(load_batches<V>(in, at + 2 * width)), out, at + 2 * width);
        store_batches(op(load_batches<V>(in, at + 3 * width)), out, at + 3 * width);
      }
    }
    for (; at < end; at += width) store_batches(op(load_batches<V>(in, at)), out, at);
    store_batches(op(last), out, end);
  }
}

/// Applies op to n contiguous elements in batches of V. n is at least V::size, but if V is the
/// narrowest batch it is any number. The pointers are passed by value, in registers: from memory, a
/// short call would wait for them.
template <class V, class Op, class T, std::size_t I, std::size_t O>
HILLOCK_LOOP void transform_by(const Op& op_in_memory, const std::array<const T*, I> in,
                               const std::array<T*, O> out, Index n) noexcept {
  // A local copy, because the compiler knows that no store through a pointer changes it. Otherwise
  // it would load the parameters of the operation again for every batch.
  const Op op = op_in_memory;
  if constexpr (std::is_same_v<V, simd::Batch<T, simd::NarrowArch>>) {
    if (n < static_cast<Index>(V::size)) {
      if (n <= 0) return;
      const auto count = static_cast<std::size_t>(n);
      std::array<V, I> x;
      for (std::size_t i = 0; i < I; ++i) x[i] = sealed(V::load_first(in[i], count));
      const std::array<V, O> y = op(x);
      for (std::size_t o = 0; o < O; ++o) y[o].store_first(out[o], count);
      return;
    }
  }
  transform_batches<V>(op, in, out, n);
}

/// Applies op to n contiguous elements of I inputs and O outputs. An output may be an input itself,
/// but must not overlap one in part. The caller decides on the width: a function that did so and
/// called another would add 2 ns to the 5 that a call of few elements takes.
template <class Arch, class Op, class T, std::size_t I, std::size_t O>
HILLOCK_INLINE void transform_contiguous(const Op& op, const std::array<const T*, I>& in,
                                         const std::array<T*, O>& out, Index n) noexcept {
  using V = simd::Batch<T, Arch>;
  using Narrow = simd::Batch<T, simd::NarrowArch>;
  if (std::is_same_v<V, Narrow> || n < static_cast<Index>(V::size))
    transform_by<Narrow>(op, in, out, n);
  else
    transform_by<V>(op, in, out, n);
}

/// Returns the number of elements in front of the first one that is aligned to `bytes`; -1 if the
/// outputs differ in it.
template <class T, std::size_t O>
Index elements_before_alignment(const std::array<T*, O>& out, std::size_t bytes) noexcept {
  const auto misalignment = reinterpret_cast<std::uintptr_t>(out[0]) % bytes;
  for (std::size_t o = 1; o < O; ++o)
    if (reinterpret_cast<std::uintptr_t>(out[o]) % bytes != misalignment) return -1;
  if (misalignment % sizeof(T) != 0) return -1;
  return static_cast<Index>((bytes - misalignment) % bytes / sizeof(T));
}

/// Does the same as transform_contiguous, but stores past the caches as far as the alignment of the
/// outputs allows. No output is an input. It is not inlined, because a call of a few elements never
/// needs it.
template <class Arch, class Op, class T, std::size_t I, std::size_t O>
HILLOCK_LOOP void transform_streaming(const Op& op, const std::array<const T*, I>& in,
                                      const std::array<T*, O>& out, Index n) noexcept {
  using V = simd::Batch<T, Arch>;
  constexpr auto width = static_cast<Index>(V::size);
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

/// Does the same with the given kind of stores. The results of a compute-bound operation always go
/// through the caches, because its time is not that of the memory.
template <class Arch, class Op, class T, std::size_t I, std::size_t O>
HILLOCK_INLINE void transform_contiguous(const Op& op, const std::array<const T*, I>& in,
                                         const std::array<T*, O>& out, Index n,
                                         Stores stores) noexcept {
  if constexpr (simd::can_stream && !Op::is_compute_bound) {
    if (stores == Stores::streaming) return transform_streaming<Arch>(op, in, out, n);
  }
  transform_contiguous<Arch>(op, in, out, n);
}

/// Returns the stores that suit an operation on a number of elements, whose results together take
/// `bytes` each. The results of a compute-bound operation go through the caches, because its time
/// is not that of the memory.
template <class Op>
HILLOCK_INLINE Stores stores_by_size(Index elements, std::size_t bytes) noexcept {
  if constexpr (simd::can_stream && !Op::is_compute_bound) {
    if (simd::gains_by_streaming(static_cast<std::size_t>(elements) * bytes))
      return Stores::streaming;
  }
  return Stores::cached;
}

/// Returns the stores for lines of this length of an array: those that are wanted for the whole of
/// it, but ordinary stores if an output is an input. Lines shorter than a page are not streamed,
/// because at each end of a line a cache line is written in part.
template <class T, std::size_t I, std::size_t O>
HILLOCK_INLINE Stores stores_for(const std::array<const T*, I>& in, const std::array<T*, O>& out,
                                 Index length, Stores wanted) noexcept {
  constexpr std::size_t page = 4096;
  if (wanted == Stores::cached || static_cast<std::size_t>(length) * sizeof(T) < page)
    return Stores::cached;
  for (const T* from : in)
    for (const T* to : out)
      if (from == to) return Stores::cached;
  return Stores::streaming;
}

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
