// The price of an exponential: the time per number of every activation beside ReLU's.

#include <algorithm>
#include <iostream>
#include <sstream>

#include "functions/cost.hpp"
#include "support/chapter.hpp"
#include "support/experiment.hpp"
#include "support/gnuplot.hpp"

namespace {

using examples::fixed;

struct Row {
  std::string name;
  functions::Cost cost;
};

/// What precedes " of" in a slice's name: the time is that of the whole function.
std::string short_name(const std::string& name) { return name.substr(0, name.find(" of ")); }

void draw_picture(const std::vector<Row>& rows, double relu,
                  const examples::OutputDirectory& output) {
  std::ostringstream script;
  script << "$data << END\n";
  for (const Row& row : rows)
    script << '"' << row.name << "\" " << row.cost.forward / relu << ' ' << row.cost.both / relu
           << '\n';
  script << "END\nset border 1 lc rgb '#999999'\nset grid lc rgb '#dddddd'\nset logscale x 2\n"
            "set ytics nomirror noenhanced scale 0\nset xtics nomirror\nset yrange ["
         << rows.size() << ".6-1:-0.6]\nset xrange [0.7:*]\n"
         << "set xlabel 'time per number, times that of relu (forward)'\n"
            "set key top right samplen 1\n"
            "plot $data using 2:0:ytic(1) with points pt 7 ps 1.2 lc rgb '#0072b2' title "
            "'forward', $data using 3:0 with points pt 5 ps 1.1 lc rgb '#d55e00' title 'forward "
            "and derivative'\n";
  draw(output, "price_of_an_exponential.svg", 760, 90 + 28 * static_cast<int>(rows.size()),
       script.str());
}

void run(const examples::ExperimentOptions&, const examples::OutputDirectory& output) {
  const std::vector<functions::Function> all = functions::all_functions();
  const std::vector<functions::Cost> costs = functions::measure_costs(all);
  const double relu = costs[functions::position_of_relu(all)].forward;
  std::vector<Row> rows;
  for (std::size_t i = 0; i < all.size(); ++i) rows.push_back({short_name(all[i].name), costs[i]});
  std::sort(rows.begin(), rows.end(),
            [](const Row& a, const Row& b) { return a.cost.forward < b.cost.forward; });

  examples::Chapter chapter("15_price_of_an_exponential", "The price of an exponential",
                            "How much more does a function with an exponential cost than ReLU?");
  chapter.say("Medians of 201 measurements in the first-level cache, one thread, " +
              functions::instruction_set() +
              ". Normal numbers as input; a column of 10 for softmax, log_softmax and "
              "cross_entropy, groups of 3 for maxout (of these four forward and backward, where it "
              "says f and f'), and the time is per number read.");
  std::vector<std::vector<std::string>> cells;
  for (const Row& row : rows)
    cells.push_back({row.name, fixed(row.cost.forward, 3), fixed(row.cost.forward / relu, 1),
                     fixed(row.cost.both, 3), fixed(row.cost.both / relu, 1)});
  chapter.table({"function", "f, ns", "times relu's f", "f and f', ns", "times relu's f"}, cells);
  chapter.picture("price_of_an_exponential.svg", "The time of each function in that of ReLU.");
  chapter.say(
      "In a network the difference is mostly hidden: a layer of 64 inputs spends 64 "
      "multiplications and additions on each pre-activation before its function is called "
      "once.");
  if (examples::gnuplot_is_installed()) draw_picture(rows, relu, output);
  chapter.print(std::cout);
  chapter.write(output);
}

}  // namespace

int main(int argc, char** argv) {
  return examples::run_experiment(
      argc, argv, "Measures the time per number of every activation beside ReLU's.", run);
}
