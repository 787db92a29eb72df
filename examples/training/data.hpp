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
  std::vector<int> labels;  // from 0 to classes - 1
  int classes = 0;

  Eigen::Index count() const { return pixels.cols(); }
};

struct Dataset {
  std::string name;
  Samples training;
  Samples test;
};

/// Rows of 64 integers 0 .. 16 and a label 0 .. 9. Every fifth row is held out for the test: a
/// fixed 80/20 split that no seed can improve.
Dataset load_digits(const std::filesystem::path& file);

/// A directory of four files in the IDX format of MNIST (http://yann.lecun.com/exdb/mnist/), with
/// its own test set: train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and
/// t10k-labels-idx1-ubyte, or "test" instead of "t10k"; with a hyphen or a dot before "idx",
/// compressed (.gz) or not. MNIST, Fashion-MNIST and KMNIST have these names. EMNIST's begin with
/// that of the data set; where a directory has several, `path` is the directory and the name:
/// gzip/emnist-letters. The number of pictures, their size and the classes are read from the files:
/// the smallest label to train on is class 0, and the largest the last. Throws InputError with the
/// file and what is wrong with it.
Dataset load_idx(const std::filesystem::path& path);

/// The help text of the option of load_idx.
inline constexpr const char* idx_help =
    "Directory of four IDX files, instead of the digits: Fashion-MNIST (Debian's "
    "dataset-fashion-mnist puts it in /usr/share/datasets/fashion-mnist), MNIST, KMNIST; or a "
    "directory and the name of one of several sets in it, such as gzip/emnist-letters";

}  // namespace training
