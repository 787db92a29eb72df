// Two ReLUs, one subtracted from the other, make a sigmoid of three straight pieces.

#include <Eigen/Core>
#include <hillock/hillock.hpp>
#include <iostream>
#include <sstream>

#include "support/chapter.hpp"
#include "support/experiment.hpp"
#include "support/gnuplot.hpp"

namespace {

using Eigen::ArrayXf;
using examples::fixed;

/// A hidden layer of two ReLUs and an output: (max(0, x/c + 1) - max(0, x/c - 1)) / 2.
struct TwoReLUs {
  float half_width;  // c: beyond it the function is flat

  ArrayXf operator()(const ArrayXf& x) const {
    return (hillock::relu(x / half_width + 1) - hillock::relu(x / half_width - 1)) / 2;
  }
  ArrayXf derivative(const ArrayXf& x) const {
    return (hillock::relu.derivative(x / half_width + 1) -
            hillock::relu.derivative(x / half_width - 1)) /
           (2 * half_width);
  }
};

const ArrayXf& abscissas() {
  static const ArrayXf x = ArrayXf::LinSpaced(16001, -8, 8);
  return x;
}

float distance(const ArrayXf& f) { return (f - hillock::sigmoid(abscissas())).abs().maxCoeff(); }

/// The half width whose function stays nearest to the sigmoid.
float best_half_width() {
  float best = 1;
  for (int hundredth = 100; hundredth <= 500; ++hundredth) {
    const float candidate = static_cast<float>(hundredth) / 100;
    if (distance(TwoReLUs{candidate}(abscissas())) < distance(TwoReLUs{best}(abscissas())))
      best = candidate;
  }
  return best;
}

/// The straight pieces between points of the sigmoid, flat outside of -12 and 12: a sum of ReLUs, of
/// which each bends the function at one of the points.
ArrayXf sum_of_relus(int count) {
  const ArrayXf corners = ArrayXf::LinSpaced(count, -12, 12), heights = hillock::sigmoid(corners);
  ArrayXf f = ArrayXf::Constant(abscissas().size(), heights[0]);
  float slope = 0;
  for (Eigen::Index i = 0; i < count; ++i) {
    const float next =
        i + 1 < count ? (heights[i + 1] - heights[i]) / (corners[i + 1] - corners[i]) : 0;
    f += (next - slope) * hillock::relu(abscissas() - corners[i]);
    slope = next;
  }
  return f;
}

void draw_picture(const TwoReLUs& tangent, const TwoReLUs& best,
                  const examples::OutputDirectory& output) {
  const ArrayXf& x = abscissas();
  const ArrayXf columns[] = {
      hillock::sigmoid(x),   tangent(x),        best(x), hillock::sigmoid.derivative(x),
      tangent.derivative(x), best.derivative(x)};
  std::ostringstream script;
  script << "$data << END\n";
  for (Eigen::Index i = 0; i < x.size(); i += 20) {
    script << x[i];
    for (const ArrayXf& column : columns) script << ' ' << column[i];
    script << '\n';
  }
  script << "END\nset grid lc rgb '#dddddd'\nset border 3 lc rgb '#999999'\nset tics nomirror\n"
            "set xrange [-8:8]\nset xtics 2\nset key left top samplen 2\n"
            "set multiplot layout 1,2\n";
  const char* const titles[] = {"f", "f'"};
  for (int panel = 0; panel < 2; ++panel) {
    const int first = 2 + 3 * panel;
    script << "set title \"" << titles[panel] << "\"\n"
           << (panel == 0 ? "set yrange [-0.05:1.35]\n" : "set yrange [-0.02:0.36]\n")
           << "plot $data using 1:" << first
           << " with lines lw 3 lc rgb '#0072b2' title 'sigmoid', $data using 1:" << first + 1
           << " with lines lw 2 lc rgb '#d55e00' title 'two ReLUs, c = "
           << fixed(tangent.half_width, 2) << "', $data using 1:" << first + 2
           << " with lines lw 2 lc rgb '#009e73' title 'two ReLUs, c = "
           << fixed(best.half_width, 2) << "'\n";
  }
  draw(output, "relu_minus_relu.svg", 900, 380, script.str());
}

void run(const examples::ExperimentOptions&, const examples::OutputDirectory& output) {
  const TwoReLUs lecture{1}, tangent{2}, best{best_half_width()};
  examples::Chapter chapter("14_relu_minus_relu", "A sigmoid of two ReLUs",
                            "Can ReLUs do what a sigmoid does?");
  chapter.say(
      "max(0, x + 1) - max(0, x - 1) is 0 up to -1, rises straight to 2, and stays there. Halved "
      "and made c times as wide, (max(0, x/c + 1) - max(0, x/c - 1)) / 2 is a sigmoid of three "
      "straight pieces. With c = 2 it has the sigmoid's slope of 1/4 at 0; with c = " +
      fixed(best.half_width, 2) + " it stays nearest to it.");
  std::vector<std::vector<std::string>> rows;
  const auto row = [&rows](const std::string& what, const TwoReLUs& f) {
    const ArrayXf zero = ArrayXf::Zero(1);
    rows.push_back({what, fixed(f.half_width, 2), fixed(f.derivative(zero)[0], 3),
                    fixed(distance(f(abscissas())), 4),
                    fixed(100 * static_cast<double>((f.derivative(abscissas()) == 0).count()) /
                              static_cast<double>(abscissas().size()),
                          1)});
  };
  row("as in the lecture, halved", lecture);
  row("the sigmoid's slope at 0", tangent);
  row("nearest to the sigmoid", best);
  chapter.table(
      {"two ReLUs", "c", "slope at 0", "largest distance to sigmoid", "% of [-8, 8] with f' = 0"},
      rows);
  chapter.picture("relu_minus_relu.svg",
                  "The sigmoid and two ReLUs: the function at the left, its derivative at the "
                  "right. The sigmoid's derivative fades, that of two ReLUs is 0 at once.");
  chapter.say(
      "More ReLUs come as near as one likes: each bends the line once, and with half the "
      "distance between the bends a quarter of the error is left.");
  rows.clear();
  for (const int count : {7, 13, 25, 49, 97})
    rows.push_back(
        {std::to_string(count), examples::significant(distance(sum_of_relus(count)), 2)});
  chapter.table({"ReLUs, bends from -12 to 12", "largest distance to sigmoid"}, rows);
  if (examples::gnuplot_is_installed()) draw_picture(tangent, best, output);
  chapter.print(std::cout);
  chapter.write(output);
}

}  // namespace

int main(int argc, char** argv) {
  return examples::run_experiment(argc, argv, "Makes a sigmoid of straight pieces from ReLUs.",
                                  run);
}
