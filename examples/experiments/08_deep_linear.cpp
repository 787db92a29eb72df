// A deep network without activations is one matrix: it cannot tell a ring from the disk inside it,
// however many layers it has. The same network with an activation can.

#include <algorithm>
#include <cmath>
#include <iostream>
#include <sstream>

#include "support/chapter.hpp"
#include "support/function_style.hpp"
#include "support/gnuplot.hpp"
#include "support/line_chart.hpp"
#include "support/text.hpp"
#include "training/command_line.hpp"
#include "training/network.hpp"
#include "training/training.hpp"

namespace {

using namespace examples;

constexpr double pi = 3.14159265358979323846;
constexpr double inner = 1, outer = 2, spread = 0.3;  // the radii, and half the width of a ring
constexpr double edge = 3;                            // of the picture
constexpr Eigen::Index units = 16;

/// Points on two rings around the origin, alternately; the label is the number of the ring.
training::Samples make_rings(int count, training::Random& random) {
  training::Samples samples;
  samples.classes = 2;
  samples.pixels.resize(2, count);
  for (int i = 0; i < count; ++i) {
    const double angle = 2 * pi * random.uniform(),
                 radius = (i % 2 ? outer : inner) + spread * (2 * random.uniform() - 1);
    samples.pixels.col(i) << static_cast<float>(radius * std::cos(angle)),
        static_cast<float>(radius * std::sin(angle));
    samples.labels.push_back(i % 2);
  }
  return samples;
}

/// All layers in one: the logits are matrix x + offset.
struct OneLayer {
  Eigen::MatrixXf matrix;
  Eigen::VectorXf offset;
};

OneLayer collapse(const training::Network& network) {
  OneLayer all{network.output().weights(), network.output().bias()};
  for (auto layer = network.hidden().rbegin(); layer != network.hidden().rend(); ++layer) {
    all.offset += all.matrix * layer->linear().bias();
    all.matrix = all.matrix * layer->linear().weights();
  }
  return all;
}

struct Row {
  std::string name;
  int hidden_layers;
  Eigen::Index parameters;
  double training_accuracy, test_accuracy;
  /// Largest difference between the log-odds of the network and those of the collapsed one, over
  /// the largest log-odds.
  double from_one_matrix;
};

Eigen::ArrayXf log_odds(training::Network& network, const Eigen::MatrixXf& points) {
  network(points);
  const Eigen::MatrixXf& last =
      network.hidden().empty() ? points : network.hidden().back().outputs();
  const Eigen::MatrixXf logits = network.output()(last);
  return (logits.row(1) - logits.row(0)).transpose().array();
}

Row compare(const std::string& name, training::Network& network, const training::Samples& training,
            const training::Samples& test) {
  const OneLayer one = collapse(network);
  const Eigen::MatrixXf logits = (one.matrix * test.pixels).colwise() + one.offset;
  const Eigen::ArrayXf collapsed = (logits.row(1) - logits.row(0)).transpose().array(),
                       whole = log_odds(network, test.pixels);
  return {name,
          static_cast<int>(network.hidden().size()),
          network.parameters(),
          training::accuracy(network(training.pixels), training.labels),
          training::accuracy(network(test.pixels), test.labels),
          static_cast<double>((whole - collapsed).abs().maxCoeff()) /
              static_cast<double>(whole.abs().maxCoeff())};
}

/// A grid of log-odds for gnuplot, whose contour at 0 is the decision boundary.
std::string surface(training::Network& network, const std::string& block) {
  constexpr int cells = 120;
  std::ostringstream text;
  text << block << " << END\n";
  for (int j = 0; j <= cells; ++j) {
    Eigen::MatrixXf points(2, cells + 1);
    for (int i = 0; i <= cells; ++i)
      points.col(i) << static_cast<float>(edge * (2.0 * i / cells - 1)),
          static_cast<float>(edge * (2.0 * j / cells - 1));
    const Eigen::ArrayXf odds = log_odds(network, points);
    for (int i = 0; i <= cells; ++i)
      text << points(0, i) << ' ' << points(1, i) << ' ' << odds[i] << '\n';
    text << '\n';
  }
  return text.str() + "END\n";
}

std::string scatter(const training::Samples& samples) {
  std::ostringstream text;
  for (int label = 0; label < 2; ++label) {
    text << "$ring" << label << " << END\n";
    for (std::size_t i = 0; i < samples.labels.size(); ++i)
      if (samples.labels[i] == label)
        text << samples.pixels(0, static_cast<Eigen::Index>(i)) << ' '
             << samples.pixels(1, static_cast<Eigen::Index>(i)) << '\n';
    text << "END\n";
  }
  return text.str();
}

/// The result of a network of one function for the rings.
void draw_boundary(training::Network& network, const std::string& function,
                   const std::string& title, const training::Samples& samples,
                   const OutputDirectory& output, const std::string& file) {
  const int height = 504;
  std::ostringstream script;
  script << scatter(samples) << surface(network, "$odds")
         << "set contour base\nunset surface\nset cntrparam levels discrete 0\n"
            "set table $boundary\nsplot $odds using 1:2:3\nunset table\n"
         << frame(picture_width, height, 66, 50, 44, 96) << "set xrange [" << -edge << ':' << edge
         << "]\nset yrange [" << -edge << ':' << edge
         << "]\nset xlabel 'first input'\nset ylabel 'second input'\n"
            "set key at screen 0.5, screen 0.01 center bottom horizontal maxrows 1 samplen 2\nset "
            "title "
         << quoted(title) << " noenhanced\nplot $ring0 with points pt 6 ps 0.5 lc rgb '"
         << ink::text << "' title 'inner', $ring1 with points pt 2 ps 0.5 lc rgb '" << ink::muted
         << "' title 'outer', $boundary using 1:2 with lines lw 4 lc rgb '"
         << style_of(function).colour << "' title 'boundary'\n";
  draw(output, file, picture_width, height, script.str());
}

void run(int argc, const char* const* argv) {
  int depth = 8, epochs = 60, count = 600;
  training::CommandLine line("Trains deep networks with and without activations on two rings.");
  line.whole("--depth", depth, 1, 30, "Hidden layers");
  line.whole("--epochs", epochs, 1, 100000, "Of each training");
  line.whole("--points", count, 10, 100000, "To train on; as many again to test");
  if (!line.parse(argc, argv)) return;
  const OutputDirectory output = line.output();

  training::Random random(line.seed());
  const training::Samples samples = make_rings(count, random), test = make_rings(count, random);
  const auto train = [&](const std::string& name, int layers) {
    training::Random start(line.seed());
    training::Network network(
        {2, std::vector<Eigen::Index>(static_cast<std::size_t>(layers), units), 2},
        training::activation(name), {}, start);
    training::Trainer trainer(network, samples, {0.01F, 0.9F}, start);
    for (int epoch = 0; epoch < epochs; ++epoch) trainer.epoch();
    return network;
  };
  training::Network one = train("identity", 0), linear = train("identity", depth),
                    relu = train("relu", depth), tanh = train("tanh", depth);
  const std::vector<Row> rows = {
      compare("none", one, samples, test), compare("identity", linear, samples, test),
      compare("relu", relu, samples, test), compare("tanh", tanh, samples, test)};

  Chapter chapter("08_deep_linear", "A deep linear network is one matrix",
                  "What does a deep network gain from its layers if their activation is the "
                  "identity? Can it tell two rings, one around the other, apart?");
  chapter.say(std::to_string(count) + " points on two rings of radius " + significant(inner, 3) +
              " and " + significant(outer, 3) + ", as many to test, seed " +
              std::to_string(line.seed()) + ". Networks of " + std::to_string(depth) +
              " hidden layers of " + std::to_string(units) + " units, " + std::to_string(epochs) +
              " epochs; in the first row there is no hidden layer. Multiplied out, the layers' "
              "matrices make one; how far its log-odds are "
              "from those of the network is in the last column, relative to the largest.");
  std::vector<std::vector<std::string>> table;
  std::ostringstream csv;
  csv << "activation,hidden_layers,parameters,training_accuracy,test_accuracy,from_one_matrix\n";
  for (const Row& row : rows) {
    table.push_back({row.name, std::to_string(row.hidden_layers), std::to_string(row.parameters),
                     percent(row.training_accuracy, 1), percent(row.test_accuracy, 1),
                     significant(row.from_one_matrix, 3)});
    csv << row.name << ',' << row.hidden_layers << ',' << row.parameters << ','
        << cell(row.training_accuracy) << ',' << cell(row.test_accuracy) << ','
        << cell(row.from_one_matrix) << '\n';
  }
  chapter.table({"activation", "hidden layers", "parameters", "training accuracy", "test accuracy",
                 "difference from one matrix"},
                table);
  std::ostringstream text;
  text << "Multiplied out, the linear network's " << rows[1].parameters
       << " parameters are a matrix of 2 x 2 and an offset: "
       << (rows[1].from_one_matrix < 1e-4
               ? "the network and the matrix differ by rounding only"
               : "the network and the matrix differ by more than rounding")
       << " (" << significant(rows[1].from_one_matrix, 3) << "). Its boundary is a straight line, "
       << percent(rows[1].test_accuracy, 1) << " right on the test points, a single layer "
       << percent(rows[0].test_accuracy, 1) << ". With ReLU in the same layers it is "
       << percent(rows[2].test_accuracy, 1) << ", with tanh " << percent(rows[3].test_accuracy, 1)
       << ". "
       << (std::min(rows[2].test_accuracy, rows[3].test_accuracy) > rows[1].test_accuracy + 0.2
               ? "The layers are worth something only with a nonlinear function between them."
               : "In this time the activations did not help: train longer, or less deep.");
  chapter.say(text.str());
  output.write("08_deep_linear.csv", csv.str());
  if (gnuplot_is_installed()) {
    draw_boundary(linear, "identity", std::to_string(depth) + " linear layers", samples, output,
                  "08_deep_linear_identity.svg");
    draw_boundary(relu, "relu", std::to_string(depth) + " layers with ReLU", samples, output,
                  "08_deep_linear_relu.svg");
    chapter.pictures({"08_deep_linear_identity.svg", "08_deep_linear_relu.svg"},
                     "The decision boundary of the linear network is a line, whatever its depth; "
                     "that of the same network with ReLU goes around the inner ring.");
  }
  chapter.print(std::cout);
  chapter.write(output);
}

}  // namespace

int main(int argc, char** argv) { return training::run_experiment(argc, argv, run); }
