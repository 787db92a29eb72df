#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "output_directory.hpp"

namespace examples {

struct Series {
  std::string name;
  std::vector<std::pair<double, double>> points;  // of those that are not finite nothing is drawn
  std::string function = "";  // whose colour and mark the line has; empty: LineChart::shades_of's
  double width = 2;
  bool dashed = false;
};

/// One diagram of lines, as wide as a phone can show without making the letters too small. Each
/// line's name and mark stand at its right end.
struct LineChart {
  std::string title, x_label, y_label;
  std::vector<Series> series;
  std::string shades_of =
      "";  // where the series are steps of one quantity: of this function, whose
           // mark they have, with dashes that tell them apart
  bool logarithmic_x = false, logarithmic_y = false;
  std::pair<double, double> x_range = {0, 0};  // where both are the same: as the points need it
  std::pair<double, double> y_range = {0, 0};
  std::string more = "";  // gnuplot commands before the plot
  int height = 340;

  /// The y of all points, of all series, where it is the same: a sentence says more than the chart.
  /// NaN where there is no point.
  std::optional<double> constant() const;

  /// A series without a finite point is named below the others, without a line.
  void draw(const OutputDirectory& directory, const std::string& svg) const;
};

inline constexpr int picture_width = 480;

/// The commands that most pictures begin with: a quiet frame of two sides, a grid and margins in
/// pixels.
std::string frame(int width, int height, int left, int right, int top, int bottom);

}  // namespace examples
