// std::apply for the views of a call, force-inlined.
#pragma once

#include <hillock/simd/instruction_set.hpp>

#include <cstddef>
#include <tuple>
#include <utility>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

template <class Function, class Tuple, std::size_t... I>
HILLOCK_INLINE constexpr decltype(auto) unpack(const Function& function, const Tuple& elements,
                                               std::index_sequence<I...>) {
  return function(std::get<I>(elements)...);
}

/// Calls function(elements...) with the elements of a tuple, as std::apply does. g++ leaves
/// std::apply out of line in larger programs; the views then go through the stack, which takes 8 ns
/// in a call that takes 4 without it. Write HILLOCK_INLINE_LAMBDA after the parameters of a lambda
/// that is passed.
template <class Function, class... Elements>
HILLOCK_INLINE constexpr decltype(auto) unpack(const Function& function,
                                               const std::tuple<Elements...>& elements) {
  return unpack(function, elements, std::index_sequence_for<Elements...>());
}

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
