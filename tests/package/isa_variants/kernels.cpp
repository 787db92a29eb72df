#include "kernels.hpp"

#include <given_later.hpp>
#include <hillock/hillock.hpp>

#ifdef FROM_A_PRECOMPILED_HEADER
#error "a variant takes a precompiled header of another instruction set"
#endif

#define TEXT_OF(name) #name
#define TEXT(name) TEXT_OF(name)

static void sigmoid(const float* x, float* y, std::size_t n) {
  hillock::forward(hillock::sigmoid, x, y, n);
}

extern const Kernels HILLOCK_VARIANT{TEXT(HILLOCK_VARIANT), &sigmoid};
