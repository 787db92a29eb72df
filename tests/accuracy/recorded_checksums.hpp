// What the checksums of Accuracy::exact with default parameters have to be on every machine, with every
// compiler: those of the correctly rounded results. Made by accuracy --record [--stride 1].
#pragma once

#include <cstdint>

namespace accuracy {

struct RecordedChecksum {
  const char* type;
  const char* function;
  std::uint64_t points;
  std::uint64_t checksum;
};

inline constexpr RecordedChecksum recorded_checksums[] = {
    {"float", "identity", 4194304, 0x5d209db33aad13fb},
    {"float", "step", 4194304, 0xa2eab591d8786a7a},
    {"float", "sigmoid", 4194304, 0x299c13a7132053ff},
    {"float", "tanh", 4194304, 0xba92312eb8511f45},
    {"float", "relu", 4194304, 0x0d6feeb8f7af371f},
    {"float", "leaky_relu", 4194304, 0xb276025a5d777011},
    {"float", "prelu", 4194304, 0x18166a1a5db6b00b},
    {"float", "elu", 4194304, 0x61fd27babe2e0d7d},
    {"float", "swish", 4194304, 0x732e95d0d1eb52e7},
};

}  // namespace accuracy
