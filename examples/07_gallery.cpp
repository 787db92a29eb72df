// The gallery: draws every activation and its derivative, from the library's own output.

#include <Eigen/Core>
#include <iostream>
#include <sstream>
#include <utility>
#include <vector>

#include "functions/functions.hpp"
#include "support/chapter.hpp"
#include "support/experiment.hpp"
#include "support/function_style.hpp"
#include "support/gnuplot.hpp"
#include "support/line_chart.hpp"

namespace {

using examples::fixed;
using examples::quoted;
using examples::style_of;
namespace ink = examples::ink;

struct Curve {
  std::string name, title;
  Eigen::ArrayXf f, derivative;
};

const Eigen::ArrayXf& abscissas() {
  static const Eigen::ArrayXf x = Eigen::ArrayXf::LinSpaced(1001, -5, 5);
  return x;
}

std::vector<Curve> all_curves() {
  std::vector<Curve> curves;
  for (const functions::Function& function : functions::all_functions()) {
    std::string title = function.name;
    if (!function.alias.empty()) title += ", " + function.alias;
    if (!function.slice.empty()) title += ' ' + function.slice;
    Curve curve{function.name, title, abscissas(), abscissas()};
    function.at(abscissas(), curve.f, curve.derivative);
    curves.push_back(std::move(curve));
  }
  return curves;
}

std::string to_csv(const std::vector<Curve>& curves) {
  std::ostringstream csv;
  csv << "activation,x,f,derivative\n";
  for (const Curve& curve : curves)
    for (Eigen::Index i = 0; i < abscissas().size(); ++i)
      csv << '"' << curve.title << "\"," << abscissas()[i] << ',' << curve.f[i] << ','
          << curve.derivative[i] << '\n';
  return csv.str();
}

/// The function in its own colour, its derivative dashed.
std::string panel(const Curve& curve) {
  std::ostringstream script;
  script << "$" << curve.name << " << END\n";
  // Every tenth point, in the three decimals that a picture shows.
  for (Eigen::Index k = 0; k < abscissas().size(); k += 10)
    script << fixed(abscissas()[k], 2) << ' ' << fixed(curve.f[k], 3) << ' '
           << fixed(curve.derivative[k], 3) << '\n';
  script << "END\nset title " << quoted(curve.title) << " noenhanced\nplot $" << curve.name
         << " using 1:3 with lines lw 2 dt 2 lc rgb '" << ink::muted << "' notitle, $" << curve.name
         << " using 1:2 with lines lw 3 lc rgb '" << style_of(curve.name).colour << "' notitle\n";
  return script.str();
}

std::string setup() {
  return std::string(
             "set xrange [-5:5]\nset yrange [-1.6:2.6]\nset xtics 2\nset ytics 1\n"
             "set grid lc rgb '") +
         ink::faint + "'\nset border 3 lc rgb '" + ink::muted + "'\nset zeroaxis lt 1 lc rgb '" +
         ink::muted + "'\nset tics nomirror scale 0.5\n";
}

constexpr int panel_width = 300, panel_height = 220;

std::string picture_of(const Curve& curve) { return "gallery_" + curve.name + ".svg"; }

/// A picture for each, which the page arranges, and one of all, which README.md shows.
void draw_gallery(const std::vector<Curve>& curves, const examples::OutputDirectory& directory) {
  const int across = 4, down = (static_cast<int>(curves.size()) + across - 1) / across;
  std::string all = setup() + "set multiplot layout " + std::to_string(down) + ',' +
                    std::to_string(across) + '\n';
  for (const Curve& curve : curves) {
    draw(directory, picture_of(curve), panel_width, panel_height,
         examples::frame(panel_width, panel_height, 40, 12, 40, 30) + setup() + panel(curve));
    all += panel(curve);
  }
  draw(directory, "gallery.svg", panel_width * across, panel_height * down, all);
}

void run(const examples::ExperimentOptions&, const examples::OutputDirectory& output) {
  const std::vector<Curve> curves = all_curves();
  examples::Chapter chapter("07_gallery", "The gallery",
                            "What do the functions and their derivatives look like?");
  chapter.say(
      "Every function of the library over -5 to 5, in the colour that it has in all chapters, and "
      "its derivative (dashed, grey), from the library's own output. Functions of several numbers "
      "are shown as a slice: as one of the numbers changes and the others stay.");
  output.write("gallery.csv", to_csv(curves));
  if (examples::gnuplot_is_installed()) draw_gallery(curves, output);
  std::vector<std::string> pictures;
  for (const Curve& curve : curves) pictures.push_back(picture_of(curve));
  chapter.pictures(pictures, std::to_string(curves.size()) + " functions and their derivatives");
  chapter.print(std::cout);
  chapter.write(output);
  std::cout << "curves: " << output.file("gallery.csv").string() << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  return examples::run_experiment(argc, argv, "Draws every activation and its derivative.", run);
}
