// Sigmoid for two classes, softmax for many: for two they are the same.

#include <Eigen/Core>
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <hillock/hillock.hpp>
#include <iostream>
#include <sstream>
#include <utility>

#include "support/chapter.hpp"
#include "support/experiment.hpp"
#include "support/function_style.hpp"
#include "support/gnuplot.hpp"
#include "support/line_chart.hpp"
#include "training/data.hpp"
#include "training/random.hpp"

namespace {

using Eigen::Index;
using examples::fixed;
using examples::significant;

/// A float's place among all floats, so that neighbours differ by one.
std::int64_t place(float value) {
  std::int32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return bits < 0 ? std::int64_t{INT32_MIN} - bits : bits;
}

struct Distance {
  std::int64_t ulp = 0;
  float z = 0;  // where
};

/// The largest distance of softmax(a, b) from sigmoid(a - b). The scores are
/// multiples of 2^-16 below 100, so that a - b has no rounding of its own.
Distance largest_distance(Index count, std::uint64_t seed) {
  training::Random random(seed);
  Eigen::ArrayXXf scores(2, count);
  for (float& score : scores.reshaped())
    score = static_cast<float>(std::round((random.uniform() - 0.5) * 100 * 0x1p16) * 0x1p-16);
  const Eigen::ArrayXXf p = hillock::Softmax{hillock::Per::column}(scores);
  const Eigen::ArrayXf z = (scores.row(0) - scores.row(1)).transpose(), s = hillock::sigmoid(z),
                       others = hillock::sigmoid(-z);
  Distance largest;
  for (Index i = 0; i < count; ++i) {
    const std::int64_t ulp = std::max(std::abs(place(p(0, i)) - place(s[i])),
                                      std::abs(place(p(1, i)) - place(others[i])));
    if (ulp > largest.ulp) largest = {ulp, z[i]};
  }
  return largest;
}

std::string describe(const Distance& largest) {
  if (largest.ulp == 0) return "the two have the same bits each time.";
  return "they differ by at most " + std::to_string(largest.ulp) +
         " ULP (at a - b = " + significant(static_cast<double>(largest.z), 4) + ").";
}

/// One sample per column; 1 where it is of the second class, else 0.
struct TwoClasses {
  Eigen::MatrixXd x;
  Eigen::RowVectorXd second;
};

TwoClasses only(const training::Samples& all, int first, int second) {
  std::vector<Index> chosen;
  for (std::size_t i = 0; i < all.labels.size(); ++i)
    if (all.labels[i] == first || all.labels[i] == second) chosen.push_back(static_cast<Index>(i));
  TwoClasses two{Eigen::MatrixXd(all.pixels.rows(), chosen.size()),
                 Eigen::RowVectorXd(chosen.size())};
  for (std::size_t k = 0; k < chosen.size(); ++k) {
    const auto column = static_cast<Index>(k);
    two.x.col(column) = all.pixels.col(chosen[k]).cast<double>();
    two.second[column] = all.labels[static_cast<std::size_t>(chosen[k])] == second;
  }
  return two;
}

/// A score w x + b above 0 is for the second class.
struct Boundary {
  Eigen::VectorXd w;
  double b = 0;

  Eigen::RowVectorXd scores(const Eigen::MatrixXd& x) const {
    return (w.transpose() * x).array() + b;
  }
  double right(const TwoClasses& data) const {
    const Eigen::RowVectorXd score = scores(data.x);
    return static_cast<double>(((score.array() > 0) == (data.second.array() > 0.5)).count()) /
           static_cast<double>(score.size());
  }
};

constexpr int steps = 500;
constexpr double rate = 0.5;

/// One score and the sigmoid: the gradient of the cross-entropy by the score is p - y.
Boundary train_sigmoid(const TwoClasses& data) {
  const auto n = static_cast<double>(data.x.cols());
  Boundary line{Eigen::VectorXd::Zero(data.x.rows()), 0};
  for (int step = 0; step < steps; ++step) {
    const Eigen::RowVectorXd p = hillock::sigmoid(line.scores(data.x));
    const Eigen::RowVectorXd gradient = p - data.second;
    line.w -= rate / n * data.x * gradient.transpose();
    line.b -= rate / n * gradient.sum();
  }
  return line;
}

/// Two scores and softmax. Their difference moves by both gradients,
/// so that half the rate makes the same steps.
Boundary train_softmax(const TwoClasses& data) {
  const auto n = static_cast<double>(data.x.cols());
  Eigen::MatrixXd w = Eigen::MatrixXd::Zero(2, data.x.rows()), y(2, data.x.cols());
  Eigen::Vector2d b = Eigen::Vector2d::Zero();
  y.row(0) = 1 - data.second.array();
  y.row(1) = data.second;
  const hillock::Softmax softmax{hillock::Per::column};
  for (int step = 0; step < steps; ++step) {
    const Eigen::MatrixXd z = (w * data.x).colwise() + b, p = softmax(z), gradient = p - y;
    w -= rate / 2 / n * gradient * data.x.transpose();
    b -= rate / 2 / n * gradient.rowwise().sum();
  }
  return {(w.row(1) - w.row(0)).transpose(), b[1] - b[0]};
}

/// Projected on the two directions in which the training samples differ most.
struct Plane {
  Eigen::MatrixXd directions;  // 2 rows
  Eigen::VectorXd mean;
  double scale = 1;

  explicit Plane(const TwoClasses& data) : mean(data.x.rowwise().mean()) {
    const Eigen::MatrixXd centred = data.x.colwise() - mean;
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(centred * centred.transpose());
    directions = solver.eigenvectors().rightCols(2).transpose();
    const Eigen::MatrixXd projected = directions * centred;
    scale = std::sqrt(projected.array().square().mean());
  }
  TwoClasses operator()(const TwoClasses& data) const {
    return {directions * (data.x.colwise() - mean) / scale, data.second};
  }
};

/// The largest difference of the scores both give, as a share of the largest score.
double difference(const Boundary& a, const Boundary& b, const TwoClasses& data) {
  const Eigen::RowVectorXd one = a.scores(data.x), other = b.scores(data.x);
  return (one - other).cwiseAbs().maxCoeff() / one.cwiseAbs().maxCoeff();
}

void draw_picture(const TwoClasses& data, const Boundary& sigmoid, const Boundary& softmax,
                  const std::string& first, const std::string& second,
                  const examples::OutputDirectory& output) {
  std::ostringstream script;
  for (const bool of_second : {false, true}) {
    script << (of_second ? "$second" : "$first") << " << END\n";
    for (Index i = 0; i < data.x.cols(); ++i)
      if ((data.second[i] > 0.5) == of_second)
        script << data.x(0, i) << ' ' << data.x(1, i) << '\n';
    script << "END\n";
  }
  const auto line = [](const Boundary& f) {  // where the score is 0
    std::ostringstream text;
    text << "-(" << f.w[0] << " * x + " << f.b << ") / " << f.w[1];
    return text.str();
  };
  const int height = 480;
  const auto colour = [](const char* function) { return examples::style_of(function).colour; };
  script << examples::frame(examples::picture_width, height, 66, 60, 14, 112)
         << "set xrange [-3:3]\nset yrange [-3:3]\nset key at screen 0.5, screen 0.01 center "
            "bottom horizontal maxrows 2 samplen 2\n"
            "set xlabel 'along the direction of second most variance'\n"
            "set ylabel 'along that of most'\n"
            "plot $first with points pt 6 ps 0.5 lc rgb '"
         << examples::ink::text << "' title 'digit " << first
         << "', $second with points pt 2 ps 0.5 lc rgb '" << examples::ink::muted
         << "' title 'digit " << second << "', " << line(sigmoid) << " with lines lw 7 lc rgb '"
         << colour("sigmoid") << "' title 'sigmoid', " << line(softmax)
         << " with lines lw 3 dt 2 lc rgb '" << colour("softmax") << "' title 'softmax'\n";
  draw(output, "two_classes.svg", examples::picture_width, height, script.str());
}

void run(const examples::ExperimentOptions& options, const examples::OutputDirectory& output) {
  constexpr Index count = 1 << 20;
  constexpr int first = 3, second = 8;
  const Distance largest = largest_distance(count, options.seed);
  const training::Dataset digits = training::load_digits(HILLOCK_DIGITS);
  const TwoClasses pixels = only(digits.training, first, second),
                   held_out = only(digits.test, first, second);
  const Plane plane(pixels);
  const TwoClasses points = plane(pixels), held_out_points = plane(held_out);

  examples::Chapter chapter("17_two_classes", "Two classes",
                            "Is the sigmoid another function than softmax?");
  chapter.say(
      "No: softmax of two scores, e^a / (e^a + e^b), is 1 / (1 + e^(b - a)), the sigmoid "
      "of their difference. Computed in float for " +
      std::to_string(count) + " random pairs of scores from -50 to 50, and both probabilities, " +
      describe(largest));
  std::vector<std::vector<std::string>> rows;
  const auto compare = [&rows](const std::string& what, const TwoClasses& training,
                               const TwoClasses& test) {
    const Boundary by_sigmoid = train_sigmoid(training), by_softmax = train_softmax(training);
    rows.push_back({what, fixed(100 * by_sigmoid.right(test), 2),
                    fixed(100 * by_softmax.right(test), 2),
                    significant(difference(by_sigmoid, by_softmax, test), 2)});
    return std::make_pair(by_sigmoid, by_softmax);
  };
  compare("64 pixels", pixels, held_out);
  const auto [by_sigmoid, by_softmax] = compare("2 directions", points, held_out_points);
  chapter.say("A logistic regression that tells the digits 3 and 8 apart, trained both ways (" +
              std::to_string(pixels.x.cols()) + " samples, " + std::to_string(held_out.x.cols()) +
              " held out, " + std::to_string(steps) +
              " steps from zero, in double): the sigmoid has one weight for each input, softmax "
              "two, of which only the difference counts. With half the learning rate softmax makes "
              "the same steps, as its two weights move in opposite directions.");
  chapter.table({"inputs", "sigmoid, % right", "softmax, % right", "largest difference of scores"},
                rows);
  chapter.picture("two_classes.svg",
                  "The digits along the two directions of most variance, and the boundary each "
                  "regression found: one lies on the other.");
  if (examples::gnuplot_is_installed())
    draw_picture(points, by_sigmoid, by_softmax, std::to_string(first), std::to_string(second),
                 output);
  chapter.print(std::cout);
  chapter.write(output);
}

}  // namespace

int main(int argc, char** argv) {
  return examples::run_experiment(
      argc, argv, "Compares softmax of two classes with the sigmoid of their difference.", run);
}
