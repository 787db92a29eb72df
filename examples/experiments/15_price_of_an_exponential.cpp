// The price of an exponential: the time per number of every activation compared with ReLU's.

#include <algorithm>
#include <iostream>
#include <sstream>

#include "functions/cost.hpp"
#include "support/chapter.hpp"
#include "support/experiment.hpp"
#include "support/function_style.hpp"
#include "support/gnuplot.hpp"
#include "support/line_chart.hpp"

namespace {

using examples::fixed;

struct Row {
  std::string name;
  functions::Cost cost;
};

/// In each row a function's mark for f, and a line to the time of f and f'.
void draw_picture(const std::vector<Row>& rows, double relu,
                  const examples::OutputDirectory& output) {
  const int height = 80 + 26 * static_cast<int>(rows.size());
  std::ostringstream script, plot;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const examples::FunctionStyle& style = examples::style_of(rows[i].name);
    script << "$row" << i << " << END\n\"" << rows[i].name << "\" " << rows[i].cost.forward / relu
           << ' ' << rows[i].cost.both / relu << ' ' << i << "\nEND\n";
    const std::string data = (i ? ", $row" : "$row") + std::to_string(i);
    plot << data
         << " using 2:4:($3-$2):(0) with vectors head filled size screen 0.012,20 lw 2 lc rgb '"
         << style.colour << "' notitle, $row" << i << " using 2:4:ytic(1) with points pt "
         << style.mark << " ps 1.2 lw 2 lc rgb '" << style.colour << "' notitle";
  }
  script << examples::frame(examples::picture_width, height, 110, 20, 12, 60)
         << "set border 1\nset logscale x 2\nset ytics noenhanced scale 0\nset yrange ["
         << rows.size() << ".6-1:-0.6]\nset xrange [0.7:*]\n"
         << "set xlabel 'time per number, times that of relu (forward)'\nplot " << plot.str()
         << '\n';
  draw(output, "price_of_an_exponential.svg", examples::picture_width, height, script.str());
}

void run(const examples::ExperimentOptions&, const examples::OutputDirectory& output) {
  const std::vector<functions::Function> all = functions::all_functions();
  const std::vector<functions::Cost> costs = functions::measure_costs(all);
  const double relu = costs[functions::position_of_relu(all)].forward;
  std::vector<Row> rows;
  for (std::size_t i = 0; i < all.size(); ++i) rows.push_back({all[i].name, costs[i]});
  std::sort(rows.begin(), rows.end(),
            [](const Row& a, const Row& b) { return a.cost.forward < b.cost.forward; });

  examples::Chapter chapter("15_price_of_an_exponential", "The price of an exponential",
                            "How much more does a function with an exponential cost than ReLU?");
  chapter.say("Medians of 201 measurements in the first-level cache, one thread, " +
              functions::instruction_set() +
              ". Normal numbers as input; a column of 10 for softmax, log_softmax, "
              "cross_entropy and logsumexp, groups of 3 for maxout (of these five forward and "
              "backward, where it says f and f'), and the time is per number read.");
  std::vector<std::vector<std::string>> cells;
  for (const Row& row : rows)
    cells.push_back({row.name, fixed(row.cost.forward, 3), fixed(row.cost.forward / relu, 1),
                     fixed(row.cost.both, 3), fixed(row.cost.both / relu, 1)});
  chapter.table({"function", "f, ns", "times relu's f", "f and f', ns", "times relu's f"}, cells);
  chapter.picture(
      "price_of_an_exponential.svg",
      "The time of each function in that of ReLU: the mark of f, and the arrow leads to that "
      "of f and f' together.");
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
      argc, argv, "Measures the time per number of every activation compared with ReLU's.", run);
}
