// Counts, extremes and moments of a stream are those of all its elements together, wherever the
// numbers lie, what is not finite among them, and however the stream is cut into batches and over
// monitors that are merged.
#include <support/call_paths.hpp>
#include <support/complaint.hpp>
#include <support/layouts.hpp>

#include <hillock/diagnostics.hpp>
#include <hillock/hillock.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

namespace {

using namespace support;
using hillock::Per;
using hillock::UnitMonitor;
using hillock::UnitStatistics;
using Real = long double;

/// Numbers of one unit: about a mean, of one magnitude or of any, with some that are not finite.
template <class T>
class Stream {
 public:
  explicit Stream(std::mt19937& random) : random_(random) {
    using Limits = std::numeric_limits<T>;
    // From the subnormal numbers to the largest. Half of them are of ordinary size.
    lowest_ = Limits::min_exponent - Limits::digits + 2;
    highest_ = Limits::max_exponent - 3;
    exponent_ = random() % 2 == 0 ? 0 : between(lowest_, highest_);
    kind_ = random() % 5;
    const int far = static_cast<int>(random() % 4);
    mean_ = far == 0 ? 0 : std::exp2(far * (Limits::digits > 24 ? 6 : 3));
    non_finite_ = random() % 3 == 0 ? 30 : 0;
    zeros_ = random() % 4 == 0 ? 400 : 0;
  }
  T operator()() {
    const auto which = random_() % 1000;
    if (which < non_finite_) {
      const T other[] = {std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::infinity(),
                         -std::numeric_limits<T>::infinity()};
      return other[which % 3];
    }
    if (which < zeros_) return which % 2 == 0 ? T(0) : -T(0);
    if (kind_ == 0) return scaled(normal_(random_), between(lowest_, highest_));
    if (kind_ == 1) return scaled(normal_(random_) + (++drawn_ % 300 < 150 ? mean_ : -mean_));
    if (kind_ == 2) return scaled(mean_ + 1);
    return scaled(normal_(random_) + mean_);
  }

 private:
  std::mt19937& random_;
  int lowest_, highest_, exponent_;
  unsigned long kind_, drawn_ = 0;
  double mean_;
  unsigned non_finite_, zeros_;
  std::normal_distribution<double> normal_;

  int between(int low, int high) {
    return low + static_cast<int>(random_() % static_cast<unsigned>(high - low + 1));
  }
  T scaled(double x) { return scaled(x, exponent_); }
  static T scaled(double x, int exponent) {
    constexpr double most = static_cast<double>(std::numeric_limits<T>::max()) / 2;
    return static_cast<T>(std::clamp(std::ldexp(x, exponent), -most, most));
  }
};

/// The moments of all elements of a unit, in long double.
struct Reference {
  std::int64_t finite = 0, non_finite = 0;
  double largest_input = -std::numeric_limits<double>::infinity();
  double smallest_output = std::numeric_limits<double>::infinity();
  Real mean_input = 0, mean_output = 0, input_variance = 0, output_variance = 0;

  template <class T, class F>
  Reference(const F& f, const std::vector<T>& elements) {
    std::vector<Real> xs, ys;
    for (const T x : elements) {
      const T y = call_forward(f, x);
      if (!std::isfinite(x) || !std::isfinite(y)) {
        ++non_finite;
        continue;
      }
      ++finite;
      largest_input = std::max(largest_input, static_cast<double>(x));
      smallest_output = std::min(smallest_output, static_cast<double>(y));
      xs.push_back(static_cast<Real>(x));
      ys.push_back(static_cast<Real>(y));
    }
    set(xs, mean_input, input_variance);
    set(ys, mean_output, output_variance);
  }

 private:
  /// About the first number: of numbers that lie close together 64 bits are not enough.
  static void set(const std::vector<Real>& numbers, Real& mean, Real& variance) {
    if (numbers.empty()) return;
    const auto n = static_cast<Real>(numbers.size());
    Real offset = 0, correction = 0;
    for (const Real x : numbers) offset += (x - numbers[0]) / n;
    for (const Real x : numbers) correction += (x - numbers[0] - offset) / n;
    offset += correction;
    for (const Real x : numbers) {
      const Real deviation = x - numbers[0] - offset;
      variance += deviation * deviation / n;
    }
    mean = numbers[0] + offset;
  }
};

struct Bound {
  double mean;      ///< in standard deviations, beside the rounding of the mean itself
  double variance;  ///< relative
};
constexpr Bound bound_of_floats{1e-5, 1e-4}, bound_of_doubles{1e-12, 1e-11};

/// The error in units of what it may be.
double mean_error(double got, Real mean, Real variance, Bound bound) {
  const Real allowed = bound.mean * std::sqrt(variance) +
                       std::fabs(mean) * std::numeric_limits<double>::epsilon() / 2 +
                       std::numeric_limits<double>::denorm_min();
  const Real error = std::fabs(static_cast<Real>(got) - mean);
  return std::isfinite(got) ? static_cast<double>(error / allowed) : 1e9;
}
double variance_error(double got, Real variance, Bound bound) {
  if (variance > static_cast<Real>(std::numeric_limits<double>::max()) || std::isinf(got))
    return std::isinf(got) && variance > 0.999L * std::numeric_limits<double>::max() ? 0 : 1e9;
  const Real allowed = bound.variance * variance + std::numeric_limits<double>::denorm_min();
  return static_cast<double>(std::fabs(static_cast<Real>(got) - variance) / allowed);
}

struct Worst {
  Difference counts;
  double mean = 0, variance = 0;

  void compare(const std::string& what, const UnitStatistics& got, const Reference& wanted,
               Bound bound) {
    const auto same_bits = [](double a, double b) {
      a = a == 0 ? 0 : a;
      b = b == 0 ? 0 : b;
      return std::memcmp(&a, &b, sizeof a) == 0;
    };
    counts.expect(got.finite == wanted.finite && got.non_finite == wanted.non_finite &&
                      same_bits(got.largest_input, wanted.largest_input) &&
                      same_bits(got.smallest_output, wanted.smallest_output),
                  what);
    if (wanted.finite == 0) {
      counts.expect(std::isnan(got.mean_input()) && std::isnan(got.output_variance()), what);
      return;
    }
    const double means[] = {
        mean_error(got.mean_input(), wanted.mean_input, wanted.input_variance, bound),
        mean_error(got.mean_output(), wanted.mean_output, wanted.output_variance, bound)};
    const double variances[] = {
        variance_error(got.input_variance(), wanted.input_variance, bound),
        variance_error(got.output_variance(), wanted.output_variance, bound)};
    mean = std::max({mean, means[0], means[1]});
    variance = std::max({variance, variances[0], variances[1]});
    counts.expect(std::max({means[0], means[1], variances[0], variances[1]}) <= 1, what);
  }
};

/// Observes columns `begin` to `end` in batches, as one monitor or as two that are merged, each the
/// same way.
template <class F, class Z>
UnitMonitor<F> observed(const F& f, const Z& z, Per per, Index begin, Index end,
                        std::mt19937& random) {
  const Index units = per == Per::row ? z.rows() : z.cols();
  UnitMonitor<F> monitor(f, units, per);
  const auto observe = [&](UnitMonitor<F>& by, Index from, Index to) {
    if (per == Per::row)
      by.observe(z.middleCols(from, to - from));
    else
      by.observe(z.middleRows(from, to - from));
  };
  if (end - begin > 1 && random() % 2 == 0) {
    const Index middle = begin + static_cast<Index>(random() % static_cast<unsigned>(end - begin));
    UnitMonitor<F> left = observed(f, z, per, begin, middle, random);
    UnitMonitor<F> right = observed(f, z, per, middle, end, random);
    if (random() % 2 == 0) {
      left.merge(right);
      return left;
    }
    right.merge(left);
    return right;
  }
  for (Index at = begin; at < end;) {
    const Index most = random() % 2 == 0 ? 20 : 700;
    const Index n = std::min(end - at, static_cast<Index>(random() % static_cast<unsigned>(most)));
    observe(monitor, at, at + n);  // of no samples at times
    at += n;
  }
  return monitor;
}

template <class Element, class F>
void check_stream(const char* name, const F& f, Bound bound, int rounds) {
  INFO(name);
  using T = hillock::detail::ComputeType<Element>;
  std::mt19937 random(41);
  Worst worst;
  for (int round = 0; round < rounds; ++round) {
    const Index units = 1 + static_cast<Index>(random() % 24);
    const Index samples = 1 + static_cast<Index>(random() % (round % 4 == 0 ? 3000 : 300));
    const Per per = round % 2 == 0 ? Per::row : Per::column;
    const int layout = static_cast<int>(random() % layouts);
    std::vector<std::vector<T>> elements(static_cast<std::size_t>(units));
    std::vector<std::vector<Element>> drawn(elements.size());
    for (std::size_t unit = 0; unit < elements.size(); ++unit) {
      Stream<T> stream(random);
      for (Index i = 0; i < samples; ++i) {
        drawn[unit].push_back(static_cast<Element>(stream()));
        elements[unit].push_back(static_cast<T>(drawn[unit].back()));
      }
    }
    const bool are_rows = per == Per::row;
    auto z = strided_array<Element>(layout, are_rows ? units : samples, are_rows ? samples : units,
                                    [] { return Element(1); });
    std::int64_t coherent = 0;
    for (Index i = 0; i < samples; ++i) {
      bool has_positive = false, has_negative = false;
      for (Index unit = 0; unit < units; ++unit) {
        const Index row = are_rows ? unit : i, col = are_rows ? i : unit;
        const auto u = static_cast<std::size_t>(unit), s = static_cast<std::size_t>(i);
        z.memory[static_cast<std::size_t>(row * z.row_step + col * z.col_step)] = drawn[u][s];
        const T y = call_forward(f, elements[u][s]);
        has_positive |= y > 0;
        has_negative |= y < 0;
      }
      coherent += !(has_positive && has_negative);
    }
    const auto whole = observed(f, z.view(), per, 0, samples, random);
    const auto report = whole.report();
    const std::string what = std::to_string(units) + (are_rows ? " rows of " : " columns of ") +
                             std::to_string(samples) + ", layout " + std::to_string(layout);
    worst.counts.expect(report.samples == samples && report.coherent_samples == coherent,
                        "signs, " + what);
    UnitMonitor<F> once(f, units, per);
    once.observe(z.view());
    worst.counts.expect(once.state().integers == whole.state().integers, "state, " + what);
    std::vector<T> all;
    for (std::size_t unit = 0; unit < elements.size(); ++unit) {
      const Reference wanted(f, elements[unit]);
      const std::string which = "unit " + std::to_string(unit) + " of " + what;
      worst.compare(which, report.units[unit], wanted, bound);
      worst.compare(which + ", at once", once.report().units[unit], wanted, bound);
      all.insert(all.end(), elements[unit].begin(), elements[unit].end());
    }
    worst.compare("the layer of " + what, report.layer, Reference(f, all), bound);
  }
  INFO(worst.counts.first << "; of what is allowed, the means are at " << worst.mean
                          << ", the variances at " << worst.variance);
  CHECK(worst.counts.first.empty());
  CHECK(worst.counts.compared > 20 * rounds);
}

TEST_CASE(
    "whatever values come, in whatever order, counts are exact and moments within their bound",
    "[diagnostics]") {
  check_stream<float>("float leaky_relu", hillock::leaky_relu, bound_of_floats, 300);
  check_stream<float>("float sigmoid", hillock::sigmoid, bound_of_floats, 300);
  check_stream<double>("double identity", hillock::identity, bound_of_doubles, 300);
  check_stream<double>("double sigmoid", hillock::sigmoid, bound_of_doubles, 300);
  check_stream<Eigen::half>("half leaky_relu", hillock::leaky_relu, bound_of_floats, 100);
}

}  // namespace
