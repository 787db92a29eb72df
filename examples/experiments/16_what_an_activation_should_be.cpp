// Measures the properties that an activation should have, for every function.

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <iostream>
#include <limits>
#include <sstream>

#include "functions/cost.hpp"
#include "support/chapter.hpp"
#include "support/experiment.hpp"
#include "support/function_style.hpp"
#include "support/gnuplot.hpp"
#include "support/line_chart.hpp"

namespace {

using Eigen::ArrayXf;
using Eigen::Index;
using examples::fixed;
using functions::Function;

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float flat = 0.005F;      // |f'| below it is saturated, as in hillock/diagnostics.hpp
constexpr float in_reach = 10;      // pre-activations beyond it are rare in a network
constexpr float unbounded = 1e30F;  // a function that gets there is taken to go on

/// The floats in their order: number 0 is 0, number 1 the least above it, number -1 that below.
float float_number(std::int64_t number) {
  const auto bits = static_cast<std::uint32_t>(std::abs(number));
  float value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return number < 0 ? -value : value;
}

constexpr std::int64_t number_of_infinity = 0x7f800000;
constexpr std::int64_t stride = 4096;  // between neighbours 1 part in 2048 to 4096

/// Every 4096th float from -infinity to infinity, ascending.
const ArrayXf& sweep() {
  static const ArrayXf x = [] {
    constexpr std::int64_t half = number_of_infinity / stride;
    ArrayXf all(2 * half + 1);
    for (std::int64_t i = -half; i <= half; ++i) all[i + half] = float_number(i * stride);
    return all;
  }();
  return x;
}

std::string number(float value) {
  if (value >= unbounded) return "∞";
  if (value <= -unbounded) return "-∞";
  return examples::significant(static_cast<double>(value) + 0.0, 3);  // + 0: no -0
}

/// An entry of the table, and whether it is what one would wish for.
struct Entry {
  bool good;
  std::string text;
};

struct Measured {
  const Function& function;
  ArrayXf f{sweep()}, derivative{sweep()};

  explicit Measured(const Function& measured) : function(measured) {
    function.at(sweep(), f, derivative);
  }

  Index last() const { return f.size() - 1; }
  float at(float x) const {
    ArrayXf y(1), d(1);
    function.at(ArrayXf::Constant(1, x), y, d);
    return y[0];
  }

  std::string range() const {  // of the finite inputs
    const auto finite = f.segment(1, f.size() - 2);
    return number(finite.minCoeff()) + " to " + number(finite.maxCoeff());
  }

  Entry continuous() const {
    // Slopes are below 4; what is above that and more than rounding is a jump, if it stays when its
    // place is narrowed down to two neighbouring floats.
    const auto jumps = [](float a, float b, float fa, float fb) {
      return std::abs(fb - fa) > 4 * (b - a) + 1e-5F * std::max(std::abs(fa), std::abs(fb));
    };
    const std::int64_t half = last() / 2;
    for (Index i = 1; i + 1 < last(); ++i) {
      if (!jumps(sweep()[i], sweep()[i + 1], f[i], f[i + 1])) continue;
      std::int64_t low = (i - half) * stride, high = low + stride;
      while (high - low > 1) {
        const std::int64_t middle = low + (high - low) / 2;
        const float a = at(float_number(low)), m = at(float_number(middle)),
                    b = at(float_number(high));
        (std::abs(m - a) > std::abs(b - m) ? high : low) = middle;
      }
      const float a = float_number(low), b = float_number(high);
      if (jumps(a, b, at(a), at(b)))
        return {false, "jumps from " + number(at(a)) + " to " + number(at(b)) + " at " + number(a)};
    }
    return {true, "yes"};
  }

  /// The slopes on both sides of 0, in double: of a smooth
  /// function they differ by h f''(0), below 1e-5 here.
  Entry differentiable_at_0() const {
    constexpr double h = 0x1p-20;
    Eigen::ArrayXd x(3), y(3);
    x << -h, 0, h;
    function.at_double(x, y);
    const double left = (y[1] - y[0]) / h, right = (y[2] - y[1]) / h;
    const auto slope = [](double s) {
      return std::abs(s) > 1e5 ? "∞" : examples::significant(std::round(1e5 * s) / 1e5 + 0.0, 3);
    };
    if (std::abs(left - right) < 1e-5) return {true, "yes: " + slope(left)};
    return {false, "no: " + slope(left) + " and " + slope(right)};
  }

  /// How far f leaves the straight line through its ends on [-3, 3].
  Entry nonlinear() const {
    const ArrayXf x = ArrayXf::LinSpaced(601, -3, 3);
    ArrayXf y(x.size()), d(x.size());
    function.at(x, y, d);
    const float first = y[0], slope = (y[600] - first) / 6;
    const bool straight = (y - first - slope * (x + 3)).abs().maxCoeff() < 1e-4F;
    return {!straight, straight ? "no" : "yes"};
  }

  /// Whether f never falls by more than rounding.
  Entry never_falls() const {
    for (Index i = last() - 1; i > 1; --i)
      if (f[i] < f[i - 1] - 1e-6F * std::abs(f[i - 1]))
        return {false, "falls up to " + number(sweep()[i])};
    return {true, "yes"};
  }

  /// The mean output for standard normal pre-activations.
  Entry zero_centred() const {
    const ArrayXf x = ArrayXf::LinSpaced(3201, -8, 8);
    ArrayXf y(x.size()), d(x.size());
    function.at(x, y, d);
    const Eigen::ArrayXd weight = (-x.cast<double>().square() / 2).exp();
    const double mean = (y.cast<double>() * weight).sum() / weight.sum();
    return {std::abs(mean) < 0.005, "mean " + fixed(std::round(1e3 * mean) / 1e3 + 0.0, 2)};
  }

  /// Where |f'| stays at or below a value, from either end: "x <= a", "x >= b", both, or nowhere.
  struct Tails {
    float low = -infinity, high = infinity;  // f' is small up to low and from high on
    bool everywhere = false;

    bool reach(float limit) const { return everywhere || low >= -limit || high <= limit; }
    std::string text() const {
      if (everywhere) return "everywhere";
      std::string result;
      if (low > -infinity) result = "x ≤ " + number(low);
      if (high < infinity) result += (result.empty() ? "x ≥ " : ", x ≥ ") + number(high);
      return result.empty() ? "nowhere" : result;
    }
  };
  Tails tails(float largest) const {
    Tails found;
    Index first = 1, end = last() - 1;  // finite floats
    while (first <= end && std::abs(derivative[first]) <= largest) found.low = sweep()[first++];
    if (first > end) return {-infinity, infinity, true};
    while (end >= first && std::abs(derivative[end]) <= largest) found.high = sweep()[end--];
    return found;
  }
  Entry saturates() const {
    const Tails found = tails(flat);
    return {!found.reach(infinity) || found.text() == "nowhere", found.text()};
  }
  Entry can_die() const {
    const Tails found = tails(0);
    if (found.reach(in_reach)) return {false, "yes: " + found.text()};
    return {true, found.text() == "nowhere" ? "no" : "far out only: f' = 0 at " + found.text()};
  }
};

struct Row {
  std::string name, range;
  Entry nonlinear, continuous, differentiable, never_falls, zero_centred, saturates, can_die, cost;

  std::vector<const Entry*> entries() const {
    return {&nonlinear,    &continuous, &differentiable, &never_falls,
            &zero_centred, &saturates,  &can_die,        &cost};
  }
};

std::vector<Row> measure_all() {
  const std::vector<Function> all = functions::all_functions();
  const std::vector<functions::Cost> costs = functions::measure_costs(all);
  const double relu = costs[functions::position_of_relu(all)].both;
  std::vector<Row> rows;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Measured measured(all[i]);
    const double cost = costs[i].both / relu;
    const std::string name = all[i].name + (all[i].slice.empty() ? "" : " " + all[i].slice);
    rows.push_back({name, measured.range(), measured.nonlinear(), measured.continuous(),
                    measured.differentiable_at_0(), measured.never_falls(), measured.zero_centred(),
                    measured.saturates(), measured.can_die(), Entry{cost < 2, fixed(cost, 1)}});
  }
  return rows;
}

/// A mark for each property that a function has.
void draw_picture(const std::vector<Row>& rows, const examples::OutputDirectory& output) {
  const char* const properties[] = {"nonlinear",         "continuous",   "differentiable at 0",
                                    "never falls",       "zero-centred", "does not saturate",
                                    "no death in reach", "cheap"};
  std::ostringstream script;
  for (const bool good : {true, false}) {
    script << (good ? "$good" : "$bad") << " << END\n";
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto entries = rows[i].entries();
      for (std::size_t k = 0; k < entries.size(); ++k)
        if (entries[k]->good == good) script << k << ' ' << i << '\n';
    }
    script << "-9 -9\nEND\n";  // a block must not be empty
  }
  const int height = 110 + 26 * static_cast<int>(rows.size());
  script << examples::frame(examples::picture_width, height, 110, 20, 10, 100)
         << "set border 0\nset tics scale 0\nset xrange [-0.5:7.5]\nset yrange [" << rows.size()
         << " - 0.5:-0.5]\nset xtics rotate by 35 right (";
  for (std::size_t k = 0; k < std::size(properties); ++k)
    script << (k ? ", " : "") << '\'' << properties[k] << "' " << k;
  script << ")\nset ytics noenhanced (";
  for (std::size_t i = 0; i < rows.size(); ++i)
    script << (i ? ", " : "") << '\'' << rows[i].name.substr(0, rows[i].name.find(' ')) << "' "
           << i;
  script << ")\nunset key\nplot $good with points pt 7 ps 1.4 lc rgb '" << examples::ink::text
         << "', $bad with points pt 6 ps 1.2 lc rgb '" << examples::ink::muted << "'\n";
  draw(output, "what_an_activation_should_be.svg", examples::picture_width, height, script.str());
}

std::string with_all(const std::vector<Row>& rows) {
  std::string names;
  for (const Row& row : rows) {
    const auto entries = row.entries();
    if (std::all_of(entries.begin(), entries.end(), [](const Entry* e) { return e->good; }))
      names += (names.empty() ? "" : ", ") + row.name;
  }
  return names.empty() ? "no function" : names;
}

void run(const examples::ExperimentOptions&, const examples::OutputDirectory& output) {
  const std::vector<Row> rows = measure_all();
  examples::Chapter chapter("16_what_an_activation_should_be", "What an activation should be",
                            "Which function has which of the properties one would wish for?");
  chapter.say(
      "Nothing here was typed in: each entry is measured from the function as the library "
      "computes it, over " +
      std::to_string(sweep().size()) +
      " floats from -∞ to ∞ (every 4096th; where it jumps, down to neighbours). Functions "
      "of several numbers are measured along a slice.");
  std::vector<std::vector<std::string>> cells;
  for (const Row& row : rows)
    cells.push_back({row.name, row.range, row.nonlinear.text, row.continuous.text,
                     row.differentiable.text, row.never_falls.text});
  chapter.table(
      {"function", "range", "nonlinear", "continuous", "differentiable at 0: slope", "never falls"},
      cells);
  cells.clear();
  for (const Row& row : rows)
    cells.push_back(
        {row.name, row.zero_centred.text, row.saturates.text, row.can_die.text, row.cost.text});
  chapter.table(
      {"function", "zero-centred", "saturated: |f'| ≤ 0.005", "can a unit die", "cost, relu's = 1"},
      cells);
  chapter.say(
      "Zero-centred: the mean output for standard normal pre-activations. A unit can die "
      "where f' is exactly 0 from some pre-activation within ±10 on: no gradient brings "
      "it back. The exponential tails reach 0 as well, by underflow, far out: in health no unit "
      "gets there, but the chapter on dying ReLUs throws a quarter of its ELUs so far, by a high "
      "learning rate. "
      "(A unit of Maxout cannot die; its pieces can.) "
      "The cost is the time of f and f' in cache, one thread, " +
      functions::instruction_set() + ".");
  chapter.picture("what_an_activation_should_be.svg",
                  "Filled: has the property. Open: has it not. Cheap is less than twice ReLU's "
                  "time.");
  chapter.say("All eight at once: " + with_all(rows) + ".");
  if (examples::gnuplot_is_installed()) draw_picture(rows, output);
  chapter.print(std::cout);
  chapter.write(output);
}

}  // namespace

int main(int argc, char** argv) {
  return examples::run_experiment(
      argc, argv, "Measures the properties of every activation from the function itself.", run);
}
