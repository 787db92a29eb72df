// Networks broken on purpose, and a healthy one: what the diagnostics' report says of each.

#include <CLI/CLI.hpp>
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <hillock/diagnostics.hpp>
#include <hillock/hillock.hpp>
#include <iostream>
#include <numeric>
#include <sstream>
#include <string>
#include <vector>

#include "support/chapter.hpp"
#include "support/experiment.hpp"
#include "training/data.hpp"
#include "training/linear.hpp"
#include "training/random.hpp"

namespace {

using training::Dataset;
using training::Linear;
using training::Random;
using training::Samples;
using training::Step;

struct Options {
  std::uint64_t seed = 1;
  int epochs = 3;
  double learning_rate = 0.02;
  std::string data = HILLOCK_DIGITS;
};

struct Setup {
  const char* name;
  int hidden_layers = 2;
  double weight_scale = 1;
  float bias = 0;
  double rate_scale = 1;
};

/// The report of a network, and the reports of the monitors from which it was made.
struct Examination {
  hillock::NetworkReport report;
  std::vector<hillock::UnitReport> layers;
  hillock::GradientReport gradient;
};

/// Hidden layers of 64 units, then softmax and cross-entropy.
template <class F>
class Network {
 public:
  Network(const F& f, const Setup& setup, const Samples& samples, Random& random)
      : f_(f), classes_(samples.classes) {
    constexpr Eigen::Index units = 64;
    for (int i = 0; i < setup.hidden_layers; ++i) {
      const Eigen::Index from = i == 0 ? samples.pixels.rows() : units;
      // He's, which ReLU is in need of.
      const double deviation = setup.weight_scale * std::sqrt(2.0 / static_cast<double>(from));
      layers_.emplace_back(from, units, deviation, setup.bias, random);
    }
    layers_.emplace_back(units, classes_,
                         setup.weight_scale * std::sqrt(1.0 / static_cast<double>(units)), 0.0F,
                         random);
  }

  void train(const Samples& batch, const Step& step) {
    Eigen::MatrixXf gradient = forward(batch.pixels);
    subtract_labels(gradient, batch);
    for (std::size_t i = layers_.size(); i-- > 0;) {
      gradient = layers_[i].backward(inputs_[i], gradient);
      layers_[i].move(step);
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
  Examination examine(const Samples& samples, hillock::Stage stage) {
    std::vector<std::string> names;
    std::vector<hillock::UnitMonitor<F>> monitors;
    for (std::size_t i = 0; i + 1 < layers_.size(); ++i) {
      names.push_back("hidden " + std::to_string(i + 1));
      monitors.emplace_back(f_, 64, hillock::Per::row);
    }
    hillock::SoftmaxMonitor<> output(hillock::Softmax{hillock::Per::column}, classes_);
    hillock::GradientFlow flow(names);
    for (Eigen::Index begin = 0; begin < samples.count(); begin += 128) {
      const Eigen::Index count = std::min<Eigen::Index>(128, samples.count() - begin);
      const auto label = samples.labels.begin() + begin;
      const Samples batch{samples.pixels.middleCols(begin, count), {label, label + count}};
      Eigen::MatrixXf gradient = forward(batch.pixels);
      output.observe(scores_);
      subtract_labels(gradient, batch);
      for (std::size_t i = layers_.size(); i-- > 1;) {
        gradient = layers_[i].backward(inputs_[i], gradient);
        gradient = f_.backward(pre_activations_[i - 1], gradient).eval();
        flow.observe(i - 1, gradient);
        monitors[i - 1].observe(pre_activations_[i - 1]);
      }
    }
    Examination found{hillock::NetworkReport(stage), {}, flow.report()};
    for (std::size_t i = 0; i < monitors.size(); ++i) {
      found.layers.push_back(monitors[i].report());
      found.report.add(names[i], found.layers.back());
    }
    found.report.add("softmax", output.report()).add(found.gradient);
    return found;
  }

 private:
  F f_;
  int classes_;
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
std::string conclusion(const hillock::NetworkReport& report) {
  if (report.is_healthy()) return "nothing is wrong";
  const hillock::Finding first = report.findings().front();
  return std::string(name_of(first.problem)) + " -> " + first.advice;
}

using Rows = std::vector<std::vector<std::string>>;

/// The layers before and after training, for the page: the terminal shows the reports themselves.
Rows layer_rows(const Examination& before, const Examination& after) {
  const auto both = [](double first, double second, const auto& text) {
    return text(first) + " → " + text(second);
  };
  const auto percent = [](double share) {
    return std::isfinite(share) ? examples::fixed(100 * share, 1) : std::string("-");
  };
  const auto norm = [](double value) { return examples::significant(value, 2); };
  Rows rows;
  for (std::size_t i = 0; i < before.layers.size(); ++i) {
    const hillock::UnitReport &a = before.layers[i], &b = after.layers[i];
    rows.push_back({std::to_string(i + 1), both(a.dead_fraction(), b.dead_fraction(), percent),
                    both(a.saturated_low_fraction(), b.saturated_low_fraction(), percent),
                    both(a.saturated_high_fraction(), b.saturated_high_fraction(), percent),
                    both(a.near_linear_fraction(), b.near_linear_fraction(), percent),
                    both(before.gradient.layers[i].norm(), after.gradient.layers[i].norm(), norm)});
  }
  return rows;
}

/// The findings, those of one problem and one advice together.
Rows finding_rows(const std::string& when, const hillock::NetworkReport& report) {
  std::vector<hillock::Finding> all = report.findings();
  const std::vector<hillock::Finding> notes = report.notes();
  all.insert(all.end(), notes.begin(), notes.end());
  const auto is_same = [](const hillock::Finding& a, const hillock::Finding& b) {
    return a.problem == b.problem && a.severity == b.severity && a.advice == b.advice;
  };
  constexpr std::size_t shown = 3;
  Rows rows;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto earlier = all.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::any_of(all.begin(), earlier, [&](const auto& f) { return is_same(f, all[i]); }))
      continue;
    std::string layers;
    std::size_t count = 0;
    for (const hillock::Finding& finding : all)
      if (is_same(finding, all[i]) && ++count <= shown)
        layers += (count > 1 ? ", " : "") + finding.layer;
    if (count > shown) layers += " and " + std::to_string(count - shown) + " more";
    rows.push_back(
        {when,
         std::string(all[i].severity == hillock::Severity::worth_knowing ? "worth knowing: " : "") +
             name_of(all[i].problem) + " (" + layers + ")",
         all[i].what, all[i].advice});
  }
  if (rows.empty()) rows.push_back({when, "nothing is wrong", "", ""});
  return rows;
}

/// The first problem of each network and its advice.
struct Summary {
  std::string lines;  // for the terminal
  Rows rows;          // for the page
};

template <class F>
void diagnose(const F& f, const Setup& setup, const Dataset& data, const Options& options,
              examples::Chapter& chapter, Summary& summary) {
  Random random(options.seed);
  Network<F> network(f, setup, data.training, random);
  const Examination before = network.examine(data.training, hillock::Stage::before_training);
  std::ostringstream text;
  text << "==== " << setup.name << " ====\nBefore the first step\n" << before.report;

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
  Examination after = network.examine(data.training, hillock::Stage::training);
  after.report.compare_with(before.report);
  const std::string right = examples::fixed(100 * network.accuracy(data.test), 1);
  const std::string trained = "after " + std::to_string(options.epochs) + " epochs";
  text << "After " << options.epochs << " epochs, " << right << " % of the test set right\n"
       << after.report;
  chapter.lines(text.str());
  const std::string at_first = conclusion(before.report), at_last = conclusion(after.report);
  summary.lines +=
      std::string(setup.name) + "\n  before: " + at_first + "\n  after:  " + at_last + '\n';
  summary.rows.push_back({setup.name, right, at_first, at_last});

  chapter.say(std::string("The network “") + setup.name + "”, " + right +
                  " % of the test set right " + trained + ". Each cell: before training → " +
                  trained + '.',
              examples::Medium::page);
  chapter.table({"hidden layer", "dead, %", "saturated low (ReLU: inactive), %",
                 "saturated high, %", "linear, %", "gradient's norm"},
                layer_rows(before, after), examples::Medium::page);
  Rows findings = finding_rows("before the first step", before.report);
  for (auto& row : finding_rows(trained, after.report)) findings.push_back(std::move(row));
  chapter.table({"when", "what is wrong", "seen", "advice"}, findings, examples::Medium::page);
}

void run(const Options& options, const examples::OutputDirectory& output) {
  const Dataset data = training::load_digits(options.data);
  examples::Chapter chapter("18_broken_networks", "Networks broken on purpose",
                            "What is wrong with my network?");
  chapter.say(
      "A network that learns the digits, and the same one with weights, bias or learning rate that "
      "break it. The report of the diagnostics tells them apart, before the first step or after " +
      std::to_string(options.epochs) + " epochs, and says what helps.");
  Summary summary;
  const auto& relu = hillock::relu;
  diagnose(relu, {"healthy"}, data, options, chapter, summary);
  diagnose(relu, {"weights x 20", 2, 20}, data, options, chapter, summary);
  diagnose(hillock::tanh, {"weights x 20, tanh", 2, 20}, data, options, chapter, summary);
  diagnose(relu, {"bias -3", 2, 1, -3.0F}, data, options, chapter, summary);
  diagnose(relu, {"learning rate x 50", 2, 1, 0, 50}, data, options, chapter, summary);
  diagnose(relu, {"all-zero weights", 2, 0}, data, options, chapter, summary);
  diagnose(hillock::sigmoid, {"30 sigmoid layers", 30}, data, options, chapter, summary);
  chapter.say("What is wrong first:");
  chapter.lines(summary.lines);
  chapter.table({"network", "test set right, %", "before the first step",
                 "after " + std::to_string(options.epochs) + " epochs"},
                summary.rows, examples::Medium::page);
  chapter.print(std::cout);
  chapter.write(output);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  return examples::run_experiment(
      argc, argv, "Breaks networks on purpose and shows what the diagnostics say.",
      [&options](const examples::ExperimentOptions& common,
                 const examples::OutputDirectory& output) {
        options.seed = common.seed;
        run(options, output);
      },
      [&options](CLI::App& app) {
        app.add_option("-e,--epochs", options.epochs)
            ->check(CLI::Range(1, 1000))
            ->capture_default_str();
        app.add_option("-r,--learning-rate", options.learning_rate, "Of the healthy network")
            ->check(CLI::PositiveNumber)
            ->capture_default_str();
        app.add_option("-d,--data", options.data, "CSV file of 8x8 digits")->capture_default_str();
      });
}
