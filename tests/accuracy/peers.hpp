// Other libraries' functions, as far as they are installed. They are measured, but have no bound to
// keep.
#pragma once

#include <accuracy/subjects.hpp>

namespace accuracy {

SubjectList<float> peers();

}  // namespace accuracy
