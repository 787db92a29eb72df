// The functions that are measured. They take pointers, so that the library may be compiled with
// flags that the rest of the program must not have.
#pragma once

#include <cstddef>

namespace accuracy {

enum class Tier { fast, exact };

constexpr const char* name_of(Tier tier) { return tier == Tier::fast ? "fast" : "exact"; }

/// A bound in ULP; near a root of the derivative an error of so many epsilons is within the bound
/// too.
struct Bound {
  double ulp;
  double epsilons_at_root;
};

/// One function of one library with one parameter.
template <class T>
struct Subject {
  const char* library;
  const char* function;
  const char* parameter;  // its name; empty if the function has none
  double value;           // of the parameter
  int rank;               // 0: the value it has if none is given; then by importance
  Tier tier;
  Bound forward_bound;
  Bound derivative_bound;
  void (*forward)(double value, const T* x, T* y, std::size_t n);
  void (*derivative)(double value, const T* x, T* d, std::size_t n);  // may be null
  void (*both)(double value, const T* x, T* y, T* d, std::size_t n);  // may be null
  bool (*is_near_root)(double value, T x);                            // may be null
  /// The same function in the wider type, where the library has it; may be null.
  void (*in_double)(double value, const T* x, double* f, double* d, std::size_t n);
};

template <class T>
struct SubjectList {
  const Subject<T>* first;
  std::size_t count;
  const Subject<T>* begin() const { return first; }
  const Subject<T>* end() const { return first + count; }
};

/// Every function of the catalogue (hillock::for_each_activation) in each tier it has.
template <class T>
SubjectList<T> subjects();

/// Returns how the functions were compiled.
struct Build {
  const char* instruction_set;
  std::size_t float_lanes;
  std::size_t double_lanes;
  int xsimd_version;
  int eigen_version;
  const char* compiler;
  bool is_optimised;
  bool is_fast_math;
};
Build build();

}  // namespace accuracy
