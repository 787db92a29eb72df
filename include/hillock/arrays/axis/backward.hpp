// Backward passes along an axis, which the gradients of softmax and log-softmax share.
#pragma once

#include <hillock/arrays/axis/forward.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// Stands in the place of StoredIntermediates where distributions are too long for the buffer: the
/// intermediate results are computed twice.
struct NoIntermediates {
  static constexpr bool are_stored = false;
  NoIntermediates from(Index) const noexcept { return {}; }
};
template <class V>
class StoredIntermediates {
  using T = typename V::value_type;

 public:
  static constexpr bool are_stored = true;
  StoredIntermediates(T* first, T* second) noexcept : first_(first), second_(second) {}
  StoredIntermediates from(Index entry) const noexcept { return {first_ + entry, second_ + entry}; }

  /// Stores the two intermediate results of the batch that begins at entry `at` of a layout.
  template <class Layout>
  HILLOCK_PART void put(const Layout&, Index at, V first, V second) const noexcept {
    first.store(first_ + at * Layout::distributions_per_batch);
    second.store(second_ + at * Layout::distributions_per_batch);
  }
  template <class Layout>
  HILLOCK_PART std::array<V, 2> get(const Layout&, Index at) const noexcept {
    return {sealed(V::load(first_ + at * Layout::distributions_per_batch)),
            sealed(V::load(second_ + at * Layout::distributions_per_batch))};
  }

 private:
  T* first_;
  T* second_;
};
template <class V>
class IntermediateBuffer {
  using T = typename V::value_type;

 public:
  static constexpr Index entries = 8192 / static_cast<Index>(sizeof(T));
  static_assert(TransposedTile<V>::groups * max_entries_backward * TransposedTile<V>::width <=
                entries);
  StoredIntermediates<V> all() noexcept { return {first_, second_}; }

 private:
  alignas(sizeof(V)) T first_[static_cast<std::size_t>(entries)];
  alignas(sizeof(V)) T second_[static_cast<std::size_t>(entries)];
};

/// The sum of the gradients of each distribution, and the unit by which it is multiplied
/// (kernels::GradientUnit).
template <class Sum, class Statistic>
struct SumOfGradients {
  Sum total;
  Statistic unit;
};
struct Unscaled {
  template <class V>
  HILLOCK_PART V operator()(V gradient) const noexcept {
    return gradient;
  }
};
template <class V>
struct Scaled {
  V factor;
  HILLOCK_PART V operator()(V gradient) const noexcept { return gradient * factor; }
};

/// Returns the magnitude that is larger.
struct LargerMagnitude {
  template <class V>
  HILLOCK_PART V operator()(V value, V maximum) const noexcept {
    return not_below(abs(value), abs(maximum));
  }
};
/// Returns the largest magnitude among the gradients of each distribution.
template <class V, class Layout, class T>
HILLOCK_COLD HILLOCK_FLATTEN auto largest_gradient(Layout layout, const EntryReader<T>& gradients) {
  return abs(layout.maximum(gradients, LargerMagnitude()));
}

/// Returns the sum of gradients that add(scaled) computes: it adds scaled(gradient), which
/// multiplies each gradient by `weight` and the unit of its distribution. A sum of doubles is
/// computed once more, with a larger unit, where the gradients turn out to be tiny.
template <class V, class Layout, class T, class Add>
HILLOCK_PART auto sum_of_gradients(const Layout& layout, const Inputs<T, 2>& in, T weight,
                                   const Add& add) {
  using Sum = decltype(add(Unscaled()));
  using Statistic = decltype(Layout::to_statistic(V()));
  using Unit = kernels::GradientUnit<T>;
  if constexpr (sizeof(T) == 4) {
    return SumOfGradients<Sum, Statistic>{add(Unscaled()), 1};
  } else {
    Statistic unit = Unit::small_unit;
    for (bool is_last = false;; is_last = true) {
      const Sum total = add(Scaled<V>{V(Layout::broadcast(unit)) * weight});
      const auto is_small = abs(total.parts().high) < Unit::tiny_gradient * Unit::small_unit;
      if (HILLOCK_LIKELY(is_last || !any(is_small)))
        return SumOfGradients<Sum, Statistic>{total, unit};
      const Statistic largest = largest_gradient<V>(layout, *in[1]);
      const auto is_tiny = (largest < Unit::tiny_gradient) & (largest > 0);
      if (!any(is_tiny)) return SumOfGradients<Sum, Statistic>{total, unit};
      unit = select(is_tiny, Unit::raised / weight, unit);
    }
  }
}

/// Returns, for each distribution, the sum of the terms term(x, dy) that are NaN or infinite. It is
/// what IEEE arithmetic gives for the sum of all terms, unless that overflows. The arguments are
/// copies: references to them would force the usual passes to hold their variables in memory.
template <class V, class Layout, class T, class Term>
HILLOCK_COLD HILLOCK_FLATTEN auto sum_of_special(Layout layout, Inputs<T, 2> in, Term term) {
  SumsOf<Layout, V> sums;
  layout.for_each(in, NoOutput(), [&](Index slot, Index, const auto& mask, V x, V dy) {
    const V value = term(x, dy);
    sums.partial[slot].add(mask(zero_where(kernels::is_finite(value), value)));
  });
  return Layout::total(sums).parts().high;
}

/// Computes the gradients of distributions in transposed tiles.
template <class V, class T, class Algorithm>
HILLOCK_LOOP void backward_in_tiles(const Source<T>& x, const Source<T>& dy, const Sink<T>& dx,
                                    const Algorithm& algorithm) {
  using Memory = typename TransposedTile<V>::template Memory<max_entries_backward>;
  Memory memory, gradient_memory;
  const TransposedTile<V> tile(memory), gradient(gradient_memory);
  IntermediateBuffer<V> buffer;
  const StoredIntermediates<V> intermediates = buffer.all();
  const Index n = x.entries_each();
  for_each_tile<V>(x.count(), [&](Index first, Index count) {
    V maximum[tile.groups], unused[tile.groups];
    typename Algorithm::template Statistics<V> statistics[tile.groups];
    read_tile<Algorithm::needs_maximum>(tile, x, first, count, maximum);
    read_tile<false>(gradient, dy, first, count, unused);
    for_each_group<V>(n, count, [&](const auto& layout, Index g) {
      const EntryReader<T> in = tile.reader(g), in_dy = gradient.reader(g);
      statistics[g] = algorithm.statistics(layout, inputs(in, in_dy), maximum[g],
                                           intermediates.from(g * n * tile.width));
    });
    write_tile(tile, dx, n, first, count, [&](Index g, const auto& layout, const auto& out) {
      const EntryReader<T> in = tile.reader(g), in_dy = gradient.reader(g);
      algorithm.finish(layout, inputs(in, in_dy), out, maximum[g], statistics[g],
                       intermediates.from(g * n * tile.width));
    });
  });
}

/// Computes the gradients of contiguous distributions, in blocks of `step` distributions.
template <class V, class T, class Algorithm, class Intermediates>
HILLOCK_LOOP void backward_contiguous(const Distributions<const T>& x,
                                      const Distributions<const T>& dy, const Distributions<T>& dx,
                                      Index count, Index step, const Algorithm& algorithm,
                                      const Intermediates& intermediates) {
  using Statistic = simd::Batch<T, simd::NarrowArch>;
  const Index n = x.entries;
  const Contiguous<V> layout(n);
  Statistic maximum[max_distributions_per_block];
  typename Algorithm::template Statistics<Statistic> statistics[max_distributions_per_block];
  for (Index first = 0; first < count; first += step) {
    const Index block_length = count - first < step ? count - first : step;
    const auto x_of = [&](Index j) HILLOCK_PART_LAMBDA {
      return EntryReader<T>(x.from(first + j).first, 1);
    };
    const auto dy_of = [&](Index j) HILLOCK_PART_LAMBDA {
      return EntryReader<T>(dy.from(first + j).first, 1);
    };
    for (Index j = 0; j < block_length; ++j)
      if constexpr (Algorithm::needs_maximum) maximum[j] = layout.maximum(x_of(j));
    for (Index j = 0; j < block_length; ++j) {
      const EntryReader<T> in = x_of(j), in_dy = dy_of(j);
      statistics[j] = algorithm.statistics(
          layout, inputs(in, in_dy), V(layout.broadcast(maximum[j])), intermediates.from(j * n));
    }
    for (Index j = 0; j < block_length; ++j) {
      const EntryReader<T> in = x_of(j), in_dy = dy_of(j);
      algorithm.finish(layout, inputs(in, in_dy), EntryWriter<T>(dx.from(first + j).first, 1),
                       V(layout.broadcast(maximum[j])), statistics[j], intermediates.from(j * n));
    }
  }
}
template <class V, class T, class Algorithm>
HILLOCK_PART void backward_contiguous(const Distributions<const T>& x,
                                      const Distributions<const T>& dy, const Distributions<T>& dx,
                                      Index count, const Algorithm& algorithm) {
  constexpr Index fitting = IntermediateBuffer<V>::entries;
  const Index n = x.entries;
  if (n > fitting) return backward_contiguous<V>(x, dy, dx, count, 1, algorithm, NoIntermediates());
  IntermediateBuffer<V> buffer;
  const Index step =
      n * max_distributions_per_block <= fitting ? max_distributions_per_block : fitting / n;
  backward_contiguous<V>(x, dy, dx, count, step, algorithm, buffer.all());
}

/// Computes the gradients of `count` distributions from `first` on, which are one per lane or
/// interleaved.
template <class V, class Layout, class T, class Algorithm>
HILLOCK_LOOP void backward_block(const Source<T>& x, const Source<T>& dy, const Sink<T>& dx,
                                 Index first, Index count, const Algorithm& algorithm) {
  constexpr Index lanes = Layout::distributions_per_batch;
  EntryTile<V> tile, gradient_tile, out_tile;
  const EntryReader<T> in(x, first, count, lanes, tile);
  const EntryReader<T> in_dy(dy, first, count, lanes, gradient_tile);
  const EntryWriter<T> out(dx, first, count, lanes, out_tile);
  const Layout layout(x.entries_each(), entry_chunk_size(x.entries_each(), lanes, in, in_dy, out));
  V maximum = 0;
  if constexpr (Algorithm::needs_maximum) maximum = layout.broadcast(layout.maximum(in));
  const auto statistics =
      algorithm.statistics(layout, inputs(in, in_dy), maximum, NoIntermediates());
  algorithm.finish(layout, inputs(in, in_dy), out, maximum, statistics, NoIntermediates());
}

/// Computes dx from x and dy. `maximum` is the maximum of each distribution, if
/// Algorithm::needs_maximum. algorithm.statistics(layout, inputs, maximum, intermediates) returns
/// the numbers of type Algorithm::Statistics that each distribution has. algorithm.finish(layout,
/// inputs, out, maximum, statistics, intermediates) writes the results. The inputs are the entries
/// of x and of dy.
template <class V, class T, class Algorithm>
HILLOCK_FLATTEN void backward_along_axis(const Source<T>& x, const Source<T>& dy, const Sink<T>& dx,
                                         const Algorithm& algorithm) {
  const Index n = x.entries_each(), count = x.count();
  if (n == 0) return;
  const bool are_in_memory = x.is_in_memory() && dy.is_in_memory() && dx.is_in_memory();
  const auto contiguous_axis = are_in_memory
                                   ? contiguous_axis_of(x.memory(), dy.memory(), dx.memory())
                                   : ContiguousAxis::none;
  switch (layout_of_distributions(contiguous_axis, n, count, static_cast<Index>(V::size),
                                  max_entries_backward)) {
    case Layout::transposed_tile:
      return backward_in_tiles<V>(x, dy, dx, algorithm);
    case Layout::contiguous:
      return backward_contiguous<V>(x.memory(), dy.memory(), dx.memory(), count, algorithm);
    case Layout::one_per_lane:
      break;
  }
  for_each_lane_block<V>(
      count, are_in_memory,
      [&](Index first, Index block_length) {
        backward_block<V, OnePerLane<V, false>>(x, dy, dx, first, block_length, algorithm);
      },
      [&](Index first, Index block_length) {
        backward_block<V, Interleaved<V>>(x, dy, dx, first, block_length, algorithm);
      });
}

/// Does the same for views, and checks them: dx may be x or dy itself.
template <class V, class X, class DY, class DX, class Algorithm>
HILLOCK_PART void backward_by_distribution(const char* where, const char* name, Per axis,
                                           const X& x, const DY& dy, const DX& dx,
                                           const Algorithm& algorithm) {
  using T = typename V::value_type;
  require_elementwise(where, std::tuple(Named{"dx", dx}),
                      std::tuple(Named{name, x}, Named{"dy", dy}));
  const auto compute = [&](Index row, Index col, Shape shape, const auto& to) {
    const auto from = x.block(row, col, shape);
    const auto gradient = dy.block(row, col, shape);
    backward_along_axis<V>(Source<T>(from, axis), Source<T>(gradient, axis), Sink<T>(to, axis),
                           algorithm);
  };
  if (add_in_blocks<V>(axis, dx, compute)) return;
  backward_along_axis<V>(Source<T>(x, axis), Source<T>(dy, axis), Sink<T>(dx, axis), algorithm);
}

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
