// Distributions along an axis: what softmax and log-softmax share of reading and checking arrays.
#pragma once

#include <hillock/arrays/axis.hpp>
#include <hillock/kernels/softmax.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace arrays {

/// Calls block(first, count) for every group of V::size distributions that have entries.
template <class V, class Block>
void for_each_distribution(Shape shape, Per axis, const Block& block) {
  if (entries(shape, axis) != 0) for_each_block<V>(distributions(shape, axis), block);
}

template <class V, class Read>
V maximum(Read& read, Index n) {
  V top = read(0);
  for (Index i = 1; i < n; ++i) top = max(top, read(i));
  return top;
}

template <class V, class Read>
kernels::Normaliser<V> normaliser(Read& read, Index n) {
  const V top = maximum<V>(read, n);
  kernels::RunningSum<V> sum;
  for (Index i = 0; i < n; ++i) sum.add(kernels::exponential_of_difference(read(i), top).high);
  return {top, sum.parts()};
}

/// An input, the gradient by the output and the gradient by the input: of one shape, the last in
/// place of one of the others or apart.
template <class In, class InDY, class Out>
void check_gradients(const char* where, const char* name, const In& in, const InDY& dy,
                     const Out& dx) {
  require_same_shape(where, name, in.shape(), "dy", dy.shape());
  require_same_shape(where, name, in.shape(), "dx", dx.shape());
  require_in_place_or_apart(where, "dx", dx, name, in);
  require_in_place_or_apart(where, "dx", dx, "dy", dy);
}

/// dx from x and dy, a group of distributions at a time: block(read, gradient, write, n) with the
/// readers of x and dy, the writer of dx and the number of entries.
template <class V, class X, class DY, class DX, class Block>
void backward_by_distribution(const char* where, const char* name, Per axis, const X& x,
                              const DY& dy, DX& dx, const Block& block) {
  static_assert(CheckSameElement<X, DY>::passed);
  const Input<X> in(x);
  const Input<DY> in_dy(dy);
  Output<DX> out(dx);
  check_gradients(where, name, in, in_dy, out);
  const Index n = entries(in.shape(), axis);
  for_each_distribution<V>(in.shape(), axis, [&](Index first, Index count) {
    LaneReader<V, X> read(in, axis, first, count);
    LaneReader<V, DY> gradient(in_dy, axis, first, count);
    LaneWriter<V, DX> write(out, axis, first, count);
    block(read, gradient, write, n);
    write.finish();
  });
}

}  // namespace arrays
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
