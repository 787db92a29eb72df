#include "line_chart.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <sstream>

#include "function_style.hpp"
#include "gnuplot.hpp"

namespace examples {
namespace {

using Range = std::pair<double, double>;

constexpr double letter = 7.7, line = 16;  // pixels, of the 13 point letters
constexpr int left = 78, bottom = 62;      // pixels to the left of and below the plot

struct Style {
  std::string colour;
  int mark, dashes;
};

/// The style of its function, or a shade of that of the chart.
Style style_of_series(const LineChart& chart, std::size_t index) {
  const Series& series = chart.series[index];
  const int dashes = static_cast<int>(index % 5) + 1;
  if (series.function.empty()) {
    const FunctionStyle& style = style_of(chart.shades_of);
    return {shade(style.colour, index, chart.series.size()), style.mark, dashes};
  }
  const FunctionStyle& style = style_of(series.function);
  return {style.colour, style.mark, series.dashed ? 2 : 1};
}

bool is_finite(const std::pair<double, double>& point) {
  return std::isfinite(point.first) && std::isfinite(point.second);
}

/// The range as it is set, or that of the points with a little room around the y.
Range range_of(const LineChart& chart, bool of_y) {
  const Range set = of_y ? chart.y_range : chart.x_range;
  if (set.first != set.second) return set;
  const bool is_logarithmic = of_y ? chart.logarithmic_y : chart.logarithmic_x;
  Range found{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  for (const Series& series : chart.series)
    for (const auto& point : series.points) {
      const double value = of_y ? point.second : point.first;
      if (!is_finite(point) || (is_logarithmic && !(value > 0))) continue;
      found.first = std::min(found.first, value);
      found.second = std::max(found.second, value);
    }
  if (!(found.first <= found.second)) return is_logarithmic ? Range{0.1, 10} : Range{0, 1};
  if (is_logarithmic) {
    const double factor = std::max(std::pow(found.second / found.first, 0.04), 1.05);
    return of_y || found.first == found.second ? Range{found.first / factor, found.second * factor}
                                               : found;
  }
  const double room = found.first == found.second ? 1 : (found.second - found.first) * 0.04;
  return of_y || found.first == found.second ? Range{found.first - room, found.second + room}
                                             : found;
}

double share(double value, const Range& range, bool is_logarithmic) {
  return is_logarithmic ? std::log(value / range.first) / std::log(range.second / range.first)
                        : (value - range.first) / (range.second - range.first);
}

/// The heights nearest to the wanted ones, in their order, at least `gap` apart and within
/// [0, highest]: isotonic regression of the heights without the gaps.
std::vector<double> spread(const std::vector<double>& wanted, double gap, double highest) {
  const std::size_t n = wanted.size();
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return wanted[a] < wanted[b]; });
  struct Block {
    double sum;
    std::size_t count;
    double mean() const { return sum / static_cast<double>(count); }
  };
  std::vector<Block> blocks;
  for (std::size_t i = 0; i < n; ++i) {
    blocks.push_back({wanted[order[i]] - static_cast<double>(i) * gap, 1});
    while (blocks.size() > 1 && blocks[blocks.size() - 2].mean() > blocks.back().mean()) {
      const Block last = blocks.back();
      blocks.pop_back();
      blocks.back().sum += last.sum;
      blocks.back().count += last.count;
    }
  }
  const double most = std::max(0.0, highest - static_cast<double>(n > 0 ? n - 1 : 0) * gap);
  std::vector<double> heights(n);
  std::size_t i = 0;
  for (const Block& block : blocks)
    for (std::size_t k = 0; k < block.count; ++k, ++i)
      heights[order[i]] =
          std::min(std::max(block.mean(), 0.0), most) + static_cast<double>(i) * gap;
  return heights;
}

/// Broken into lines of the picture's width.
std::string title_lines(const std::string& title, std::size_t& lines) {
  std::istringstream words(title);
  std::string result;
  std::size_t column = 0;
  lines = 1;
  for (std::string word; words >> word;) {
    if (column > 0 && column + 1 + word.size() > static_cast<std::size_t>(picture_width / letter)) {
      result += "\\n";
      column = 0;
      ++lines;
    } else if (column > 0) {
      result += ' ';
      ++column;
    }
    for (const char c : word)
      result += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    column += word.size();
  }
  return '"' + result + '"';
}

}  // namespace

std::string frame(int width, int height, int left_margin, int right, int top, int bottom_margin) {
  std::ostringstream script;
  script << "set lmargin at screen " << left_margin / static_cast<double>(width)
         << "\nset rmargin at screen " << 1 - right / static_cast<double>(width)
         << "\nset tmargin at screen " << 1 - top / static_cast<double>(height)
         << "\nset bmargin at screen " << bottom_margin / static_cast<double>(height)
         << "\nset grid lc rgb '" << ink::faint << "'\nset border 3 lc rgb '" << ink::muted
         << "'\nset tics nomirror\n";
  return script.str();
}

std::optional<double> LineChart::constant() const {
  std::vector<double> values;
  for (const Series& one : series)
    for (const auto& point : one.points)
      if (is_finite(point)) values.push_back(point.second);
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  if (!std::equal(values.begin() + 1, values.end(), values.begin())) return std::nullopt;
  return values.front();
}

void LineChart::draw(const OutputDirectory& directory, const std::string& svg) const {
  const Range xs = range_of(*this, false), ys = range_of(*this, true);
  std::size_t title_height = 0, longest = 0;
  const std::string title_text = title_lines(title, title_height);
  for (const Series& one : series) longest = std::max(longest, one.name.size());
  const int top = static_cast<int>(26 + 18 * static_cast<double>(title_height));
  const int right = static_cast<int>(40 + letter * static_cast<double>(longest));
  const double plot_height = height - top - bottom;

  std::ostringstream script;
  script.precision(10);
  script << frame(picture_width, height, left, right, top, bottom) << "set title " << title_text
         << " noenhanced\nset xlabel " << quoted(x_label) << " noenhanced\nset ylabel "
         << quoted(y_label) << " noenhanced\nunset key\nset xrange [" << xs.first << ':'
         << xs.second << "]\nset yrange [" << ys.first << ':' << ys.second << "]\n";
  if (logarithmic_x) script << "set logscale x\n";
  if (logarithmic_y) script << "set logscale y\nset format y '10^{%T}'\nunset mytics\n";

  // Where each line ends, and the heights of the names.
  std::vector<std::pair<double, double>> ends(series.size());
  std::vector<double> wanted(series.size());
  std::vector<bool> has_end(series.size(), false);
  for (std::size_t i = 0; i < series.size(); ++i) {
    for (const auto& point : series[i].points)
      if (is_finite(point) && (!logarithmic_y || point.second > 0) && xs.first <= point.first &&
          point.first <= xs.second) {
        ends[i] = {point.first, std::min(std::max(point.second, ys.first), ys.second)};
        has_end[i] = true;
      }
    wanted[i] = has_end[i] ? plot_height * share(ends[i].second, ys, logarithmic_y) : -line;
  }
  const std::vector<double> heights = spread(wanted, line, plot_height);

  for (std::size_t i = 0; i < series.size(); ++i) {
    const Style style = style_of_series(*this, i);
    script << "$series" << i << " << END\n";
    for (const auto& point : series[i].points)
      if (is_finite(point))
        script << point.first << ' ' << point.second << '\n';
      else
        script << '\n';
    script << "END\n";
    const double x = 1 - (right - 14) / static_cast<double>(picture_width),
                 y = (bottom + heights[i]) / height;
    if (has_end[i])
      script << "set arrow from first " << ends[i].first << ',' << ends[i].second << " to screen "
             << x << ',' << y << " nohead lw 0.7 dt " << (ends[i].first < xs.second ? 3 : 1)
             << " lc rgb '" << style.colour << "'\n";
    script << "set label " << quoted(series[i].name) << " noenhanced at screen " << x << ',' << y
           << " left offset 1,0 tc rgb '" << (has_end[i] ? ink::text : ink::muted) << "' point pt "
           << style.mark << " ps 0.8 lw 2 lc rgb '" << style.colour << "'\n";
  }
  script << more << "plot ";
  bool is_first = true;
  for (std::size_t i = 0; i < series.size(); ++i) {
    if (!has_end[i]) continue;
    const Style style = style_of_series(*this, i);
    script << (is_first ? "" : ", ") << "$series" << i << " with linespoints ps 0.7 pt "
           << style.mark << " pi " << (series[i].points.size() + 11) / 12 << " lw "
           << series[i].width << " dt " << style.dashes << " lc rgb '" << style.colour << "'";
    is_first = false;
  }
  if (is_first) script << "1e300";  // gnuplot refuses a plot of nothing
  examples::draw(directory, svg, picture_width, height, script.str() + '\n');
}

}  // namespace examples
