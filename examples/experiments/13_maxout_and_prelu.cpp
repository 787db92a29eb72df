// Maxout is ReLU, LeakyReLU or any other convex function of straight pieces, for twice the
// parameters and more; PReLU learns its slope, here one per unit.

#include <algorithm>
#include <cmath>
#include <hillock/hillock.hpp>
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

struct Options {
  int epochs = 20;
  int repeats = 5;
  int depth = 4;
  double learning_rate = 0.02;
  std::uint64_t seed = 1;
};

/// Trained, or as it starts where there are no epochs.
training::Network make_network(const std::string& name, int layers, Eigen::Index units, int epochs,
                               double learning_rate, std::uint64_t seed,
                               const training::Samples& samples) {
  training::Random random(seed);
  training::Network network(
      {samples.pixels.rows(), std::vector<Eigen::Index>(static_cast<std::size_t>(layers), units),
       samples.classes},
      training::activation(name), {}, random);
  training::Trainer trainer(network, samples, {static_cast<float>(learning_rate), 0.9F}, random);
  for (int epoch = 0; epoch < epochs; ++epoch) trainer.epoch();
  return network;
}

// Part one: a Maxout with the weights of a rectifier.

/// A trained rectifier network and a Maxout network with two pieces per unit: the rectifier's own
/// and slope times it (0 for ReLU).
struct Imitation {
  std::string of;
  double slope;
  double largest_difference;   // between their probabilities
  double gradient_difference;  // between the gradients by the first layer's weights, relative
  Eigen::Index parameters, maxout_parameters;
  double largest_probability;
};

Imitation imitate(const std::string& name, double slope, const Options& options,
                  const training::Samples& samples) {
  constexpr int layers = 2;
  constexpr Eigen::Index units = 64;
  training::Network rectifier = make_network(name, layers, units, options.epochs,
                                             options.learning_rate, options.seed, samples);
  training::Network maxout =
      make_network("maxout", layers, units, 0, options.learning_rate, options.seed, samples);
  for (std::size_t layer = 0; layer < layers; ++layer) {
    const training::Linear& from = rectifier.hidden()[layer].linear();
    training::Linear& to = maxout.hidden()[layer].linear();
    for (Eigen::Index unit = 0; unit < units; ++unit) {  // a unit's pieces are consecutive rows
      const auto factor = static_cast<float>(slope);
      to.weights().row(2 * unit) = from.weights().row(unit);
      to.weights().row(2 * unit + 1) = factor * from.weights().row(unit);
      to.bias()[2 * unit] = from.bias()[unit];
      to.bias()[2 * unit + 1] = factor * from.bias()[unit];
    }
  }
  maxout.output() = rectifier.output();
  const Eigen::MatrixXf a = rectifier(samples.pixels), b = maxout(samples.pixels);
  rectifier.backward(samples.pixels, samples.labels);
  maxout.backward(samples.pixels, samples.labels);
  const Eigen::MatrixXf &gradient = rectifier.hidden()[0].linear().weights_gradient(),
                        &pieces = maxout.hidden()[0].linear().weights_gradient();
  Eigen::MatrixXf together(gradient.rows(), gradient.cols());  // both pieces move the one weight
  for (Eigen::Index unit = 0; unit < units; ++unit)
    together.row(unit) =
        pieces.row(2 * unit) + static_cast<float>(slope) * pieces.row(2 * unit + 1);
  return {name,
          slope,
          static_cast<double>((a - b).cwiseAbs().maxCoeff()),
          static_cast<double>((gradient - together).norm() / gradient.norm()),
          rectifier.parameters(),
          maxout.parameters(),
          static_cast<double>(a.maxCoeff())};
}

// Part two: what the parameters buy.

struct Trained {
  std::string activation;
  Eigen::Index units, parameters = 0;
  double loss = 0, test_accuracy = 0, least_accuracy = 1, most_accuracy = 0;
  double dead = 0;  // units; of Maxout: pieces that are the argmax on no training sample
};

Trained train(const std::string& name, Eigen::Index units, const Options& options,
              const training::Dataset& data) {
  Trained trained{name, units};
  for (int repeat = 0; repeat < options.repeats; ++repeat) {
    training::Network network =
        make_network(name, 2, units, options.epochs, options.learning_rate,
                     options.seed + static_cast<std::uint64_t>(repeat), data.training);
    trained.parameters = network.parameters();
    trained.loss += training::cross_entropy(network(data.training.pixels), data.training.labels) /
                    options.repeats;
    for (const training::Hidden& layer : network.hidden())
      trained.dead +=
          layer.examine().dead / (options.repeats * static_cast<double>(network.hidden().size()));
    const double test = training::accuracy(network(data.test.pixels), data.test.labels);
    trained.test_accuracy += test / options.repeats;
    trained.least_accuracy = std::min(trained.least_accuracy, test);
    trained.most_accuracy = std::max(trained.most_accuracy, test);
  }
  return trained;
}

/// The widest network of two layers that has at most so many parameters.
Eigen::Index units_for(Eigen::Index parameters, const training::Samples& samples) {
  Eigen::Index units = 1;
  const auto count = [&](Eigen::Index n) {
    return n * (samples.pixels.rows() + 1) + n * (n + 1) + samples.classes * (n + 1);
  };
  while (count(units + 1) <= parameters) ++units;
  return units;
}

// Part three: PReLU's slopes.

struct Slopes {
  double mean, least, most;
};

std::vector<Slopes> slopes_of(const training::Network& network) {
  std::vector<Slopes> layers;
  for (const training::Hidden& layer : network.hidden()) {
    const Eigen::ArrayXd slopes = layer.activation().slopes();
    layers.push_back({slopes.mean(), slopes.minCoeff(), slopes.maxCoeff()});
  }
  return layers;
}

// Pictures.

/// The maximum of lines slope x + offset.
Series maximum_of(const std::string& name, const Eigen::ArrayXd& slopes,
                  const Eigen::ArrayXd& offsets) {
  const Eigen::ArrayXd x = Eigen::ArrayXd::LinSpaced(61, -2, 2);
  const Eigen::ArrayXXd pieces =
      (slopes.matrix() * x.matrix().transpose()).colwise() + offsets.matrix();
  const Eigen::ArrayXXd y =
      hillock::Maxout{static_cast<int>(slopes.size()), hillock::Per::column}(pieces);
  Series series{name, {}};
  for (Eigen::Index i = 0; i < x.size(); ++i) series.points.emplace_back(x[i], y(0, i));
  return series;
}

void draw_shapes(const OutputDirectory& output) {
  LineChart chart;
  chart.title = "What one Maxout unit can be";
  chart.x_label = "x";
  chart.y_label = "largest of the pieces";
  const Eigen::Array2d none = Eigen::Array2d::Zero();
  chart.series.push_back(maximum_of("x, 0: relu", Eigen::Array2d(1, 0), none));
  chart.series.push_back(maximum_of("x, x/10: leaky_relu", Eigen::Array2d(1, 0.1), none));
  chart.series.push_back(maximum_of("x, -x: |x|", Eigen::Array2d(1, -1), none));
  Eigen::ArrayXd slopes(5), offsets(5);  // tangents of x^2/2 at five points
  slopes << -1.6, -0.8, 0, 0.8, 1.6;
  offsets = -slopes.square() / 2;
  chart.series.push_back(maximum_of("5 tangents: ~ x^2/2", slopes, offsets));
  chart.series[0].function = "relu";
  chart.series[1].function = "leaky_relu";
  chart.series[2].function = chart.series[3].function = "maxout";
  chart.series[3].dashed = true;
  for (std::size_t i = 0; i < chart.series.size(); ++i)  // where they are the same all are seen
    chart.series[i].width = 2.5 + 3 * static_cast<double>(chart.series.size() - 1 - i);
  chart.draw(output, "13_maxout_shapes.svg");
}

/// Each unit's slope, spread over the width of its layer, and the layer's mean.
void draw_slopes(const training::Network& network, const std::vector<Slopes>& layers,
                 const OutputDirectory& output) {
  const int height = 400;
  const FunctionStyle& prelu = style_of("prelu");
  std::ostringstream script;
  script << "$units << END\n";
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    const Eigen::ArrayXd slopes = network.hidden()[layer].activation().slopes();
    for (Eigen::Index unit = 0; unit < slopes.size(); ++unit)
      script << static_cast<double>(layer) + 0.7 +
                    0.6 * (static_cast<double>(unit) + 0.5) / static_cast<double>(slopes.size())
             << ' ' << slopes[unit] << '\n';
  }
  script << "END\n$means << END\n";
  for (std::size_t layer = 0; layer < layers.size(); ++layer)
    script << layer + 1 << ' ' << layers[layer].mean << '\n';
  script << "END\nset title 'The slopes that PReLU learned, unit by unit'\n"
            "set xlabel 'hidden layer'\nset ylabel 'slope for negative inputs'\n"
         << frame(picture_width, height, 70, 20, 44, 96)
         << "set xtics 1\nset xrange [0.4:" << static_cast<double>(layers.size()) + 0.6
         << "]\nset key at screen 0.5, screen 0.01 center bottom horizontal maxrows 1 samplen "
            "2\nplot $units with points pt "
         << prelu.mark << " ps 0.5 lc rgb '" << prelu.colour
         << "' title 'unit', $means with points pt 2 ps 1.4 lw 3 lc rgb '" << ink::text
         << "' title 'mean', 0.25 with lines dt 2 lw 2 lc rgb '" << ink::muted
         << "' title 'start'\n";
  draw(output, "13_prelu_slopes.svg", picture_width, height, script.str());
}

// The text about the numbers.

std::string describe(const Imitation& relu, const Imitation& leaky) {
  std::ostringstream text;
  text << "With the pieces w.x + b and 0 Maxout gives the ReLU network's probabilities to "
       << significant(relu.largest_difference, 3) << " and its gradient to "
       << significant(relu.gradient_difference, 3)
       << ", with w.x + b and 0.01 of it LeakyReLU's to "
       << significant(leaky.largest_difference, 3) << " and "
       << significant(leaky.gradient_difference, 3) << ": "
       << (std::max(relu.largest_difference, leaky.largest_difference) < 1e-4 &&
                   std::max(relu.gradient_difference, leaky.gradient_difference) < 1e-3
               ? "the same function, but for rounding"
               : "not the same function")
       << ". It has "
       << fixed(static_cast<double>(relu.maxout_parameters) / static_cast<double>(relu.parameters),
                2)
       << " times the parameters: twice those of the hidden layers.";
  return text.str();
}

std::string describe(const Trained& relu, const Trained& maxout, const Trained& wide) {
  std::ostringstream text;
  text << "Trained, Maxout reaches a loss of " << significant(maxout.loss, 3)
       << " on the training set and " << percent(maxout.test_accuracy, 2)
       << " on the test set; ReLU with as many units " << significant(relu.loss, 3) << " and "
       << percent(relu.test_accuracy, 2) << ", ReLU with as many parameters "
       << significant(wide.loss, 3) << " and " << percent(wide.test_accuracy, 2) << ". ";
  const double gain = maxout.test_accuracy - wide.test_accuracy;
  const double spread = std::max(maxout.most_accuracy - maxout.least_accuracy,
                                 wide.most_accuracy - wide.least_accuracy);
  if (std::abs(gain) < spread / 2)
    text << "For the same parameters the test does not tell them apart: the networks of one kind "
            "differ by up to "
         << percent(spread, 2) << " among themselves.";
  else
    text << "For the same parameters Maxout is " << (gain > 0 ? "better" : "worse") << " here.";
  text << " A Maxout unit cannot die: on every sample one of its pieces is the argmax. Its pieces "
          "can: "
       << percent(maxout.dead, 2)
       << " of them are the argmax on no training sample here (of the ReLUs with as many units "
       << percent(relu.dead, 2)
       << " are dead); the chapter on dying ReLUs has how many it is from a bad start.";
  return text.str();
}

/// By how much the first layer's mean slope is above that of the layers after it.
double first_above_later(const std::vector<Slopes>& layers) {
  double later = 0;
  for (std::size_t i = 1; i < layers.size(); ++i)
    later += layers[i].mean / static_cast<double>(layers.size() - 1);
  return layers.front().mean - later;
}

std::string describe(const std::vector<std::vector<Slopes>>& networks) {
  std::ostringstream text;
  const std::vector<Slopes>& layers = networks.front();
  const double widest =
      std::max_element(layers.begin(), layers.end(), [](const Slopes& a, const Slopes& b) {
        return a.most - a.least < b.most - b.least;
      })->most;
  const auto above = std::count_if(
      networks.begin(), networks.end(),
      [](const std::vector<Slopes>& network) { return first_above_later(network) > 0; });
  text
      << "From 0.25 each unit went its own way, up to " << fixed(widest, 2)
      << " in the layer where they differ most. In " << above << " of " << networks.size()
      << " networks the mean of the first layer is above that of the later ones. "
      << (above == static_cast<std::ptrdiff_t>(networks.size())
              ? "He et al. found the same direction, much stronger, in deep networks of "
                "convolutions: a first layer that keeps both signs (0.60 to 0.68), later ones that "
                "are "
                "nearer to ReLU."
              : "He et al. found it so in deep networks of convolutions (0.60 to 0.68 in the first "
                "layer); these networks do not show it.");
  return text.str();
}

void run(int argc, const char* const* argv) {
  Options options;
  training::CommandLine line("Compares Maxout with the rectifiers, and looks at PReLU's slopes.");
  line.whole("--epochs", options.epochs, 0, 100000, "Of each training");
  line.whole("--repeats", options.repeats, 1, 1000, "Networks of each kind, for a mean");
  line.whole("--depth", options.depth, 2, 30, "Hidden layers of the PReLU network");
  line.positive("--learning-rate", options.learning_rate, "");
  line.data();
  if (!line.parse(argc, argv)) return;
  options.seed = line.seed();
  const training::Dataset data = line.load_data();
  const OutputDirectory output = line.output();

  const Imitation as_relu = imitate("relu", 0, options, data.training),
                  as_leaky = imitate("leaky_relu", 0.01, options, data.training);
  const Trained relu = train("relu", 64, options, data),
                maxout = train("maxout", 64, options, data),
                wide = train("relu", units_for(maxout.parameters, data.training), options, data);
  const auto train_prelu = [&](std::uint64_t seed) {
    return make_network("prelu", options.depth, 64, 2 * options.epochs, options.learning_rate, seed,
                        data.training);
  };
  const training::Network prelu = train_prelu(options.seed);
  std::vector<std::vector<Slopes>> slopes = {slopes_of(prelu)};
  while (slopes.size() < static_cast<std::size_t>(options.repeats))
    slopes.push_back(slopes_of(train_prelu(options.seed + slopes.size())));
  const std::vector<Slopes>& layers = slopes.front();

  Chapter chapter("13_maxout_and_prelu", "Maxout and PReLU",
                  "The lectures say that Maxout contains ReLU and LeakyReLU and cannot die, at the "
                  "price of twice the parameters. Is that so, and what do they buy? And which "
                  "slopes does PReLU learn if it may?");
  chapter.say("Two hidden layers of 64 units on the " + data.name + ", " +
              std::to_string(options.epochs) + " epochs, learning rate " +
              significant(options.learning_rate, 3) + ", momentum 0.9, seed " +
              std::to_string(options.seed) +
              ". First, a trained network of rectifiers beside a Maxout network that is given its "
              "weights.");
  std::vector<std::vector<std::string>> rows;
  for (const Imitation& imitation : {as_relu, as_leaky})
    rows.push_back({imitation.of, significant(imitation.slope, 3) + " (w.x + b)",
                    significant(imitation.largest_difference, 3),
                    significant(imitation.gradient_difference, 3),
                    std::to_string(imitation.parameters),
                    std::to_string(imitation.maxout_parameters)});
  chapter.table({"rectifier", "second piece", "largest difference of a probability",
                 "difference of the gradient", "parameters", "with Maxout"},
                rows);
  chapter.say(describe(as_relu, as_leaky));
  if (gnuplot_is_installed()) {
    draw_shapes(output);
    chapter.picture("13_maxout_shapes.svg",
                    "Maxout is a convex function of straight pieces; it learns which.");
  }

  rows.clear();
  for (const Trained& trained : {relu, maxout, wide})
    rows.push_back(
        {trained.activation, std::to_string(trained.units), std::to_string(trained.parameters),
         significant(trained.loss, 3), percent(trained.test_accuracy, 2),
         percent(trained.least_accuracy, 2) + " to " + percent(trained.most_accuracy, 2)});
  chapter.say("Trained, means of " + std::to_string(options.repeats) + " networks:");
  chapter.table({"activation", "units in a layer", "parameters", "training loss", "test accuracy",
                 "least to most"},
                rows);
  chapter.say(describe(relu, maxout, wide));

  rows.clear();
  for (std::size_t i = 0; i < layers.size(); ++i)
    rows.push_back({std::to_string(i + 1), fixed(layers[i].mean, 3), fixed(layers[i].least, 3),
                    fixed(layers[i].most, 3)});
  chapter.say("PReLU with one slope per unit, " + std::to_string(options.depth) +
              " hidden layers, " + std::to_string(2 * options.epochs) + " epochs; the first of " +
              std::to_string(options.repeats) + " networks:");
  chapter.table({"hidden layer", "mean slope", "least", "most"}, rows);
  chapter.say(describe(slopes));

  std::ostringstream csv;
  csv << "part,activation,units,parameters,difference,gradient_difference,loss,test_accuracy\n";
  for (const Imitation& imitation : {as_relu, as_leaky})
    csv << "imitation," << imitation.of << ",64," << imitation.maxout_parameters << ','
        << cell(imitation.largest_difference) << ',' << cell(imitation.gradient_difference)
        << ",,\n";
  for (const Trained& trained : {relu, maxout, wide})
    csv << "trained," << trained.activation << ',' << trained.units << ',' << trained.parameters
        << ",,," << cell(trained.loss) << ',' << cell(trained.test_accuracy) << '\n';
  output.write("13_maxout_and_prelu.csv", csv.str());
  csv.str("");
  csv << "layer,unit,slope\n";
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    const Eigen::ArrayXd learned = prelu.hidden()[layer].activation().slopes();
    for (Eigen::Index unit = 0; unit < learned.size(); ++unit)
      csv << layer + 1 << ',' << unit + 1 << ',' << cell(learned[unit]) << '\n';
  }
  output.write("13_prelu_slopes.csv", csv.str());
  if (gnuplot_is_installed()) {
    draw_slopes(prelu, layers, output);
    chapter.picture("13_prelu_slopes.svg", "Each unit learns a slope of its own.");
  }
  chapter.print(std::cout);
  chapter.write(output);
}

}  // namespace

int main(int argc, char** argv) { return training::run_experiment(argc, argv, run); }
