#pragma once

#include <cstddef>

struct Kernels {
  const char* variant;
  void (*sigmoid)(const float* x, float* y, std::size_t n);
};

const Kernels& kernels();
