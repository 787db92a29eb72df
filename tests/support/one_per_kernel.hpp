// One function of the catalogue for each kernel, for tests of what does not depend on the function.
#pragma once

#include <hillock/hillock.hpp>

#include <type_traits>

namespace support {

/// Whether F, in either tier, stands for those that share its kernel.
template <class F>
inline constexpr bool stands_for_its_kernel = false;
template <template <hillock::Accuracy, class> class F, hillock::Accuracy A, class Arch>
inline constexpr bool stands_for_its_kernel<F<A, Arch>> =
    std::is_same_v<F<A, Arch>, hillock::ELU<A>> || std::is_same_v<F<A, Arch>, hillock::GELU<A>> ||
    std::is_same_v<F<A, Arch>, hillock::HardSwish<A>> ||
    std::is_same_v<F<A, Arch>, hillock::PReLU<A>> ||
    std::is_same_v<F<A, Arch>, hillock::Sigmoid<A>> ||
    std::is_same_v<F<A, Arch>, hillock::Softplus<A>> ||
    std::is_same_v<F<A, Arch>, hillock::Swish<A>> || std::is_same_v<F<A, Arch>, hillock::Tanh<A>>;

}  // namespace support
