// The gradients of distributions along an axis: how softmax and log-softmax read, walk and check them.
#pragma once

#include <hillock/arrays/axis/forward.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// Where the steps of a gradient keep two numbers of each entry from one pass to the next; for
/// distributions that are too long they are computed twice.
struct NothingKept {
  static constexpr bool is_kept = false;
  NothingKept from(Index) const noexcept { return {}; }
};
template <class V>
class KeptNumbers {
  using T = typename V::value_type;

 public:
  static constexpr bool is_kept = true;
  KeptNumbers(T* first, T* second) noexcept : first_(first), second_(second) {}
  KeptNumbers from(Index entry) const noexcept { return {first_ + entry, second_ + entry}; }

  /// Two numbers of each entry of a batch, which a walk has at `at`.
  template <class Walk>
  HILLOCK_INLINE void put(const Walk&, Index at, V first, V second) const noexcept {
    first.store(first_ + at * Walk::distributions_at_once);
    second.store(second_ + at * Walk::distributions_at_once);
  }
  template <class Walk>
  HILLOCK_INLINE std::array<V, 2> get(const Walk&, Index at) const noexcept {
    return {sealed(V::load(first_ + at * Walk::distributions_at_once)),
            sealed(V::load(second_ + at * Walk::distributions_at_once))};
  }

 private:
  T* first_;
  T* second_;
};
template <class V>
class RoomForNumbers {
  using T = typename V::value_type;

 public:
  static constexpr Index entries = 8192 / static_cast<Index>(sizeof(T));
  static_assert(GradientTile<V>::groups * GradientTile<V>::most_entries * GradientTile<V>::width <=
                entries);
  KeptNumbers<V> all() noexcept { return {first_, second_}; }

 private:
  alignas(sizeof(V)) T first_[static_cast<std::size_t>(entries)];
  alignas(sizeof(V)) T second_[static_cast<std::size_t>(entries)];
};

/// The entries of x and of dy, of one place each, by two functions that load them.
template <class Load, class LoadGradient>
HILLOCK_INLINE auto load_both(const Load& load, const LoadGradient& gradient) noexcept {
  return [load, gradient](Index at) {
    return std::array<decltype(load(at)), 2>{load(at), gradient(at)};
  };
}

/// A sum of gradients of each distribution, at a unit of its own (kernels::GradientUnit).
template <class Sum, class Number>
struct SumOfGradients {
  Sum total;
  Number unit;
};
struct AsIs {
  template <class V>
  HILLOCK_INLINE V operator()(V gradient) const noexcept {
    return gradient;
  }
};
template <class V>
struct Scaled {
  V factor;
  HILLOCK_INLINE V operator()(V gradient) const noexcept { return gradient * factor; }
};

/// A sum of gradients as add(scaled) makes it, which takes scaled(gradient) of each of them: weight
/// times its unit. Of doubles it is made anew where they turn out to be tiny.
template <class V, class Walk, class LoadBoth, class Add>
HILLOCK_INLINE auto sum_of_gradients(const Walk& walk, const LoadBoth& load_both,
                                     typename V::value_type weight, const Add& add) noexcept {
  using Sum = decltype(add(AsIs()));
  using Number = decltype(Walk::gathered(V()));
  using Unit = kernels::GradientUnit<typename V::value_type>;
  if constexpr (sizeof(typename V::value_type) == 4) {
    return SumOfGradients<Sum, Number>{add(AsIs()), 1};
  } else {
    Number unit = Unit::small_unit;
    for (bool is_last = false;; is_last = true) {
      const Sum total = add(Scaled<V>{V(Walk::spread(unit)) * weight});
      const auto is_small = abs(total.parts().high) < Unit::tiny_gradient * Unit::small_unit;
      if (HILLOCK_LIKELY(is_last || !any(is_small)))
        return SumOfGradients<Sum, Number>{total, unit};
      const Number most = walk.maximum([&](Index at) { return abs(load_both(at)[1]); });
      const auto is_tiny = (most < Unit::tiny_gradient) & (most > 0);
      if (!any(is_tiny)) return SumOfGradients<Sum, Number>{total, unit};
      unit = select(is_tiny, Unit::raised / weight, unit);
    }
  }
}

/// The sum over each distribution of the terms, term(load_both(at)), that are NaN or infinite: what
/// IEEE arithmetic makes of the sum of all, unless that overflows. It takes copies, because what
/// the usual steps use would otherwise be kept in memory for it.
template <class V, class Walk, class LoadBoth, class Term>
HILLOCK_COLD auto sum_of_special(Walk walk, LoadBoth load_both, Term term) noexcept {
  SumsOf<Walk, V> sums;
  walk.each(load_both, [&](Index slot, Index, const auto& both, const auto& counted) {
    const V value = term(both);
    sums.of[slot].add(counted(zero_where(kernels::is_finite(value), value)));
  });
  return Walk::total(sums).parts().high;
}

/// The steps of backward_by_distribution, one after the other.
template <class V, class Walk, class Load, class LoadBoth, class Store, class Steps>
HILLOCK_INLINE void take_all_backward_steps(const Walk& walk, const Load& load,
                                            const LoadBoth& load_both, const Store& store,
                                            const Steps& steps) {
  V top = 0;
  if constexpr (Steps::needs_maximum) top = walk.spread(walk.maximum(load));
  const auto numbers = steps.numbers(walk, load_both, top, NothingKept());
  steps.finish(walk, load_both, store, top, numbers, NothingKept());
}

/// The steps for `count` distributions of n entries that are neighbours in memory, `step` of them at a
/// time.
template <class V, class T, class Steps, class Kept>
void backward_of_runs(const Distributions<const T>& in, const Distributions<const T>& in_dy,
                      const Distributions<T>& out, Index count, Index step, const Steps& steps,
                      const Kept& all_kept) {
  using Number = simd::Batch<T, simd::NarrowArch>;
  const Index n = in.entries;
  const Run<V> walk(n);
  Number top[most_at_a_time];
  typename Steps::template Numbers<Number> numbers[most_at_a_time];
  for (Index first = 0; first < count; first += step) {
    const Index now = count - first < step ? count - first : step;
    const auto load_of = [&](Index j) { return load_from<V>(in.from(first + j).first); };
    const auto load_both_of = [&](Index j) {
      return load_both(load_of(j), load_from<V>(in_dy.from(first + j).first));
    };
    for (Index j = 0; j < now; ++j)
      if constexpr (Steps::needs_maximum) top[j] = walk.maximum(load_of(j));
    for (Index j = 0; j < now; ++j)
      numbers[j] = steps.numbers(walk, load_both_of(j), walk.spread(top[j]), all_kept.from(j * n));
    for (Index j = 0; j < now; ++j)
      steps.finish(walk, load_both_of(j), store_to<V>(out.from(first + j).first),
                   walk.spread(top[j]), numbers[j], all_kept.from(j * n));
  }
}

/// The steps for `count` distributions from `first` on, which are few.
template <class V, class T, class Steps>
void backward_of_few(const Distributions<const T>& in, const Distributions<const T>& in_dy,
                     const Distributions<T>& out, Index first, Index count, const Steps& steps) {
  for_each_interleaved<V>(first, count, [&](Index start, Index now) {
    const Run<V, interleaved<V>> walk(in.entries);
    const Distributions<const T> from = in.from(start), from_dy = in_dy.from(start);
    const Distributions<T> to = out.from(start);
    if (are_interleaved<V>(from, now) && are_interleaved<V>(from_dy, now) &&
        are_interleaved<V>(to, now)) {
      const auto load = load_from<V, interleaved<V>>(from.first);
      return take_all_backward_steps<V>(
          walk, load, load_both(load, load_from<V, interleaved<V>>(from_dy.first)),
          store_to<V, interleaved<V>>(to.first), steps);
    }
    InterleavedTile<V> tile, gradient_tile, out_tile;
    InterleavedReader<V> read(from, now, tile);
    InterleavedReader<V> gradient(from_dy, now, gradient_tile);
    InterleavedWriter<V> write(to, now, out_tile);
    take_all_backward_steps<V>(
        walk, [&](Index at) { return read(at); },
        [&](Index at) {
          return std::array<V, 2>{read(at), gradient(at)};
        },
        [&](Index at, V value) { write(at, value); }, steps);
    write.finish();
  });
}

/// The numbers of `count` distributions of n entries in a tile, and their end.
template <class V>
HILLOCK_INLINE auto load_both_from(const GradientTile<V>& tile, const GradientTile<V>& gradient,
                                   Index group) noexcept {
  return [&tile, &gradient, group](Index at) {
    return std::array<V, 2>{tile.load(group, at), gradient.load(group, at)};
  };
}
template <class V, class Numbers, class Steps>
void numbers_in_tile(const GradientTile<V>& tile, const GradientTile<V>& gradient, Index n,
                     const V* top, Numbers* numbers, Index count, const Steps& steps,
                     const KeptNumbers<V>& kept) {
  for_each_in_tile<V>(n, count, [&](const auto& walk, Index g) {
    numbers[g] = steps.numbers(walk, load_both_from<V>(tile, gradient, g), top[g],
                               kept.from(g * n * tile.width));
  });
}
template <class V, class Numbers, class Steps>
void finish_tile(GradientTile<V>& tile, const GradientTile<V>& gradient, Index n, const V* top,
                 const Numbers* numbers, Index count, const Steps& steps,
                 const KeptNumbers<V>& kept, typename V::value_type* to, Index step) {
  for (Index g = 0; g * tile.width < count; ++g) {
    const auto fill = [&](Index from, auto some, const auto& store) {
      steps.finish(SomeEntries<V, decltype(some)>(from, some), load_both_from<V>(tile, gradient, g),
                   store, top[g], numbers[g], kept.from(g * n * tile.width));
    };
    auto* const here = to == nullptr ? nullptr : to + g * tile.width * step;
    tile.write(g, here, step, n, tile.lanes_of(g, count), fill);
  }
}

/// dx from x and dy: with top, the maximum of a distribution where Steps::needs_maximum, some numbers of
/// it are steps.numbers(walk, load_both, top, kept), of type Steps::Numbers, and steps.finish(walk,
/// load_both, store, top, numbers, kept) is the end; load_both gives entries of x and of dy.
template <class V, class X, class DY, class DX, class Steps>
void backward_by_distribution(const char* where, const char* name, Per axis, const X& in,
                              const DY& in_dy, const DX& out, const Steps& steps) {
  using T = typename V::value_type;
  require_elementwise(where, std::tuple(Named{"dx", out}),
                      std::tuple(Named{name, in}, Named{"dy", in_dy}));
  const Index n = entries(in.shape(), axis);
  const Index all = distributions(in.shape(), axis);
  if (n == 0) return;
  if (go_through_tile<GradientTile<V>>(n, all, are_contiguous<T>(axis, in, in_dy, out))) {
    GradientTile<V> tile, gradient;
    RoomForNumbers<V> room;
    const KeptNumbers<V> all_kept = room.all();
    return for_each_tile<V>(all, [&](Index first, Index count) {
      V top[GradientTile<V>::groups];
      typename Steps::template Numbers<V> numbers[GradientTile<V>::groups];
      read_tile(tile, axis, in, first, count, [&](Index g, V largest) { top[g] = largest; });
      read_tile(gradient, axis, in_dy, first, count, [](Index, V) {});
      numbers_in_tile<V>(tile, gradient, n, top, numbers, count, steps, all_kept);
      write_tile(tile, axis, out, first, count, [&](T* to, Index step) {
        finish_tile<V>(tile, gradient, n, top, numbers, count, steps, all_kept, to, step);
      });
    });
  }
  if constexpr (may_be_contiguous<T, X, DY, DX>) {
    if (are_contiguous<T>(axis, in, in_dy, out)) {
      const auto each = [&](Index step, const auto& kept) {
        backward_of_runs<V>(distributions_of<const T>(in, axis),
                            distributions_of<const T>(in_dy, axis), distributions_of<T>(out, axis),
                            all, step, steps, kept);
      };
      constexpr Index fitting = RoomForNumbers<V>::entries;
      if (n <= fitting) {
        RoomForNumbers<V> room;
        each(n * most_at_a_time <= fitting ? most_at_a_time : fitting / n, room.all());
      } else {
        each(1, NothingKept());
      }
      return;
    }
  }
  for_each_block<V>(all, [&](Index first, Index count) {
    if constexpr (may_be_interleaved<V> && may_be_contiguous<T, X, DY, DX>) {
      if (are_few<V>(count)) {
        return backward_of_few<V>(distributions_of<const T>(in, axis),
                                  distributions_of<const T>(in_dy, axis),
                                  distributions_of<T>(out, axis), first, count, steps);
      }
    }
    LaneReader<V, X> read(in, axis, first, count);
    LaneReader<V, DY> gradient(in_dy, axis, first, count);
    LaneWriter<V, DX> write(out, axis, first, count);
    take_all_backward_steps<V>(
        Lanes<V, false>(n), [&](Index at) { return read(at); },
        [&](Index at) {
          return std::array<V, 2>{read(at), gradient(at)};
        },
        [&](Index at, V value) { write(at, value); }, steps);
    write.finish();
  });
}

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
