// An activation of a user's own, without anything that hillock's have besides the formula.
#pragma once

#include <hillock/verbs.hpp>

namespace support {

/// (x + sqrt(x^2 + 4)) / 2.
struct Squareplus : hillock::Activation<Squareplus> {
  template <class V>
  V forward_at(const V& x) const {
    // For x < 0 the conjugate: x + sqrt(x x + 4) would cancel.
    const V root = sqrt(fma(x, x, V(4)));
    return select(x > 0, 0.5 * (x + root), 2 / (root - x));
  }
  template <class V>
  V derivative_at(const V& x) const {
    const V root = sqrt(fma(x, x, V(4)));
    return select(x > 0, 0.5 * (1 + x / root), 2 / (root * (root - x)));
  }
};

}  // namespace support

HILLOCK_EIGEN_FUNCTOR(support::Squareplus);
