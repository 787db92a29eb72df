// Trains a network of each activation until it has learned the digits, and lets the diagnostics
// judge it before the first step and after: what they call wrong of a network that learned is a
// false alarm. Prints between what extremes the numbers lie that the verdicts go by.
//
//   healthy_networks [SEEDS [LAYERS [EPOCHS [LEARNING_RATE]]]]
//
// Exit status: 0 all learned and there was no false alarm; 1 otherwise.

#include <algorithm>
#include <cstdlib>
#include <hillock/diagnostics.hpp>
#include <hillock/hillock.hpp>
#include <iomanip>
#include <iostream>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "../training/network.hpp"
#include "../training/training.hpp"

namespace {

using hillock::Per;
using hillock::Stage;

/// The smallest and the largest of what was seen.
struct Extremes {
  double least = std::numeric_limits<double>::infinity(), most = -least;

  void add(double value) {
    if (!(value <= most)) most = value;
    if (!(value >= least)) least = value;
  }
};

struct Figures {
  Extremes accuracy, dead, rarely_active, saturated, never_argmax, softmax, signal, gradient;
};

template <class F>
hillock::UnitReport report_of(const F& f, const Eigen::MatrixXf& z) {
  hillock::UnitMonitor<F> monitor(f, z.rows(), Per::row);
  monitor.observe(z);
  return monitor.report();
}

hillock::NetworkReport::Layer report_of(const std::string& activation,
                                        const training::Hidden& layer) {
  const Eigen::MatrixXf& z = layer.pre_activations();
  if (activation == "maxout") {
    hillock::MaxoutMonitor monitor(hillock::Maxout{2, Per::column}, z.rows() / 2);
    monitor.observe(z);
    return monitor.report();
  }
  if (activation == "prelu")
    return report_of(hillock::PReLU<>{layer.activation().slopes(), Per::row}, z);
  if (activation == "sigmoid") return report_of(hillock::sigmoid, z);
  if (activation == "tanh") return report_of(hillock::tanh, z);
  if (activation == "relu") return report_of(hillock::relu, z);
  if (activation == "leaky_relu") return report_of(hillock::leaky_relu, z);
  if (activation == "elu") return report_of(hillock::elu, z);
  if (activation == "swish") return report_of(hillock::swish, z);
  std::cerr << "no monitor for " << activation << '\n';
  std::exit(1);
}

void add_figures(const hillock::UnitReport& report, double& last_signal, Figures& figures) {
  figures.dead.add(report.dead_fraction());
  figures.rarely_active.add(report.rarely_active_fraction(0.05));
  figures.saturated.add((report.low_side_is_inactive ? 0 : report.saturated_low_fraction()) +
                        report.saturated_high_fraction());
  if (last_signal > 0) figures.signal.add(report.input_signal() / last_signal);
  last_signal = report.input_signal();
}
void add_figures(const hillock::MaxoutReport& report, double&, Figures& figures) {
  figures.never_argmax.add(report.never_argmax_fraction());
}
void add_figures(const hillock::SoftmaxReport& report, double&, Figures& figures) {
  figures.softmax.add(report.saturated_fraction());
}

hillock::NetworkReport examine(training::Network& network, const std::string& activation,
                               const training::Samples& samples, Stage stage, Figures& figures) {
  figures.accuracy.add(training::accuracy(network(samples.pixels), samples.labels));
  network.backward(samples.pixels, samples.labels);
  hillock::NetworkReport report(stage);
  std::vector<std::string> names;
  double last_signal = 0;
  const auto add = [&](const std::string& name, const hillock::NetworkReport::Layer& layer) {
    std::visit([&](const auto& of) { add_figures(of, last_signal, figures); }, layer);
    report.add(name, layer);
  };
  for (const training::Hidden& layer : network.hidden()) {
    names.push_back("hidden " + std::to_string(names.size() + 1));
    add(names.back(), report_of(activation, layer));
  }
  hillock::SoftmaxMonitor<> output(hillock::Softmax{Per::column}, samples.classes);
  output.observe(network.output()(network.hidden().back().outputs()));
  add("output", output.report());
  hillock::GradientFlow flow(names);
  for (std::size_t i = 0; i < names.size(); ++i)
    flow.observe(i, network.hidden()[i].pre_activations_gradient());
  figures.gradient.add(flow.report().ratio_through());
  return report.add(flow.report());
}

/// How many false alarms there are.
int alarms(const hillock::NetworkReport& report, const std::string& which) {
  if (report.is_healthy()) return 0;
  std::cout << "false alarm, " << which << ":\n" << report;
  return 1;
}

void print(const std::string& name, const Figures& figures) {
  std::cout << std::left << std::setw(20) << name << std::right;
  for (const Extremes* extremes :
       {&figures.accuracy, &figures.dead, &figures.rarely_active, &figures.saturated,
        &figures.never_argmax, &figures.softmax, &figures.signal, &figures.gradient}) {
    std::ostringstream text;
    text << std::setprecision(2);
    if (extremes->least <= extremes->most)
      text << extremes->least << " to " << extremes->most;
    else
      text << '-';
    std::cout << std::setw(17) << text.str();
  }
  std::cout << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  const auto number = [&](int i, double otherwise) {
    return argc > i ? std::strtod(argv[i], nullptr) : otherwise;
  };
  const int seeds = static_cast<int>(number(1, 3)), epochs = static_cast<int>(number(3, 20));
  const auto layers = static_cast<std::size_t>(number(2, 2));
  const auto rate = static_cast<float>(number(4, 0.02));
  const training::Dataset data = training::load_digits(HILLOCK_DIGITS);
  const training::Samples& samples = data.training;
  int wrong = 0;
  std::cout << seeds << " networks of each activation, " << layers << " hidden layers of 64 units, "
            << epochs << " epochs at a rate of " << rate
            << "; the least and the most of any layer:\n"
            << std::setw(37) << "accuracy" << std::setw(17) << "dead" << std::setw(17)
            << "rarely active" << std::setw(17) << "saturated" << std::setw(17) << "never argmax"
            << std::setw(17) << "softmax" << std::setw(17) << "signal ratio" << std::setw(17)
            << "gradient ratio" << '\n';
  for (const training::ActivationKind& kind : training::activations()) {
    Figures before, after;
    for (int seed = 1; seed <= seeds; ++seed) {
      const std::string which = kind.name + ", seed " + std::to_string(seed);
      training::Random random(static_cast<std::uint64_t>(seed));
      training::Network network(
          {samples.pixels.rows(), std::vector<Eigen::Index>(layers, 64), samples.classes}, kind, {},
          random);
      const hillock::NetworkReport start =
          examine(network, kind.name, samples, Stage::before_training, before);
      training::Trainer trainer(network, samples, {rate, 0.9F}, random);
      for (int epoch = 0; epoch < epochs; ++epoch) trainer.epoch();
      if (!(training::accuracy(network(samples.pixels), samples.labels) > 0.95)) {
        std::cout << which << ": has not learned\n";
        ++wrong;
        continue;
      }
      wrong += alarms(start, which + ", before the first step");
      for (const Stage stage : {Stage::unknown, Stage::training, Stage::trained})
        wrong += alarms(examine(network, kind.name, samples, stage, after), which + ", trained");
      hillock::NetworkReport compared = examine(network, kind.name, samples, Stage::unknown, after);
      wrong += alarms(compared.compare_with(start), which + ", compared with its start");
    }
    print(kind.name + ", before", before);
    print(kind.name + ", trained", after);
  }
  std::cout << (wrong == 0 ? "no false alarm\n" : "false alarms, or networks that did not learn\n");
  return wrong == 0 ? 0 : 1;
}
