// Says what the tests run on: the first thing to read in the log of a failure.
#include <Eigen/Core>
#include <hillock/version.hpp>
#include <iostream>
#include <xsimd/xsimd.hpp>

int main() {
  std::cout << "hillock " << HILLOCK_VERSION_MAJOR << '.' << HILLOCK_VERSION_MINOR << '.'
            << HILLOCK_VERSION_PATCH << "\nxsimd " << XSIMD_VERSION_MAJOR << '.'
            << XSIMD_VERSION_MINOR << '.' << XSIMD_VERSION_PATCH << ", "
            << xsimd::default_arch::name() << ": " << xsimd::batch<float>::size << " floats, "
            << xsimd::batch<double>::size << " doubles\nEigen " << ENVIRONMENT_EIGEN << ", "
            << Eigen::SimdInstructionSetsInUse() << "\nCatch2 " << ENVIRONMENT_CATCH2
            << "\ncompiler " << ENVIRONMENT_COMPILER << "\nflags " << ENVIRONMENT_FLAGS << '\n';
}
