// Says what the examples run on.
#include <Eigen/Core>
#include <hillock/version.hpp>
#include <iostream>
#include <xsimd/xsimd.hpp>

int main() {
  std::cout << "xsimd " << XSIMD_VERSION_MAJOR << '.' << XSIMD_VERSION_MINOR << '.'
            << XSIMD_VERSION_PATCH << ", " << xsimd::default_arch::name() << ": "
            << xsimd::batch<float>::size << " floats or " << xsimd::batch<double>::size
            << " doubles at a time; Eigen " << ENVIRONMENT_EIGEN << '\n';
}
