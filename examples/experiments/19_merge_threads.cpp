// Diagnoses a layer's pre-activations in threads, one monitor each: merged, they say what one says.

#include <CLI/CLI.hpp>
#include <Eigen/Core>
#include <cstddef>
#include <hillock/diagnostics.hpp>
#include <hillock/hillock.hpp>
#include <iostream>
#include <thread>
#include <vector>

namespace {

struct Options {
  int threads = 4;
  Eigen::Index units = 64;
  Eigen::Index samples = 20000;
};

int run(const Options& options) {
  using Monitor = hillock::UnitMonitor<hillock::Sigmoid<>>;
  std::srand(1);  // Eigen's Random
  const Eigen::MatrixXf z = Eigen::MatrixXf::Random(options.units, options.samples) * 8;

  Monitor alone(hillock::sigmoid, options.units, hillock::Per::row);
  alone.observe(z);

  std::vector<Monitor> parts(static_cast<std::size_t>(options.threads),
                             Monitor(hillock::sigmoid, options.units, hillock::Per::row));
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    threads.emplace_back([&, i] {
      const auto part = static_cast<Eigen::Index>(i);
      const Eigen::Index begin = options.samples * part / options.threads;
      const Eigen::Index end = options.samples * (part + 1) / options.threads;
      parts[i].observe(z.middleCols(begin, end - begin));
    });
  }
  for (std::thread& thread : threads) thread.join();
  // In any order: here backwards.
  Monitor merged = parts.back();
  for (std::size_t i = parts.size() - 1; i-- > 0;) merged.merge(parts[i]);

  std::cout << merged.report();
  const bool same = merged.state().integers == alone.state().integers;
  std::cout << "every count of " << options.threads << " threads " << (same ? "is" : "is NOT")
            << " that of one\n";
  return same ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"Merges the diagnostics of several threads."};
  app.add_option("-t,--threads", options.threads)->check(CLI::Range(1, 256))->capture_default_str();
  app.add_option("-u,--units", options.units)->check(CLI::Range(1, 4096))->capture_default_str();
  app.add_option("-n,--samples", options.samples)
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return run(options);
}
