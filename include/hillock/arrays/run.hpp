// Applies an operation to contiguous elements, a batch at a time: the loop under every pointwise verb.
#pragma once

#include <hillock/simd/streaming.hpp>

#include <Eigen/Core>

#include <array>
#include <cstdint>
#include <type_traits>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace arrays {

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

/// The batches from `first`, where the outputs are aligned, to before `end`. A loop of its own: a question
/// in every turn would halve the speed of ReLU in cache.
template <class Op, class T, std::size_t I, std::size_t O, class Load>
HILLOCK_INLINE void stream_batches(const Op& op, const std::array<const T*, I>& in,
                                   const std::array<T*, O>& out, Index first, Index end,
                                   const Load& load) noexcept {
  if constexpr (simd::can_stream) {
    using V = typename decltype(load(0))::value_type;
    for (Index at = first; at < end; at += static_cast<Index>(V::size)) {
      const std::array<V, O> y = op(load(at));
      for (std::size_t i = 0; i < I; ++i) simd::fetch_ahead_of(in[i] + at);
      for (std::size_t o = 0; o < O; ++o) simd::stream(out[o] + at, y[o]);
    }
    simd::finish_streaming();
  }
}

/// Applies op to n elements of I inputs and O outputs. An output may be an input's own memory, not
/// a shifted one, and with streaming stores not even that. The last, partly filled batch overlaps the one
/// before it: its inputs are read before anything is written, so that an element in place is not
/// transformed twice. So does the first, where whole batches start later, at an aligned address.
template <class Arch, class Op, class T, std::size_t I, std::size_t O>
void run(const Op& op_there, const std::array<const T*, I>& in_there,
         const std::array<T*, O>& out_there, Index n, Stores stores = Stores::cached) noexcept {
  // Copies, of which the compiler knows that no store through a pointer changes them: otherwise it
  // loads the pointers and the functor's parameters anew for every batch.
  const Op op = op_there;
  const std::array<const T*, I> in = in_there;
  const std::array<T*, O> out = out_there;
  using V = simd::Batch<T, Arch>;
  constexpr Index width = static_cast<Index>(V::size);
  const auto load = [&](Index at) {
    std::array<V, I> x;
    for (std::size_t i = 0; i < I; ++i) x[i] = sealed(V::load(in[i] + at));
    return x;
  };
  const auto store = [&](const std::array<V, O>& y, Index at) {
    for (std::size_t o = 0; o < O; ++o) y[o].store(out[o] + at);
  };
  if (n >= width) {
    const std::array<V, I> last = load(n - width);
    const Index before =
        stores == Stores::streaming ? elements_before_alignment(out, sizeof(T) * V::size) : -1;
    if (simd::can_stream && before >= 0) {
      if (before > 0) store(op(load(0)), 0);
      stream_batches(op, in, out, before, n - width, load);
    } else {
      for (Index at = 0; at < n - width; at += width) store(op(load(at)), at);
    }
    store(op(last), n - width);
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

}  // namespace arrays
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
