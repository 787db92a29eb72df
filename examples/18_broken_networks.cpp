// Five networks broken on purpose, and a healthy one: what the diagnostics' report says of each.

#include <CLI/CLI.hpp>
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <hillock/diagnostics.hpp>
#include <hillock/hillock.hpp>
#include <iomanip>
#include <iostream>
#include <numeric>
#include <string>
#include <vector>

#include "support/input_error.hpp"
#include "train_digits/data.hpp"
#include "train_digits/linear.hpp"
#include "train_digits/random.hpp"

namespace {

using train_digits::Dataset;
using train_digits::Linear;
using train_digits::Random;
using train_digits::Samples;
using train_digits::Step;

struct Options {
  int epochs = 3;
  double learning_rate = 0.02;
  unsigned seed = 1;
  std::string data = HILLOCK_DIGITS;
};

struct Setup {
  const char* name;
  int hidden_layers = 2;
  double weight_scale = 1;
  float bias = 0;
  double rate_scale = 1;
};

/// Hidden layers of 64 units, then softmax and cross-entropy.
template <class F>
class Network {
 public:
  Network(const F& f, const Setup& setup, Eigen::Index inputs, Random& random) : f_(f) {
    constexpr Eigen::Index units = 64;
    for (int i = 0; i < setup.hidden_layers; ++i) {
      const Eigen::Index from = i == 0 ? inputs : units;
      // He's, which ReLU is in need of.
      const double deviation = setup.weight_scale * std::sqrt(2.0 / static_cast<double>(from));
      layers_.emplace_back(from, units, deviation, setup.bias, random);
    }
    layers_.emplace_back(units, train_digits::classes,
                         setup.weight_scale * std::sqrt(1.0 / static_cast<double>(units)), 0.0F,
                         random);
  }

  void train(const Samples& batch, const Step& step) {
    Eigen::MatrixXf gradient = forward(batch.pixels);
    subtract_labels(gradient, batch);
    for (std::size_t i = layers_.size(); i-- > 0;) {
      gradient = layers_[i].backward(inputs_[i], gradient, step);
      if (i > 0) gradient = f_.backward(pre_activations_[i - 1], gradient).eval();
    }
  }

  double accuracy(const Samples& samples) {
    const Eigen::MatrixXf p = forward(samples.pixels);
    int right = 0;
    for (std::size_t i = 0; i < samples.labels.size(); ++i) {
      Eigen::Index best = 0;
      p.col(static_cast<Eigen::Index>(i)).maxCoeff(&best);
      right += best == samples.labels[i];
    }
    return right / static_cast<double>(samples.labels.size());
  }

  /// Of the samples in batches, as they would come in training.
  hillock::NetworkReport examine(const Samples& samples) {
    std::vector<std::string> names;
    std::vector<hillock::UnitMonitor<F>> monitors;
    for (std::size_t i = 0; i + 1 < layers_.size(); ++i) {
      names.push_back("hidden " + std::to_string(i + 1));
      monitors.emplace_back(f_, 64, hillock::Per::row);
    }
    hillock::SoftmaxMonitor<> output(hillock::Softmax{hillock::Per::column}, train_digits::classes);
    hillock::GradientFlow flow(names);
    const Step no_step{0, 0};
    for (Eigen::Index begin = 0; begin < samples.count(); begin += 128) {
      const Eigen::Index count = std::min<Eigen::Index>(128, samples.count() - begin);
      const auto label = samples.labels.begin() + begin;
      const Samples batch{samples.pixels.middleCols(begin, count), {label, label + count}};
      Eigen::MatrixXf gradient = forward(batch.pixels);
      output.observe(scores_);
      subtract_labels(gradient, batch);
      for (std::size_t i = layers_.size(); i-- > 1;) {
        Linear copy = layers_[i];  // backward moves the weights
        gradient = copy.backward(inputs_[i], gradient, no_step);
        gradient = f_.backward(pre_activations_[i - 1], gradient).eval();
        flow.observe(i - 1, gradient);
        monitors[i - 1].observe(pre_activations_[i - 1]);
      }
    }
    hillock::NetworkReport report;
    for (std::size_t i = 0; i < monitors.size(); ++i) report.add(names[i], monitors[i].report());
    report.add("softmax", output.report());
    report.add(flow.report());
    return report;
  }

 private:
  F f_;
  std::vector<Linear> layers_;
  std::vector<Eigen::MatrixXf> inputs_, pre_activations_;
  Eigen::MatrixXf scores_;
  hillock::Softmax<> softmax_{hillock::Per::column};

  Eigen::MatrixXf forward(const Eigen::MatrixXf& pixels) {
    inputs_ = {pixels};
    pre_activations_.clear();
    for (std::size_t i = 0; i + 1 < layers_.size(); ++i) {
      pre_activations_.push_back(layers_[i](inputs_[i]));
      inputs_.emplace_back(f_(pre_activations_[i]));
    }
    scores_ = layers_.back()(inputs_.back());
    return softmax_(scores_);
  }

  static void subtract_labels(Eigen::MatrixXf& p, const Samples& batch) {
    for (std::size_t i = 0; i < batch.labels.size(); ++i)
      p(batch.labels[i], static_cast<Eigen::Index>(i)) -= 1;
    p /= static_cast<float>(batch.labels.size());
  }
};

/// The first problem and its advice, or that there is none.
std::string verdict(const hillock::NetworkReport& report) {
  if (report.is_healthy()) return "nothing is wrong";
  const hillock::Finding first = report.findings().front();
  return std::string(name_of(first.problem)) + " -> " + first.advice;
}

template <class F>
void diagnose(const F& f, const Setup& setup, const Dataset& data, const Options& options,
              std::vector<std::string>& summary) {
  Random random(options.seed);
  Network<F> network(f, setup, data.training.pixels.rows(), random);
  std::cout << "==== " << setup.name << " ====\nBefore the first step\n";
  const hillock::NetworkReport before = network.examine(data.training);
  std::cout << before;

  const Step step{static_cast<float>(options.learning_rate * setup.rate_scale), 0.9F};
  std::vector<std::size_t> order(data.training.labels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (int epoch = 0; epoch < options.epochs; ++epoch) {
    random.shuffle(order);
    for (std::size_t begin = 0; begin + 32 <= order.size(); begin += 32) {
      Samples batch;
      batch.pixels.resize(data.training.pixels.rows(), 32);
      for (std::size_t i = 0; i < 32; ++i) {
        const std::size_t of = order[begin + i];
        batch.pixels.col(static_cast<Eigen::Index>(i)) =
            data.training.pixels.col(static_cast<Eigen::Index>(of));
        batch.labels.push_back(data.training.labels[of]);
      }
      network.train(batch, step);
    }
  }
  hillock::NetworkReport after = network.examine(data.training);
  after.compare_with(before);
  const double accuracy = network.accuracy(data.test);
  std::cout << "After " << options.epochs << " epochs, " << std::fixed << std::setprecision(1)
            << 100 * accuracy << " % of the test set right\n"
            << std::defaultfloat << after << '\n';
  summary.push_back(std::string(setup.name) + "\n  before: " + verdict(before) +
                    "\n  after:  " + verdict(after));
}

int run(int argc, const char* const* argv) {
  Options options;
  CLI::App app{"Breaks networks on purpose and shows what the diagnostics say."};
  app.add_option("-e,--epochs", options.epochs)->check(CLI::Range(1, 1000))->capture_default_str();
  app.add_option("-r,--learning-rate", options.learning_rate, "Of the healthy network")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("-s,--seed", options.seed)->capture_default_str();
  app.add_option("-d,--data", options.data, "CSV file of 8x8 digits")->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    throw examples::InputError(std::string(error.what()) + " (--help lists the options)");
  }
  const Dataset data = train_digits::load_digits(options.data);

  std::vector<std::string> summary;
  const auto& relu = hillock::relu;
  diagnose(relu, {"healthy"}, data, options, summary);
  diagnose(relu, {"weights x 20", 2, 20}, data, options, summary);
  diagnose(hillock::tanh, {"weights x 20, tanh", 2, 20}, data, options, summary);
  diagnose(relu, {"bias -3", 2, 1, -3.0F}, data, options, summary);
  diagnose(relu, {"learning rate x 50", 2, 1, 0, 50}, data, options, summary);
  diagnose(relu, {"all-zero weights", 2, 0}, data, options, summary);
  diagnose(hillock::sigmoid, {"30 sigmoid layers", 30}, data, options, summary);
  std::cout << "==== What is wrong first ====\n";
  for (const std::string& line : summary) std::cout << line << '\n';
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
