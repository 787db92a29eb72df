#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "../support/output_directory.hpp"
#include "data.hpp"

namespace training {

/// The command line of an experiment: --seed, --output, --help and what it adds. CLI11, which takes
/// seconds to compile, is included behind it and nowhere else.
class CommandLine {
 public:
  explicit CommandLine(const std::string& description);
  ~CommandLine();

  /// The variables hold the defaults, get the user's values in parse(), and must outlive it.
  void whole(const std::string& name, int& value, int least, int most, const std::string& help);
  /// Finite numbers above 0.
  void positive(const std::string& name, double& value, const std::string& help);
  void positive(const std::string& name, std::vector<double>& values, const std::string& help);
  /// Finite numbers, separated by commas.
  void finite(const std::string& name, std::vector<double>& values, const std::string& help);
  /// --data and --fashion-mnist, which --idx is another name of.
  void data();

  /// Whether to go on: after --help the program is done. Throws InputError.
  bool parse(int argc, const char* const* argv);

  // After parse().
  std::uint64_t seed() const;
  Dataset load_data() const;
  examples::OutputDirectory output() const;

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

/// Does what main() of an experiment has to do: run(argc, argv), with exit status 2 and a message
/// after InputError, and 130 after ctrl-C.
int run_experiment(int argc, char** argv, void (*run)(int, const char* const*));

}  // namespace training
