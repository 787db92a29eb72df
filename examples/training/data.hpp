#pragma once

#include <Eigen/Core>
#include <filesystem>
#include <string>
#include <vector>

#include "../support/input_error.hpp"

namespace training {

using examples::InputError;

/// One picture per column, so that a unit is a row of every layer's array.
struct Samples {
  Eigen::MatrixXf pixels;
  std::vector<int> labels;

  Eigen::Index count() const { return pixels.cols(); }
};

struct Dataset {
  std::string name;
  Samples training;
  Samples test;
};

inline constexpr int classes = 10;

/// Rows of 64 integers 0 .. 16 and a label 0 .. 9. Every fifth row is held out for the test: a
/// fixed 80/20 split that no seed can improve.
Dataset load_digits(const std::filesystem::path& file);

/// The four gzip files of Fashion-MNIST (Xiao, Rasul,
/// Vollgraf, arXiv:1708.07747), with its own test set.
Dataset load_fashion_mnist(const std::filesystem::path& directory);

}  // namespace training
