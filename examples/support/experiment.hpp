#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "output_directory.hpp"

namespace CLI {
class App;
}

namespace examples {

/// The options that every experiment has.
struct ExperimentOptions {
  std::string output = "out";
  std::uint64_t seed = 1;
};

/// Whether to go on: after --help the program is done. Throws InputError.
bool parse_options(CLI::App& app, int argc, const char* const* argv);

/// The exit status of a program that does `run`: a user's mistake is a message and 2.
int exit_status(const char* program, const std::function<void()>& run);

/// A whole number from 0 to 2^64 - 1. Throws InputError.
std::uint64_t parse_seed(const std::string& text);

/// The main() of an experiment: parses the command line, with what add_options(app) adds to it, and
/// runs the rest. A user's mistake is a message and exit status 2, before anything is written.
int run_experiment(int argc, const char* const* argv, const std::string& description,
                   const std::function<void(const ExperimentOptions&, const OutputDirectory&)>& run,
                   const std::function<void(CLI::App&)>& add_options = {});

}  // namespace examples
