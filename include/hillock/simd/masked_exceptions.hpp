// Floating-point exceptions kept from the caller, where intermediate results may overflow and are
// looked at afterwards.
#pragma once

#include <hillock/simd/machine.hpp>

#if !defined(__SSE2_MATH__)
#include <cfenv>
#endif

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace simd {

/// As long as it lives, an operation that overflows, divides by zero or is invalid does not stop
/// the program, whatever traps are enabled. (A flag may be left behind.) What is computed meanwhile
/// has to stand in a function that is not inlined: compilers move arithmetic, but no call, past a
/// change of the modes.
class Quiet {
#if defined(__SSE2_MATH__)
  static constexpr unsigned masks = 0x0680;  // invalid, division by zero, overflow

 public:
  // Mostly no trap is enabled. Each access to the modes takes as long as five additions of batches
  // one after the other.
  Quiet() noexcept : before_(_mm_getcsr()) {
    if (!are_masked()) _mm_setcsr(before_ | masks);
  }
  ~Quiet() {
    if (!are_masked()) _mm_setcsr(before_);
  }

 private:
  unsigned before_;

  bool are_masked() const noexcept { return HILLOCK_LIKELY((before_ & masks) == masks); }
#else
 public:
  Quiet() noexcept { std::feholdexcept(&before_); }
  ~Quiet() { std::fesetenv(&before_); }

 private:
  std::fenv_t before_;
#endif
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;
};

/// Calls f() as a function that is not inlined.
template <class F>
HILLOCK_NOINLINE void call_apart(F& f) {
  f();
}
/// Calls f() under Quiet.
template <class F>
void quietly(F f) {
  const Quiet quiet;
  call_apart(f);
}

}  // namespace simd
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
