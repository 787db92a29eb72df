#include "command_line.hpp"

#include <CLI/CLI.hpp>
#include <cmath>
#include <functional>
#include <iostream>

#include "../support/experiment.hpp"
#include "training.hpp"

namespace training {

struct CommandLine::Parser {
  CLI::App app;
  std::string seed_text = "1";  // CLI11 would take -1 for the largest number
  std::uint64_t seed = 1;
  std::string data = HILLOCK_DIGITS, idx, output = "out";
  CLI::Option* idx_option = nullptr;
  std::vector<std::function<void()>> checks;

  void require(bool right, const std::string& message) const {
    if (!right) throw InputError(message);
  }
};

CommandLine::CommandLine(const std::string& description) : parser_(std::make_unique<Parser>()) {
  parser_->app.description(description);
  parser_->app.add_option("-s,--seed", parser_->seed_text, "All randomness comes from it")
      ->capture_default_str();
  parser_->app
      .add_option("-o,--output", parser_->output, "Directory for the CSV, the text and the picture")
      ->capture_default_str();
}

CommandLine::~CommandLine() = default;

void CommandLine::whole(const std::string& name, int& value, int least, int most,
                        const std::string& help) {
  parser_->app.add_option(name, value, help)->check(CLI::Range(least, most))->capture_default_str();
}

void CommandLine::positive(const std::string& name, double& value, const std::string& help) {
  parser_->app.add_option(name, value, help)->capture_default_str();
  parser_->checks.emplace_back([this, name, &value] {
    parser_->require(std::isfinite(value) && value > 0, name + " must be above 0 and finite");
  });
}

void CommandLine::positive(const std::string& name, std::vector<double>& values,
                           const std::string& help) {
  finite(name, values, help);
  parser_->checks.emplace_back([this, name, &values] {
    for (const double value : values)
      parser_->require(value > 0, name + " must be above 0 and finite");
  });
}

void CommandLine::finite(const std::string& name, std::vector<double>& values,
                         const std::string& help) {
  parser_->app.add_option(name, values, help)->delimiter(',')->capture_default_str();
  parser_->checks.emplace_back([this, name, &values] {
    for (const double value : values)
      parser_->require(std::isfinite(value), name + " must be finite");
  });
}

void CommandLine::data() {
  CLI::Option* const digits =
      parser_->app.add_option("-d,--data", parser_->data, "CSV file of 8x8 digits")
          ->capture_default_str();
  parser_->idx_option = parser_->app.add_option("-f,--fashion-mnist,--idx", parser_->idx, idx_help);
  parser_->idx_option->excludes(digits);
}

bool CommandLine::parse(int argc, const char* const* argv) {
  if (!examples::parse_options(parser_->app, argc, argv)) return false;
  parser_->seed = examples::parse_seed(parser_->seed_text);
  for (const auto& check : parser_->checks) check();
  return true;
}

std::uint64_t CommandLine::seed() const { return parser_->seed; }

Dataset CommandLine::load_data() const {
  return parser_->idx_option && parser_->idx_option->count() > 0 ? load_idx(parser_->idx)
                                                                 : load_digits(parser_->data);
}

examples::OutputDirectory CommandLine::output() const {
  return examples::OutputDirectory(parser_->output);
}

int run_experiment(int argc, char** argv, void (*run)(int, const char* const*)) {
  try {
    return examples::exit_status(argv[0], [&] {
      catch_interrupts();
      run(argc, argv);
    });
  } catch (const Interrupted&) {
    std::cout << "\ninterrupted: nothing was written\n";
    return 130;  // as a shell reports ctrl-C
  }
}

}  // namespace training
