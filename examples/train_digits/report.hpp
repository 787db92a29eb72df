#pragma once

#include <string>
#include <vector>

#include "../support/chapter.hpp"
#include "../support/output_directory.hpp"
#include "../training/data.hpp"
#include "options.hpp"
#include "result.hpp"

namespace train_digits {

/// Shows how training goes on: one line that is written
/// over on a terminal, a plain line now and then elsewhere.
class Progress {
 public:
  explicit Progress(int epochs);
  void show(const std::string& activation, const Epoch& epoch);
  /// Keeps the last line of an activation.
  void finish();

 private:
  int epochs_;
  bool terminal_;
};

/// The results: a table of one row per activation, and the pictures.
examples::Chapter describe(const std::vector<Result>& results, const training::Dataset& data,
                           const Options& options);

/// One row per epoch.
std::string to_csv(const std::vector<Result>& results);

/// Loss, error, saturated and dead units, epoch by epoch, for the chapter: as pictures, which are
/// drawn into the directory where gnuplot is installed, or as a sentence where nothing happened.
void draw_pictures(const std::vector<Result>& results, const examples::OutputDirectory& directory,
                   examples::Chapter& chapter);

}  // namespace train_digits
