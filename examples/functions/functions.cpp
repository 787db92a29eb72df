#include "functions.hpp"

#include <hillock/hillock.hpp>
#include <memory>
#include <type_traits>
#include <xsimd/xsimd.hpp>

#include "../training/random.hpp"

namespace functions {
namespace {

/// Normal values by Box and Muller's method, the same everywhere.
Eigen::ArrayXXf normal(Eigen::Index rows, Eigen::Index columns) {
  training::Random random(1);
  Eigen::ArrayXXf values(rows, columns);
  for (float& value : values.reshaped())
    value = static_cast<float>(std::sqrt(-2 * std::log(1 - random.uniform())) *
                               std::cos(6.283185307179586 * random.uniform()));
  return values;
}

template <class F>
Function pointwise(const char* name, const F& f) {
  Function function;
  function.name = name;
  function.at = [f](const Eigen::ArrayXf& x, Eigen::ArrayXf& y, Eigen::ArrayXf& d) {
    hillock::forward_and_derivative(f, x, y, d);
  };
  function.at_double = [f](const Eigen::ArrayXd& x, Eigen::ArrayXd& y) {
    hillock::forward(f, x, y);
  };
  function.task = [f](Eigen::Index n, bool backward) -> std::function<void()> {
    struct Arrays {
      Eigen::ArrayXf x, y, d;
    };
    const auto a = std::make_shared<Arrays>(
        Arrays{normal(n, 1), Eigen::ArrayXf::Zero(n), Eigen::ArrayXf::Zero(n)});
    if (backward) return [f, a] { hillock::forward_and_derivative(f, a->x, a->y, a->d); };
    return [f, a] { hillock::forward(f, a->x, a->y); };
  };
  return function;
}

/// The work of a function of columns of `rows` numbers: forward, and backward from its input.
template <class F>
auto task_on_columns(const F& f, Eigen::Index rows, Eigen::Index output_rows) {
  return [f, rows, output_rows](Eigen::Index n, bool backward) -> std::function<void()> {
    struct Arrays {
      Eigen::ArrayXXf x, y, dx;
    };
    const Eigen::Index columns = n / rows;
    const auto a = std::make_shared<Arrays>(Arrays{normal(rows, columns),
                                                   Eigen::ArrayXXf::Zero(output_rows, columns),
                                                   Eigen::ArrayXXf::Zero(rows, columns)});
    if (backward)
      return [f, a] {
        hillock::forward(f, a->x, a->y);
        hillock::backward(f, a->x, a->y, a->dx);
      };
    return [f, a] { hillock::forward(f, a->x, a->y); };
  };
}

/// The first of three scores of each x: x itself, 0 and 1.
template <class T>
Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic> scores(
    const Eigen::Array<T, Eigen::Dynamic, 1>& x) {
  Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic> z(3, x.size());
  z.row(0) = x.transpose();
  z.row(1) = 0;
  z.row(2) = 1;
  return z;
}

/// The result of a function for the first of three scores; the other two are 0 and 1.
template <class F>
Function of_three_scores(const char* name, const F& f) {
  Function function;
  function.name = name;
  function.slice = "of (x, 0, 1), the first";
  function.at = [f](const Eigen::ArrayXf& x, Eigen::ArrayXf& y, Eigen::ArrayXf& d) {
    const Eigen::ArrayXXf z = scores(x);
    Eigen::ArrayXXf first = Eigen::ArrayXXf::Zero(3, x.size());
    first.row(0) = 1;
    const Eigen::ArrayXXf p = f(z), dz = f.backward(z, first);
    y = p.row(0).transpose();
    d = dz.row(0).transpose();
  };
  function.at_double = [f](const Eigen::ArrayXd& x, Eigen::ArrayXd& y) {
    const Eigen::ArrayXXd p = f(scores(x));
    y = p.row(0).transpose();
  };
  function.task = task_on_columns(f, 10, 10);
  return function;
}

/// The loss by the first of three scores, which is the label's.
Function cross_entropy() {
  const hillock::CrossEntropy f{hillock::Per::column, hillock::Reduction::sum};
  Function function;
  function.name = "cross_entropy";
  function.slice = "of (x, 0, 1), label 0";
  function.at = [f](const Eigen::ArrayXf& x, Eigen::ArrayXf& y, Eigen::ArrayXf& d) {
    const Eigen::ArrayXXf z = scores(x);
    const Eigen::ArrayXi labels = Eigen::ArrayXi::Zero(x.size());
    Eigen::ArrayXXf dz(3, x.size());
    y = f.losses(z, labels).transpose();
    f.forward_and_backward(z, labels, dz);
    d = dz.row(0).transpose();
  };
  function.at_double = [f](const Eigen::ArrayXd& x, Eigen::ArrayXd& y) {
    const Eigen::ArrayXi labels = Eigen::ArrayXi::Zero(x.size());
    y = f.losses(scores(x), labels).transpose();
  };
  function.task = [f](Eigen::Index n, bool backward) -> std::function<void()> {
    struct Arrays {
      Eigen::ArrayXXf x, dx;
      Eigen::ArrayXi labels;
      double loss;
    };
    const Eigen::Index columns = n / 10;
    const auto a =
        std::make_shared<Arrays>(Arrays{normal(10, columns), Eigen::ArrayXXf::Zero(10, columns),
                                        Eigen::ArrayXi::LinSpaced(columns, 0, 9), 0});
    if (backward) return [f, a] { a->loss = f.forward_and_backward(a->x, a->labels, a->dx); };
    return [f, a] { a->loss = f(a->x, a->labels); };
  };
  return function;
}

/// The loss of one logit whose target is 1.
Function binary_cross_entropy() {
  const hillock::BinaryCrossEntropy f{hillock::Reduction::sum};
  Function function;
  function.name = "binary_cross_entropy";
  function.slice = "target 1";
  function.at = [f](const Eigen::ArrayXf& x, Eigen::ArrayXf& y, Eigen::ArrayXf& d) {
    const Eigen::ArrayXf targets = Eigen::ArrayXf::Ones(x.size());
    y = f.losses(x, targets);
    f.backward(x, targets, d);
  };
  function.at_double = [f](const Eigen::ArrayXd& x, Eigen::ArrayXd& y) {
    y = f.losses(x, Eigen::ArrayXd::Ones(x.size()));
  };
  function.task = [f](Eigen::Index n, bool backward) -> std::function<void()> {
    struct Arrays {
      Eigen::ArrayXXf x, targets, dx;
      double loss;
    };
    const auto a = std::make_shared<Arrays>(
        Arrays{normal(n, 1), Eigen::ArrayXXf::Ones(n, 1), Eigen::ArrayXXf::Zero(n, 1), 0});
    if (backward) return [f, a] { a->loss = f.forward_and_backward(a->x, a->targets, a->dx); };
    return [f, a] { a->loss = f(a->x, a->targets); };
  };
  return function;
}

/// By the first of three scores; its derivative is softmax.
Function logsumexp() {
  const auto column = hillock::Per::column;
  Function function;
  function.name = "logsumexp";
  function.slice = "of (x, 0, 1)";
  function.at = [](const Eigen::ArrayXf& x, Eigen::ArrayXf& y, Eigen::ArrayXf& d) {
    const Eigen::ArrayXXf z = scores(x), p = hillock::Softmax{column}(z);
    y = hillock::logsumexp(z, column).transpose();
    d = p.row(0).transpose();
  };
  function.at_double = [](const Eigen::ArrayXd& x, Eigen::ArrayXd& y) {
    y = hillock::logsumexp(scores(x), column).transpose();
  };
  function.task = [](Eigen::Index n, bool backward) -> std::function<void()> {
    struct Arrays {
      Eigen::ArrayXXf x, y, p;
    };
    const Eigen::Index columns = n / 10;
    const auto a =
        std::make_shared<Arrays>(Arrays{normal(10, columns), Eigen::ArrayXXf::Zero(1, columns),
                                        Eigen::ArrayXXf::Zero(10, columns)});
    if (backward)
      return [a] {
        a->y = hillock::logsumexp(a->x, column);
        hillock::forward(hillock::Softmax{column}, a->x, a->p);
      };
    return [a] { a->y = hillock::logsumexp(a->x, column); };
  };
  return function;
}

/// Three straight pieces make a convex function; the
/// derivative is the slope of the piece that is the argmax.
template <class T>
Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic> three_pieces(
    const Eigen::Array<T, Eigen::Dynamic, 1>& x) {
  Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic> z(3, x.size());
  z.row(0) = T(-0.5) * x.transpose() - T(1);
  z.row(1) = T(0.25) * x.transpose();
  z.row(2) = x.transpose() - T(1.5);
  return z;
}

Function maxout() {
  const hillock::Maxout f{3, hillock::Per::column};
  Function function;
  function.name = "maxout";
  function.slice = "of (-x/2-1, x/4, x-1.5)";
  function.at = [f](const Eigen::ArrayXf& x, Eigen::ArrayXf& y, Eigen::ArrayXf& d) {
    const Eigen::ArrayXXf z = three_pieces(x), m = f(z),
                          routed = f.backward(z, Eigen::ArrayXXf::Ones(1, x.size()));
    y = m.row(0).transpose();
    d = (routed.colwise() * Eigen::Array3f(-0.5F, 0.25F, 1)).colwise().sum().transpose();
  };
  function.at_double = [f](const Eigen::ArrayXd& x, Eigen::ArrayXd& y) {
    const Eigen::ArrayXXd m = f(three_pieces(x));
    y = m.row(0).transpose();
  };
  function.task = task_on_columns(f, 3, 1);
  return function;
}

}  // namespace

std::vector<Function> all_functions() {
  std::vector<Function> all;
  hillock::for_each_activation([&](const char* name, const auto& f) {
    all.push_back(pointwise(name, f));
    if (std::is_same_v<std::decay_t<decltype(f)>, hillock::SiLU<>>) all.back().alias = "silu";
  });
  all.push_back(maxout());
  const auto column = hillock::Per::column;
  all.push_back(of_three_scores("softmax", hillock::Softmax{column}));
  all.push_back(of_three_scores("log_softmax", hillock::LogSoftmax{column}));
  all.push_back(cross_entropy());
  all.push_back(binary_cross_entropy());
  all.push_back(logsumexp());
  return all;
}

std::string instruction_set() {
  return std::string(hillock::detail::simd::instruction_set()) + ", " +
         std::to_string(xsimd::batch<float>::size) + " floats at a time";
}

}  // namespace functions
