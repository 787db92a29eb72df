#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace train_digits {

struct Options {
  std::vector<std::string> activations;  // all, in the order of activations.hpp, unless named
  double learning_rate = 0.02;
  double initial_bias = 0;
  double weight_scale = 1;
  int epochs = 40;
  std::uint64_t seed = 1;
  std::filesystem::path data;
  std::optional<std::filesystem::path> idx;  // instead of data
  std::filesystem::path output;
};

/// Of no value: the program is done (--help was asked for). Throws InputError.
std::optional<Options> parse_options(int argc, const char* const* argv,
                                     const std::vector<std::string>& known_activations,
                                     const std::filesystem::path& default_data);

}  // namespace train_digits
