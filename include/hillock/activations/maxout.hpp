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
/// Computed as  straight from memory to memory where the pieces of a group, or the groups of one number,
///              are neighbours there; else several columns (rows) at a time, one to a lane.
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
    if constexpr (arrays::may_be_contiguous<typename V::value_type, arrays::Input<X>,
                                            arrays::Output<Y>>) {
      const auto turned = [&](Index distribution) {
        reduce_turned<V>(arrays::start_of(in, axis, distribution),
                         arrays::start_of(out, axis, distribution), arrays::entries(groups, axis));
      };
      const auto side_by_side = [&](Index group, Index count) {
        const auto* x_group = group_start(in, group * pieces);
        auto* y_group = group_start(out, group);
        const Index step = in.step(axis != Per::column);
        for_each_batch<V>(count, [&](Index at, const auto& load, const auto& store) {
          const auto piece_at = [&](int piece) { return load(x_group + piece * step + at); };
          store(winner<V>(piece_at).value, y_group + at);
        });
      };
      if (computed_in_place<V>(groups, turned, side_by_side, in, out)) return;
    }
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
    if constexpr (arrays::may_be_contiguous<typename V::value_type, arrays::Input<X>,
                                            arrays::Output<D>>) {
      using T = typename V::value_type;
      const T* const no_gradient = nullptr;
      const auto turned = [&](Index distribution) {
        route_turned<V>(arrays::start_of(in, axis, distribution), no_gradient,
                        arrays::start_of(out, axis, distribution), arrays::entries(groups, axis));
      };
      const auto side_by_side = [&](Index group, Index count) {
        route_side_by_side<V>(in, no_gradient, out, group, count);
      };
      if (computed_in_place<V>(groups, turned, side_by_side, in, out)) return;
    }
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
    if constexpr (arrays::may_be_contiguous<typename V::value_type, arrays::Input<X>,
                                            arrays::Input<DY>, arrays::Output<DX>>) {
      using T = typename V::value_type;
      const auto turned = [&](Index distribution) {
        const T* const gradient = arrays::start_of(in_dy, axis, distribution);
        route_turned<V>(arrays::start_of(in, axis, distribution), gradient,
                        arrays::start_of(out, axis, distribution), arrays::entries(groups, axis));
      };
      const auto side_by_side = [&](Index group, Index count) {
        const T* const gradient = group_start(in_dy, group);
        route_side_by_side<V>(in, gradient, out, group, count);
      };
      if (computed_in_place<V>(groups, turned, side_by_side, in, in_dy, out)) return;
    }
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

  /// The winning piece's number and value, in every lane; load(piece) gives the pieces.
  template <class V, class Load>
  HILLOCK_INLINE Winner<V> winner(const Load& load) const {
    Winner<V> best{0, load(0)};
    for (int piece = 1; piece < pieces; ++piece) {
      const V value = load(piece);
      const auto is_better = is_nan(value) | (value > best.value);
      const auto takes_over = (!is_nan(best.value)) & is_better;
      best = {select(takes_over, piece, best.piece), select(takes_over, value, best.value)};
    }
    return best;
  }
  template <class V, class X>
  Winner<V> winner(arrays::LaneReader<V, X>& read, Index group) const {
    return winner<V>([&](int piece) { return read(group * pieces + piece); });
  }

  /// Where the first entries of all distributions stand that belong to a group, or to its pieces.
  template <class Array>
  auto* group_start(const Array& array, Index entry) const noexcept {
    return array.view().data + entry * array.step(axis != Per::column);
  }

  /// Straight from memory to memory: turned(distribution) for each where the pieces of a group are
  /// neighbours in every array, side_by_side(group, distributions) where the distributions are. False
  /// where neither is so.
  template <class V, class Turned, class SideBySide, class... Arrays>
  bool computed_in_place(arrays::Shape groups, const Turned& turned, const SideBySide& side_by_side,
                         const Arrays&... each) const {
    using T = typename V::value_type;
    const Index count = arrays::distributions(groups, axis);
    const Index groups_each = arrays::entries(groups, axis);
    constexpr auto width = static_cast<Index>(V::size);
    const Per across = axis == Per::column ? Per::row : Per::column;
    if (groups_each >= width && pieces <= most_turned_pieces &&
        arrays::are_contiguous<T>(axis, each...)) {
      for (Index j = 0; j < count; ++j) turned(j);
      return true;
    }
    if (count >= width && arrays::are_contiguous<T>(across, each...)) {
      for (Index group = 0; group < groups_each; ++group) side_by_side(group, count);
      return true;
    }
    return false;
  }

  static constexpr int most_turned_pieces = 8;
  /// Several batches of groups are turned at a time: what was stored in squares is loaded in batches
  /// long after.
  template <class V>
  static constexpr Index turned_groups = static_cast<Index>(4 * V::size);

  /// The pieces of groups that follow each other, piece by piece.
  template <class V>
  struct Turned {
    using T = typename V::value_type;
    static constexpr Index step = turned_groups<V>;
    alignas(sizeof(V)) T piece[most_turned_pieces][static_cast<std::size_t>(step)];

    void read(const T* from, int pieces_each, Index count) noexcept {
      arrays::transpose(from, pieces_each, count, pieces_each, piece[0], step);
      // Further lanes of the last batch repeat the first: they raise no exception that it does not.
      constexpr auto width = static_cast<Index>(V::size);
      const Index end = (count + width - 1) / width * width;
      for (Index k = 0; count < end && k < pieces_each; ++k)
        for (Index i = count; i < end; ++i) piece[k][i] = piece[k][0];
    }
  };

  /// y from x, both contiguous.
  template <class V, class T>
  void reduce_turned(const T* x, T* y, Index groups_each) const {
    constexpr Index step = turned_groups<V>;
    Turned<V> turned;
    for (Index first = 0; first < groups_each; first += step) {
      const Index count = groups_each - first < step ? groups_each - first : step;
      turned.read(x + first * pieces, pieces, count);
      for_each_batch<V>(count, [&](Index at, const auto&, const auto& store) {
        const auto piece_at = [&](int piece) { return sealed(V::load(turned.piece[piece] + at)); };
        store(winner<V>(piece_at).value, y + first + at);
      });
    }
  }

  /// dx (or the mask, where there is no gradient) from x, all contiguous.
  template <class V, class T>
  void route_turned(const T* x, const T* gradient, T* dx, Index groups_each) const {
    constexpr Index step = turned_groups<V>;
    Turned<V> turned;
    for (Index first = 0; first < groups_each; first += step) {
      const Index count = groups_each - first < step ? groups_each - first : step;
      turned.read(x + first * pieces, pieces, count);
      for_each_batch<V>(count, [&](Index at, const auto& load, const auto&) {
        const auto piece_at = [&](int piece) { return sealed(V::load(turned.piece[piece] + at)); };
        const V winning = winner<V>(piece_at).piece;
        const V value = gradient == nullptr ? V(1) : load(gradient + first + at);
        for (int piece = 0; piece < pieces; ++piece)
          select(winning == piece, value, 0).store(turned.piece[piece] + at);
      });
      arrays::transpose(turned.piece[0], step, Index{pieces}, count, dx + first * pieces,
                        Index{pieces});
    }
  }

  template <class V, class In, class T, class Out>
  void route_side_by_side(const In& in, const T* gradient, const Out& out, Index group,
                          Index count) const {
    const T* const x_group = group_start(in, group * pieces);
    T* const out_group = group_start(out, group * pieces);
    const Index in_step = in.step(axis != Per::column);
    const Index out_step = out.step(axis != Per::column);
    for_each_batch<V>(count, [&](Index at, const auto& load, const auto& store) {
      const auto piece_at = [&](int piece) { return load(x_group + piece * in_step + at); };
      const V winning = winner<V>(piece_at).piece;
      const V value = gradient == nullptr ? V(1) : load(gradient + at);
      for (int piece = 0; piece < pieces; ++piece)
        store(select(winning == piece, value, 0), out_group + piece * out_step + at);
    });
  }

  /// work(at, load, store) for every batch of `count` elements, the last of which may be partly filled.
  template <class V, class Work>
  static void for_each_batch(Index count, const Work& work) {
    using T = typename V::value_type;
    constexpr auto width = static_cast<Index>(V::size);
    Index at = 0;
    for (; at + width <= count; at += width) {
      work(
          at, [](const T* from) { return sealed(V::load(from)); },
          [](V value, T* to) { value.store(to); });
    }
    if (at < count) {
      const auto rest = static_cast<std::size_t>(count - at);
      work(
          at, [rest](const T* from) { return sealed(V::load_first(from, rest)); },
          [rest](V value, T* to) { value.store_first(to, rest); });
    }
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
