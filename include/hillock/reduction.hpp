// How a loss of many samples becomes one number.
#pragma once

#include <hillock/simd/instruction_set.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// How the losses of the samples are reduced to one number: to their mean, or to their sum.
enum class Reduction { mean, sum };

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
