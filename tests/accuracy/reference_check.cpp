#include <accuracy/reference_check.hpp>

#include <accuracy/correct_rounding.hpp>
#include <accuracy/points.hpp>
#include <accuracy/reference.hpp>
#include <accuracy/worst.hpp>

#include <algorithm>
#include <cstdio>
#include <vector>

namespace accuracy {
namespace {

struct Count {
  std::size_t points = 0;
  std::size_t failed = 0;
};

/// Functions that select a number have nothing to settle.
bool has_digits(const std::string& function) {
  constexpr const char* selections[] = {"identity",    "step",      "relu",
                                        "relu6",       "threshold", "thresholded_relu",
                                        "hard_shrink", "hard_tanh"};
  return reference_of<float>(function) != nullptr &&
         std::find(std::begin(selections), std::end(selections), function) == std::end(selections);
}

template <class T>
void check_reference(const Subject<T>& subject, const Options& options, Count& count) {
  const Rounder<T> rounder(subject.function, subject.value);
  std::vector<T> x;
  // Every 61st of the points, which are dense around the thresholds.
  std::uint64_t number = 0;
  for (const Segment<T>& segment : sweep_points(options.stride, subject).segments)
    for (std::uint64_t i = 0; i < segment.count; ++i)
      if (number++ % 61 == 0 && std::isfinite(Format<T>::wide(segment[i]))) x.push_back(segment[i]);
  std::vector<Wide<T>> f(x.size()), g(x.size());
  reference_of<T>(subject.function)(subject.value, x.data(), f.data(), g.data(), x.size());
  // Half an ULP is the rounding; the rest is the reference's. By the derivative's root, 2^-60
  // absolute.
  Worst<T> worst;
  const auto parameter = static_cast<double>(Format<T>::wide(Format<T>::parameter(subject.value)));
  std::vector<T> settled_f, settled_g;
  for (std::size_t i = 0; i < x.size(); ++i) {
    settled_f.push_back(settled(subject.function, Part::forward, parameter, x[i]));
    settled_g.push_back(settled(subject.function, Part::derivative, parameter, x[i]));
    T rounded_f, rounded_g;
    const bool both_round = rounder.round(Part::forward, x[i], f[i], rounded_f) &&
                            rounder.round(Part::derivative, x[i], g[i], rounded_g);
    if (subject.rank == 0 && (!both_round || !same_bits(rounded_f, settled_f.back()) ||
                              !same_bits(rounded_g, settled_g.back()))) {
      std::printf("FAILED: %s, %s is rounded wrongly at %a\n", subject.function, Format<T>::name,
                  static_cast<double>(Format<T>::wide(x[i])));
      ++count.failed;
    }
  }
  constexpr double epsilons = sizeof(T) == 4 ? 0x1p-26 : 0x1p-8;
  compare(x.data(), settled_f.data(), f.data(), x.size(),
          {0.51, subject.forward_bound.epsilons_at_root > 0 ? epsilons : 0}, subject.value,
          subject.is_near_root, worst);
  compare(x.data(), settled_g.data(), g.data(), x.size(), {0.51, epsilons}, subject.value,
          subject.is_near_root, worst);
  count.points += x.size();
  count.failed += worst.beyond_bound;
  if (worst.beyond_bound > 0)
    std::printf("FAILED: the reference of %s %g, %s: %g ULP at %a\n", subject.function,
                subject.value, Format<T>::name, worst.ulp,
                static_cast<double>(Format<T>::wide(worst.x)));
}

template <class T>
void check_references_of(const Options& options, Count& count) {
  for (const Subject<T>& subject : subjects<T>())
    if (subject.tier == Tier::fast && has_digits(subject.function) &&
        (options.function.empty() || options.function == subject.function))
      check_reference(subject, options, count);
}

}  // namespace

bool check_references(const Options& options) {
  if (!can_settle()) {
    std::printf("The references are not checked: no MPFR.\n");
    return true;
  }
  Count count;
  check_references_of<float>(options, count);
  check_references_of<double>(options, count);
  forget_settled();
  std::printf("references: %zu points, %zu failed\n", count.points, count.failed);
  return count.points > 0 && count.failed == 0;
}

}  // namespace accuracy
