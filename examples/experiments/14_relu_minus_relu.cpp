// Two ReLUs, one subtracted from the other, make a sigmoid of three straight pieces.

#include <Eigen/Core>
#include <hillock/hillock.hpp>
#include <iostream>

#include "support/chapter.hpp"
#include "support/experiment.hpp"
#include "support/gnuplot.hpp"
#include "support/line_chart.hpp"

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

/// The straight pieces between points of the sigmoid, flat outside of -12 and 12: a sum of ReLUs,
/// of which each bends the function at one of the points.
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

void draw_pictures(const TwoReLUs& tangent, const TwoReLUs& best,
                   const examples::OutputDirectory& output) {
  const ArrayXf& x = abscissas();
  const auto draw = [&](const char* title, const char* file, const ArrayXf& sigmoid,
                        const ArrayXf& of_tangent, const ArrayXf& of_best) {
    examples::LineChart chart;
    chart.title = title;
    chart.x_label = "x";
    chart.shades_of = "relu";
    const auto add = [&](const std::string& name, const ArrayXf& y) {
      examples::Series series{name, {}};
      for (Eigen::Index i = 0; i < x.size(); i += 40) series.points.emplace_back(x[i], y[i]);
      chart.series.push_back(series);
    };
    add("c = " + fixed(tangent.half_width, 2), of_tangent);
    add("c = " + fixed(best.half_width, 2), of_best);
    add("sigmoid", sigmoid);
    chart.series.back().function = "sigmoid";
    chart.draw(output, file);
  };
  draw("f: the sigmoid, and two ReLUs", "relu_minus_relu.svg", hillock::sigmoid(x), tangent(x),
       best(x));
  draw("f': the sigmoid's, and that of two ReLUs", "relu_minus_relu_derivative.svg",
       hillock::sigmoid.derivative(x), tangent.derivative(x), best.derivative(x));
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
  chapter.pictures({"relu_minus_relu.svg", "relu_minus_relu_derivative.svg"},
                   "The sigmoid and two ReLUs: the function, and its derivative. The sigmoid's "
                   "derivative fades, that of two ReLUs is 0 at once.");
  chapter.say(
      "More ReLUs come as near as one likes: each bends the line once, and with half the "
      "distance between the bends a quarter of the error is left.");
  rows.clear();
  for (const int count : {7, 13, 25, 49, 97})
    rows.push_back(
        {std::to_string(count), examples::significant(distance(sum_of_relus(count)), 2)});
  chapter.table({"ReLUs, bends from -12 to 12", "largest distance to sigmoid"}, rows);
  if (examples::gnuplot_is_installed()) draw_pictures(tangent, best, output);
  chapter.print(std::cout);
  chapter.write(output);
}

}  // namespace

int main(int argc, char** argv) {
  return examples::run_experiment(argc, argv, "Makes a sigmoid of straight pieces from ReLUs.",
                                  run);
}
