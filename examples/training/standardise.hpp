#pragma once

#include <cmath>

#include "data.hpp"

namespace training {

/// Subtracts each pixel's mean and divides by the standard deviation of all,
/// both of the training set. One deviation for all pixels, because some pixels
/// are the same in every picture and have none of their own. Inputs of mean 0
/// and variance 1 are what the initial weights of Glorot and He are derived for.
inline void standardise(Dataset& data) {
  const Eigen::VectorXf mean = data.training.pixels.rowwise().mean();
  data.training.pixels.colwise() -= mean;
  data.test.pixels.colwise() -= mean;
  const float deviation = std::sqrt(data.training.pixels.array().square().mean());
  if (deviation == 0) throw InputError(data.name + ": all pictures are the same");
  data.training.pixels /= deviation;
  data.test.pixels /= deviation;
}

}  // namespace training
