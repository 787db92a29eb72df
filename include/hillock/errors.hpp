// The function that refuses an argument. Every check of the library calls it.
//
// It throws std::invalid_argument. Two settings change that:
//
//   -fno-exceptions        The message goes to standard error, and std::abort ends the program.
//   HILLOCK_ERROR_HANDLER  The name of a function of yours, void(const char* message), seen from
//                          the global namespace and without a leading ::, which is declared
//                          before hillock is included. It is called instead, with exceptions or
//                          without. It may throw or end the program. It must not return: a call
//                          that was refused cannot go on, so std::abort follows.
//
// Both concern the whole program: compile every file that includes hillock with the same settings,
// because the linker takes one copy of the function below.
#pragma once

#include <hillock/simd/instruction_set.hpp>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

// HILLOCK_HAS_EXCEPTIONS is 1 where exceptions are enabled.
#if defined(__cpp_exceptions) || defined(__EXCEPTIONS) || defined(_CPPUNWIND)
#define HILLOCK_HAS_EXCEPTIONS 1
#else
#define HILLOCK_HAS_EXCEPTIONS 0
#endif

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// Refuses an argument with a message that names what was given and what was expected.
[[noreturn]] HILLOCK_COLD inline void refuse(const std::string& message) {
#if defined(HILLOCK_ERROR_HANDLER)
  ::HILLOCK_ERROR_HANDLER(message.c_str());
  std::abort();
#elif HILLOCK_HAS_EXCEPTIONS
  throw std::invalid_argument(message);
#else
  std::fprintf(stderr, "%s\n", message.c_str());
  std::abort();
#endif
}

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
