// Floating-point exceptions that do not reach the caller, for computations whose intermediate
// results may overflow and are examined afterwards.
#pragma once

#include <hillock/simd/machine.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace simd {

/// Calls f() without inlining it: compilers move arithmetic past a change of the floating-point
/// modes, but they do not move calls.
template <class F>
HILLOCK_LOOP void call_out_of_line(F& f) {
  f();
}

/// Calls f() so that an operation in it that overflows, divides by zero or is invalid does not stop
/// the program, whatever traps are enabled. A flag may be left behind.
template <class F>
void with_masked_exceptions(F f) {
  const machine::ExceptionMasks masks;
  call_out_of_line(f);
}

}  // namespace simd
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
