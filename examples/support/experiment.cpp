#include "experiment.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <iostream>
#include <system_error>

#include "input_error.hpp"

namespace examples {

std::uint64_t parse_seed(const std::string& text) {
  std::uint64_t seed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (error != std::errc{} || end != text.data() + text.size())
    throw InputError("--seed must be a whole number from 0 to 2^64 - 1");
  return seed;
}

int run_experiment(int argc, const char* const* argv, const std::string& description,
                   const std::function<void(const ExperimentOptions&, const OutputDirectory&)>& run,
                   const std::function<void(CLI::App&)>& add_options) {
  try {
    ExperimentOptions options;
    std::string seed = std::to_string(options.seed);  // CLI11 would take -1 for the largest number
    CLI::App app{description};
    app.add_option("-o,--output", options.output, "Directory for the results")
        ->capture_default_str();
    app.add_option("-s,--seed", seed, "All randomness comes from it")->capture_default_str();
    if (add_options) add_options(app);
    try {
      app.parse(argc, argv);
    } catch (const CLI::CallForHelp& help) {
      return app.exit(help);
    } catch (const CLI::ParseError& error) {
      throw InputError(std::string(error.what()) + " (--help lists the options)");
    }
    options.seed = parse_seed(seed);
    remove_incomplete_file_when_interrupted();
    run(options, OutputDirectory(options.output));
    return 0;
  } catch (const InputError& error) {
    std::cerr << argv[0] << ": " << error.what() << '\n';
    return 2;
  }
}

}  // namespace examples
