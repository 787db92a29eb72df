// evaluate(), which every elementwise evaluation of hillock calls. It checks the shapes and the
// overlap of the views, and runs the loop as the policy says.
#pragma once

#include <hillock/arrays/elementwise/broadcast.hpp>
#include <hillock/arrays/views/checks.hpp>

#include <tuple>
#include <utility>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// What decides how the results are stored.
enum class StoreRule { by_size, always_streaming, always_cached };

/// What policies have in common: the caller's thread computes, the outputs are overwritten, and
/// their size decides how they are stored.
struct PolicyBase {
  static constexpr bool accumulates = false;
  static constexpr bool is_parallel = false;
  static constexpr StoreRule store_rule = StoreRule::by_size;
};

/// A block of an array.
struct SubArray {
  Index row;
  Index col;
  Shape shape;

  template <class View>
  auto of(const View& view) const {
    return view.block(row, col, shape);
  }
};

/// The default policy.
struct Overwrite : PolicyBase {};

}  // namespace detail

/// The policy of `accumulate`.
struct Accumulate : detail::PolicyBase {
  static constexpr bool accumulates = true;
};

/// As the last argument of a verb, it adds the results to the output: backward(f, x, dy, dx,
/// accumulate) is dx += dy f'(x). Each sum is rounded once more.
inline constexpr Accumulate accumulate{};

/// The policy of `streaming`.
struct Streaming : detail::PolicyBase {
  static constexpr auto store_rule = detail::StoreRule::always_streaming;
};

/// The policy of `cached`.
struct Cached : detail::PolicyBase {
  static constexpr auto store_rule = detail::StoreRule::always_cached;
};

/// As the last argument of a verb, it stores the results past the caches, whatever their size: for
/// results that nobody reads soon. Results in place, and lines shorter than 4 KiB, are stored as
/// usual, and so are those of functions along an axis, and all on a processor without such stores.
/// The bits are the same. Where HILLOCK_STREAM_BYTES is defined, it decides instead.
inline constexpr Streaming streaming{};

/// As the last argument of a verb, it stores the results through the caches, whatever their size:
/// for results that are read next. Where HILLOCK_STREAM_BYTES is defined, it decides instead.
inline constexpr Cached cached{};

namespace detail {

/// Whether a type may be the last argument of a verb, as threads(4) and accumulate are.
template <class Policy>
inline constexpr bool is_policy = std::is_base_of_v<PolicyBase, Policy>;

/// Returns the stores that a policy wants for a number of elements, whose results together take
/// `bytes` each.
template <class Op, class Policy>
HILLOCK_INLINE Stores stores_wanted(Index elements, std::size_t bytes) noexcept {
#if !defined(HILLOCK_STREAM_BYTES)
  if constexpr (Policy::store_rule == StoreRule::always_streaming) return Stores::streaming;
  if constexpr (Policy::store_rule == StoreRule::always_cached) return Stores::cached;
#endif
  return stores_by_size<Op>(elements, bytes);
}

/// An operation whose loop can stream, even if it is compute-bound: for those who ask for it.
template <class Op>
struct Streamable : Op {
  static constexpr Schedule schedule = Schedule::at_once;
  static constexpr bool is_compute_bound = false;
  HILLOCK_INLINE explicit Streamable(const Op& op) noexcept : Op(op) {}
};

/// Does the same as Accumulating, for an operation with a broadcast input.
template <class Op, std::size_t First>
struct AccumulatingWithBroadcast {
  Op op;
  template <class Bound>
  static HILLOCK_INLINE Accumulating<Bound, First> accumulating(const Bound& bound) noexcept {
    return Accumulating<Bound, First>(bound);
  }
  template <class T>
  HILLOCK_INLINE auto bound_to(T number) const noexcept {
    return accumulating(op.bound_to(number));
  }
  template <class V>
  HILLOCK_INLINE auto with_numbers(V smallest, V largest) const noexcept {
    return accumulating(op.with_numbers(smallest, largest));
  }
  auto with_any_numbers() const noexcept { return accumulating(op.with_any_numbers()); }
};

template <class... Views>
inline constexpr bool ends_with_broadcast =
    is_broadcast<std::tuple_element_t<sizeof...(Views) - 1, std::tuple<Views...>>>;

/// Returns the first inputs of a tuple.
template <class... Ins, std::size_t... I>
HILLOCK_INLINE auto first_of(const std::tuple<const Ins&...>& in,
                             std::index_sequence<I...>) noexcept {
  return std::tie(std::get<I>(in)...);
}

/// Calls transform(), or transform_with() if the last input is a broadcast one.
template <class Arch, bool ArePacked, class Op, class... Outs, class... Ins>
HILLOCK_INLINE void transform_views(const Op& op, const std::tuple<const Outs&...>& out,
                                    const std::tuple<const Ins&...>& in, Stores wanted) {
  if constexpr (ends_with_broadcast<Ins...>) {
    constexpr auto others = std::make_index_sequence<sizeof...(Ins) - 1>();
    transform_with<Arch>(std::get<sizeof...(Ins) - 1>(in), op, out, first_of(in, others), wanted,
                         std::index_sequence_for<Outs...>(), others);
  } else {
    transform<Arch, ArePacked>(op, out, in, wanted);
  }
}

/// Does the same with the outputs as further inputs, in front of a broadcast one.
template <class Arch, bool ArePacked, class Op, class... Outs, class... Ins>
HILLOCK_INLINE void accumulate_views(const Op& op, const std::tuple<const Outs&...>& out,
                                     const std::tuple<const Ins&...>& in) {
  const auto as_inputs = [](const auto&... view)
                             HILLOCK_INLINE_LAMBDA { return std::tuple(view.as_input()...); };
  const auto with_outputs = [&](const auto&... before) HILLOCK_INLINE_LAMBDA {
    if constexpr (ends_with_broadcast<Ins...>) {
      constexpr std::size_t last = sizeof...(Ins) - 1;
      const auto others = first_of(in, std::make_index_sequence<last>());
      const auto all = std::tuple_cat(others, std::tie(before...), std::tie(std::get<last>(in)));
      transform_views<Arch, ArePacked>(AccumulatingWithBroadcast<Op, last>{op}, out, all,
                                       Stores::cached);
    } else {
      const auto all = std::tuple_cat(in, std::tie(before...));
      transform_views<Arch, ArePacked>(Accumulating<Op, sizeof...(Ins)>(op), out, all,
                                       Stores::cached);
    }
  };
  unpack(with_outputs, unpack(as_inputs, out));
}

/// Applies an operation to the inputs and writes the outputs, as the policy says. Throws
/// std::invalid_argument, before anything is written, if a shape differs from that of the first
/// input, if an output overlaps an input without being the same array, or if two outputs overlap.
/// The last input may be a broadcast one. ArePacked: as for transform().
template <class Arch, bool ArePacked = false, class Policy, class Op, class... Outs, class... Ins>
HILLOCK_INLINE void evaluate(const char* where, const Policy& policy, const Op& op,
                             const std::tuple<Named<Outs>...>& outputs,
                             const std::tuple<Named<Ins>...>& inputs) {
  if constexpr (Policy::is_parallel) policy.require(where);
  require_elementwise(where, outputs, inputs);
  const auto views = [](const auto&... named) HILLOCK_INLINE_LAMBDA {
    return std::tuple<decltype(named.view)...>(named.view...);
  };
  const std::tuple<const Outs&...> out = unpack(views, outputs);
  const std::tuple<const Ins&...> in = unpack(views, inputs);
  const Shape shape = std::get<0>(out).shape();
  constexpr std::size_t bytes =
      sizeof...(Outs) * sizeof(typename std::tuple_element_t<0, std::tuple<Outs...>>::T);
  const Stores wanted = stores_wanted<Op, Policy>(shape.rows * shape.cols, bytes);
  if constexpr (Policy::store_rule == StoreRule::always_streaming && !ends_with_broadcast<Ins...>) {
    transform_views<Arch, ArePacked>(Streamable<Op>(op), out, in, wanted);
  } else if constexpr (Policy::is_parallel) {
    policy.for_each_part(shape, std::get<0>(out).is_row_major(), [&](const SubArray& part) {
      const auto blocks = [&part](const auto&... view)
                              HILLOCK_INLINE_LAMBDA { return std::tuple(part.of(view)...); };
      const auto references = [](const auto&... view)
                                  HILLOCK_INLINE_LAMBDA { return std::tie(view...); };
      const auto out_blocks = unpack(blocks, out);
      const auto in_blocks = unpack(blocks, in);
      transform_views<Arch, ArePacked>(op, unpack(references, out_blocks),
                                       unpack(references, in_blocks), wanted);
    });
  } else if constexpr (Policy::accumulates) {
    accumulate_views<Arch, ArePacked>(op, out, in);
  } else {
    transform_views<Arch, ArePacked>(op, out, in, wanted);
  }
}

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
