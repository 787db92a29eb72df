// The main job: trains a network on handwritten digits, once per activation, and compares them.

#include <algorithm>
#include <iostream>

#include "support/gnuplot.hpp"
#include "support/output_directory.hpp"
#include "train_digits/options.hpp"
#include "train_digits/report.hpp"
#include "train_digits/training.hpp"
#include "training/command_line.hpp"
#include "training/training.hpp"

namespace {

using namespace train_digits;

void run(int argc, const char* const* argv) {
  std::vector<std::string> known;
  for (const training::ActivationKind& kind : training::activations()) known.push_back(kind.name);
  const std::optional<Options> options = parse_options(argc, argv, known, HILLOCK_DIGITS);
  if (!options) return;

  // Everything that can be refused is refused before the first file is made.
  const training::Dataset data =
      options->idx ? training::load_idx(*options->idx) : training::load_digits(options->data);
  const examples::OutputDirectory output(options->output);

  std::cout << data.name << ": " << data.training.count() << " pictures to train on, "
            << data.test.count() << " held out; layers " << data.training.pixels.rows() << " - "
            << units << " - " << units << " - " << data.training.classes << ", learning rate "
            << options->learning_rate << ", seed " << options->seed << '\n';
  Progress progress(options->epochs);
  std::vector<Result> results;
  for (const training::ActivationKind& kind : training::activations()) {
    const auto& wanted = options->activations;
    if (std::find(wanted.begin(), wanted.end(), kind.name) == wanted.end()) continue;
    results.push_back(
        train(kind, data, *options, [&](const Epoch& epoch) { progress.show(kind.name, epoch); }));
    progress.finish();
  }

  examples::Chapter chapter = describe(results, data, *options);
  output.write("epochs.csv", to_csv(results));
  draw_pictures(results, output, chapter);
  std::cout << '\n';
  chapter.print(std::cout);
  if (!examples::gnuplot_is_installed()) std::cout << "gnuplot is not installed: no pictures\n";
  chapter.write(output);
  std::cout << "\nevery epoch: " << output.file("epochs.csv").string() << '\n';
}

}  // namespace

int main(int argc, char** argv) { return training::run_experiment(argc, argv, run); }
