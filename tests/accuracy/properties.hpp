// The properties of a function apart from its error: range, symmetry, monotonicity, no spurious
// exceptions, the same results with subnormals flushed, the same by every verb.
#pragma once

#include <accuracy/format.hpp>
#include <accuracy/subjects.hpp>

#include <array>
#include <string>
#include <vector>

namespace accuracy {

enum class Property { same_by_every_verb, range, symmetry, monotonicity, exceptions, flushing };
constexpr std::size_t property_count = 6;
const char* name_of(Property property);

/// How often a property was tested, and how often it did not hold.
template <class T>
struct Finding {
  std::uint64_t checked = 0;
  std::uint64_t failed = 0;
  T x = 0;  // the first

  void add(bool holds, T at) {
    ++checked;
    if (!holds && failed++ == 0) x = at;
  }
  void merge(const Finding& other) {
    if (failed == 0 && other.failed > 0) x = other.x;
    checked += other.checked;
    failed += other.failed;
  }
};

template <class T>
struct Findings {
  std::array<Finding<T>, property_count> of;
  Finding<T>& operator[](Property property) { return of[static_cast<std::size_t>(property)]; }
  const Finding<T>& operator[](Property property) const {
    return of[static_cast<std::size_t>(property)];
  }
  void merge(const Findings& other) {
    for (std::size_t i = 0; i < property_count; ++i) of[i].merge(other.of[i]);
  }
};

/// n consecutive points of a segment with the results and the true values.
template <class T>
struct Stretch {
  const T* x;
  const T* y;
  const T* d;
  const Wide<T>* f;
  const Wide<T>* g;
  std::size_t n;
};

/// The tests of one thread, which reuses its buffers.
template <class T>
class PropertyChecks {
 public:
  explicit PropertyChecks(const Subject<T>& subject);

  /// The first `already_seen` points are only there to be compared with. `exceptions` is what
  /// computing them raised.
  void check(const Stretch<T>& stretch, std::size_t already_seen, int exceptions,
             Findings<T>& findings);

  /// The exceptions that are spurious for finite input and finite results.
  static int spurious_exceptions();

 private:
  struct Shape {
    double low, high;  // f is within
    double derivative_low, derivative_high;
    int parity, derivative_parity;  // 1: even, -1: odd, 0: neither
    int rise_above, rise_below;     // of f for x > 0 and for x < 0: 1 up, -1 down, 0 neither
    int derivative_rise_above, derivative_rise_below;
  };
  static Shape shape_of(const std::string& function, double value);

  void check_verbs(const Stretch<T>&, Finding<T>&);
  void check_range(const Stretch<T>&, Finding<T>&) const;
  void check_symmetry(const Stretch<T>&, Finding<T>&);
  void check_monotonicity(const T* x, const T* y, std::size_t n, int direction, double tolerance,
                          Finding<T>&) const;
  void check_exceptions(const Stretch<T>&, int exceptions, Finding<T>&) const;
  void check_flushing(const Stretch<T>&, Finding<T>&);

  const Subject<T>& subject_;
  Shape shape_;
  bool watches_exceptions_;
  std::vector<T> x_, y_, d_;
};

}  // namespace accuracy
