// The axis of an array that makes one unit, one distribution or one group.
#pragma once

#include <hillock/simd/instruction_set.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Whether a row or a column of an array is one unit, one distribution or one group.
enum class Per { row, column };

/// A name that hillock does not use: the compiler then names the right one.
enum class [[deprecated("hillock: write hillock::Per::row or hillock::Per::column")]] Axis{row,
                                                                                           column};

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
