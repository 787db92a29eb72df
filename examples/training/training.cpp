#include "training.hpp"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <numeric>

namespace training {
namespace {

volatile std::sig_atomic_t interrupted = 0;

}  // namespace

void catch_interrupts() {
  std::signal(SIGINT, [](int) { interrupted = 1; });
}

void throw_if_interrupted() {
  if (interrupted) throw Interrupted{};
}

double accuracy(const Eigen::MatrixXf& probabilities, const std::vector<int>& labels) {
  int right = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    Eigen::Index best = 0;
    probabilities.col(static_cast<Eigen::Index>(i)).maxCoeff(&best);
    right += best == labels[i];
  }
  return right / static_cast<double>(labels.size());
}

double cross_entropy(const Eigen::MatrixXf& probabilities, const std::vector<int>& labels) {
  double sum = 0;
  for (std::size_t i = 0; i < labels.size(); ++i)  // at least the smallest float, for a finite loss
    sum -= std::log(std::max(probabilities(labels[i], static_cast<Eigen::Index>(i)), 0x1p-149F));
  return sum / static_cast<double>(labels.size());
}

Samples select(const Samples& from, const std::vector<std::size_t>& order, std::size_t begin,
               std::size_t end) {
  Samples chosen;
  chosen.classes = from.classes;
  chosen.pixels.resize(from.pixels.rows(), static_cast<Eigen::Index>(end - begin));
  for (std::size_t i = begin; i < end; ++i) {
    chosen.pixels.col(static_cast<Eigen::Index>(i - begin)) =
        from.pixels.col(static_cast<Eigen::Index>(order[i]));
    chosen.labels.push_back(from.labels[order[i]]);
  }
  return chosen;
}

Trainer::Trainer(Network& network, const Samples& samples, const Step& step, Random& random,
                 std::size_t batch)
    : network_(network),
      samples_(samples),
      step_(step),
      random_(random),
      batch_(batch),
      order_(samples.labels.size()) {
  std::iota(order_.begin(), order_.end(), std::size_t{0});
}

void Trainer::epoch(const std::function<void()>& before_move,
                    const std::function<void()>& after_move) {
  random_.shuffle(order_);
  for (std::size_t begin = 0; begin < order_.size(); begin += batch_) {
    throw_if_interrupted();
    const Samples chosen = select(samples_, order_, begin, std::min(begin + batch_, order_.size()));
    network_.backward(chosen.pixels, chosen.labels);
    if (before_move) before_move();
    network_.move(step_);
    if (after_move) after_move();
  }
}

}  // namespace training
