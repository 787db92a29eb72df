#pragma once

#include <Eigen/Core>
#include <functional>
#include <string>
#include <vector>

namespace functions {

/// One of the library's functions as a curve, and as work to be timed.
struct Function {
  std::string name;   // as in support/function_style.hpp
  std::string alias;  // another name of the same function, or empty
  std::string slice;  // of a function of several numbers: where the curve runs
  /// f and f' of each x, by the library's verbs.
  std::function<void(const Eigen::ArrayXf& x, Eigen::ArrayXf& f, Eigen::ArrayXf& derivative)> at;
  std::function<void(const Eigen::ArrayXd& x, Eigen::ArrayXd& f)> at_double;
  /// Makes a task that computes f, or f and what the
  /// backward pass needs, of about n normal values once.
  std::function<std::function<void()>(Eigen::Index n, bool backward)> task;
};

/// The library's catalogue (hillock::for_each_activation), then Maxout, Softmax, LogSoftmax and
/// CrossEntropy, which are objects of the user's own making, and logsumexp. Of those that look at
/// several numbers the curve is a slice through the function.
std::vector<Function> all_functions();

/// The instruction set that this is compiled for, such as "avx2_fma, 8 floats at a time".
std::string instruction_set();

}  // namespace functions
