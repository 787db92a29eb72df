#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <sstream>

#include "../support/gnuplot.hpp"
#include "report.hpp"

namespace train_digits {
namespace {

/// Okabe and Ito's colours, which colour-blind people can
/// tell apart, with a darker yellow for a white ground.
constexpr std::array<const char*, 8> colours = {"#000000", "#e69f00", "#56b4e9", "#009e73",
                                                "#b8a400", "#0072b2", "#d55e00", "#cc79a7"};

enum class Scale { percent, logarithmic };

struct Panel {
  const char* title;
  Scale scale;
  const char* tics;
  std::function<double(const Epoch&)> value;
};

/// The range is set here, because gnuplot stops with an
/// error where a panel has no finite value to scale by.
std::string y_axis(const Panel& panel, const std::vector<Result>& results) {
  double least = std::numeric_limits<double>::infinity(), most = 0;
  for (const Result& result : results)
    for (const Epoch& epoch : result.epochs)
      if (const double value = panel.value(epoch); std::isfinite(value)) {
        if (value > 0) least = std::min(least, value);
        most = std::max(most, value);
      }
  std::ostringstream text;
  if (panel.scale == Scale::percent) {
    const double top = std::max(10.0, 1.1 * most);  // curves at 0 stay off the frame
    text << "unset logscale y\nset yrange [" << -0.03 * top << ':' << top << "]\n";
  } else {
    if (!(least < most)) least = most > 0 ? most / 10 : 0.1, most = 10 * least;
    text << "set logscale y\nset yrange [" << least / 1.3 << ':' << most * 1.3 << "]\n";
  }
  return text.str();
}

std::string plot(const Panel& panel, const std::vector<Result>& results, bool legend) {
  std::ostringstream text;
  int epochs = 1;
  for (const Result& result : results) {
    text << '$' << result.activation << " << END\n";
    for (const Epoch& epoch : result.epochs)
      text << epoch.number << ' ' << panel.value(epoch) << '\n';
    text << "END\n";
    epochs = std::max(epochs, static_cast<int>(result.epochs.size()));
  }
  text << "set title '" << panel.title << "'\nset xrange [0:" << epochs << "]\n"
       << y_axis(panel, results) << "set ytics " << panel.tics << "\nplot ";
  for (std::size_t i = 0; i < results.size(); ++i) {
    const std::string& name = results[i].activation;
    text << (i ? ", " : "") << '$' << name << " with linespoints lw 2 ps 0.6 pt " << i + 4 << " pi "
         << (epochs + 9) / 10 << " lc rgb '" << colours[i % colours.size()] << "' "
         << (legend ? "title '" + name + "' noenhanced" : "notitle");
  }
  text << '\n';
  return text.str();
}

/// Two panels beside each other; the legend beside the second serves both.
void draw_pair(const std::string& file, const Panel& left, const Panel& right,
               const std::vector<Result>& results, const examples::OutputDirectory& directory) {
  const int width = 1100, height = 420;
  draw(directory, file, width, height,
       "set grid lc rgb '#dddddd'\nset lmargin 8\nset format y '%g'\nset border 3\nset tics "
       "nomirror\nset xlabel 'epoch'\n"
       "set key at screen 0.995,0.9 right top vertical\nset multiplot\n"
       "set origin 0,0\nset size 0.43,1\n" +
           plot(left, results, false) + "set origin 0.43,0\n" + plot(right, results, true));
}

}  // namespace

void draw_pictures(const std::vector<Result>& results, const examples::OutputDirectory& directory) {
  draw_pair("training.svg",
            {"training loss (cross-entropy)", Scale::logarithmic, "autofreq",
             [](const Epoch& epoch) { return epoch.training_loss; }},
            {"test error, %", Scale::logarithmic, "(0.2, 0.5, 1, 2, 3, 5, 10, 20, 30, 50, 100)",
             [](const Epoch& epoch) { return 100 * (1 - epoch.test_accuracy); }},
            results, directory);
  draw_pair("units.svg",
            {"saturated hidden pre-activations, %", Scale::percent, "autofreq",
             [](const Epoch& epoch) { return 100 * epoch.both().saturated; }},
            {"dead hidden units, %", Scale::percent, "autofreq",
             [](const Epoch& epoch) { return 100 * epoch.both().dead; }},
            results, directory);
}

}  // namespace train_digits
