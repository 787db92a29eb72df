// Compares a subject with its reference at many points, on several threads.
#pragma once

#include <accuracy/points.hpp>
#include <accuracy/properties.hpp>
#include <accuracy/worst.hpp>

namespace accuracy {

template <class T>
struct SweepResult {
  std::uint64_t points = 0;
  Worst<T> forward;
  Worst<T> derivative;
  Findings<T> findings;
  std::uint64_t checksum = 0;  // of the bits of x, f and f', in any order

  void merge(const SweepResult& other) {
    points += other.points;
    forward.merge(other.forward);
    derivative.merge(other.derivative);
    findings.merge(other.findings);
    checksum += other.checksum;
  }
};

struct SweepOptions {
  bool properties = true;
  /// Whether results must be the correctly rounded ones.
  bool correct_rounding = false;
  unsigned threads = 1;
};

template <class T>
SweepResult<T> sweep(const Subject<T>& subject, const Points<T>& points,
                     const SweepOptions& options);

/// Computes the checksum alone.
template <class T>
std::uint64_t checksum(const Subject<T>& subject, const Points<T>& points, unsigned threads);

/// Returns the checksum of the correctly rounded results. Throws std::runtime_error if MPFR is
/// needed and not available.
template <class T>
std::uint64_t true_checksum(const std::string& function, double value, const Points<T>& points,
                            unsigned threads);

}  // namespace accuracy
