// The references themselves, against MPFR.
#pragma once

#include <accuracy/options.hpp>

namespace accuracy {

/// Whether every reference is within a hundredth of an ULP of the true value, and every rounded one
/// is the correctly rounded one where it is said to be. True, with a line that says so, where there
/// is no MPFR.
bool check_references(const Options& options);

}  // namespace accuracy
