// Sweeps that compare a function with a reference in a wider type.
#pragma once

#include <support/inputs.hpp>

#include <hillock/simd/batch.hpp>

#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>

namespace support {

template <class T>
constexpr const char* name_of() {
  return sizeof(T) == 4 ? "float" : "double";
}

/// A number with every digit and its bits.
template <class T>
std::string exactly(T value) {
  std::ostringstream text;
  text << std::setprecision(std::numeric_limits<T>::max_digits10) << value << " (" << std::hexfloat
       << value << ')';
  return text.str();
}

/// Describes the compiler and the processor, for the line that every sweep prints.
template <class T>
std::string instruction_set() {
  return std::string(hillock::detail::simd::instruction_set()) + ", " +
         std::to_string(hillock::detail::simd::Batch<T>::size) + " lanes of " + name_of<T>();
}

/// A bound in ULP; an error up to `absolute` is accepted too.
struct Bound {
  double ulp;
  double absolute = 0;
};

/// The largest error of a sweep.
template <class T>
class Worst {
 public:
  void add(T x, T computed, Wide<T> truth, Bound bound) {
    ++points_;
    const double error = ulp_error(computed, truth);
    if (error > bound.ulp && std::fabs(computed - truth) <= bound.absolute) return;
    // ULP do not tell -0 from +0.
    const bool lost_its_sign =
        computed == 0 && truth != 0 && std::signbit(computed) != std::signbit(truth);
    if (error > ulp_ || lost_its_sign) {
      ulp_ = lost_its_sign ? std::numeric_limits<double>::infinity() : error;
      x_ = x;
      computed_ = computed;
      truth_ = truth;
    }
  }

  std::size_t points() const { return points_; }
  double ulp() const { return ulp_; }
  std::string describe(const std::string& what) const {
    std::ostringstream text;
    text << what << ": " << points_ << " points, worst " << ulp_ << " ULP at " << exactly(x_)
         << ": " << exactly(computed_) << " for " << static_cast<long double>(truth_) << "; "
         << instruction_set<T>();
    return text.str();
  }

 private:
  std::size_t points_ = 0;
  double ulp_ = 0;
  T x_ = 0;
  T computed_ = 0;
  Wide<T> truth_ = 0;
};

/// function(x, y, n) over all of `points`; reference(x) for each; bound(x) for each.
template <class T, class Function, class Reference, class BoundAt>
Worst<T> sweep_function(const std::vector<T>& points, const Function& function,
                        const Reference& reference, const BoundAt& bound_at) {
  std::vector<T> computed(points.size());
  function(points.data(), computed.data(), points.size());
  Worst<T> worst;
  for (std::size_t i = 0; i < points.size(); ++i)
    worst.add(points[i], computed[i], reference(points[i]), bound_at(points[i]));
  return worst;
}

}  // namespace support
