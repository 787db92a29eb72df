#pragma once

#include <hillock/hillock.hpp>

#include <hillock/diagnostics.hpp>

struct Seen {
  Eigen::ArrayXf value;
  double saturated;
  const void* object;
};

Seen seen_by_the_other_unit(const Eigen::ArrayXf& z);

inline Seen seen_here(const Eigen::ArrayXf& z) {
  return {hillock::sigmoid(z), hillock::saturated_fraction(hillock::sigmoid, z), &hillock::sigmoid};
}
