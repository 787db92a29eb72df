// The exact tier's bits, as one number for each function.
#pragma once

#include <accuracy/options.hpp>

namespace accuracy {

/// Compares the exact tier's checksums with the recorded ones; false if one differs or is not
/// recorded.
bool check_checksums(const Options& options);

/// Prints lines for recorded_checksums.hpp: of the true results, not of the library's.
bool record_checksums(const Options& options);

}  // namespace accuracy
