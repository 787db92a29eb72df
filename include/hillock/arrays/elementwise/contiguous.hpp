// Applies an operation to contiguous elements, a batch at a time: the loop under every pointwise verb.
#pragma once

#include <hillock/simd/streaming.hpp>

#include <Eigen/Core>

#include <array>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

using Eigen::Index;

/// How results are stored. Streaming is asked for, and done as far as the outputs' alignment lets it.
enum class Stores { cached, streaming };

/// The elements before the first one aligned to so many bytes, of every output; -1 where they differ.
template <class T, std::size_t O>
Index elements_before_alignment(const std::array<T*, O>& out, std::size_t bytes) noexcept {
  const auto beyond = reinterpret_cast<std::uintptr_t>(out[0]) % bytes;
  for (std::size_t o = 1; o < O; ++o)
    if (reinterpret_cast<std::uintptr_t>(out[o]) % bytes != beyond) return -1;
  if (beyond % sizeof(T) != 0) return -1;
  return static_cast<Index>((bytes - beyond) % bytes / sizeof(T));
}

/// Whether an op says that it takes long: some ten cycles a batch, as an exponential does.
template <class Op, class = void>
inline constexpr bool takes_long = false;
template <class Op>
inline constexpr bool takes_long<Op, std::enable_if_t<Op::takes_long>> = true;

/// Whether an op has the three steps of kernels::ByExponential.
template <class Op, class = void>
inline constexpr bool is_run_in_steps = false;
template <class Op>
inline constexpr bool is_run_in_steps<Op, std::enable_if_t<Op::has_steps>> = true;

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
std::array<Pointer, N> moved(std::array<Pointer, N> places, Index by) noexcept {
  for (Pointer& place : places) place += by;
  return places;
}

/// What was kept in memory: a batch, or a struct of two such. Sealed, because g++ would take it from memory in
/// pieces, and each would wait for the whole that was stored.
template <class Kept>
HILLOCK_INLINE Kept read_back(const Kept& kept) noexcept {
  if constexpr (simd::is_batch<Kept>) {
    return sealed(kept);
  } else {
    const auto& [first, second] = kept;
    return {read_back(first), read_back(second)};
  }
}

/// op of so many batches, number i at in + i step, to out + i V::size; each step for a block of them. What
/// is kept of a block, 2 KB or twice that, stays in the first-level cache.
template <class V, class Op, class T, std::size_t I, std::size_t O>
HILLOCK_INLINE void run_in_steps(const Op& op, const std::array<const T*, I>& in, Index step,
                                 const std::array<T*, O>& out, Index batches) noexcept {
  constexpr Index block = 16;
  const auto load = [&](Index i) { return load_batches<V>(in, i * step); };
  const auto store = [&](const std::array<V, O>& y, Index i) {
    store_batches(y, out, i * static_cast<Index>(V::size));
  };
  using Reduced = decltype(op.reduced(load(0)));
  using Continued = decltype(op.continued(load(0), std::declval<Reduced>()));
  for (Index first = 0; first < batches; first += block) {
    const Index count = batches - first < block ? batches - first : block;
    Reduced reduced[block];
    for (Index i = 0; i < count; ++i) reduced[i] = op.reduced(load(first + i));
    if constexpr (Op::keeps_all_steps) {
      Continued continued[block];
      for (Index i = 0; i < count; ++i)
        continued[i] = op.continued(load(first + i), read_back(reduced[i]));
      for (Index i = 0; i < count; ++i)
        store(op.finished(load(first + i), read_back(continued[i])), first + i);
    } else {
      for (Index i = 0; i < count; ++i) {
        const std::array<V, I> x = load(first + i);
        store(op.finished(x, op.continued(x, read_back(reduced[i]))), first + i);
      }
    }
  }
}

/// The batches from `at` to before end, then the last one, whose inputs are there already. One loop, so that
/// what takes long is not compiled twice.
template <class V, class Op, class T, std::size_t I, std::size_t O>
HILLOCK_INLINE void run_to_last(const Op& op, const std::array<const T*, I>& in,
                                const std::array<T*, O>& out, Index at, Index end,
                                const std::array<V, I>& last) noexcept {
  for (bool is_last = false; !is_last; at += static_cast<Index>(V::size)) {
    is_last = at >= end;
    std::array<V, I> x = load_batches<V>(in, is_last ? end : at);
    for (std::size_t i = 0; i < I; ++i) x[i] = sealed(is_last ? last[i] : x[i]);
    store_batches(op(x), out, is_last ? end : at);
  }
}

/// n elements, a batch's or more. The last, partly filled batch overlaps the one before it: its inputs are
/// read before anything is written, so that an element in place is not transformed twice.
template <class V, class Op, class T, std::size_t I, std::size_t O>
HILLOCK_INLINE void run_batches(const Op& op, const std::array<const T*, I>& in,
                                const std::array<T*, O>& out, Index n) noexcept {
  constexpr Index width = static_cast<Index>(V::size);
  // Of narrow registers beside wider ones there are three at most.
  constexpr bool is_widest = V::size == simd::Batch<T>::size;
  const Index end = n - width;
  const std::array<V, I> last = load_batches<V>(in, end);
  Index at = 0;
  if constexpr (is_run_in_steps<Op> && is_widest) {
    constexpr Index few = 8;  // batches, for which the loops' ends cost more than the steps gain
    if (end >= few * width) {
      run_in_steps<V>(op, in, width, out, (end + width - 1) / width);
      at = end;
    }
    run_to_last(op, in, out, at, end, last);
  } else if constexpr (takes_long<Op> && !is_widest) {
    run_to_last(op, in, out, at, end, last);
  } else {
    if constexpr (!takes_long<Op>) {
      // Two in a turn: one of ReLU takes a cycle, or two where the loop's seven instructions happen to lie
      // across the lines that the processor fetches.
      for (; at + width < end; at += 2 * width) {
        store_batches(op(load_batches<V>(in, at)), out, at);
        store_batches(op(load_batches<V>(in, at + width)), out, at + width);
      }
    }
    for (; at < end; at += width) store_batches(op(load_batches<V>(in, at)), out, at);
    store_batches(op(last), out, end);
  }
}

/// Applies op to n elements of I inputs and O outputs. An output may be an input's own memory, not
/// a shifted one. The pointers by value, in registers: from memory they would be waited for in a short call.
template <class Arch, class Op, class T, std::size_t I, std::size_t O>
void run(const Op& op_there, const std::array<const T*, I> in, const std::array<T*, O> out,
         Index n) noexcept {
  // A copy, of which the compiler knows that no store through a pointer changes it: otherwise it loads the
  // functor's parameters anew for every batch.
  const Op op = op_there;
  using V = simd::Batch<T, Arch>;
  if (n >= static_cast<Index>(V::size)) {
    run_batches<V>(op, in, out, n);
  } else if constexpr (!std::is_same_v<Arch, simd::NarrowArch>) {
    run<simd::NarrowArch>(op, in, out, n);
  } else if (n > 0) {
    const auto count = static_cast<std::size_t>(n);
    std::array<V, I> x;
    for (std::size_t i = 0; i < I; ++i) x[i] = sealed(V::load_first(in[i], count));
    const std::array<V, O> y = op(x);
    for (std::size_t o = 0; o < O; ++o) y[o].store_first(out[o], count);
  }
}

/// The same, stored past the caches as far as the outputs' alignment lets it. No output is an input. Out of
/// line, as a call of a few elements does without.
template <class Arch, class Op, class T, std::size_t I, std::size_t O>
HILLOCK_NOINLINE void run_streaming(const Op& op, const std::array<const T*, I>& in,
                                 const std::array<T*, O>& out, Index n) noexcept {
  using V = simd::Batch<T, Arch>;
  constexpr Index width = static_cast<Index>(V::size);
  const Index first = elements_before_alignment(out, sizeof(T) * V::size);
  if (first < 0 || first >= n) return run<Arch>(op, in, out, n);
  run<Arch>(op, in, out, first);
  const Index end = n - (n - first) % width;
  for (Index at = first; at < end; at += width) {
    const std::array<V, O> y = op(load_batches<V>(in, at));
    for (std::size_t i = 0; i < I; ++i) simd::fetch_ahead_of(in[i] + at);
    for (std::size_t o = 0; o < O; ++o) stream(out[o] + at, y[o]);
  }
  simd::finish_streaming();
  run<Arch>(op, moved(in, end), moved(out, end), n - end);
}

/// Stored as said; what takes long is stored as ever: its time is not the memory's.
template <class Arch, class Op, class T, std::size_t I, std::size_t O>
HILLOCK_INLINE void run(const Op& op, const std::array<const T*, I>& in,
                        const std::array<T*, O>& out, Index n, Stores stores) noexcept {
  if constexpr (simd::can_stream && !takes_long<Op>) {
    if (stores == Stores::streaming) return run_streaming<Arch>(op, in, out, n);
  }
  run<Arch>(op, in, out, n);
}

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
