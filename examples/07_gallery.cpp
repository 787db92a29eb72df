// The gallery: draws every activation and its derivative, from the library's own output.

#include <CLI/CLI.hpp>
#include <Eigen/Core>
#include <cmath>
#include <hillock/hillock.hpp>
#include <iostream>
#include <sstream>
#include <utility>
#include <vector>

#include "support/gnuplot.hpp"
#include "support/input_error.hpp"
#include "support/output_directory.hpp"

namespace {

struct Curve {
  std::string name;
  Eigen::ArrayXf f, derivative;
};

const Eigen::ArrayXf& abscissas() {
  static const Eigen::ArrayXf x = Eigen::ArrayXf::LinSpaced(1001, -5, 5);
  return x;
}

template <class F>
Curve pointwise(const char* name, const F& f) {
  Curve curve{name, abscissas(), abscissas()};
  hillock::forward_and_derivative(f, abscissas(), curve.f, curve.derivative);
  return curve;
}

/// What a function makes of the first of three scores, as it goes by the other two, 0 and 1.
template <class F>
Curve of_three_scores(const char* name, const F& function) {
  const Eigen::Index n = abscissas().size();
  Eigen::ArrayXXf scores(3, n), first = Eigen::ArrayXXf::Zero(3, n);
  scores << abscissas().transpose(), Eigen::ArrayXXf::Zero(1, n), Eigen::ArrayXXf::Ones(1, n);
  first.row(0) = 1;
  const Eigen::ArrayXXf y = function(scores), derivative = function.backward(scores, first);
  return {name, y.row(0), derivative.row(0)};
}

/// Three straight pieces make a convex function; the
/// derivative is the slope of the piece that wins.
Curve maxout() {
  const Eigen::Array3f slope(-0.5F, 0.25F, 1), offset(-1, 0, -1.5F);
  const Eigen::Index n = abscissas().size();
  const Eigen::ArrayXXf pieces =
      ((slope.matrix() * abscissas().matrix().transpose()).colwise() + offset.matrix()).array();
  const hillock::Maxout function{3, hillock::Per::column};
  const Eigen::ArrayXXf f = function(pieces),
                        routed = function.backward(pieces, Eigen::ArrayXXf::Ones(1, n));
  return {"maxout of (-x/2-1, x/4, x-1.5)", f.row(0), (routed.colwise() * slope).colwise().sum()};
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
  // Made by CMake from the ready-made objects in the library's headers: a new one needs no edit
  // here.
#define HILLOCK_GALLERY_DRAW(name) add(pointwise(#name, hillock::name), curves);
#include "gallery_activations.inc"
#undef HILLOCK_GALLERY_DRAW
  // These are objects of the user's own making: slopes of its own, a number of pieces, an axis.
  add(pointwise("prelu", hillock::PReLU<>{}), curves);
  curves.push_back(maxout());
  const auto column = hillock::Per::column;
  curves.push_back(of_three_scores("softmax of (x, 0, 1), first", hillock::Softmax{column}));
  curves.push_back(of_three_scores("log_softmax of (x, 0, 1), first", hillock::LogSoftmax{column}));
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
    for (Eigen::Index k = 0; k < abscissas().size(); ++k)
      script << abscissas()[k] << ' ' << curves[i].f[k] << ' ' << curves[i].derivative[k] << '\n';
    script << "END\nset title '" << curves[i].name << "' noenhanced\nplot $curve" << i
           << " using 1:3 with lines lw 2 lc rgb '#d55e00' title \"f'\", $curve" << i
           << " using 1:2 with lines lw 2.5 lc rgb '#0072b2' title 'f'\n";
  }
  draw(directory, "gallery.svg", 280 * across, 230 * down, script.str());
}

int run(int argc, const char* const* argv) {
  std::string path = "out";
  CLI::App app{"Draws every activation and its derivative."};
  app.add_option("-o,--output", path, "Directory for the CSV and the picture")
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    throw examples::InputError(std::string(error.what()) + " (--help lists the options)");
  }
  const examples::OutputDirectory output(path);
  const std::vector<Curve> curves = all_curves();
  output.write("gallery.csv", to_csv(curves));
  std::cout << curves.size() << " activations\ncurves: " << output.file("gallery.csv").string()
            << '\n';
  if (examples::gnuplot_is_installed()) {
    draw_gallery(curves, output);
    std::cout << "picture: " << output.file("gallery.svg").string() << '\n';
  } else {
    std::cout << "gnuplot is not installed: no picture\n";
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const examples::InputError& error) {
    std::cerr << argv[0] << ": " << error.what() << '\n';
    return 2;
  }
}
