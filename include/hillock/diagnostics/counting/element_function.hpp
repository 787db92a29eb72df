// f and f' of elements, called through pointers, so that the code that calls them is compiled once
// for all functions.
#pragma once

#include <hillock/arrays/elementwise/contiguous.hpp>
#include <hillock/diagnostics/reports/number_bits.hpp>

#include <array>
#include <cmath>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics::internal {

/// A function, and the loops that compute it for batches of T. It refers to the function. A call of
/// a loop costs some nanoseconds, so each call computes many batches.
template <class T>
struct ElementFunction {
  using Index = Eigen::Index;
  /// Computes f of `batches` batches, of which number i is at x + i step, and stores the results
  /// contiguously. If f has parameters for each element, they lie at `parameters` in the same way
  /// as x.
  using Forward = void (*)(const void* f, const T* x, const T* parameters, Index step,
                           Index batches, T* y);
  using Both = void (*)(const void* f, const T* x, const T* parameters, Index step, Index batches,
                        T* y, T* slopes);

  const void* f;
  Forward forward;
  Both both;
  Index width;  ///< elements of a batch
};

/// Applies an operation to the batches at in + i step.
template <class V, class Op, class T, std::size_t I, std::size_t O>
HILLOCK_PART void transform_strided(const Op& op, const std::array<const T*, I>& in,
                                    Eigen::Index step, Eigen::Index batches,
                                    const std::array<T*, O>& out) noexcept {
  if constexpr (Op::schedule != detail::Schedule::at_once) {
    detail::transform_in_steps<V>(op, in, step, out, batches);
  } else {
    for (Eigen::Index i = 0; i < batches; ++i)
      detail::store_batches(op(detail::load_batches<V>(in, i * step)), out,
                            i * static_cast<Eigen::Index>(V::size));
  }
}

/// The loops of a pointwise activation.
template <class F, class T>
struct PointwiseLoops {
  using V = detail::simd::Batch<T, detail::ArchitectureOf<F>>;
  using Index = Eigen::Index;

  static HILLOCK_LOOP void forward(const void* f, const T* x, const T*, Index step, Index batches,
                                   T* y) {
    const detail::ForwardOperation<F, T> op(*static_cast<const F*>(f));
    transform_strided<V>(op, std::array{x}, step, batches, std::array{y});
  }
  static HILLOCK_LOOP void both(const void* f, const T* x, const T*, Index step, Index batches,
                                T* y, T* slopes) {
    const detail::BothOperation<F, T> op(*static_cast<const F*>(f));
    transform_strided<V>(op, std::array{x}, step, batches, std::array{y, slopes});
  }
};

template <class T, class F>
ElementFunction<T> element_function(const F& f) noexcept {
  using Loops = PointwiseLoops<F, T>;
  return {&f, Loops::forward, Loops::both, static_cast<Eigen::Index>(Loops::V::size)};
}

/// f and f' of one element.
template <class T>
struct OneElement {
  T y;
  T slope;
};
template <class T>
HILLOCK_NOINLINE OneElement<T> evaluate_at(const ElementFunction<T>& f, T x) noexcept {
  constexpr std::size_t max = 256;  // elements of a batch: registers of up to 2048 bits
  alignas(64) T in[max], y[max], slopes[max];
  for (Eigen::Index i = 0; i < f.width; ++i) in[i] = x;
  f.both(f.f, in, nullptr, f.width, 1, y, slopes);
  return {y[0], slopes[0]};
}

}  // namespace diagnostics::internal
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
