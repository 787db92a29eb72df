// Why outputs should be centred on zero: with a sigmoid before it, the weights of a unit all grow
// or all shrink in a step, and zig-zag to where some should grow and some shrink.

#include <cmath>
#include <hillock/hillock.hpp>
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

constexpr Eigen::Index units = 64;
constexpr const char* names[] = {"sigmoid", "relu", "elu", "tanh"};

/// Of the steps of a layer's units: the share in which no
/// two weights of the unit move in opposite directions.
struct Signs {
  std::string activation;
  int batch;
  int one_sign = 0, all = 0;

  double share() const { return static_cast<double>(one_sign) / all; }

  void count(const Eigen::MatrixXf& gradient) {
    for (Eigen::Index unit = 0; unit < gradient.rows(); ++unit) {
      const float least = gradient.row(unit).minCoeff(), most = gradient.row(unit).maxCoeff();
      if (least == 0 && most == 0) continue;  // no step
      ++all;
      one_sign += least >= 0 || most <= 0;
    }
  }
};

/// In one epoch of training, at the second hidden layer: it sees the outputs of the first.
Signs count_signs(const std::string& name, int batch, std::uint64_t seed,
                  const training::Samples& samples) {
  training::Random random(seed);
  training::Network network({samples.pixels.rows(), {units, units}, samples.classes},
                            training::activation(name), {}, random);
  training::Trainer trainer(network, samples, {0.01F, 0}, random, static_cast<std::size_t>(batch));
  Signs signs{name, batch};
  trainer.epoch([&] { signs.count(network.hidden()[1].linear().weights_gradient()); });
  return signs;
}

using Point = Eigen::Array2d;

const Point optimum(1, -1);
constexpr double near = 0.05;         // of the way left: has arrived
constexpr std::uint64_t paths = 100;  // behind each activation, from seeds that follow each other

/// The way of the two weights of one linear unit, from (0, 0) to the optimum (1, -1).
struct Path {
  std::string activation;
  double learning_rate;
  std::vector<Point> points;  // until it has arrived, or the steps are used up
  bool arrived = false;

  /// Over that of the straight way.
  double length() const {
    double sum = 0;
    for (std::size_t i = 1; i < points.size(); ++i)
      sum += (points[i] - points[i - 1]).matrix().norm();
    return sum / optimum.matrix().norm();
  }
  double steps() const { return static_cast<double>(points.size() - 1); }
  /// Of the steps, the share that moves both weights the same way, which leads aside.
  double aside() const {
    std::size_t count = 0;
    for (std::size_t i = 1; i < points.size(); ++i) {
      const Point step = points[i] - points[i - 1];
      count += step[0] * step[1] > 0;
    }
    return static_cast<double>(count) / steps();
  }
};

struct Means {
  double steps, length;
};

Means means_of(const std::vector<Path>& all) {
  Means means{};
  for (const Path& path : all) {
    means.steps += path.steps() / static_cast<double>(all.size());
    means.length += path.length() / static_cast<double>(all.size());
  }
  return means;
}

/// Two inputs z in [-3, 3] go through the activation; the unit learns w . f(z), sample by sample.
template <class F>
Path descend(const char* name, const F& f, double step_size, int max_steps, std::uint64_t seed) {
  training::Random random(seed);
  const auto next = [&] {
    const Point z(6 * random.uniform() - 3, 6 * random.uniform() - 3);
    return Point(f(z));
  };
  // A rate in proportion to the inputs' mean square, so that all
  // take steps of one size: that of a sigmoid's is larger.
  double square = 0;
  constexpr int probes = 10000;
  for (int i = 0; i < probes; ++i) square += next().square().sum() / probes;
  Path path{name, step_size / square, {Point(0, 0)}};
  while (static_cast<int>(path.points.size()) <= max_steps) {
    training::throw_if_interrupted();
    const Point w = path.points.back(), h = next();
    const double error = ((w - optimum) * h).sum();
    path.points.emplace_back(w - path.learning_rate * error * h);
    if ((path.points.back() - optimum).matrix().norm() < near * optimum.matrix().norm()) {
      path.arrived = true;
      break;
    }
  }
  return path;
}

std::string describe_signs(const std::vector<Signs>& all) {
  const auto share = [&](const std::string& name, int batch) {
    for (const Signs& signs : all)
      if (signs.activation == name && signs.batch == batch) return signs.share();
    return std::nan("");
  };
  int largest = 1;
  for (const Signs& signs : all) largest = std::max(largest, signs.batch);
  const double sigmoid = share("sigmoid", 1), tanh = share("tanh", 1);
  std::ostringstream text;
  text << "Sample by sample " << percent(sigmoid, 1)
       << " of the steps move all weights of a unit behind a sigmoid the same way, and "
       << percent(tanh, 1) << " of those behind a tanh. "
       << (sigmoid > 0.99 && tanh < 0.01
               ? "It must be so: the gradient by the weights is one number times the inputs, and "
                 "a sigmoid's are all positive. ReLU's are not negative: it has the same "
                 "handicap. "
               : "")
       << "A batch of " << largest << " adds up steps of both signs: behind sigmoids "
       << percent(share("sigmoid", largest), 1) << " are still of one sign, behind ReLUs "
       << percent(share("relu", largest), 1) << ", behind tanh "
       << percent(share("tanh", largest), 1) << '.';
  return text.str();
}

std::string describe_paths(const std::vector<Path>& sigmoids, const std::vector<Path>& tanhs) {
  const Path &sigmoid = sigmoids.front(), &tanh = tanhs.front();
  std::ostringstream text;
  for (const Path* path : {&sigmoid, &tanh})
    text << "Behind " << path->activation << " the weights "
         << (path->arrived ? "come within " : "do not come within ") << percent(near)
         << " of the optimum in " << path->steps() << " steps, on a way "
         << fixed(path->length(), 1) << " times as long as the straight one; "
         << percent(path->aside()) << " of the steps move both weights the same way, while one "
         << "has to grow and the other to shrink. ";
  const Means slow = means_of(sigmoids), fast = means_of(tanhs);
  text << "Of " << paths << " such pairs the mean is " << fixed(slow.steps, 1)
       << " steps and a way of " << fixed(slow.length, 1) << " behind the sigmoid, "
       << fixed(fast.steps, 1) << " and " << fixed(fast.length, 1) << " behind the tanh. "
       << (slow.length > 1.2 * fast.length && slow.steps > fast.steps
               ? "So it zig-zags behind the sigmoid."
               : "With this learning rate the sigmoid costs little.");
  return text.str();
}

void run(int argc, const char* const* argv) {
  double step_size = 0.5;
  int steps = 2000;
  training::CommandLine line("Shows what it costs when outputs are not centred on zero.");
  line.positive("--step", step_size, "Learning rate in the plane, over the inputs' mean square");
  line.whole("--steps", steps, 1, 1000000, "At most, in the plane");
  line.data();
  if (!line.parse(argc, argv)) return;
  const training::Dataset data = line.load_data();
  const OutputDirectory output = line.output();

  std::vector<Signs> all;
  for (const char* name : names)
    for (const int batch : {1, 2, 4, 8, 16, 32})
      all.push_back(count_signs(name, batch, line.seed(), data.training));
  std::vector<Path> sigmoids, tanhs;
  for (std::uint64_t i = 0; i < paths; ++i) {
    sigmoids.push_back(descend("sigmoid", hillock::sigmoid, step_size, steps, line.seed() + i));
    tanhs.push_back(descend("tanh", hillock::tanh, step_size, steps, line.seed() + i));
  }
  const Path &sigmoid = sigmoids.front(), &tanh = tanhs.front();

  Chapter chapter("10_zero_centred", "Outputs that are not centred on zero",
                  "The gradient by the weights of a unit is its error times its inputs. If these "
                  "are all positive, as a sigmoid's outputs are, all weights of the unit move the "
                  "same way in a step. How often does that happen, and what does it cost?");
  chapter.say("Steps of the second hidden layer in one epoch on the " + data.name + " (" +
              std::to_string(data.training.count()) + " samples, " + std::to_string(units) +
              " units, learning rate 0.01, seed " + std::to_string(line.seed()) +
              "): share of the units' steps that move all weights the same way.");
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < all.size();) {
    rows.push_back({all[i].activation});
    for (const std::string& name = all[i].activation; i < all.size() && all[i].activation == name;
         ++i)
      rows.back().push_back(percent(all[i].share(), 1));
  }
  chapter.table({"batch of", "1", "2", "4", "8", "16", "32"}, rows);
  chapter.say(describe_signs(all));
  chapter.say(
      "In the plane: one linear unit with two weights learns w1 h1 + w2 h2 with the "
      "optimum (1, -1), from (0, 0), sample by sample; h is sigmoid(z) or tanh(z), z uniform "
      "in -3 to 3, the same z for both. The learning rate is " +
      significant(step_size, 3) + " over the mean square of the inputs: " +
      significant(sigmoid.learning_rate, 3) + " and " + significant(tanh.learning_rate, 3) + ".");
  chapter.say(describe_paths(sigmoids, tanhs));

  std::ostringstream csv;
  csv << "activation,batch,steps,of_one_sign,share\n";
  for (const Signs& signs : all)
    csv << signs.activation << ',' << signs.batch << ',' << signs.all << ',' << signs.one_sign
        << ',' << cell(signs.share()) << '\n';
  output.write("10_zero_centred.csv", csv.str());
  csv.str("");
  csv << "activation,paths,steps,length\n";
  for (const auto* all_paths : {&sigmoids, &tanhs}) {
    const Means means = means_of(*all_paths);
    csv << all_paths->front().activation << ',' << paths << ',' << cell(means.steps) << ','
        << cell(means.length) << '\n';
  }
  output.write("10_zero_centred_lengths.csv", csv.str());
  csv.str("");
  csv << "activation,step,w1,w2\n";
  for (const Path* path : {&sigmoid, &tanh})
    for (std::size_t i = 0; i < path->points.size(); ++i)
      csv << path->activation << ',' << i << ',' << cell(path->points[i][0]) << ','
          << cell(path->points[i][1]) << '\n';
  output.write("10_zero_centred_paths.csv", csv.str());
  if (gnuplot_is_installed()) {
    LineChart chart;
    chart.title = "Two weights on their way to the optimum";
    chart.x_label = "first weight";
    chart.y_label = "second weight";
    for (const Path* path : {&sigmoid, &tanh}) {
      Series series{"behind " + path->activation, {}, path->activation};
      for (const Point& point : path->points) series.points.emplace_back(point[0], point[1]);
      series.width = 1.5;
      chart.series.push_back(series);
    }
    chart.more =
        "set label 'start' at 0,0 offset 0.8,0.8 point pt 7 ps 1.4\n"
        "set label 'optimum' at 1,-1 offset -5,-1.2 point pt 7 ps 1.4\n";
    chart.x_range = {-0.2, 1.2};
    chart.y_range = {-1.2, 0.2};
    chart.height = 400;
    chart.draw(output, "10_zero_centred_path.svg");

    chart = LineChart();
    chart.title = "Steps that move all weights of a unit the same way";
    chart.x_label = "samples in a batch";
    chart.y_label = "share of steps, %";
    chart.logarithmic_x = true;
    chart.y_range = {-3, 103};
    chart.more = "set xtics (1, 2, 4, 8, 16, 32)\n";
    for (const char* name : names) {
      Series series{std::string("behind ") + name, {}, name};
      if (series.function == "elu") series.width = 7;  // seen below tanh's, too
      for (const Signs& signs : all)
        if (signs.activation == name) series.points.emplace_back(signs.batch, 100 * signs.share());
      chart.series.push_back(series);
    }
    chart.draw(output, "10_zero_centred_signs.svg");
    chapter.pictures(
        {"10_zero_centred_signs.svg", "10_zero_centred_path.svg"},
        "Behind a sigmoid or a ReLU a sample moves all weights of a unit the same way. "
        "Behind sigmoids every step leads up and right or down and left, so the way "
        "down and right is a zig-zag.");
  }
  chapter.print(std::cout);
  chapter.write(output);
}

}  // namespace

int main(int argc, char** argv) { return training::run_experiment(argc, argv, run); }
