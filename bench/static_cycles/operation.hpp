// The library's loop over contiguous elements, and what it applies to a batch. No other file of
// bench/static_cycles names what is the library's own business: where that is renamed, this file
// follows.
#pragma once

#include <hillock/hillock.hpp>

#include <array>
#include <cstddef>

namespace bench {

namespace internal = hillock::detail;

template <class T>
using Batch = internal::simd::Batch<T>;

/// The result that a loop computes from x: f, f' or both.
using internal::Quantity;

/// The operation behind a verb, as the loop calls it: from an array of batches to an array of
/// batches.
template <Quantity Q, class T, class F>
struct OperationOf {
  using type = internal::Operation<Q, F, T>;
  static constexpr std::size_t inputs = 1;
};
/// PReLU with a slope for each element, as for a column-major array with one slope per row. (With
/// one for all it has the loop of LeakyReLU.)
template <Quantity Q, class T, hillock::Accuracy A, class Arch>
struct OperationOf<Q, T, hillock::PReLU<A, Arch>> {
  using type = internal::SlopesOperation<Q, A, T>;
  static constexpr std::size_t inputs = 2;
};

/// The batches of a block that takes one step of an operation after the other.
inline constexpr int batches_of_block = static_cast<int>(internal::batches_per_block);

/// The loop under every pointwise verb, on n elements, a batch's or more. It works on a copy of the
/// operation, as hillock::detail::transform_by does.
template <class Op, class T, std::size_t I, std::size_t O>
HILLOCK_INLINE void run_loop(const Op& op_in_memory, const std::array<const T*, I>& in,
                             const std::array<T*, O>& out, std::ptrdiff_t n) noexcept {
  const Op op = op_in_memory;
  internal::transform_batches<Batch<T>>(op, in, out, n);
}

}  // namespace bench
