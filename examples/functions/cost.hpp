#pragma once

#include <vector>

#include "functions.hpp"

namespace functions {

/// Nanoseconds per number, medians.
struct Cost {
  double forward;
  double both;  // f and what the backward pass needs
};

/// The cost of each function in the first-level cache. They are measured alternately, so that what
/// else the machine does falls on all of them.
std::vector<Cost> measure_costs(const std::vector<Function>& all);

/// The position of the function that others are compared with, "relu".
std::size_t position_of_relu(const std::vector<Function>& all);

}  // namespace functions
