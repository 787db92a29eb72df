// The gallery: draws every activation and its derivative, from the library's own output.

#include <Eigen/Core>
#include <iostream>
#include <sstream>
#include <utility>
#include <vector>

#include "functions/functions.hpp"
#include "support/chapter.hpp"
#include "support/experiment.hpp"
#include "support/gnuplot.hpp"

namespace {

struct Curve {
  std::string name;
  Eigen::ArrayXf f, derivative;
};

const Eigen::ArrayXf& abscissas() {
  static const Eigen::ArrayXf x = Eigen::ArrayXf::LinSpaced(1001, -5, 5);
  return x;
}

/// Two names of one function, such as swish and silu, share a panel.
void add(Curve curve, std::vector<Curve>& curves) {
  for (Curve& earlier : curves)
    if ((earlier.f == curve.f).all() && (earlier.derivative == curve.derivative).all()) {
      earlier.name += ", " + curve.name;
      return;
    }
  curves.push_back(std::move(curve));
}

std::vector<Curve> all_curves() {
  std::vector<Curve> curves;
  for (const functions::Function& function : functions::all_functions()) {
    Curve curve{function.name, abscissas(), abscissas()};
    function.at(abscissas(), curve.f, curve.derivative);
    add(std::move(curve), curves);
  }
  return curves;
}

std::string to_csv(const std::vector<Curve>& curves) {
  std::ostringstream csv;
  csv << "activation,x,f,derivative\n";
  for (const Curve& curve : curves)
    for (Eigen::Index i = 0; i < abscissas().size(); ++i)
      csv << '"' << curve.name << "\"," << abscissas()[i] << ',' << curve.f[i] << ','
          << curve.derivative[i] << '\n';
  return csv.str();
}

void draw_gallery(const std::vector<Curve>& curves, const examples::OutputDirectory& directory) {
  const int across = 4, down = (static_cast<int>(curves.size()) + across - 1) / across;
  std::ostringstream script;
  script
      << "set xrange [-5:5]\nset yrange [-1.6:2.6]\nset xtics 2\nset ytics 1\n"
         "set grid lc rgb '#dddddd'\nset border lc rgb '#999999'\nset zeroaxis lc rgb '#777777'\n"
         "set tics nomirror scale 0.5 font ',10'\nset key right bottom samplen 1.5 font ',11'\n"
         "set multiplot layout "
      << down << ',' << across << '\n';
  for (std::size_t i = 0; i < curves.size(); ++i) {
    script << "$curve" << i << " << END\n";
    for (Eigen::Index k = 0; k < abscissas().size(); k += 4)
      script << abscissas()[k] << ' ' << curves[i].f[k] << ' ' << curves[i].derivative[k] << '\n';
    script << "END\nset title '" << curves[i].name << "' noenhanced\nplot $curve" << i
           << " using 1:3 with lines lw 2 lc rgb '#d55e00' title \"f'\", $curve" << i
           << " using 1:2 with lines lw 2.5 lc rgb '#0072b2' title 'f'\n";
  }
  draw(directory, "gallery.svg", 280 * across, 230 * down, script.str());
}

void run(const examples::ExperimentOptions&, const examples::OutputDirectory& output) {
  const std::vector<Curve> curves = all_curves();
  examples::Chapter chapter("07_gallery", "The gallery",
                            "What do the functions and their derivatives look like?");
  chapter.say(
      "Every function of the library over -5 to 5 (blue) and its derivative (orange), from "
      "the library's own output. Functions of several numbers are shown as a slice: as one "
      "of the numbers changes and the others stay.");
  output.write("gallery.csv", to_csv(curves));
  if (examples::gnuplot_is_installed()) draw_gallery(curves, output);
  chapter.picture("gallery.svg", std::to_string(curves.size()) + " activations");
  chapter.print(std::cout);
  chapter.write(output);
  std::cout << "curves: " << output.file("gallery.csv").string() << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  return examples::run_experiment(argc, argv, "Draws every activation and its derivative.", run);
}
