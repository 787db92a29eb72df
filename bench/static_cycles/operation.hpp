// The library's loop over contiguous elements, and what it applies to a batch. No other file of
// bench/static_cycles names what is the library's own business: where that is renamed, this file
// follows.
#pragma once

#include <hillock/hillock.hpp>

#include <array>
#include <cstddef>
#include <type_traits>

namespace bench {

namespace internal = hillock::arrays;
namespace kernels = hillock::kernels;

template <class T>
using Batch = hillock::simd::Batch<T>;

/// What a loop computes of x: f, f' or both.
enum class What { forward, derivative, both };

/// The operation behind a verb, as the loop calls it: from an array of batches to an array of
/// batches.
template <What what, class T, class F>
struct OperationOf {
  using OfOne = std::conditional_t<what == What::forward, internal::Forward<F, T>,
                                   internal::Derivative<F, T>>;
  using OfBatch = std::conditional_t<what == What::both, internal::Both<F, T>, OfOne>;
  using type = internal::OnArrays<OfBatch>;
};

/// PReLU with a slope beside each element, as where a column-major array has one slope per row.
/// (With one for all it has the loop of LeakyReLU.)
template <What what>
struct SlopeBesideEach {
  bool are_gentle;

  template <class V>
  HILLOCK_INLINE auto operator()(const std::array<V, 2>& in) const noexcept {
    const V& x = in[0];
    const kernels::OwnSlopes<V> slope{in[1], are_gentle};
    if constexpr (what == What::forward)
      return std::array<V, 1>{rectified(x, slope)};
    else if constexpr (what == What::derivative)
      return std::array<V, 1>{rectified_derivative(x, slope)};
    else
      return std::array<V, 2>{rectified(x, slope), rectified_derivative(x, slope)};
  }
};
template <What what, class T, hillock::Accuracy A, class Arch>
struct OperationOf<what, T, hillock::PReLU<A, Arch>> {
  using type = SlopeBesideEach<what>;
};

/// The number of arrays that an operation reads: x, and the slopes of PReLU.
template <class Op>
inline constexpr std::size_t inputs_of = 1;
template <What what>
inline constexpr std::size_t inputs_of<SlopeBesideEach<what>> = 2;

/// The batches of a block that is run in steps, as in internal::run_in_steps.
inline constexpr int batches_of_block = 16;

/// The loop under every pointwise verb, on n elements, a batch's or more. It works on a copy of the
/// operation, as arrays::run does.
template <class Op, class T, std::size_t I, std::size_t O>
HILLOCK_INLINE void run_loop(const Op& op_there, const std::array<const T*, I>& in,
                             const std::array<T*, O>& out, std::ptrdiff_t n) noexcept {
  const Op op = op_there;
  internal::run_batches<Batch<T>>(op, in, out, n);
}

}  // namespace bench
