// The unit of the multiples: a file that includes Eigen/Core alone.
#include <Eigen/Core>

float first_of(const Eigen::ArrayXXf& x) { return x(0, 0); }
