#pragma once

#include <stdexcept>

namespace examples {

/// What the user gave cannot be used: main() prints it and exits with status 2.
struct InputError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace examples
