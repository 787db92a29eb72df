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
    {"float", "celu", 4194304, 0x61fd27babe2e0d7d},
    {"float", "gelu", 4194304, 0xc917ec674d479fca},
    {"float", "gelu_tanh", 4194304, 0x78d90a2288bcc555},
    {"float", "hard_shrink", 4194304, 0x3384a274c82b32bd},
    {"float", "hard_sigmoid", 4194304, 0xc0b63cf96c8b257d},
    {"float", "hard_swish", 4194304, 0x4cd08e0d948a5496},
    {"float", "hard_tanh", 4194304, 0xd9288799451176e7},
    {"float", "leaky_hard_tanh", 4194304, 0xff052c3b426c29e0},
    {"float", "log_sigmoid", 4194304, 0xef34ad1b3c28f2e9},
    {"float", "mish", 4194304, 0x07ad2f06a4ee6bae},
    {"float", "relu6", 4194304, 0xbd0cfd95398dfe04},
    {"float", "scaled_tanh", 4194304, 0xd5a7713eb4db7a61},
    {"float", "selu", 4194304, 0xe62778e68b33bfa9},
    {"float", "soft_shrink", 4194304, 0xf329b57a52cfecf8},
    {"float", "softplus", 4194304, 0x087c0644711d9f75},
    {"float", "softsign", 4194304, 0x90f8f5c99074f5e5},
    {"float", "squared_relu", 4194304, 0x8cf15f6652b1ebad},
    {"float", "tanh_shrink", 4194304, 0x30aee07ff2d5b02c},
    {"float", "threshold", 4194304, 0x4866de96784a4a58},
    {"float", "thresholded_relu", 4194304, 0x4866de96784a4a58},
    {"float", "xielu", 4194304, 0x7fdae4144fafc100},
    {"float", "identity", 4294967296, 0x11d08d6668768661},
    {"float", "step", 4294967296, 0x253dbdce8743a3cc},
    {"float", "sigmoid", 4294967296, 0x190d9a380f291223},
    {"float", "tanh", 4294967296, 0xa6b35f833722037b},
    {"float", "relu", 4294967296, 0x04f15f8f79d9cd9a},
    {"float", "leaky_relu", 4294967296, 0x68083b1b5483c42b},
    {"float", "prelu", 4294967296, 0x2b6060b164b8b799},
    {"float", "elu", 4294967296, 0xc6b182fd1f6e69a0},
    {"float", "swish", 4294967296, 0x1390fa3f1380b6e2},
    {"float", "celu", 4294967296, 0xc6b182fd1f6e69a0},
    {"float", "gelu", 4294967296, 0xab89fd2d9b924613},
    {"float", "gelu_tanh", 4294967296, 0x7d075ad814a8d5ad},
    {"float", "hard_shrink", 4294967296, 0x3e9bccc5c9775eba},
    {"float", "hard_sigmoid", 4294967296, 0xdf891a926e8f7525},
    {"float", "hard_swish", 4294967296, 0x780c39067729484c},
    {"float", "hard_tanh", 4294967296, 0xb4e892d476e1e169},
    {"float", "leaky_hard_tanh", 4294967296, 0x0b6ae7b0501893a0},
    {"float", "log_sigmoid", 4294967296, 0xb4d8d56ac9c25ab1},
    {"float", "mish", 4294967296, 0x329455f8e4208330},
    {"float", "relu6", 4294967296, 0xa6a01e7f69258086},
    {"float", "scaled_tanh", 4294967296, 0x728794f9a2cf3e96},
    {"float", "selu", 4294967296, 0x70d9fa831a4df8dc},
    {"float", "soft_shrink", 4294967296, 0x6236f61606f2673e},
    {"float", "softplus", 4294967296, 0xa29d5367d479de9e},
    {"float", "softsign", 4294967296, 0x68e8ae7e820ead5c},
    {"float", "squared_relu", 4294967296, 0xcc75e5a4e555dabd},
    {"float", "tanh_shrink", 4294967296, 0x062c2d53bfe9a957},
    {"float", "threshold", 4294967296, 0x4d9da365bdfdb1cf},
    {"float", "thresholded_relu", 4294967296, 0x4d9da365bdfdb1cf},
};

}  // namespace accuracy
