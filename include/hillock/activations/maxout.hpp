#pragma once

#include <hillock/arrays/axis.hpp>
#include <hillock/arrays/plain_results.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Maxout: the maximum over groups of k consecutive pre-activations of a column, or of a row. ReLU
/// and LeakyReLU are maxout of two pieces, max(0, x) and max(slope x, x).
/// Derivative   the routing mask: 1 for the piece that wins its group, 0 for the others; backward
///              hands dy to the winner.
/// Parameters   pieces k >= 2 (std::invalid_argument otherwise) and the axis.
/// Shapes       for Z of m x n, Per::column: maxout(Z) is m/k x n, Per::row: m x n/k; m (n) must be
///              a multiple of k. derivative and backward have Z's shape, dy has maxout(Z)'s.
/// Edge values  the lowest index wins a tie, +0 and -0 being one; the first NaN wins and takes the
///              gradient.
/// Accuracy     exact.
/// Source       Goodfellow, Warde-Farley, Mirza, Courville, Bengio, arXiv:1302.4389 (2013).
template <Accuracy A = Accuracy::fast, class Arch = simd::NativeArch>
class Maxout : public arrays::PlainResults<Maxout<A, Arch>> {
  using Index = arrays::Index;

 public:
  int pieces;
  Per axis;

  constexpr Maxout(int pieces_per_unit, Per per) : pieces(checked(pieces_per_unit)), axis(per) {}

  /// What the verbs call. y may share nothing with x; dx and the mask may be x itself.
  template <class X, class Y>
  void forward_into(const X& x, Y& y) const {
    static_assert(arrays::CheckSameElement<X, Y>::passed);
    arrays::Input<X> in(x);
    arrays::Output<Y> out(y);
    const arrays::Shape groups = output_shape("Maxout::forward", in.shape());
    if (out.shape() != groups)
      throw_output("Maxout::forward", "y", out.shape(), in.shape(), groups);
    if constexpr (arrays::Output<Y>::direct && arrays::Input<X>::direct) {
      if (arrays::share_elements(out.view(), in.view()))
        arrays::throw_overlap("Maxout::forward", "y", "x");
    }
    using V = arrays::BatchFor<X, Arch>;
    for_each_block<V>(groups, [&](Index first, Index count, Index groups_each) {
      arrays::LaneReader<V, X> read(in, axis, first, count);
      arrays::LaneWriter<V, Y> write(out, axis, first, count);
      for (Index group = 0; group < groups_each; ++group) write(group, winner(read, group).value);
      write.finish();
    });
  }

  template <class X, class D>
  void derivative_into(const X& x, D& d) const {
    arrays::Input<X> in(x);
    arrays::Output<D> out(d);
    const arrays::Shape groups = output_shape("Maxout::derivative", in.shape());
    arrays::require_same_shape("Maxout::derivative", "x", in.shape(), "d", out.shape());
    arrays::require_in_place_or_apart("Maxout::derivative", "d", out, "x", in);
    using V = arrays::BatchFor<X, Arch>;
    for_each_block<V>(groups, [&](Index first, Index count, Index groups_each) {
      arrays::LaneReader<V, X> read(in, axis, first, count);
      arrays::LaneWriter<V, D> write(out, axis, first, count);
      for (Index group = 0; group < groups_each; ++group)
        route(write, group, winner(read, group).piece, V(1));
      write.finish();
    });
  }

  template <class X, class DY, class DX>
  void backward_into(const X& x, const DY& dy, DX& dx) const {
    static_assert(arrays::CheckSameElement<X, DY>::passed);
    arrays::Input<X> in(x);
    arrays::Input<DY> in_dy(dy);
    arrays::Output<DX> out(dx);
    const arrays::Shape groups = output_shape("Maxout::backward", in.shape());
    if (in_dy.shape() != groups)
      throw_output("Maxout::backward", "dy", in_dy.shape(), in.shape(), groups);
    arrays::require_same_shape("Maxout::backward", "x", in.shape(), "dx", out.shape());
    arrays::require_in_place_or_apart("Maxout::backward", "dx", out, "x", in);
    if constexpr (arrays::Output<DX>::direct && arrays::Input<DY>::direct) {
      if (arrays::share_elements(out.view(), in_dy.view()))
        arrays::throw_overlap("Maxout::backward", "dx", "dy");
    }
    using V = arrays::BatchFor<X, Arch>;
    for_each_block<V>(groups, [&](Index first, Index count, Index groups_each) {
      arrays::LaneReader<V, X> read(in, axis, first, count);
      arrays::LaneReader<V, DY> gradient(in_dy, axis, first, count);
      arrays::LaneWriter<V, DX> write(out, axis, first, count);
      for (Index group = 0; group < groups_each; ++group)
        route(write, group, winner(read, group).piece, gradient(group));
      write.finish();
    });
  }

  /// Storage for f(x).
  template <class X>
  arrays::PlainOfAnyShape<X> output_for(const X& x) const {
    const arrays::Shape shape = output_shape("Maxout::forward", arrays::shape_of(x));
    return arrays::PlainOfAnyShape<X>(shape.rows, shape.cols);
  }

 private:
  template <class V>
  struct Winner {
    V piece;
    V value;
  };

  static constexpr int checked(int k) {
    return k >= 2 ? k
                  : throw std::invalid_argument("hillock::Maxout: pieces must be at least 2, not " +
                                                std::to_string(k));
  }

  arrays::Shape output_shape(const char* where, arrays::Shape shape) const {
    const Index length = axis == Per::column ? shape.rows : shape.cols;
    if (length % pieces != 0) {
      throw std::invalid_argument(std::string("hillock::") + where + ": x is " +
                                  arrays::to_string(shape) + ", expected a multiple of " +
                                  std::to_string(pieces) +
                                  (axis == Per::column ? " rows" : " columns"));
    }
    return axis == Per::column ? arrays::Shape{shape.rows / pieces, shape.cols}
                               : arrays::Shape{shape.rows, shape.cols / pieces};
  }

  [[noreturn]] void throw_output(const char* where, const char* name, arrays::Shape given,
                                 arrays::Shape x, arrays::Shape expected) const {
    arrays::throw_shapes(
        where, name, given,
        "for x of " + arrays::to_string(x) + " and " + std::to_string(pieces) + " pieces",
        expected);
  }

  /// block(first, count, groups in each) for every group of V::size columns (rows).
  template <class V, class Block>
  void for_each_block(arrays::Shape groups, const Block& block) const {
    const Index groups_each = arrays::entries(groups, axis);
    if (groups_each == 0) return;
    arrays::for_each_block<V>(arrays::distributions(groups, axis),
                              [&](Index first, Index count) { block(first, count, groups_each); });
  }

  /// The winning piece's number and value, in every lane.
  template <class V, class X>
  Winner<V> winner(arrays::LaneReader<V, X>& read, Index group) const {
    Winner<V> best{0, read(group * pieces)};
    for (int piece = 1; piece < pieces; ++piece) {
      const V value = read(group * pieces + piece);
      const auto is_better = is_nan(value) | (value > best.value);
      const auto takes_over = (!is_nan(best.value)) & is_better;
      best = {select(takes_over, piece, best.piece), select(takes_over, value, best.value)};
    }
    return best;
  }

  template <class V, class Y>
  void route(arrays::LaneWriter<V, Y>& write, Index group, V winning_piece, V value) const {
    for (int piece = 0; piece < pieces; ++piece)
      write(group * pieces + piece, select(winning_piece == piece, value, 0));
  }
};

namespace exact {
using Maxout = hillock::Maxout<Accuracy::exact>;
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
