// The largest error of a contender over some 10^6 finite numbers of all sizes, by the references
// that the tests judge by.
#pragma once

#include <functional>
#include <string>

#include "peers/peers.hpp"

namespace bench {

/// Whether there is a reference for the function.
bool has_reference(const std::string& function);

/// In ULP, of what `pass` writes: y for the value, d for the derivative (dy is 1).
template <class T>
double max_ulp(const std::string& function, bool of_derivative, const peers::Pass<T>& pass);

}  // namespace bench
