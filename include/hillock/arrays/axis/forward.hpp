// Distributions along an axis: how softmax, log-softmax and cross-entropy read, walk and check them. By
// Lanes, whatever the layout; as a Run where the entries of a distribution are neighbours in memory, or
// where too few distributions are left to fill the lanes.
#pragma once

#include <hillock/arrays/axis/interleaved.hpp>
#include <hillock/arrays/axis/transposed_tile.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// What there is of sum_j e^(x_j - top) beside the largest, whose exponential is 1. Where it is little,
/// the digits of a sum of doubles do not reach it, and the exponentials are added once more without the
/// largest: exponential(at) gives those of an entry (or a batch of entries), scaled.
template <class V, class Walk, class Total, class Exponential>
HILLOCK_INLINE auto beside_the_largest(const Walk& walk, const Total& total,
                                       const Exponential& exponential) noexcept {
  auto others = total.without_scale().less_one();
  if constexpr (sizeof(typename V::value_type) == 4) {
    const auto is_little = others < 0x1p-20;
    if (any(is_little)) {
      constexpr auto one = 1 / kernels::ExpConstantsOf<V>::from_tail;
      SumsOf<Walk, V> rest;
      walk.each(exponential, [&](Index slot, Index, V e, const auto& counted) {
        rest.of[slot].add(counted(zero_where(e >= one, e)));
      });
      others = select(is_little, Walk::total(rest).without_scale().parts().high, others);
    }
  }
  return others;
}

/// log(1 + others), NaN where that is.
template <class V>
HILLOCK_INLINE V log_of_sum(V others) noexcept {
  return nan_or(others, kernels::log1p_bounded(others));
}

/// log(sum_j e^(x_j - top)) of each distribution of a walk.
template <class V, class Walk, class Load>
HILLOCK_INLINE auto log_of_sum(const Walk& walk, const Load& load,
                               const kernels::ExponentialsBelow<V>& below) noexcept {
  SumsOf<Walk, V> sums;
  walk.each(load, [&](Index slot, Index, V x, const auto& counted) {
    sums.of[slot].add(counted(below.scaled(x)));
  });
  return log_of_sum(beside_the_largest<V>(walk, Walk::total(sums),
                                          [&](Index at) { return below.scaled(load(at)); }));
}

/// As many distributions at a time as leave the processor something to do while one waits for its
/// maximum or its sum, and stay in the first-level cache together (16 KB of x and as much of y).
inline constexpr Index most_at_a_time = 16;
template <class T>
constexpr Index at_a_time(Index n) noexcept {
  constexpr Index fitting = 16384 / static_cast<Index>(sizeof(T));
  return n * most_at_a_time <= fitting ? most_at_a_time : n < fitting ? fitting / n : 1;
}

/// Straight from memory and to it, where the entries of a distribution are neighbours, or those of
/// `Together` lie interleaved.
template <class V, Index Together = 1, class T>
HILLOCK_INLINE auto load_from(const T* from) noexcept {
  return [from](Index at) { return V::load(from + at * Together); };
}
template <class V, Index Together = 1, class T>
HILLOCK_INLINE auto store_to(T* to) noexcept {
  return [to](Index at, V value) { value.store(to + at * Together); };
}

/// The steps of forward_by_distribution, one after the other.
template <class V, class Walk, class Kept, class Load, class LoadBack, class Store, class Steps>
HILLOCK_INLINE void take_all_steps(const Walk& walk, Kept kept, const Load& load,
                                   const LoadBack& load_back, const Store& store,
                                   const Steps& steps, Index first) {
  const V top = walk.spread(walk.maximum(load));
  const V number = walk.spread(steps.number(walk, kept, load, load_back, store, top, first));
  steps.finish(walk, kept, load, load_back, store, top, number);
}

/// Up to so many entries distributions that are neighbours in memory are turned too: a maximum and a sum
/// across the lanes of a register would take longer. A gradient has three tiles, which the first-level
/// cache must hold.
template <class V>
using ForwardTile = TurnedTile<V, 64>;
template <class V>
using GradientTile = TurnedTile<V, 32>;

/// Whether `count` distributions of n entries go through a Tile: few entries, but not where as few
/// distributions would leave half of the lanes without work and a Run can have them.
template <class Tile>
constexpr bool go_through_tile(Index n, Index count, bool are_contiguous) noexcept {
  const bool may_be_run = are_contiguous && n >= shortest_tree;
  return n <= Tile::most_entries && !(may_be_run && 2 * count <= Tile::width);
}

/// No more distributions than these are under way between steps.number and steps.written.
template <class V>
inline constexpr Index most_under_way =
    most_at_a_time > ForwardTile<V>::groups* ForwardTile<V>::width
        ? most_at_a_time
        : ForwardTile<V>::groups* ForwardTile<V>::width;

/// Calls work(first, count) for as many distributions at a time as a TurnedTile holds.
template <class V, class Work>
void for_each_tile(Index count, const Work& work) {
  constexpr Index step = ForwardTile<V>::groups * ForwardTile<V>::width;
  for (Index first = 0; first < count; first += step)
    work(first, count - first < step ? count - first : step);
}

// What follows depends on the type of the arrays only where it must: each layout that a program uses is
// compiled anew.

/// The steps for `count` distributions of n entries that are neighbours in memory, from_step and to_step
/// elements apart.
template <class V, class T, class Steps>
void forward_of_runs(const T* all_from, Index from_step, T* all_to, Index to_step, Index n,
                     Index count, const Steps& steps) {
  const Run<V> walk(n);
  T top[most_at_a_time], number[most_at_a_time];
  const Index step = at_a_time<T>(n);
  for (Index first = 0; first < count; first += step) {
    const Index now = count - first < step ? count - first : step;
    const T* const from = all_from + first * from_step;
    T* const to = all_to + first * to_step;
    for (Index j = 0; j < now; ++j)
      top[j] = walk.maximum(load_from<V>(from + j * from_step)).first();
    for (Index j = 0; j < now; ++j) {
      T* const here = to + j * to_step;
      number[j] = steps
                      .number(walk, std::true_type(), load_from<V>(from + j * from_step),
                              load_from<V>(here), store_to<V>(here), V(top[j]), first + j)
                      .first();
    }
    for (Index j = 0; j < now; ++j) {
      T* const here = to + j * to_step;
      steps.finish(walk, std::true_type(), load_from<V>(from + j * from_step), load_from<V>(here),
                   store_to<V>(here), V(top[j]), V(number[j]));
    }
    steps.written(first, now);
  }
}

/// The steps for `count` distributions from `first` on, which are few.
template <class V, class T, class Steps>
void forward_of_few(const Distributions<const T>& in, const Distributions<T>& out, Index first,
                    Index count, const Steps& steps) {
  const Run<V, interleaved<V>> walk(in.entries);
  const Distributions<const T> written{out.first, out.across, out.along, out.entries};
  for_each_interleaved<V>(first, count, [&](Index start, Index now) {
    const Distributions<const T> from = in.from(start);
    const Distributions<T> to = out.from(start);
    const auto take_steps = [&](const auto& load, const auto& load_back, const auto& store) {
      take_all_steps<V>(walk, std::true_type(), load, load_back, store, steps, start);
    };
    if (are_interleaved<V>(from, now) && are_interleaved<V>(to, now)) {
      take_steps(load_from<V, interleaved<V>>(from.first), load_from<V, interleaved<V>>(to.first),
                 store_to<V, interleaved<V>>(to.first));
      return steps.written(start, now);
    }
    InterleavedTile<V> tile, tile_back, out_tile;
    InterleavedReader<V> read(from, now, tile);
    InterleavedReader<V> read_back(written.from(start), now, tile_back);
    InterleavedWriter<V> write(to, now, out_tile);
    const auto load = [&](Index at) { return read(at); };
    const auto load_back = [&](Index at) {
      if (read_back.lacks(at)) write.finish();
      return read_back(at);
    };
    take_steps(load, load_back, [&](Index at, V value) { write(at, value); });
    write.finish();
    steps.written(start, now);
  });
}

/// The distributions of a tile, a batch at a time: work(walk, group), where the walk adds few entries one
/// after the other.
template <class V, class Work>
HILLOCK_INLINE void for_each_in_tile(Index n, Index count, const Work& work) {
  const Index groups = (count + ForwardTile<V>::width - 1) / ForwardTile<V>::width;
  if (n < shortest_tree) {
    for (Index g = 0; g < groups; ++g) work(Lanes<V, true>(n), g);
  } else {
    for (Index g = 0; g < groups; ++g) work(Lanes<V, false>(n), g);
  }
}

/// Fills a tile with `count` distributions from `first` on; use(group, the largest entries).
template <class V, Index MostEntries, class X, class Use>
void read_tile(TurnedTile<V, MostEntries>& tile, Per axis, const X& in, Index first, Index count,
               const Use& use) {
  const Index n = entries(in.shape(), axis);
  if constexpr (may_be_contiguous<typename V::value_type, X>) {
    if (are_contiguous<typename V::value_type>(axis, in)) {
      const Index step = in.step(axis == Per::column);
      const auto* from = start_of(in, axis, first);
      for (Index g = 0; g * tile.width < count; ++g, from += tile.width * step)
        use(g, tile.read(g, from, step, n, tile.lanes_of(g, count)));
      return;
    }
  }
  for (Index g = 0; g * tile.width < count; ++g) {
    LaneReader<V, X> read(in, axis, first + g * tile.width, tile.lanes_of(g, count));
    V top = read(0);
    tile.store(g, 0, top);
    for (Index i = 1; i < n; ++i) {
      const V value = read(i);
      top = not_below(value, top);
      tile.store(g, i, value);
    }
    use(g, top);
  }
}
/// Writes `count` distributions from `first` on: those of contiguous arrays by write(to, step), which makes
/// their entries too; by write(null, 0) they are made in the tile, of which others are copied.
template <class V, Index MostEntries, class Y, class Write>
void write_tile(TurnedTile<V, MostEntries>& tile, Per axis, const Y& out, Index first, Index count,
                const Write& write) {
  const Index n = entries(out.shape(), axis);
  if constexpr (may_be_contiguous<typename V::value_type, Y>) {
    if (are_contiguous<typename V::value_type>(axis, out))
      return write(start_of(out, axis, first), out.step(axis == Per::column));
  }
  write(nullptr, 0);
  for (Index g = 0; g * tile.width < count; ++g) {
    LaneWriter<V, Y> write_lanes(out, axis, first + g * tile.width, tile.lanes_of(g, count));
    for (Index i = 0; i < n; ++i) write_lanes(i, tile.load(g, i));
    write_lanes.finish();
  }
}

/// The numbers of `count` distributions of n entries in a tile, and their end.
template <class V, class Steps>
void numbers_in_tile(ForwardTile<V>& tile, Index n, const V* top, V* number, Index first,
                     Index count, const Steps& steps) {
  for_each_in_tile<V>(n, count, [&](const auto& walk, Index g) {
    const auto load = [&](Index at) { return tile.load(g, at); };
    const auto store = [&](Index at, V value) { tile.store(g, at, value); };
    number[g] =
        steps.number(walk, std::true_type(), load, load, store, top[g], first + g * tile.width);
  });
}
template <class V, class Steps>
void finish_tile(ForwardTile<V>& tile, Index n, const V* top, const V* number, Index count,
                 const Steps& steps, typename V::value_type* to, Index step) {
  for (Index g = 0; g * tile.width < count; ++g) {
    const auto load = [&](Index at) { return tile.load(g, at); };
    const auto fill = [&](Index from, auto some, const auto& store) {
      steps.finish(SomeEntries<V, decltype(some)>(from, some), std::true_type(), load, load, store,
                   top[g], number[g]);
    };
    auto* const here = to == nullptr ? nullptr : to + g * tile.width * step;
    tile.write(g, here, step, n, tile.lanes_of(g, count), fill);
  }
}

/// y from x: with top, the maximum of a distribution, steps.number(walk, kept, load, load_back, store,
/// top, first) is one number of it (of several from `first` on, one to a lane), and steps.finish(walk,
/// kept, load, load_back, store, top, number) the end; steps.written(first, count) comes after. Where
/// kept::value, the first may store numbers, which the second reads back by load_back.
template <class V, class X, class Y, class Steps>
void forward_by_distribution(Per axis, const X& in, const Y& out, const Steps& steps) {
  using T = typename V::value_type;
  const Index n = entries(in.shape(), axis);
  const Index all = distributions(in.shape(), axis);
  if (n == 0) return;
  if (go_through_tile<ForwardTile<V>>(n, all, are_contiguous<T>(axis, in, out))) {
    ForwardTile<V> tile;
    return for_each_tile<V>(all, [&](Index first, Index count) {
      V top[ForwardTile<V>::groups], number[ForwardTile<V>::groups];
      read_tile(tile, axis, in, first, count, [&](Index g, V largest) { top[g] = largest; });
      numbers_in_tile<V>(tile, n, top, number, first, count, steps);
      write_tile(tile, axis, out, first, count, [&](T* to, Index step) {
        finish_tile<V>(tile, n, top, number, count, steps, to, step);
      });
      steps.written(first, count);
    });
  }
  if constexpr (may_be_contiguous<T, X, Y>) {
    if (are_contiguous<T>(axis, in, out)) {
      const bool along_row = axis == Per::column;
      return forward_of_runs<V, T>(start_of(in, axis, 0), in.step(along_row),
                                   start_of(out, axis, 0), out.step(along_row), n, all, steps);
    }
  }
  for_each_block<V>(all, [&](Index first, Index count) {
    if constexpr (may_be_interleaved<V> && may_be_contiguous<T, X, Y>) {
      if (are_few<V>(count)) {
        return forward_of_few<V>(distributions_of<const T>(in, axis),
                                 distributions_of<T>(out, axis), first, count, steps);
      }
    }
    LaneReader<V, X> read(in, axis, first, count);
    LaneWriter<V, Y> write(out, axis, first, count);
    const auto load = [&](Index at) { return read(at); };
    const auto store = [&](Index at, V value) { write(at, value); };
    const Lanes<V, false> walk(n);
    if constexpr (!std::is_same_v<T, typename Y::Element>) {
      // What is put down would be rounded.
      take_all_steps<V>(walk, std::false_type(), load, load, store, steps, first);
    } else {
      const auto written = out.as_input();
      LaneReader<V, std::decay_t<decltype(written)>> read_back(written, axis, first, count);
      const auto load_back = [&](Index at) {
        if (at == 0) write.finish();
        return read_back(at);
      };
      take_all_steps<V>(walk, std::true_type(), load, load_back, store, steps, first);
    }
    write.finish();
    steps.written(first, count);
  });
}

/// Calls work(walk, load, first, count) for `count` distributions of x from `first` on: a Run at a time
/// where they are neighbours in memory, else Lanes.
template <class V, class X, class Work>
void reduce_by_distribution(Per axis, const X& in, const Work& work) {
  using T = typename V::value_type;
  const Index n = entries(in.shape(), axis);
  const Index all = distributions(in.shape(), axis);
  if (n == 0) return;
  if (go_through_tile<ForwardTile<V>>(n, all, are_contiguous<T>(axis, in))) {
    ForwardTile<V> tile;
    return for_each_tile<V>(all, [&](Index first, Index count) {
      read_tile(tile, axis, in, first, count, [](Index, V) {});
      for_each_in_tile<V>(n, count, [&](const auto& walk, Index g) {
        const auto load = [&](Index at) { return tile.load(g, at); };
        work(walk, load, first + g * tile.width, tile.lanes_of(g, count));
      });
    });
  }
  if constexpr (may_be_contiguous<T, X>) {
    if (are_contiguous<T>(axis, in)) {
      for (Index j = 0; j < all; ++j) {
        const T* const from = start_of(in, axis, j);
        work(Run<V>(n), load_from<V>(from), j, Index{1});
      }
      return;
    }
  }
  for_each_block<V>(all, [&](Index first, Index count) {
    if constexpr (may_be_interleaved<V> && may_be_contiguous<T, X>) {
      if (are_few<V>(count)) {
        const Distributions<const T> each = distributions_of<const T>(in, axis);
        return for_each_interleaved<V>(first, count, [&](Index start, Index now) {
          InterleavedTile<V> tile;
          InterleavedReader<V> read(each.from(start), now, tile);
          const auto load = [&](Index at) { return read(at); };
          work(Run<V, interleaved<V>>(n), load, start, now);
        });
      }
    }
    LaneReader<V, X> read(in, axis, first, count);
    work(
        Lanes<V, false>(n), [&](Index at) { return read(at); }, first, count);
  });
}

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
