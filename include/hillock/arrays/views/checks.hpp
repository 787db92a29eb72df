// The checks of shapes and overlap before anything is written, and the exceptions that they throw.
#pragma once

#include <hillock/arrays/views/overlap.hpp>
#include <hillock/arrays/views/unpack.hpp>

#include <string>
#include <tuple>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// A view, and its name in messages.
template <class View>
struct Named {
  const char* name;
  const View& view;
};
template <class View>
Named(const char*, const View&) -> Named<View>;

[[noreturn]] HILLOCK_COLD inline void throw_partial_overlap(const char* where, const char* output,
                                                            const char* input) {
  refuse(std::string("hillock::") + where + ": " + output + " overlaps " + input +
         " in part; pass the same array to work in place, or separate memory");
}
[[noreturn]] HILLOCK_COLD inline void throw_overlap(const char* where, const char* first,
                                                    const char* second) {
  refuse(std::string("hillock::") + where + ": " + second + " overlaps " + first +
         "; they need separate memory");
}

/// Throws std::invalid_argument, which names both shapes, if they differ.
template <class Reference, class Given>
HILLOCK_INLINE void require_same_shape(const char* where, Named<Reference> reference,
                                       Named<Given> given) {
  require_same_shape(where, reference.name, reference.view.shape(), given.name, given.view.shape());
}

/// Throws if an output overlaps an input in part. It may be the input itself (same address and
/// steps). Expressions are not checked: what they refer to is not known.
template <class Out, class In>
HILLOCK_INLINE void require_in_place_or_apart(const char* where, Named<Out> output,
                                              Named<In> input) {
  if constexpr (Out::is_strided && In::is_strided) {
    if (!are_clearly_apart(output.view, input.view) && overlap_in_part(output.view, input.view))
      throw_partial_overlap(where, output.name, input.name);
  }
}

/// Throws if two arrays overlap; the message names the second one first.
template <class A, class B>
HILLOCK_INLINE void require_apart(const char* where, Named<A> first, Named<B> second) {
  if constexpr (A::is_strided && B::is_strided) {
    if (!are_clearly_apart(first.view, second.view) && share_elements(first.view, second.view))
      throw_overlap(where, first.name, second.name);
  }
}

/// Throws unless all arrays have the shape of the first input, each output is an input itself or
/// does not overlap it, and two outputs do not overlap.
template <class... Ins, class... Outs>
HILLOCK_INLINE void require_elementwise(const char* where,
                                        const std::tuple<Named<Outs>...>& outputs,
                                        const std::tuple<Named<Ins>...>& inputs) {
  const auto& first = std::get<0>(inputs);
  const auto is_as_first = [&](const auto&... given) HILLOCK_INLINE_LAMBDA {
    (require_same_shape(where, first, given), ...);
  };
  unpack(is_as_first, inputs);
  unpack(is_as_first, outputs);
  const auto check_output = [&](const auto& output) HILLOCK_INLINE_LAMBDA {
    const auto check_input = [&](const auto&... input) HILLOCK_INLINE_LAMBDA {
      (require_in_place_or_apart(where, output, input), ...);
    };
    unpack(check_input, inputs);
  };
  const auto check_outputs = [&](const auto&... output)
                                 HILLOCK_INLINE_LAMBDA { (check_output(output), ...); };
  unpack(check_outputs, outputs);
  if constexpr (sizeof...(Outs) == 2)
    require_apart(where, std::get<0>(outputs), std::get<1>(outputs));
}

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
