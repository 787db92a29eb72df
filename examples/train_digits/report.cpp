#include "report.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <sstream>

namespace train_digits {
namespace {

using examples::fixed;

/// A value that is not a number is "-" for people, and empty in the CSV.
std::string percent(double share, int digits = 1) {
  return std::isfinite(share) ? fixed(100 * share, digits) : "-";
}
std::string cell(double value) { return std::isfinite(value) ? fixed(value, 6) : ""; }

/// What a terminal shows on one line. A longer one would wrap, and could not be written over.
std::size_t line_width() {
  winsize size{};
  const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
  return known ? size.ws_col - 1U : 79U;
}

}  // namespace

Progress::Progress(int epochs) : epochs_(epochs), terminal_(isatty(STDOUT_FILENO) == 1) {}

void Progress::show(const std::string& activation, const Epoch& epoch) {
  const bool last = epoch.number == epochs_;
  if (!terminal_ && !last && epoch.number % std::max(1, epochs_ / 4) != 0) return;
  const Health health = epoch.both();
  std::ostringstream text;
  text << std::left << std::setw(10) << activation << std::right << ' ' << std::setw(2)
       << epoch.number << '/' << epochs_ << "  training " << std::setw(5)
       << percent(epoch.training_accuracy) << " %  test " << std::setw(5)
       << percent(epoch.test_accuracy) << " %  saturated " << std::setw(4)
       << percent(health.saturated) << " %  dead " << percent(health.dead) << " %  loss "
       << fixed(epoch.training_loss, 4);
  std::string line = text.str();
  if (terminal_) line.resize(std::min(line.size(), line_width()));
  // "\r" and "erase to the end of the line" write over the line before.
  std::cout << (terminal_ ? "\r\x1b[K" : "") << line << (terminal_ ? "" : "\n") << std::flush;
}

void Progress::finish() {
  if (terminal_) std::cout << '\n';
}

examples::Chapter describe(const std::vector<Result>& results, const training::Dataset& data,
                           const Options& options) {
  examples::Chapter chapter("06_train_digits", "Trained on " + data.name,
                            "What does the choice of the activation change in a network?");
  chapter.say("A network of " + std::to_string(data.training.pixels.rows()) +
              " inputs, two hidden layers of " + std::to_string(units) + " units and " +
              std::to_string(data.training.classes) +
              " outputs (softmax and cross-entropy), trained once with each activation on " +
              std::to_string(data.training.count()) + " pictures, " +
              std::to_string(data.test.count()) + " held out: " + std::to_string(options.epochs) +
              (options.epochs == 1 ? " epoch" : " epochs") +
              " of SGD with momentum, learning rate " +
              examples::significant(options.learning_rate, 4) + ", seed " +
              std::to_string(options.seed) + ".");
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> remarks;
  for (const Result& result : results) {
    const auto reached =
        std::find_if(result.epochs.begin(), result.epochs.end(),
                     [](const Epoch& epoch) { return epoch.training_accuracy >= 0.95; });
    const Epoch& last = result.epochs.back();
    rows.push_back({result.activation,
                    reached == result.epochs.end() ? "-" : std::to_string(reached->number),
                    percent(last.test_accuracy, 2), fixed(last.seconds, 2),
                    percent(last.both().saturated), percent(last.both().dead)});
    if (result.diverged)
      remarks.push_back(result.activation + ": the loss became infinite or NaN in epoch " +
                        std::to_string(last.number) + ".");
    else if (!result.learned.empty())
      remarks.push_back(result.activation + ": " + result.learned + ".");
  }
  chapter.table({"activation", "epochs to 95 %", "test, %", "time, s", "saturated, %", "dead, %"},
                rows);
  chapter.say(
      "Epochs until 95 % of the training set are right; accuracy on the held-out pictures "
      "and the time of training at the end. Saturated: of the hidden pre-activations, on "
      "the training set after the last epoch (of relu the inactive ones: about half is "
      "healthy). Dead: of the hidden units, those that let no training sample through (of "
      "maxout, pieces that are never the argmax).");
  for (const std::string& remark : remarks) chapter.say(remark);
  return chapter;
}

std::string to_csv(const std::vector<Result>& results) {
  std::ostringstream csv;
  csv << "activation,epoch,training_loss,training_accuracy,test_accuracy,seconds,"
         "saturated_first,saturated_second,dead_first,dead_second\n";
  for (const Result& result : results)
    for (const Epoch& epoch : result.epochs) {
      csv << result.activation << ',' << epoch.number;
      for (const double value :
           {epoch.training_loss, epoch.training_accuracy, epoch.test_accuracy, epoch.seconds,
            epoch.first.saturated, epoch.second.saturated, epoch.first.dead, epoch.second.dead})
        csv << ',' << cell(value);
      csv << '\n';
    }
  return csv.str();
}

}  // namespace train_digits
