// Vanishing and exploding gradients: their size layer by layer in a deep network, against the scale
// of its initial weights, for sigmoid, tanh, ReLU and ELU.

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

constexpr Eigen::Index units = 64;
constexpr const char* names[] = {"sigmoid", "tanh", "relu", "elu"};

struct Layer {
  double gradient;   // root mean square of the loss gradient by a pre-activation of a sample
  double saturated;  // share of pre-activations
};

/// One network before its first step.
struct Measured {
  std::string activation;
  double deviation;  // of the weights, times the square root of a layer's inputs
  std::vector<Layer> layers;

  /// How much smaller (or larger) the gradient is at the first layer than at the last.
  double ratio() const { return layers.front().gradient / layers.back().gradient; }
  /// By how much one layer multiplies it on its way back.
  double factor() const { return std::pow(ratio(), 1 / (static_cast<double>(layers.size()) - 1)); }
};

double root_mean_square(const Eigen::MatrixXf& values) {
  return std::sqrt(values.cast<double>().squaredNorm() / static_cast<double>(values.size()));
}

training::Shape shape_of(const training::Samples& samples, int depth) {
  return {samples.pixels.rows(), std::vector<Eigen::Index>(static_cast<std::size_t>(depth), units),
          samples.classes};
}

/// Weights of the given deviation, of whichever activation.
training::ActivationKind with_deviation_1(const std::string& name) {
  training::ActivationKind kind = training::activation(name);
  kind.deviation = [](Eigen::Index inputs, Eigen::Index) {
    return 1 / std::sqrt(static_cast<double>(inputs));
  };
  return kind;
}

Measured measure(const std::string& name, double deviation, int depth, std::uint64_t seed,
                 const training::Samples& samples) {
  training::throw_if_interrupted();
  training::Random random(seed);
  training::Network network(shape_of(samples, depth), with_deviation_1(name), {deviation, 0},
                            random);
  network.backward(samples.pixels, samples.labels);
  Measured measured{name, deviation, {}};
  for (const training::Hidden& layer : network.hidden())
    // backward() takes the mean over the samples: each one's share of it is a sample's gradient /
    // n.
    measured.layers.push_back(
        {root_mean_square(layer.pre_activations_gradient()) * static_cast<double>(samples.count()),
         layer.examine().saturated});
  return measured;
}

using Sweep = std::vector<Measured>;

std::string to_csv(const Sweep& sweep) {
  std::ostringstream csv;
  for (const Measured& measured : sweep)
    for (std::size_t i = 0; i < measured.layers.size(); ++i)
      csv << measured.activation << ',' << cell(measured.deviation) << ',' << i + 1 << ','
          << cell(measured.layers[i].gradient) << ',' << cell(measured.layers[i].saturated) << ','
          << cell(measured.ratio()) << ',' << cell(measured.factor()) << '\n';
  return csv.str();
}

/// The scale at which a gradient neither vanishes nor explodes: where the ratio crosses 1, between
/// two scales by a straight line through their logarithms. NaN where it does not.
double balanced(const Sweep& sweep) {
  for (std::size_t i = 1; i < sweep.size(); ++i) {
    const double before = std::log(sweep[i - 1].ratio()), after = std::log(sweep[i].ratio());
    if (!(before < 0 && after >= 0)) continue;
    const double part = before / (before - after);
    return std::exp((1 - part) * std::log(sweep[i - 1].deviation) +
                    part * std::log(sweep[i].deviation));
  }
  return std::nan("");
}

double mean_saturated(const Measured& measured) {
  double sum = 0;
  for (const Layer& layer : measured.layers) sum += layer.saturated;
  return sum / static_cast<double>(measured.layers.size());
}

/// A deep network to train.
struct Deep {
  const char* description;
  const char* activation;
  double weight_scale;  // times Glorot's weights (sigmoid, tanh) or He's (relu, elu)
};
const std::vector<Deep> deep_networks = {{"sigmoid", "sigmoid", 1},
                                         {"sigmoid, weights x 4", "sigmoid", 4},
                                         {"tanh", "tanh", 1},
                                         {"relu", "relu", 1},
                                         {"elu", "elu", 1}};

/// Its training accuracy in the end.
double train(const Deep& deep, int depth, int epochs, std::uint64_t seed,
             const training::Samples& samples) {
  training::Random random(seed);
  training::ActivationKind kind = training::activation(deep.activation);
  if (kind.name == "sigmoid") kind.deviation = training::glorot;
  training::Network network(shape_of(samples, depth), kind, {deep.weight_scale, 0}, random);
  training::Trainer trainer(network, samples, {0.02F, 0.9F}, random);
  for (int epoch = 0; epoch < epochs; ++epoch) trainer.epoch();
  return training::accuracy(network(samples.pixels), samples.labels);
}

const Measured& nearest(const Sweep& sweep, double deviation) {
  return *std::min_element(sweep.begin(), sweep.end(), [&](const Measured& a, const Measured& b) {
    return std::abs(std::log(a.deviation / deviation)) <
           std::abs(std::log(b.deviation / deviation));
  });
}

void run(int argc, const char* const* argv) {
  int depth = 20, epochs = 10, trained_depth = 8;
  training::CommandLine line("Measures the gradient in each layer of deep networks.");
  line.whole("--depth", depth, 2, 40, "Hidden layers");
  line.whole("--trained-depth", trained_depth, 2, 40, "Hidden layers of the networks to train");
  line.whole("--epochs", epochs, 0, 100000, "To train them");
  line.data();
  if (!line.parse(argc, argv)) return;
  const training::Dataset data = line.load_data();
  const OutputDirectory output = line.output();

  // 256 samples, so that a network of 40 layers takes no longer than it need.
  std::vector<std::size_t> all(data.training.labels.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  const training::Samples samples =
      training::select(data.training, all, 0, std::min<std::size_t>(256, all.size()));

  std::vector<Sweep> sweeps;
  for (const char* name : names) {
    Sweep sweep;
    for (int i = -8; i <= 16; ++i)  // from 1/4 to 16 in steps of the fourth root of 2
      sweep.push_back(measure(name, std::exp2(i / 4.0), depth, line.seed(), samples));
    sweeps.push_back(sweep);
  }
  const Sweep& sigmoid = sweeps.front();

  Chapter chapter("09_vanishing_gradients", "Vanishing and exploding gradients",
                  "Each layer multiplies the gradient that passes back through it by its weights "
                  "and by f'. The sigmoid's f' is at most 1/4. What is left of the gradient at the "
                  "first of many layers, for which initial weights, and is it better with tanh, "
                  "ReLU and ELU?");
  chapter.say("Networks of " + std::to_string(depth) + " hidden layers of " +
              std::to_string(units) + " units before their first step, on " +
              std::to_string(samples.count()) + " samples of the " + data.name + ", seed " +
              std::to_string(line.seed()) +
              ". The gradient is that of a sample's loss by a pre-activation, its root mean square "
              "over a layer. The scale of the weights is their standard deviation times the square "
              "root of a layer's inputs; biases are 0.");
  std::vector<std::vector<std::string>> rows;
  for (const Sweep& sweep : sweeps)
    for (const double scale : {0.25, 1.0, 4.0, 16.0}) {
      const Measured& measured = nearest(sweep, scale);
      rows.push_back({measured.activation, significant(measured.deviation, 3),
                      significant(measured.layers.back().gradient, 3),
                      significant(measured.layers.front().gradient, 3),
                      significant(measured.ratio(), 3), significant(measured.factor(), 3),
                      percent(mean_saturated(measured))});
    }
  chapter.table({"activation", "scale of weights", "gradient, last layer", "first layer",
                 "first / last", "per layer", "saturated (relu: inactive)"},
                rows);

  std::ostringstream text;
  const Measured& usual = nearest(sigmoid, 1);
  text << "With weights of scale 1 the gradient at the first layer of the sigmoid network is "
       << significant(usual.ratio(), 3) << " of that at the last, "
       << (usual.ratio() < 1e-3 ? "so it vanishes" : "so it does not vanish") << ": a layer leaves "
       << percent(usual.factor(), 1) << " of it. ";
  if (const double scale = balanced(sigmoid); std::isfinite(scale))
    text << "Only at a scale near " << significant(scale, 3)
         << " it neither vanishes nor explodes, and there "
         << percent(mean_saturated(nearest(sigmoid, scale))) << " of the units are saturated. ";
  else
    text << "At no scale tried does it pass from vanishing to exploding. ";
  text << "Small weights pass little on; large ones saturate the units, which then pass on nothing "
          "or, where one is not saturated, much.";
  chapter.say(text.str());
  text.str("");
  text << "The scale at which the gradient keeps its size: ";
  for (std::size_t i = 1; i < sweeps.size(); ++i)
    text << (i > 1 ? ", " : "") << names[i] << " "
         << (std::isfinite(balanced(sweeps[i])) ? significant(balanced(sweeps[i]), 3) : "none");
  text << " (sqrt(2) = 1.41 is He's rule for ReLU). Below it gradients vanish, above it they "
          "explode: at 16 the first layer's is "
       << significant(nearest(sweeps[1], 16).ratio(), 3) << " times the last one's for tanh, "
       << significant(nearest(sweeps[2], 16).ratio(), 3) << " for relu, "
       << significant(nearest(sweeps[3], 16).ratio(), 3) << " for elu, "
       << significant(nearest(sigmoid, 16).ratio(), 3) << " for sigmoid.";
  chapter.say(text.str());

  std::string trained_csv;
  if (epochs > 0) {
    rows.clear();
    std::vector<double> reached;
    for (const Deep& deep : deep_networks) {
      reached.push_back(train(deep, trained_depth, epochs, line.seed(), data.training));
      rows.push_back({deep.description, percent(reached.back(), 1)});
      trained_csv += std::string(deep.activation) + ',' + cell(deep.weight_scale) + ',' +
                     std::to_string(trained_depth) + ',' + cell(reached.back()) + '\n';
    }
    chapter.say("What it means for learning: " + std::to_string(trained_depth) +
                " hidden layers, " + std::to_string(epochs) +
                " epochs, weights by Glorot's rule (sigmoid, tanh) and He's (relu, elu).");
    chapter.table({"activation", "training accuracy"}, rows);
    const double others = *std::min_element(reached.begin() + 2, reached.end());
    text.str("");
    if (reached[0] < others - 0.2)
      text << "The sigmoid network does not get far (" << percent(reached[0], 1)
           << "), the others do (" << percent(others, 1)
           << " or more): too little of the gradient arrives at its first layers. With four times "
              "the weights it "
           << (reached[1] > reached[0] + 0.2 ? "learns, too" : "does not learn either") << " ("
           << percent(reached[1], 1) << ").";
    else
      text << "At this depth and in this time the sigmoid network (" << percent(reached[0], 1)
           << ") keeps up with the others (" << percent(others, 1) << " or more).";
    chapter.say(text.str());
  }

  output.write(
      "09_vanishing_gradients.csv",
      "activation,weight_scale,layer,gradient,saturated,first_to_last,per_layer\n" + [&] {
        std::string csv;
        for (const Sweep& sweep : sweeps) csv += to_csv(sweep);
        return csv;
      }());
  if (epochs > 0)
    output.write("09_vanishing_gradients_trained.csv",
                 "activation,weight_scale,hidden_layers,training_accuracy\n" + trained_csv);
  if (gnuplot_is_installed()) {
    LineChart chart;
    chart.title = "A deep sigmoid network, by the scale of its weights";
    chart.x_label = "hidden layer (the gradient comes from the right)";
    chart.y_label = "gradient of pre-activations, r.m.s.";
    chart.logarithmic_y = true;
    chart.shades_of = "sigmoid";
    for (std::size_t i = 0; i < sigmoid.size(); i += 4) {
      Series series{"scale " + significant(sigmoid[i].deviation, 3), {}};
      for (std::size_t layer = 0; layer < sigmoid[i].layers.size(); ++layer)
        series.points.emplace_back(layer + 1, sigmoid[i].layers[layer].gradient);
      chart.series.push_back(series);
    }
    chart.draw(output, "09_vanishing_gradients_layers.svg");

    chart = LineChart();
    chart.title = "First layer's gradient over the last one's";
    chart.x_label = "scale of the weights (deviation x sqrt(inputs))";
    chart.y_label = "gradient, first layer / last layer";
    chart.logarithmic_x = chart.logarithmic_y = true;
    chart.more =
        "set xtics (0.25, 0.5, 1, 2, 4, 8, 16)\nset arrow from 0.25,1 to 16,1 nohead dt 2 lc rgb "
        "'" +
        std::string(ink::muted) + "'\n";
    chart.x_range = {0.25, 16};
    for (const Sweep& sweep : sweeps) {
      Series series{sweep.front().activation, {}, sweep.front().activation};
      for (const Measured& measured : sweep)
        series.points.emplace_back(measured.deviation, measured.ratio());
      chart.series.push_back(series);
    }
    chart.draw(output, "09_vanishing_gradients_scales.svg");
    chapter.pictures({"09_vanishing_gradients_layers.svg", "09_vanishing_gradients_scales.svg"},
                     "In a deep sigmoid network the gradient shrinks from layer to layer, unless "
                     "the weights are so large that most units are saturated. "
                     "Below the dashed line the gradient vanishes on its way to the first layer, "
                     "above it explodes. The sigmoid needs far larger weights than the others.");
  }
  chapter.print(std::cout);
  chapter.write(output);
}

}  // namespace

int main(int argc, char** argv) { return training::run_experiment(argc, argv, run); }
