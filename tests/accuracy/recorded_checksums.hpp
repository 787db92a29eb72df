// The checksums of Accuracy::exact with default parameters, which are those of the correctly
// rounded results on every machine and with every compiler. They are made by accuracy --record
// [--stride 1].
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
    {"float", "identity", 4294967296, 0x11d08d6668768661},
    {"float", "step", 4294967296, 0x253dbdce8743a3cc},
    {"float", "sigmoid", 4294967296, 0x190d9a380f291223},
    {"float", "tanh", 4294967296, 0xa6b35f833722037b},
    {"float", "relu", 4294967296, 0x04f15f8f79d9cd9a},
    {"float", "leaky_relu", 4294967296, 0x68083b1b5483c42b},
    {"float", "prelu", 4294967296, 0x2b6060b164b8b799},
    {"float", "elu", 4294967296, 0xc6b182fd1f6e69a0},
    {"float", "swish", 4294967296, 0x1390fa3f1380b6e2},
};

}  // namespace accuracy
