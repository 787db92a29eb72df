// Every public header, instantiated, after other people's macros and with every warning on
// (tests/layout/CMakeLists.txt).
#include "surroundings.hpp"

#include "everything.hpp"

int main() {
#ifdef FLOATS_ALONE
  everything::use_arrays_of<float>();
#else
  everything::use_everything();
#endif
}
