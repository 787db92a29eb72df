#pragma once

#include <stdexcept>

namespace examples {

/// An input of the user that cannot be used: main() prints the message and exits with status 2.
struct InputError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace examples
