// Dying ReLUs: how many units a high learning rate or a large negative bias kills, and what helps.

#include <algorithm>
#include <cmath>
#include <functional>
#include <iostream>
#include <sstream>

#include "support/chapter.hpp"
#include "support/gnuplot.hpp"
#include "support/line_chart.hpp"
#include "support/text.hpp"
#include "training/command_line.hpp"
#include "training/network.hpp"
#include "training/training.hpp"

namespace {

using namespace examples;

constexpr Eigen::Index units = 64;  // of each of two hidden layers

struct Options {
  std::vector<double> rates = {0.02, 0.05, 0.08, 0.1, 0.15};
  std::vector<double> biases = {0, -1, -1.5, -2, -3};
  double usual_rate = 0.02;
  double high_rate = 0.1;
  int epochs = 20;
  int repeats = 3;
  std::uint64_t seed = 1;
};

struct Setting {
  std::string activation;
  double rate;
  double bias;
};

/// After an epoch of one network; the 0th is before the first.
struct Epoch {
  double accuracy;  // on the training set
  training::Health first, second;
};

/// The results of a setting, in several networks from consecutive seeds.
struct Outcome {
  Setting setting;
  // Means, by epoch. Of a network that ended in NaN no unit can be called dead: it is left out.
  std::vector<double> accuracy, dead, dead_first, dead_second;
  std::vector<double> dead_at_end;  // of each network that did not end in NaN
  double revived = 0;  // of the units dead after some epoch, the share alive after a later one
  int diverged = 0;
};

std::vector<Epoch> train_one(const Setting& setting, std::uint64_t seed, int epochs,
                             const training::Samples& samples) {
  training::Random random(seed);
  training::Network network({samples.pixels.rows(), {units, units}, samples.classes},
                            training::activation(setting.activation), {1, setting.bias}, random);
  training::Trainer trainer(network, samples, {static_cast<float>(setting.rate), 0.9F}, random);
  std::vector<Epoch> result;
  for (int number = 0; number <= epochs; ++number) {
    if (number > 0) trainer.epoch();
    const Eigen::MatrixXf probabilities = network(samples.pixels);
    if (!std::isfinite(training::cross_entropy(probabilities, samples.labels))) break;
    result.push_back({training::accuracy(probabilities, samples.labels),
                      network.hidden()[0].examine(), network.hidden()[1].examine()});
  }
  return result;
}

/// Counts the units of one layer that were dead after some epoch, and those alive after a later.
void count_revived(const std::vector<Epoch>& epochs, training::Health Epoch::*layer, int& dead,
                   int& revived) {
  for (std::size_t unit = 0; unit < (epochs.front().*layer).is_dead.size(); ++unit) {
    bool was_dead = false, came_back = false;
    for (const Epoch& epoch : epochs) {
      const bool is_dead = (epoch.*layer).is_dead[unit];
      came_back = came_back || (was_dead && !is_dead);
      was_dead = was_dead || is_dead;
    }
    dead += was_dead;
    revived += came_back;
  }
}

Outcome train(const Setting& setting, const Options& options, const training::Samples& samples) {
  const auto count = static_cast<std::size_t>(options.epochs) + 1;
  const std::vector<double> none(count, 0);
  Outcome outcome{setting, none, none, none, none, {}};
  int ever_dead = 0, ever_revived = 0;
  std::vector<int> finite(count, 0);
  const double chance = 1.0 / samples.classes;
  for (int repeat = 0; repeat < options.repeats; ++repeat) {
    const std::vector<Epoch> epochs = train_one(
        setting, options.seed + static_cast<std::uint64_t>(repeat), options.epochs, samples);
    outcome.diverged += epochs.size() < count;
    if (epochs.size() == count)
      outcome.dead_at_end.push_back((epochs.back().first.dead + epochs.back().second.dead) / 2);
    for (std::size_t i = 0; i < count; ++i) {
      outcome.accuracy[i] += i < epochs.size() ? epochs[i].accuracy : chance;
      if (i >= epochs.size()) continue;
      ++finite[i];
      outcome.dead_first[i] += epochs[i].first.dead;
      outcome.dead_second[i] += epochs[i].second.dead;
    }
    count_revived(epochs, &Epoch::first, ever_dead, ever_revived);
    count_revived(epochs, &Epoch::second, ever_dead, ever_revived);
  }
  for (std::size_t i = 0; i < count; ++i) {
    outcome.accuracy[i] /= options.repeats;
    outcome.dead_first[i] /= finite[i];  // NaN where none is left
    outcome.dead_second[i] /= finite[i];
    outcome.dead[i] = (outcome.dead_first[i] + outcome.dead_second[i]) / 2;
  }
  outcome.revived = static_cast<double>(ever_revived) / ever_dead;
  return outcome;
}

using Outcomes = std::vector<Outcome>;

std::string to_csv(const std::string& cause, const Outcomes& outcomes) {
  std::ostringstream csv;
  for (const Outcome& outcome : outcomes)
    for (std::size_t i = 0; i < outcome.dead.size(); ++i)
      csv << cause << ',' << outcome.setting.activation << ',' << cell(outcome.setting.rate) << ','
          << cell(outcome.setting.bias) << ',' << i << ',' << cell(outcome.dead[i]) << ','
          << cell(outcome.dead_first[i]) << ',' << cell(outcome.dead_second[i]) << ','
          << cell(outcome.accuracy[i]) << ',' << cell(outcome.revived) << ',' << outcome.diverged
          << '\n';
  return csv.str();
}

void add_table(const Outcomes& outcomes, int repeats, Chapter& chapter) {
  std::vector<std::vector<std::string>> rows;
  for (const Outcome& outcome : outcomes)
    rows.push_back({outcome.setting.activation, significant(outcome.setting.rate, 3),
                    significant(outcome.setting.bias, 3), percent(outcome.dead_first.back(), 1),
                    percent(outcome.dead_second.back(), 1), percent(outcome.revived),
                    percent(outcome.accuracy.back(), 1),
                    std::to_string(outcome.diverged) + " of " + std::to_string(repeats)});
  chapter.table({"activation", "learning rate", "initial bias", "dead, first layer",
                 "dead, second layer", "dead that revived", "training accuracy", "ended in NaN"},
                rows);
}

LineChart chart_of(const Outcomes& outcomes, std::vector<double> Outcome::*values,
                   const std::function<std::string(const Setting&)>& name) {
  LineChart chart;
  chart.x_label = "epoch";
  chart.y_range = {-3, 103};
  for (const Outcome& outcome : outcomes) {
    Series series{name(outcome.setting), {}};
    for (std::size_t i = 0; i < (outcome.*values).size(); ++i)
      series.points.emplace_back(i, 100 * (outcome.*values)[i]);
    chart.series.push_back(series);
  }
  return chart;
}

std::string describe_rates(const Outcomes& rates) {
  const auto by_rate = [](const Outcome& a, const Outcome& b) {
    return a.setting.rate < b.setting.rate;
  };
  const auto [low, high] = std::minmax_element(rates.begin(), rates.end(), by_rate);
  const double dead_low = low->dead.back(), dead_high = high->dead.back();
  std::ostringstream text;
  text << "At a learning rate of " << significant(low->setting.rate, 3) << ", "
       << percent(dead_low, 1) << " of the units are dead at the end, at "
       << significant(high->setting.rate, 3) << " it is " << percent(dead_high, 1)
       << " (of the second layer " << percent(high->dead_second.back(), 1)
       << "), and the training accuracy is " << percent(low->accuracy.back(), 1) << " against "
       << percent(high->accuracy.back(), 1) << ". "
       << (dead_high > dead_low + 0.05
               ? "A high learning rate kills: a large step throws a unit's weights to where no "
                 "sample activates it, and from there no gradient of its own brings it back; of "
                 "those that ever died " +
                     percent(high->revived) +
                     " came back, thrown by the layer before theirs or by momentum."
               : "Among these rates the highest kills hardly more than the lowest: they are too "
                 "close to each other, or too low, for the effect.");
  return text.str();
}

/// By how much the shares of dead units of networks of one kind differ.
double spread(const Outcome& outcome) {
  if (outcome.dead_at_end.empty()) return 0;
  const auto [least, most] =
      std::minmax_element(outcome.dead_at_end.begin(), outcome.dead_at_end.end());
  return *most - *least;
}

std::string describe_small_bias(const Outcome& without, const Outcome& with) {
  const double gain = without.dead.back() - with.dead.back(),
               chance_alone = std::max(spread(without), spread(with));
  std::ostringstream text;
  text << "The lectures advise a small positive bias against it. One of "
       << significant(with.setting.bias, 3) << " at the rate of "
       << significant(with.setting.rate, 3) << " leaves " << percent(with.dead.back(), 1)
       << " dead, against " << percent(without.dead.back(), 1)
       << " without; networks of one kind differ by up to " << percent(chance_alone, 1)
       << " among themselves. "
       << (gain > chance_alone ? "It helps here."
           : -gain > chance_alone
               ? "It harms here."
               : "That is no difference: it is felt at the first steps only, and "
                 "what kills are large steps, which a hundredth does not "
                 "outweigh. Lower the learning rate.");
  return text.str();
}

/// Who lives, and who learns, where ReLU does not.
std::string describe_instead(const Outcomes& instead) {
  const Outcome& relu = instead.front();
  std::ostringstream text;
  text << "In ReLU's place: ";
  for (std::size_t i = 1; i < instead.size(); ++i) {
    const Outcome& other = instead[i];
    text << (i > 1 ? "; " : "") << other.setting.activation << " ";
    if (other.diverged > 0) {
      text << "ends in NaN " << other.diverged << " times";
    } else {
      text << "has " << percent(other.dead.back(), 1)
           << (other.setting.activation == "maxout" ? " of its pieces" : "")
           << " dead and a training accuracy of " << percent(other.accuracy.back(), 1);
    }
  }
  text << "; relu " << percent(relu.dead.back(), 1) << " and " << percent(relu.accuracy.back(), 1)
       << '.';
  for (const Outcome& other : instead)
    if (other.setting.activation == "elu" && other.dead.back() > 0.005)
      text << " ELUs die too: far below 0 their e^x underflows, and f' is exactly 0.";
  return text.str();
}

std::string describe_biases(const Outcomes& biases) {
  const Outcome& worst = *std::min_element(
      biases.begin(), biases.end(),
      [](const Outcome& a, const Outcome& b) { return a.setting.bias < b.setting.bias; });
  std::ostringstream text;
  text << "With an initial bias of " << significant(worst.setting.bias, 3) << ", "
       << percent(worst.dead.front(), 1) << " of the units are dead before the first step and "
       << percent(worst.dead.back(), 1) << " at the end. Of those ever dead "
       << percent(worst.revived) << " came back. ";
  if (!(worst.dead.front() > 0.05))
    text << "The bias is not large enough to kill.";
  else if (worst.revived < 0.1)
    text << "A large negative bias kills for good: the gradient of a dead unit is exactly 0.";
  else
    text << "The gradient of a dead unit is exactly 0; some came back because the layer before "
            "them moved.";
  return text.str();
}

void run(int argc, const char* const* argv) {
  Options options;
  training::CommandLine line("Counts the ReLUs that die in training, and tries what may help.");
  line.positive("--learning-rates", options.rates, "To try with ReLU");
  line.positive("--high-rate", options.high_rate, "At which the remedies are tried");
  line.positive("--usual-rate", options.usual_rate, "At which the biases are tried");
  line.finite("--biases", options.biases, "Initial ones, to try with ReLU");
  line.whole("--epochs", options.epochs, 1, 100000, "Of each training");
  line.whole("--repeats", options.repeats, 1, 1000, "Networks of each setting, for a mean");
  line.data();
  if (!line.parse(argc, argv)) return;
  options.seed = line.seed();
  const training::Dataset data = line.load_data();
  const OutputDirectory output = line.output();

  const auto train_all = [&](const std::vector<Setting>& settings) {
    Outcomes outcomes;
    for (const Setting& setting : settings)
      outcomes.push_back(train(setting, options, data.training));
    return outcomes;
  };
  std::vector<Setting> settings;
  for (const double rate : options.rates) settings.push_back({"relu", rate, 0});
  const Outcomes rates = train_all(settings);
  settings.clear();
  for (const double bias : options.biases) settings.push_back({"relu", options.usual_rate, bias});
  const Outcomes biases = train_all(settings);

  const double worst_bias = *std::min_element(options.biases.begin(), options.biases.end());
  std::vector<Setting> at_high_rate = {{"relu", options.high_rate, 0},
                                       {"relu", options.high_rate, 0.01}};
  std::vector<Setting> at_worst_bias = {{"relu", options.usual_rate, worst_bias}};
  for (const char* name : {"leaky_relu", "prelu", "elu", "maxout"}) {
    at_high_rate.push_back({name, options.high_rate, 0});
    at_worst_bias.push_back({name, options.usual_rate, worst_bias});
  }
  Outcomes high_rate = train_all(at_high_rate);
  const Outcomes negative_bias = train_all(at_worst_bias);

  Chapter chapter("11_dying_relu", "Dying ReLUs",
                  "A ReLU that no sample activates gets no gradient. How many units does a high "
                  "learning rate kill, how many a large negative bias, and what helps: a bias of "
                  "0.01, as the lectures say, or LeakyReLU, PReLU, ELU or Maxout instead?");
  std::ostringstream setup;
  setup << "Networks of " << data.training.pixels.rows() << " - " << units << " - " << units
        << " - " << data.training.classes << " units on the " << data.name << ", " << options.epochs
        << " epochs of gradient descent with momentum 0.9 in batches of 32; means of "
        << options.repeats << " networks (seeds " << options.seed << " and up). Dead: f' = 0 on "
        << "each of the " << data.training.count() << " training samples.";
  chapter.say(setup.str());
  add_table(rates, options.repeats, chapter);
  chapter.say(describe_rates(rates));
  const bool pictures = gnuplot_is_installed();
  if (pictures)
    chapter.picture("11_dying_relu_rates.svg",
                    "The higher the learning rate, the more ReLUs are dead.");
  add_table(high_rate, options.repeats, chapter);
  chapter.say(describe_small_bias(high_rate[0], high_rate[1]));
  high_rate.erase(high_rate.begin() + 1);
  chapter.say("At the rate of " + significant(options.high_rate, 3) + ". " +
              describe_instead(high_rate) +
              " No dead unit is not yet health: steps that kill a ReLU throw the others about, "
              "and those without a flat side can be thrown to infinity.");
  add_table(biases, options.repeats, chapter);
  chapter.say(describe_biases(biases));
  if (pictures)
    chapter.picture("11_dying_relu_biases.svg",
                    "ReLUs that start with a negative bias: they recover from a small one, not "
                    "from a large one.");
  add_table(negative_bias, options.repeats, chapter);
  chapter.say("With an initial bias of " + significant(worst_bias, 3) + ". " +
              describe_instead(negative_bias));
  if (pictures)
    chapter.picture("11_dying_relu_instead.svg",
                    "From the same bias: who still gets a gradient learns.");

  output.write("11_dying_relu.csv",
               "cause,activation,learning_rate,initial_bias,epoch,dead,dead_first_layer,"
               "dead_second_layer,training_accuracy,revived,diverged\n" +
                   to_csv("rate", rates) + to_csv("high rate", high_rate) + to_csv("bias", biases) +
                   to_csv("worst bias", negative_bias));
  if (pictures) {
    LineChart chart = chart_of(rates, &Outcome::dead_second, [](const Setting& setting) {
      return "rate " + significant(setting.rate, 3);
    });
    chart.title = "ReLUs that die of the learning rate";
    chart.y_label = "dead units, % of the second hidden layer";
    chart.shades_of = "relu";
    chart.draw(output, "11_dying_relu_rates.svg");

    chart = chart_of(biases, &Outcome::dead_second,
                     [](const Setting& setting) { return "bias " + significant(setting.bias, 3); });
    chart.title = "ReLUs that start with a negative bias";
    chart.y_label = "dead units, % of the second hidden layer";
    chart.shades_of = "relu";
    chart.draw(output, "11_dying_relu_biases.svg");

    chart = chart_of(negative_bias, &Outcome::accuracy,
                     [](const Setting& setting) { return setting.activation; });
    chart.title = "All units start with a bias of " + significant(worst_bias, 3);
    chart.y_label = "training accuracy, %";
    chart.series.front().width = 7;  // seen below another line, too
    for (Series& series : chart.series) series.function = series.name;
    chart.draw(output, "11_dying_relu_instead.svg");
  }
  chapter.print(std::cout);
  chapter.write(output);
}

}  // namespace

int main(int argc, char** argv) { return training::run_experiment(argc, argv, run); }
