// Masks floating-point exceptions by the standard library's <cfenv>, for the processor families
// that have no faster way.
#pragma once

#include <hillock/simd/instruction_set.hpp>

#include <cfenv>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace simd {
namespace machine {

class EnvironmentExceptionMasks {
 public:
  EnvironmentExceptionMasks() noexcept { std::feholdexcept(&before_); }
  ~EnvironmentExceptionMasks() { std::fesetenv(&before_); }
  EnvironmentExceptionMasks(const EnvironmentExceptionMasks&) = delete;
  EnvironmentExceptionMasks& operator=(const EnvironmentExceptionMasks&) = delete;

 private:
  std::fenv_t before_;
};

}  // namespace machine
}  // namespace simd
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
