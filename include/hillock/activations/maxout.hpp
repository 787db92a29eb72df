#pragma once

#include <hillock/array_activation.hpp>
#include <hillock/arrays/axis/groups.hpp>
#include <hillock/arrays/axis/lanes.hpp>
#include <hillock/errors.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Maxout: the maximum over groups of k consecutive pre-activations of a column, or of a row. ReLU
/// and LeakyReLU are maxout of two pieces, max(0, x) and max(slope x, x).
/// Derivative   the mask of the argmax: 1 for the piece that is the maximum of its group, 0 for the
///              others; backward scatters dy to the argmax.
/// Parameters   pieces k >= 2 (otherwise std::invalid_argument) and the axis.
/// Shapes       for Z of m x n, Per::column: maxout(Z) is m/k x n, Per::row: m x n/k; m (n) must be
///              a multiple of k. derivative and backward have Z's shape, dy has maxout(Z)'s.
/// Edge values  of equal pieces the one of the lowest index is the argmax, +0 and -0 being equal;
///              if there is a NaN, the first one is the argmax and takes the gradient.
/// Computed as  from memory to memory where the pieces of a group, or the distributions, are
///              contiguous; elsewhere each column (row) has a lane.
/// Accuracy     exact, forward and backward: every result is an entry of Z or of dy, or 0 or 1.
///              Nothing is rounded, and entries that are numbers raise no floating-point exception.
/// Source       Goodfellow, Warde-Farley, Mirza, Courville, Bengio, arXiv:1302.4389 (2013).
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class Maxout : public ArrayActivation<Maxout<A, Arch>> {
  using Index = detail::Index;

 public:
  int pieces;
  Per axis;

  constexpr Maxout(int pieces_per_unit, Per per) : pieces(checked(pieces_per_unit)), axis(per) {}

  // The axis has no default: Maxout{2, Per::column}.
  template <class Hint = hint::name_the_axis_Per_row_or_Per_column>
  explicit Maxout(int pieces_per_unit = 2) = delete;

  /// The verbs call these functions. y must not overlap x; dx and the mask may be x itself.
  template <class Policy, class X, class Y>
  HILLOCK_FLATTEN void forward_into(const Policy&, const X& in, const Y& out) const {
    const detail::Shape groups = output_shape("Maxout::forward", in.shape());
    if (out.shape() != groups)
      throw_output("Maxout::forward", "y", out.shape(), in.shape(), groups);
    detail::require_apart("Maxout::forward", detail::Named{"x", in}, detail::Named{"y", out});
    using V = detail::simd::Batch<typename X::T, Arch>;
    using T = typename V::value_type;
    if constexpr (detail::can_be_loaded<T, X, Y>) {
      const auto from = detail::distributions_of<const T>(in, axis);
      const auto to = detail::distributions_of<T>(out, axis);
      const auto transposed = [&](auto pieces_each, Index count, Index groups_each) {
        reduce_transposed<V>(pieces_each, from, to, count, groups_each);
      };
      const auto one_per_lane = [&](auto pieces_each, Index count, Index groups_each) {
        reduce_one_per_lane<V>(pieces_each, from, to, count, groups_each);
      };
      if (computed_in_memory<V>(groups, transposed, one_per_lane, from, to)) return;
    }
    const detail::Source<T> x(in, axis);
    const detail::Sink<T> y(out, axis);
    for_each_block<V>(groups, [&](Index first, Index count, Index groups_each) {
      detail::LaneReader<V> read(x, first, count);
      detail::LaneWriter<V> write(y, first, count);
      for (Index group = 0; group < groups_each; ++group)
        write(group, maximum_of<V>(pieces, pieces_of(read, group)));
      write.finish();
    });
  }

  template <class Policy, class X, class D>
  HILLOCK_FLATTEN void derivative_into(const Policy&, const X& in, const D& out) const {
    const detail::Shape groups = output_shape("Maxout::derivative", in.shape());
    detail::require_elementwise("Maxout::derivative", std::tuple(detail::Named{"d", out}),
                                std::tuple(detail::Named{"x", in}));
    using V = detail::simd::Batch<typename X::T, Arch>;
    using T = typename V::value_type;
    if constexpr (detail::can_be_loaded<T, X, D>) {
      if (scattered_in_memory<V>(groups, detail::distributions_of<const T>(in, axis), NoGradient(),
                                 detail::distributions_of<T>(out, axis)))
        return;
    }
    const detail::Source<T> x(in, axis);
    const detail::Sink<T> y(out, axis);
    for_each_block<V>(groups, [&](Index first, Index count, Index groups_each) {
      detail::LaneReader<V> read(x, first, count);
      detail::LaneWriter<V> write(y, first, count);
      for (Index group = 0; group < groups_each; ++group)
        scatter(write, group, argmax_of<V>(pieces, pieces_of(read, group)), V(1));
      write.finish();
    });
  }

  template <class Policy, class X, class DY, class DX>
  HILLOCK_FLATTEN void backward_into(const Policy&, const X& in, const DY& in_dy,
                                     const DX& out) const {
    const detail::Shape groups = output_shape("Maxout::backward", in.shape());
    if (in_dy.shape() != groups)
      throw_output("Maxout::backward", "dy", in_dy.shape(), in.shape(), groups);
    detail::require_elementwise("Maxout::backward", std::tuple(detail::Named{"dx", out}),
                                std::tuple(detail::Named{"x", in}));
    detail::require_apart("Maxout::backward", detail::Named{"dy", in_dy}, detail::Named{"dx", out});
    using V = detail::simd::Batch<typename X::T, Arch>;
    using T = typename V::value_type;
    if constexpr (detail::can_be_loaded<T, X, DY, DX>) {
      if (scattered_in_memory<V>(groups, detail::distributions_of<const T>(in, axis),
                                 detail::distributions_of<const T>(in_dy, axis),
                                 detail::distributions_of<T>(out, axis)))
        return;
    }
    const detail::Source<T> x(in, axis), dy(in_dy, axis);
    const detail::Sink<T> y(out, axis);
    for_each_block<V>(groups, [&](Index first, Index count, Index groups_each) {
      detail::LaneReader<V> read(x, first, count);
      detail::LaneReader<V> gradient(dy, first, count);
      detail::LaneWriter<V> write(y, first, count);
      for (Index group = 0; group < groups_each; ++group)
        scatter(write, group, argmax_of<V>(pieces, pieces_of(read, group)), gradient(group));
      write.finish();
    });
  }

  /// Returns storage for f(x).
  template <class X>
  detail::PlainOfAnyShape<X> output_for(const X& x) const {
    const detail::Shape shape = output_shape("Maxout::forward", detail::shape_of(x));
    return detail::PlainOfAnyShape<X>(shape.rows, shape.cols);
  }

 private:
  [[noreturn]] static void refuse_pieces(int k) {
    detail::refuse("hillock::Maxout: pieces must be at least 2, not " + std::to_string(k));
  }
  static constexpr int checked(int k) { return k >= 2 ? k : (refuse_pieces(k), k); }

  detail::Shape output_shape(const char* where, detail::Shape shape) const {
    static_cast<void>(checked(pieces));  // a public member, which may have been written to
    const Index length = axis == Per::column ? shape.rows : shape.cols;
    if (length % pieces != 0) {
      detail::refuse(std::string("hillock::") + where + ": x is " + detail::to_string(shape) +
                     ", expected a multiple of " + std::to_string(pieces) +
                     (axis == Per::column ? " rows" : " columns"));
    }
    return axis == Per::column ? detail::Shape{shape.rows / pieces, shape.cols}
                               : detail::Shape{shape.rows, shape.cols / pieces};
  }

  [[noreturn]] void throw_output(const char* where, const char* name, detail::Shape given,
                                 detail::Shape x, detail::Shape expected) const {
    detail::throw_shapes(
        where, name, given,
        "for x of " + detail::to_string(x) + " and " + std::to_string(pieces) + " pieces",
        expected);
  }

  /// Calls block(first, count, groups in each) for blocks of V::size columns (rows).
  template <class V, class Block>
  void for_each_block(detail::Shape groups, const Block& block) const {
    const Index groups_each = detail::entries(groups, axis);
    if (groups_each == 0) return;
    detail::for_each_block<V>(detail::distributions(groups, axis),
                              [&](Index first, Index count) { block(first, count, groups_each); });
  }

  using Two = detail::TwoPieces;
  template <class Work>
  HILLOCK_PART void with_pieces(const Work& work) const {
    if (pieces == 2)
      work(Two());
    else
      work(pieces);
  }

  /// Return, in every lane, the maximum of the pieces, and the index of that piece; load(piece)
  /// returns a piece.
  template <class V, class Pieces, class Load>
  static HILLOCK_PART V maximum_of(Pieces pieces_each, const Load& load) noexcept {
    V largest = load(0);
    for (int piece = 1; piece < pieces_each; ++piece) {
      const V value = load(piece);
      largest = nan_or(largest, nan_or(value, larger_or_first(largest, value)));
    }
    return largest;
  }
  template <class V, class Pieces, class Load>
  static HILLOCK_PART V argmax_of(Pieces pieces_each, const Load& load) noexcept {
    V largest = load(0);
    V argmax = 0;
    for (int piece = 1; piece < pieces_each; ++piece) {
      const V value = load(piece);
      const auto stays = is_number(value) & (value <= largest);
      const auto may_change = is_number(largest);
      argmax = select(may_change, select(stays, argmax, piece), argmax);
      largest = select(may_change, select(stays, largest, value), largest);
    }
    return argmax;
  }
  /// Calls store(piece, the gradient where the piece is the argmax, else 0) for every piece.
  template <class V, class Pieces, class Load, class Store>
  static HILLOCK_PART void scatter(Pieces pieces_each, const Load& load, V gradient,
                                   const Store& store) noexcept {
    if constexpr (std::is_same_v<Pieces, Two>) {
      const V first = load(0), second = load(1);
      const auto stays = is_number(second) & (second <= first);
      const auto may_change = is_number(first);
      store(0, select(may_change, select(stays, gradient, 0), gradient));
      store(1, select(may_change, select(stays, 0, gradient), 0));
    } else {
      const V argmax = argmax_of<V>(pieces_each, load);
      for (int piece = 0; piece < pieces_each; ++piece)
        store(piece, select(argmax == piece, gradient, 0));
    }
  }

  /// Computes from memory to memory. It calls transposed(pieces, distributions, groups in each)
  /// where the pieces of a group are contiguous in every array, and one_per_lane with the same
  /// arguments where the distributions are. Returns false where neither is so.
  template <class V, class Transposed, class OnePerLane, class... Memory>
  bool computed_in_memory(detail::Shape groups, const Transposed& transposed,
                          const OnePerLane& one_per_lane, const Memory&... each) const {
    Index count = detail::distributions(groups, axis);
    Index groups_each = detail::entries(groups, axis);
    constexpr auto width = static_cast<Index>(V::size);
    // Distributions without gaps between them are one long distribution. (A single distribution may
    // have any step.)
    if (((each.along == 1 && each.across == each.entries) && ...) &&
        pieces <= detail::max_transposed_pieces) {
      groups_each *= count;
      count = 1;
    }
    if (detail::layout_of_groups(detail::contiguous_axis_of(each...), pieces, groups_each, width,
                                 detail::max_transposed_pieces) ==
        detail::Layout::transposed_tile) {
      with_pieces([&](auto pieces_each) { transposed(pieces_each, count, groups_each); });
      return true;
    }
    count = detail::distributions(groups, axis);
    groups_each = detail::entries(groups, axis);
    if (count >= width && ((each.across == 1) && ...)) {
      with_pieces([&](auto pieces_each) { one_per_lane(pieces_each, count, groups_each); });
      return true;
    }
    return false;
  }

  /// Computes dx, or the mask for NoGradient.
  template <class V, class T, class Gradient>
  bool scattered_in_memory(detail::Shape groups, const detail::Distributions<const T>& x,
                           const Gradient& gradient, const detail::Distributions<T>& dx) const {
    const auto transposed = [&](auto pieces_each, Index count, Index groups_each) {
      scatter_transposed<V>(pieces_each, x, gradient, dx, count, groups_each);
    };
    const auto one_per_lane = [&](auto pieces_each, Index count, Index groups_each) {
      scatter_one_per_lane<V>(pieces_each, x, gradient, dx, count, groups_each);
    };
    if constexpr (std::is_same_v<Gradient, NoGradient>)
      return computed_in_memory<V>(groups, transposed, one_per_lane, x, dx);
    else
      return computed_in_memory<V>(groups, transposed, one_per_lane, x, gradient, dx);
  }

  /// In the place of the gradients, it says that ones are scattered, which gives the mask.
  struct NoGradient {};
  template <class V, class T, class Part>
  static HILLOCK_PART V gradient_at(const detail::Distributions<const T>& gradient, Index at,
                                    const Part& part) noexcept {
    return part.load(gradient.first + at);
  }
  template <class V, class Part>
  static HILLOCK_PART V gradient_at(NoGradient, Index, const Part&) noexcept {
    return 1;
  }
  template <class T>
  static Index start(const detail::Distributions<T>& gradient, Index distribution,
                     Index group) noexcept {
    return distribution * gradient.across + group * gradient.along;
  }
  static Index start(NoGradient, Index, Index) noexcept { return 0; }

  /// Computes y for V::size groups.
  template <class V, class Pieces, class T, class Part>
  static HILLOCK_PART void reduce_block(Pieces pieces_each, const T* x, T* y,
                                        const Part& part) noexcept {
    detail::TransposedGroups<V> groups;
    groups.read(x, pieces_each);
    const auto piece_at = [&](int piece) { return groups.piece[piece]; };
    part.store(groups.in_order(maximum_of<V>(pieces_each, piece_at), pieces_each), y);
  }
  /// Computes dx for V::size groups with given gradients.
  template <class V, class Pieces, class T>
  static HILLOCK_PART void scatter_block(Pieces pieces_each, const T* x, V gradient,
                                         T* dx) noexcept {
    detail::TransposedGroups<V> groups;
    groups.read(x, pieces_each);
    const auto piece_at = [&](int piece) { return groups.piece[piece]; };
    scatter(pieces_each, piece_at, groups.in_tile_order(gradient, pieces_each),
            [&](int piece, V share) { groups.piece[piece] = share; });
    groups.write(dx, pieces_each);
  }

  template <class V, class Pieces, class T>
  static HILLOCK_LOOP void reduce_transposed(Pieces pieces_each,
                                             const detail::Distributions<const T>& x,
                                             const detail::Distributions<T>& y, Index count,
                                             Index groups_each) {
    constexpr auto width = static_cast<Index>(V::size);
    const Index end =
        detail::TransposedGroups<V>::overrun(pieces_each) == 0 ? groups_each : groups_each - 1;
    for (Index j = 0; j < count; ++j) {
      const T* from = x.first + j * x.across;
      T* to = y.first + j * y.across;
      Index at = 0;
      for (; at + width <= end; at += width, from += width * pieces_each, to += width)
        reduce_block<V>(pieces_each, from, to, detail::WholeBatch<V>());
      if (at == groups_each) continue;
      detail::CopiedGroups<V> rest;
      rest.read(from, pieces_each, groups_each - at);
      reduce_block<V>(pieces_each, rest.element, to,
                      detail::FirstLanes<V>{static_cast<std::size_t>(groups_each - at)});
    }
  }

  template <class V, class Pieces, class T, class Gradient>
  static HILLOCK_LOOP void scatter_transposed(Pieces pieces_each,
                                              const detail::Distributions<const T>& x,
                                              const Gradient& gradient,
                                              const detail::Distributions<T>& dx, Index count,
                                              Index groups_each) {
    constexpr auto width = static_cast<Index>(V::size);
    // If dx is x, a write behind a group would destroy entries of x that are still to be read, so
    // all groups are copied.
    const Index end = detail::TransposedGroups<V>::overrun(pieces_each) == 0 ? groups_each
                      : dx.first == x.first                                  ? 0
                                                                             : groups_each - 1;
    for (Index j = 0; j < count; ++j) {
      const T* from = x.first + j * x.across;
      T* to = dx.first + j * dx.across;
      Index at = 0;
      const Index step = width * pieces_each;
      for (; at + width <= end; at += width, from += step, to += step) {
        const V value = gradient_at<V>(gradient, start(gradient, j, at), detail::WholeBatch<V>());
        scatter_block<V>(pieces_each, from, value, to);
      }
      for (; at < groups_each; at += width, from += step, to += step) {
        const Index left = groups_each - at < width ? groups_each - at : width;
        const V value = gradient_at<V>(gradient, start(gradient, j, at),
                                       detail::FirstLanes<V>{static_cast<std::size_t>(left)});
        detail::CopiedGroups<V> rest;
        rest.read(from, pieces_each, left);
        scatter_block<V>(pieces_each, rest.element, value, rest.element);
        rest.write(to, pieces_each, left);
      }
    }
  }

  /// Does the same where the distributions are contiguous: each lane holds a group of another
  /// distribution.
  template <class V, class Pieces, class T, class Part>
  static HILLOCK_PART void reduce_lanes(Pieces pieces_each, const T* x, Index x_step, T* y,
                                        const Part& part) noexcept {
    const auto piece_at = [&](int piece) { return part.load(x + piece * x_step); };
    part.store(maximum_of<V>(pieces_each, piece_at), y);
  }
  template <class V, class Pieces, class T, class Part>
  static HILLOCK_PART void scatter_lanes(Pieces pieces_each, const T* x, Index x_step, V gradient,
                                         T* dx, Index dx_step, const Part& part) noexcept {
    const auto piece_at = [&](int piece) { return part.load(x + piece * x_step); };
    scatter(pieces_each, piece_at, gradient,
            [&](int piece, V share) { part.store(share, dx + piece * dx_step); });
  }

  template <class V, class Pieces, class T>
  static HILLOCK_LOOP void reduce_one_per_lane(Pieces pieces_each,
                                               const detail::Distributions<const T>& x,
                                               const detail::Distributions<T>& y, Index count,
                                               Index groups_each) {
    constexpr auto width = static_cast<Index>(V::size);
    const Index x_step = x.along;
    for (Index group = 0; group < groups_each; ++group) {
      const T* const from = x.first + group * pieces_each * x_step;
      T* const to = y.first + group * y.along;
      Index at = 0;
      for (; at + width <= count; at += width)
        reduce_lanes<V>(pieces_each, from + at, x_step, to + at, detail::WholeBatch<V>());
      if (at == count) continue;
      reduce_lanes<V>(pieces_each, from + at, x_step, to + at,
                      detail::FirstLanes<V>{static_cast<std::size_t>(count - at)});
    }
  }

  template <class V, class Pieces, class T, class Gradient>
  static HILLOCK_LOOP void scatter_one_per_lane(Pieces pieces_each,
                                                const detail::Distributions<const T>& x,
                                                const Gradient& gradient,
                                                const detail::Distributions<T>& dx, Index count,
                                                Index groups_each) {
    constexpr auto width = static_cast<Index>(V::size);
    const Index x_step = x.along, dx_step = dx.along;
    for (Index group = 0; group < groups_each; ++group) {
      const T* const from = x.first + group * pieces_each * x_step;
      T* const to = dx.first + group * pieces_each * dx_step;
      const Index of = start(gradient, 0, group);
      Index at = 0;
      for (; at + width <= count; at += width) {
        const V value = gradient_at<V>(gradient, of + at, detail::WholeBatch<V>());
        scatter_lanes<V>(pieces_each, from + at, x_step, value, to + at, dx_step,
                         detail::WholeBatch<V>());
      }
      if (at == count) continue;
      const detail::FirstLanes<V> rest{static_cast<std::size_t>(count - at)};
      const V value = gradient_at<V>(gradient, of + at, rest);
      scatter_lanes<V>(pieces_each, from + at, x_step, value, to + at, dx_step, rest);
    }
  }

  template <class V>
  auto pieces_of(detail::LaneReader<V>& read, Index group) const {
    return [&read, first = group * pieces](int piece) { return read(first + piece); };
  }
  template <class V>
  void scatter(detail::LaneWriter<V>& write, Index group, V argmax, V value) const {
    for (int piece = 0; piece < pieces; ++piece)
      write(group * pieces + piece, select(argmax == piece, value, 0));
  }
};

namespace exact {
using Maxout = hillock::Maxout<Accuracy::exact>;
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
