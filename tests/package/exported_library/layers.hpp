#pragma once

#include <hillock/hillock.hpp>

inline float gate(float x) { return hillock::sigmoid(x); }
