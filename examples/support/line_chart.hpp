#pragma once

#include <string>
#include <utility>
#include <vector>

#include "output_directory.hpp"

namespace examples {

struct Series {
  std::string name;
  std::vector<std::pair<double, double>> points;  // of those that are not finite nothing is drawn
  double width = 2.5;
};

/// One diagram of lines with a legend beside it.
struct LineChart {
  enum class Colours { different, ordered };  // ordered: the series are steps of one quantity

  std::string title, x_label, y_label;
  std::vector<Series> series;
  Colours colours = Colours::different;
  bool markers = true;  // on the points
  bool logarithmic_x = false, logarithmic_y = false;
  std::pair<double, double> y_range = {0, 0};  // where both are the same: as the points need it
  std::string more = "";                       // gnuplot commands before the plot

  void draw(const OutputDirectory& directory, const std::string& svg) const;
};

/// A colour that colour-blind people can tell from the others of the same list.
const char* colour(LineChart::Colours list, std::size_t index, std::size_t count);

}  // namespace examples
