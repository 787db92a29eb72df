// Monitors of PReLU: nothing is allocated, and each unit is counted as one whose function is a
// LeakyReLU of its slope. Eigen's own allocations are seen by EIGEN_RUNTIME_NO_MALLOC, all others
// by operator new.
namespace {
// Volatile: g++ 16 takes it that operator new changes no variable of the program.
volatile int allocations = 0;
void count_allocation() { allocations = allocations + 1; }
}  // namespace
#define EIGEN_RUNTIME_NO_MALLOC
#define eigen_assert(condition) ((condition) ? static_cast<void>(0) : count_allocation())

#include <hillock/diagnostics.hpp>
#include <hillock/hillock.hpp>
#include <support/catch.hpp>

#include <cmath>
#include <cstdlib>
#include <new>

[[gnu::noinline]] void* operator new(std::size_t size) {
  count_allocation();
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
// The library's own would call the one above; the address sanitizer's does not.
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  count_allocation();
  return std::malloc(size == 0 ? 1 : size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using Eigen::Index;
using hillock::Per;
using hillock::PReLU;
using hillock::UnitMonitor;
template <class T>
using Array = Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic>;

template <class Work>
int allocations_in(const Work& work) {
  Eigen::internal::set_is_malloc_allowed(false);
  allocations = 0;
  work();
  const int counted = allocations;
  Eigen::internal::set_is_malloc_allowed(true);
  return counted;
}

/// A slope for each row or column, 0 and negative ones among them.
Eigen::ArrayXd slopes_of(Index n) {
  Eigen::ArrayXd slopes(n);
  for (Index i = 0; i < n; ++i) slopes[i] = 0.25 * static_cast<double>(i % 5 - 1);
  return slopes;
}

PReLU<> prelu_for(Per axis, const Array<float>& z) {
  return PReLU<>(slopes_of(axis == Per::row ? z.rows() : z.cols()), axis);
}

TEST_CASE("a monitor of PReLU allocates nothing when it observes", "[diagnostics]") {
  Array<float> z = Array<float>::Random(13, 2500);
  const Eigen::Array<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> row_major = z;
  const Array<Eigen::half> halves = z.leftCols(300).cast<Eigen::half>();
  z(3, 4) = std::nanf("");
  for (const Per per : {Per::row, Per::column}) {
    for (const Per axis : {Per::row, Per::column}) {
      UnitMonitor monitor(prelu_for(axis, z), per == Per::row ? z.rows() : z.cols(), per);
      CHECK(allocations_in([&] {
              monitor.observe(z);
              monitor.observe(row_major);
              monitor.observe(2 * z);
            }) == 0);
    }
    UnitMonitor monitor(PReLU<>(0.5), per == Per::row ? 13 : 300, per);
    CHECK(allocations_in([&] { monitor.observe(halves); }) == 0);
  }
}

/// Counts the elements of one unit with |f'| above 0.1, and the samples whose outputs lack a sign.
struct Expected {
  std::int64_t active = 0, coherent = 0;
};
Expected expected_of(const Array<float>& z, Per per, const Array<float>& slope, Index unit) {
  Expected expected;
  const bool are_rows = per == Per::row;
  const Index samples = are_rows ? z.cols() : z.rows(), units = are_rows ? z.rows() : z.cols();
  for (Index sample = 0; sample < samples; ++sample) {
    bool has_positive = false, has_negative = false;
    for (Index i = 0; i < units; ++i) {
      const Index row = are_rows ? i : sample, col = are_rows ? sample : i;
      const float f_slope = z(row, col) > 0 ? 1.0F : slope(row, col);
      const float y = z(row, col) * f_slope;
      has_positive |= y > 0;
      has_negative |= y < 0;
      expected.active += i == unit && std::fabs(f_slope) > 0.1F;
    }
    expected.coherent += !(has_positive && has_negative);
  }
  return expected;
}

TEST_CASE("each element of a PReLU is classified by its own slope, whatever the axes",
          "[diagnostics]") {
  for (const Index rows : {Index{2}, Index{9}, Index{40}}) {
    for (const Index cols : {Index{3}, Index{17}, Index{600}}) {
      const Array<float> z = Array<float>::Random(rows, cols);
      const Eigen::Array<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> row_major = z;
      for (const Per axis : {Per::row, Per::column}) {
        const PReLU<> prelu = prelu_for(axis, z);
        Array<float> slope(rows, cols);
        for (Index i = 0; i < rows; ++i)
          for (Index k = 0; k < cols; ++k)
            slope(i, k) = static_cast<float>(prelu.slope[axis == Per::row ? i : k]);
        for (const Per per : {Per::row, Per::column}) {
          const Index units = per == Per::row ? rows : cols;
          UnitMonitor monitor(prelu, units, per, hillock::diagnostics::default_tau, 0.1);
          monitor.observe(z);
          monitor.observe(row_major);
          const auto report = monitor.report();
          const Index unit = units - 1;
          const Expected expected = expected_of(z, per, slope, unit);
          CHECK(report.units[static_cast<std::size_t>(unit)].active == 2 * expected.active);
          CHECK(report.coherent_samples == 2 * expected.coherent);
        }
      }
    }
  }
}

}  // namespace
