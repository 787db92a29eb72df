#include "options.hpp"

#include <CLI/CLI.hpp>
#include <cmath>

#include "../support/experiment.hpp"
#include "../support/input_error.hpp"
#include "../training/data.hpp"

namespace train_digits {

using examples::InputError;

std::optional<Options> parse_options(int argc, const char* const* argv,
                                     const std::vector<std::string>& known_activations,
                                     const std::filesystem::path& default_data) {
  Options options;
  options.activations = known_activations;
  std::string data = default_data.string(), idx, output = "out";

  CLI::App app{"Trains a small network on handwritten digits, once per activation function."};
  app.add_option("-a,--activation", options.activations, "Which to train, separated by commas")
      ->delimiter(',')
      ->check(CLI::IsMember(known_activations))
      ->capture_default_str();
  CLI::Option* const rate_option = app.add_option("-r,--learning-rate", options.learning_rate,
                                                  "With IDX files 0.005, unless given")
                                       ->capture_default_str();
  app.add_option("-b,--initial-bias", options.initial_bias,
                 "Of the hidden layers: try -5 with relu")
      ->capture_default_str();
  app.add_option("-w,--weight-scale", options.weight_scale,
                 "Times the usual initial weights: try 10 with tanh")
      ->capture_default_str();
  app.add_option("-e,--epochs", options.epochs)
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  std::string seed = std::to_string(options.seed);  // CLI11 would take -1 for the largest number
  app.add_option("-s,--seed", seed, "All randomness comes from it")->capture_default_str();
  CLI::Option* const data_option =
      app.add_option("-d,--data", data, "CSV file of 8x8 digits")->capture_default_str();
  CLI::Option* const idx_option =
      app.add_option("-f,--fashion-mnist,--idx", idx, training::idx_help);
  idx_option->excludes(data_option);
  app.add_option("-o,--output", output, "Directory for the CSV and the pictures")
      ->capture_default_str();

  if (!examples::parse_options(app, argc, argv)) return std::nullopt;
  const auto require = [](bool right, const char* message) {
    if (!right) throw InputError(message);
  };
  require(std::isfinite(options.learning_rate) && options.learning_rate > 0,
          "--learning-rate must be above 0 and finite");
  require(std::isfinite(options.weight_scale) && options.weight_scale > 0,
          "--weight-scale must be above 0 and finite");
  require(std::isfinite(options.initial_bias), "--initial-bias must be finite");
  options.seed = examples::parse_seed(seed);
  options.data = data;
  if (idx_option->count() > 0) {
    options.idx = idx;
    // Of 784 pixels a step of the rate for 64 is too long: Maxout's loss became infinite.
    if (rate_option->count() == 0) options.learning_rate = 0.005;
  }
  options.output = output;
  return options;
}

}  // namespace train_digits
