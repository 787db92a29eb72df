#include "activations.hpp"

#include <algorithm>
#include <hillock/diagnostics.hpp>
#include <hillock/hillock.hpp>
#include <stdexcept>

namespace training {
namespace {

/// The sigmoid's slope is 1/4 at 0: four times the weights, as the same authors' tutorial has it
/// (deeplearning.net, "Multilayer Perceptron").
double four_times_glorot(Eigen::Index inputs, Eigen::Index outputs) {
  return 4 * glorot(inputs, outputs);
}

/// For functions that pass one half only: He, Zhang, Ren, Sun, arXiv:1502.01852.
double he(Eigen::Index inputs, Eigen::Index) {
  return std::sqrt(2.0 / static_cast<double>(inputs));
}

/// The same for a maximum of two: of two independent
/// normal values the larger has the mean square of one.
double lecun(Eigen::Index inputs, Eigen::Index) {
  return std::sqrt(1.0 / static_cast<double>(inputs));
}

double share(const std::vector<bool>& flags) {
  return static_cast<double>(std::count(flags.begin(), flags.end(), true)) /
         static_cast<double>(flags.size());
}

template <class F>
Health examine_units(const F& f, const Eigen::MatrixXf& pre_activations) {
  hillock::UnitMonitor monitor(f, pre_activations.rows(), hillock::Per::row);
  monitor.observe(pre_activations);
  const hillock::UnitReport report = monitor.report();
  Health health;
  health.saturated = report.saturated_low_fraction() + report.saturated_high_fraction();
  health.dead = report.dead_fraction();
  for (const hillock::UnitStatistics& unit : report.units) health.is_dead.push_back(unit.is_dead());
  return health;
}

template <class F>
class Pointwise : public Activation {
 public:
  explicit Pointwise(const F& f) : f_(f) {}

  Eigen::MatrixXf forward(const Eigen::MatrixXf& pre_activations) const override {
    return f_(pre_activations);
  }
  Eigen::MatrixXf backward(const Eigen::MatrixXf& pre_activations,
                           const Eigen::MatrixXf& gradient) override {
    return f_.backward(pre_activations, gradient);
  }
  Health examine(const Eigen::MatrixXf& pre_activations) const override {
    return examine_units(f_, pre_activations);
  }

 private:
  F f_;
};

/// Learns its slopes with the weights and with their momentum, as in arXiv:1502.01852, section 2.1.
class LearnedSlopes : public Activation {
 public:
  explicit LearnedSlopes(Eigen::Index units)
      : prelu_(Eigen::ArrayXd::Constant(units, 0.25), hillock::Per::row),
        gradient_(Eigen::ArrayXd::Zero(units)),
        velocity_(Eigen::ArrayXd::Zero(units)) {}

  Eigen::MatrixXf forward(const Eigen::MatrixXf& pre_activations) const override {
    return prelu_(pre_activations);
  }
  Eigen::MatrixXf backward(const Eigen::MatrixXf& pre_activations,
                           const Eigen::MatrixXf& gradient) override {
    gradient_ = prelu_.slope_gradient(pre_activations, gradient);
    return prelu_.backward(pre_activations, gradient);
  }
  void move(const Step& step) override {
    velocity_ = step.momentum * velocity_ - step.learning_rate * gradient_;
    prelu_.slope += velocity_;
  }
  Health examine(const Eigen::MatrixXf& pre_activations) const override {
    return examine_units(prelu_, pre_activations);
  }
  Eigen::ArrayXd slopes() const override { return prelu_.slope; }

 private:
  hillock::PReLU<> prelu_;
  Eigen::ArrayXd gradient_, velocity_;
};

class Maximum : public Activation {
 public:
  Eigen::MatrixXf forward(const Eigen::MatrixXf& pre_activations) const override {
    return maxout_(pre_activations);
  }
  Eigen::MatrixXf backward(const Eigen::MatrixXf& pre_activations,
                           const Eigen::MatrixXf& gradient) override {
    return maxout_.backward(pre_activations, gradient);
  }
  Health examine(const Eigen::MatrixXf& pre_activations) const override {
    const Eigen::ArrayXXf mask = maxout_.derivative(pre_activations);
    Health health;
    for (Eigen::Index piece = 0; piece < mask.rows(); ++piece)
      health.is_dead.push_back(mask.row(piece).maxCoeff() == 0);
    health.dead = share(health.is_dead);
    return health;
  }
  int pieces() const override { return maxout_.pieces; }

 private:
  hillock::Maxout<> maxout_{2, hillock::Per::column};
};

template <const auto& f>
std::unique_ptr<Activation> pointwise(Eigen::Index) {
  return std::make_unique<Pointwise<std::decay_t<decltype(f)>>>(f);
}

}  // namespace

double glorot(Eigen::Index inputs, Eigen::Index outputs) {
  return std::sqrt(2.0 / static_cast<double>(inputs + outputs));
}

const std::vector<ActivationKind>& activations() {
  static const std::vector<ActivationKind> all = {
      {"sigmoid", pointwise<hillock::sigmoid>, four_times_glorot},
      {"tanh", pointwise<hillock::tanh>, glorot},
      {"relu", pointwise<hillock::relu>, he},
      {"leaky_relu", pointwise<hillock::leaky_relu>, he},
      {"prelu",
       [](Eigen::Index units) -> std::unique_ptr<Activation> {
         return std::make_unique<LearnedSlopes>(units);
       },
       he},
      {"elu", pointwise<hillock::elu>, he},
      {"swish", pointwise<hillock::swish>, he},
      {"maxout",
       [](Eigen::Index) -> std::unique_ptr<Activation> { return std::make_unique<Maximum>(); },
       lecun},
  };
  return all;
}

const ActivationKind& activation(const std::string& name) {
  static const ActivationKind identity = {"identity", pointwise<hillock::identity>, glorot};
  if (name == identity.name) return identity;
  const auto found =
      std::find_if(activations().begin(), activations().end(),
                   [&name](const ActivationKind& kind) { return kind.name == name; });
  if (found == activations().end()) throw std::logic_error("there is no activation " + name);
  return *found;
}

}  // namespace training
