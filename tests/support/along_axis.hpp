// Compares functions along an axis with a plain loop over their formulas in long double: whether
// each entry is NaN or infinite, with NaN and infinities anywhere; and which floating-point
// exceptions finite numbers raise.
#pragma once

#include <support/call_paths.hpp>

#include <cfenv>

namespace support {

using Real = long double;
using RealColumn = Eigen::Array<Real, Dynamic, 1>;

template <class T>
using AnyArray = Eigen::Array<T, Dynamic, Dynamic>;

/// The kinds of results that are distinguished: NaN, the two infinities, and numbers.
inline int kind_of(Real value) {
  return std::isnan(value) ? 2 : std::isinf(value) ? (value > 0 ? 1 : -1) : 0;
}

/// use(length, count) for distributions of 1 to 70 entries, 300 and 1000; few of them and many: as
/// columns and as rows of one array they are neighbours in memory and one to a lane, interleaved
/// and in tiles.
template <class Use>
void each_size(const Use& use) {
  for (Index n = 1; n <= 70; ++n)
    for (const Index count : {1, 3, 19}) use(n, count);
  for (const Index n : {300, 1000})
    for (const Index count : {1, 3}) use(n, count);
}

enum class Values { finite, any };

/// Scores around 0, some far below; and of up to half of the largest number, or else of -infinity.
/// Gradients from subnormal ones to half of the largest.
template <class T>
class Numbers {
 public:
  Numbers(unsigned seed, Values values) : random_(seed), values_(values) {}

  AnyArray<T> scores(Index rows, Index cols) {
    return array(rows, cols, [&] {
      switch (random_() % 24) {
        case 0:
          return values_ == Values::any ? -Special<T>::infinity : -half_of_largest;
        case 1:
          return T(-90) - unit() * T(1000);
        case 2:
          return -unit() * half_of_largest;
        case 3:
          return values_ == Values::finite ? unit() * half_of_largest : T(0);
        default:
          return (unit() - T(0.5)) * T(20);
      }
    });
  }
  AnyArray<T> gradients(Index rows, Index cols) {
    return array(rows, cols, [&] {
      const auto which = random_() % 12;
      return which == 0   ? T(0)
             : which == 1 ? (unit() - T(0.5)) * 2 * half_of_largest
             : which == 2 ? -T(0)
             : which == 3 ? (unit() - T(0.5)) * Special<T>::smallest_normal
                          : unit() - T(0.5);
    });
  }
  /// Puts up to two of the values in each column.
  void sprinkle(AnyArray<T>& z, std::initializer_list<T> values) {
    for (Index j = 0; j < z.cols(); ++j)
      for (auto count = random_() % 3; count > 0; --count)
        z(static_cast<Index>(random_()) % z.rows(), j) = values.begin()[random_() % values.size()];
  }
  std::uint_fast32_t next() { return random_(); }

  static constexpr T half_of_largest = Special<T>::largest / 2;

 private:
  template <class Next>
  AnyArray<T> array(Index rows, Index cols, const Next& next) {
    AnyArray<T> z(rows, cols);
    for (Index i = 0; i < z.size(); ++i) z(i) = next();
    return z;
  }
  T unit() { return static_cast<T>(random_() % 4096) / T(4096); }

  std::mt19937 random_;
  Values values_;
};

template <class T>
RealColumn wide(const AnyArray<T>& x, Index j) {
  return x.col(j).template cast<Real>();
}
/// log sum_j e^(x_j).
inline Real logsumexp_of(const RealColumn& x) {
  Real top = x[0], sum = 0;
  for (const Real each : x) top = std::isnan(top) || top > each ? top : each;
  if (!std::isfinite(top)) return top;
  for (const Real each : x) sum += std::exp(each - top);
  return top + std::log(sum);
}

/// An array of x's shape whose columns are of_column(j), rounded.
template <class T, class F>
AnyArray<T> by_column(const AnyArray<T>& x, const F& of_column) {
  AnyArray<T> result(x.rows(), x.cols());
  for (Index j = 0; j < x.cols(); ++j) {
    const RealColumn column = of_column(j);
    for (Index i = 0; i < column.size(); ++i) result(i, j) = static_cast<T>(column[i]);
  }
  return result;
}

/// Compares the kinds of all numbers, and counts.
class Kinds {
 public:
  template <class T, class Got>
  void expect(const Got& got, const AnyArray<T>& wanted, const char* what) {
    REQUIRE(got.rows() == wanted.rows());
    REQUIRE(got.cols() == wanted.cols());
    for (Index j = 0; j < got.cols(); ++j)
      for (Index i = 0; i < got.rows(); ++i, ++compared_) {
        const Real value = static_cast<Real>(got(i, j)), truth = static_cast<Real>(wanted(i, j));
        if (kind_of(value) != kind_of(truth) && differing_++ == 0)
          first_ = std::string(what) + " of " + std::to_string(got.rows()) + " x " +
                   std::to_string(got.cols()) + " at (" + std::to_string(i) + ", " +
                   std::to_string(j) + "): " + std::to_string(value) + ", the formula gives " +
                   std::to_string(truth);
      }
  }
  void check(std::size_t at_least) const {
    INFO(differing_ << " of " << compared_ << " differ, the first: " << first_);
    CHECK(differing_ == 0);
    CHECK(compared_ >= at_least);
  }

 private:
  std::size_t compared_ = 0;
  std::size_t differing_ = 0;
  std::string first_;
};

/// Counts the calls that raise an exception or give a NaN.
class Exceptions {
 public:
  /// Overflow is right where a result is infinite.
  template <class Call>
  void of(const char* what, const Call& call) {
    std::feclearexcept(FE_ALL_EXCEPT);
    const auto result = call();
    int raised = std::fetestexcept(FE_OVERFLOW | FE_INVALID | FE_DIVBYZERO);
    if (!result.isFinite().all()) raised &= ~FE_OVERFLOW;
    ++calls_;
    if (raised != 0 && raising_++ == 0) first_ = what;
    if (result.isNaN().any() && not_a_number_++ == 0) first_ = what;
  }
  void check(std::size_t at_least) const {
    INFO(raising_ << " raise an exception, " << not_a_number_ << " have a NaN, of " << calls_
                  << ", the first: " << first_);
    CHECK(raising_ == 0);
    CHECK(not_a_number_ == 0);
    CHECK(calls_ >= at_least);
  }

 private:
  std::size_t calls_ = 0, raising_ = 0, not_a_number_ = 0;
  std::string first_;
};

}  // namespace support
