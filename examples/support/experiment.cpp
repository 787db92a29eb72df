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

bool parse_options(CLI::App& app, int argc, const char* const* argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    app.exit(help);
    return false;
  } catch (const CLI::ParseError& error) {
    throw InputError(std::string(error.what()) + " (--help lists the options)");
  }
  return true;
}

int exit_status(const char* program, const std::function<void()>& run) {
  try {
    run();
    return 0;
  } catch (const InputError& error) {
    std::cerr << program << ": " << error.what() << '\n';
    return 2;
  }
}

int run_experiment(int argc, const char* const* argv, const std::string& description,
                   const std::function<void(const ExperimentOptions&, const OutputDirectory&)>& run,
                   const std::function<void(CLI::App&)>& add_options) {
  return exit_status(argv[0], [&] {
    ExperimentOptions options;
    std::string seed = std::to_string(options.seed);  // CLI11 would take -1 for the largest number
    CLI::App app{description};
    app.add_option("-o,--output", options.output, "Directory for the results")
        ->capture_default_str();
    app.add_option("-s,--seed", seed, "All randomness comes from it")->capture_default_str();
    if (add_options) add_options(app);
    if (!parse_options(app, argc, argv)) return;
    options.seed = parse_seed(seed);
    remove_incomplete_file_when_interrupted();
    run(options, OutputDirectory(options.output));
  });
}

}  // namespace examples
