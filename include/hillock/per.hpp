// The axis of an array that makes one unit, one distribution or one group.
#pragma once

#include <hillock/simd/instruction_set.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// What makes one unit, one distribution or one group: a row of the array, or a column.
enum class Per { row, column };

/// Not hillock's name for it.
enum class [[deprecated("hillock: write hillock::Per::row or hillock::Per::column")]] Axis{row,
                                                                                           column};

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
