#include <algorithm>
#include <cctype>
#include <cmath>

#include "../support/gnuplot.hpp"
#include "../support/line_chart.hpp"
#include "report.hpp"

namespace train_digits {
namespace {

using examples::LineChart;

struct Panel {
  std::string file, title, unit, caption;
  bool logarithmic;
  double (*value)(const Epoch&);
};

const Panel loss = {"training_loss.svg",
                    "training loss",
                    "",
                    "The loss (cross-entropy) on the training set.",
                    true,
                    [](const Epoch& epoch) { return epoch.training_loss; }};
const Panel error = {"test_error.svg",
                     "test error",
                     " %",
                     "The error on the held-out pictures.",
                     true,
                     [](const Epoch& epoch) { return 100 * (1 - epoch.test_accuracy); }};
const Panel saturated = {"saturated.svg",
                         "saturated hidden pre-activations",
                         " %",
                         "The share of hidden pre-activations that are saturated.",
                         false,
                         [](const Epoch& epoch) { return 100 * epoch.both().saturated; }};
const Panel dead = {"dead.svg", "dead hidden units",
                    " %",       "The share of hidden units that are dead.",
                    false,      [](const Epoch& epoch) { return 100 * epoch.both().dead; }};

LineChart chart_of(const Panel& panel, const std::vector<Result>& results) {
  LineChart chart;
  chart.title = panel.title + (panel.unit.empty() ? "" : "," + panel.unit);
  chart.x_label = "epoch";
  chart.logarithmic_y = panel.logarithmic;
  double most = 0;
  for (const Result& result : results) {
    examples::Series series;
    series.name = series.function = result.activation;
    for (const Epoch& epoch : result.epochs) {
      series.points.emplace_back(epoch.number, panel.value(epoch));
      if (std::isfinite(panel.value(epoch))) most = std::max(most, panel.value(epoch));
    }
    chart.series.push_back(series);
  }
  if (panel.logarithmic) {
    chart.more =
        "set format y '%g'\nset ytics (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, "
        "5, 10, 20, 50, 100)\n";
  } else {
    const double top = std::max(10.0, 1.1 * most);  // lines at 0 stay off the frame
    chart.y_range = {-0.03 * top, top};
  }
  return chart;
}

/// The names of the lines that have no point, such as Maxout's where saturation is shown.
std::string without_points(const LineChart& chart) {
  std::string names;
  for (const examples::Series& series : chart.series)
    if (std::none_of(series.points.begin(), series.points.end(),
                     [](const auto& point) { return std::isfinite(point.second); }))
      names += (names.empty() ? "" : ", ") + series.name;
  return names;
}

/// Draws the panels. Where all lines of one are the same, lying on each other, a sentence says so.
void show(const std::vector<Panel>& panels, const std::vector<Result>& results,
          const examples::OutputDirectory* directory, examples::Chapter& chapter) {
  std::vector<std::string> files;
  std::string caption;
  for (const Panel& panel : panels) {
    const LineChart chart = chart_of(panel, results);
    if (const std::optional<double> all = chart.constant()) {
      std::string title = panel.title;
      title.front() = static_cast<char>(std::toupper(title.front()));
      chapter.say(
          title + ": " +
          (std::isfinite(*all) ? examples::significant(*all, 3) + panel.unit : "no number") +
          " after every epoch, with every activation.");
      continue;
    }
    files.push_back(panel.file);
    caption += (caption.empty() ? "" : " ") + panel.caption;
    if (const std::string names = without_points(chart); !names.empty())
      caption += " Without a line, as there is no such number: " + names + ".";
    if (directory) chart.draw(*directory, panel.file);
  }
  if (!files.empty()) chapter.pictures(files, caption);
}

}  // namespace

void draw_pictures(const std::vector<Result>& results, const examples::OutputDirectory& directory,
                   examples::Chapter& chapter) {
  const examples::OutputDirectory* const drawn =
      examples::gnuplot_is_installed() ? &directory : nullptr;
  show({loss, error}, results, drawn, chapter);
  show({saturated, dead}, results, drawn, chapter);
}

}  // namespace train_digits
