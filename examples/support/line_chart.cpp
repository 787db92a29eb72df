#include "line_chart.hpp"

#include <array>
#include <cmath>
#include <sstream>

#include "gnuplot.hpp"

namespace examples {
namespace {

/// Okabe and Ito's, with a darker yellow for a white ground.
constexpr std::array<const char*, 8> different_colours = {
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#000000", "#e69f00", "#56b4e9", "#b8a400"};
/// From dark to light, as in matplotlib's plasma.
constexpr std::array<const char*, 7> ordered_colours = {"#0d0887", "#5b02a3", "#9a179b", "#cb4678",
                                                        "#e8694f", "#f5932f", "#e3b61f"};

std::string range(const std::pair<double, double>& limits) {
  std::ostringstream text;
  if (limits.first != limits.second) text << limits.first << ':' << limits.second;
  return '[' + text.str() + ']';
}

}  // namespace

const char* colour(LineChart::Colours list, std::size_t index, std::size_t count) {
  if (list == LineChart::Colours::different)
    return different_colours[index % different_colours.size()];
  const std::size_t last = ordered_colours.size() - 1;
  return ordered_colours[count < 2 ? 0 : index * last / (count - 1)];
}

void LineChart::draw(const OutputDirectory& directory, const std::string& svg) const {
  std::ostringstream script;
  script << "set title " << quoted(title) << " noenhanced\nset xlabel " << quoted(x_label)
         << " noenhanced\nset ylabel " << quoted(y_label)
         << " noenhanced\nset grid lc rgb '#dddddd'\nset border 3\nset tics nomirror\n"
            "set key outside right center vertical Left reverse samplen 2 width 1\nset yrange "
         << range(y_range) << '\n';
  if (logarithmic_x) script << "set logscale x\n";
  if (logarithmic_y) script << "set logscale y\nset format y '10^{%T}'\nunset mytics\n";
  for (std::size_t i = 0; i < series.size(); ++i) {
    script << "$series" << i << " << END\n";
    for (const auto& [x, y] : series[i].points)
      if (std::isfinite(x) && std::isfinite(y))
        script << x << ' ' << y << '\n';
      else
        script << '\n';
    script << "END\n";
  }
  script << more << "plot ";
  for (std::size_t i = 0; i < series.size(); ++i)
    script << (i ? ", " : "") << "$series" << i << " with "
           << (markers ? "linespoints ps 0.6 pt " + std::to_string(4 + i % 10) : "lines") << " lw "
           << series[i].width << " lc rgb '" << colour(colours, i, series.size()) << "' title "
           << quoted(series[i].name) << " noenhanced";
  examples::draw(directory, svg, 760, 440, script.str() + '\n');
}

}  // namespace examples
