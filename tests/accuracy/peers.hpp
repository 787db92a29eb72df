// Other libraries' functions, as far as they are installed: measured, not judged.
#pragma once

#include <accuracy/subjects.hpp>

namespace accuracy {

SubjectList<float> peers();

}  // namespace accuracy
