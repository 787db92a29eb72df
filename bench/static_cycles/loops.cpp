// The loops that bench/cycles examines. This file is compiled to assembly for each instruction set,
// and never run.
//
// They are the library's own loops, together with the rest of the functions for the widest
// registers, because it influences what the compiler spills. (With the steps alone, tanh both on
// doubles of x86-64-v3 had no access to the stack; with the loop for the last batch behind them it
// has 11.) If the loops are written once more, or marked with comments, they are compiled
// differently: g++ 12 then tested ELU's parameters in every iteration, where it otherwise makes a
// loop of its own for ordinary ones. Therefore the program that reads the assembly finds the loops
// by their jumps.
//
// The operation is an argument, as in a verb: the compiler does not know the parameters, and tests
// them (is beta 1?) in the loop or before it. One option differs from what users compile with: g++
// would unroll the first step of a block into 16 guarded copies, which are no loop; bench/cycles
// forbids it.
#include <array>
#include <cstddef>
#include <type_traits>

#include "operation.hpp"

// Prints the name of a symbol.
#if defined(__aarch64__)
#define CYCLES_SYMBOL "S"
#else
#define CYCLES_SYMBOL "i"
#endif

namespace bench {
namespace {

using hillock::Accuracy;

template <Quantity Q>
inline constexpr int outputs_of = Q == Quantity::forward_and_derivative ? 2 : 1;

template <Quantity Q, std::size_t Inputs, class Op, class T>
[[gnu::noinline, gnu::flatten]] void loop(const Op& op, const T* x, const T* slopes, T* y,
                                          T* derivative, std::ptrdiff_t n) {
  std::array<const T*, Inputs> in{x};
  if constexpr (Inputs == 2) in[1] = slopes;
  std::array<T*, outputs_of<Q>> out{Q == Quantity::derivative ? derivative : y};
  if constexpr (outputs_of<Q> == 2) out[1] = derivative;
  run_loop(op, in, out, n);
}

/// Writes a line of the table of contents into the assembly: the labels of the row's names, the
/// arrays that are written, the batches of a block, and the function with the loop. All are
/// constants once everything is inlined.
template <Quantity Q, class T, class F>
[[gnu::always_inline]] inline void add(const char* type, const char* name, const char* what,
                                       const char* way) {
  using Of = OperationOf<Q, T, F>;
  asm volatile("# static_cycles row %c0 %c1 %c2 %c3 %c4 %c5 %c6" ::CYCLES_SYMBOL(type),
               CYCLES_SYMBOL(name), CYCLES_SYMBOL(what), CYCLES_SYMBOL(way), "i"(outputs_of<Q>),
               "i"(batches_of_block), CYCLES_SYMBOL(&loop<Q, Of::inputs, typename Of::type, T>));
}

template <class T, class F>
[[gnu::always_inline]] inline void add_all(const char* type, const char* name, const char* way) {
  add<Quantity::forward, T, F>(type, name, "forward", way);
  add<Quantity::derivative, T, F>(type, name, "derivative", way);
  add<Quantity::forward_and_derivative, T, F>(type, name, "both", way);
}

/// Whether F has rows for doubles and for the exact tier too: one function for each kernel. With
/// them all, this file takes five minutes to compile.
template <Accuracy A, class F>
inline constexpr bool stands_for_a_kernel =
    std::is_same_v<F, hillock::ELU<A>> || std::is_same_v<F, hillock::GELU<A>> ||
    std::is_same_v<F, hillock::Sigmoid<A>> || std::is_same_v<F, hillock::Swish<A>> ||
    std::is_same_v<F, hillock::Tanh<A>>;

/// Adds the rows of an activation for one type of elements, in one tier.
template <Accuracy A, class T>
struct Rows {
  const char* type;

  template <class F>
  [[gnu::always_inline]] inline void operator()(const char* name, const F&) const {
    constexpr bool is_of_fast_floats = A == Accuracy::fast && std::is_same_v<T, float>;
    if constexpr (is_of_fast_floats || stands_for_a_kernel<A, F>)
      add_all<T, F>(type, name, "shortest");
    // The shortest way through Swish is that of beta = 1. A beta that is trained goes the longest.
    if constexpr (std::is_same_v<F, hillock::Swish<>>)
      add_all<T, F>(type, "swish_any_beta", "longest");
  }
};

}  // namespace

void table_of_contents() {
  hillock::for_each_activation<Accuracy::fast>(Rows<Accuracy::fast, float>{"float"});
  hillock::for_each_activation<Accuracy::fast>(Rows<Accuracy::fast, double>{"double"});
  // For x86-64-v3 and -v4 alone: the exact tier takes half of the time to compile this file.
#if defined(__FMA__)
  hillock::for_each_activation<Accuracy::exact>(Rows<Accuracy::exact, float>{"exact"});
#endif
}

}  // namespace bench
