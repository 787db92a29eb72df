// The names that the snippets of the pages use without declaring them. They are compiled, not run.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <hillock/diagnostics.hpp>
#include <hillock/hillock.hpp>
#include <iostream>

namespace readme {

extern const Eigen::MatrixXf W, X, dH;
extern Eigen::MatrixXf dX;
extern const Eigen::VectorXf b;
extern const Eigen::ArrayXXf Z, dY, dP;
extern Eigen::ArrayXXf A, B;
extern const float* x;
extern float* y;
extern const std::size_t n;

}  // namespace readme
