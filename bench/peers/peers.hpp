// Other libraries' functions, called through pointers: each library has a file of its own and is
// compiled with flags of its own. (Eigen and xsimd are composed.hpp.)
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace peers {

/// Column-major arrays of one shape: x and dy are read, y and d written.
template <class T>
struct Arguments {
  const T* x;
  const T* dy;
  T* y;
  T* d;
  std::ptrdiff_t rows;
  std::ptrdiff_t cols;
};

template <class T>
using Pass = std::function<void(const Arguments<T>&)>;

/// The functions of a library for one operation of one activation.
template <class T>
struct Offer {
  std::string library;
  Pass<T> pass;
};
template <class T>
using Offers = std::vector<Offer<T>>;

/// Each adds what its library has for a function (sigmoid ..., softmax_per_column ...) and an
/// operation: forward (x to y), derivative (x to d), both (x to y and d), backward (x and dy to d),
/// backward_from_output (the outputs are in x).
template <class T>
void add_sleef(Offers<T>& offers, const std::string& function, const std::string& operation);
template <class T>
void add_highway(Offers<T>& offers, const std::string& function, const std::string& operation);
template <class T>
void add_one_dnn(Offers<T>& offers, const std::string& function, const std::string& operation);
/// A loop over <cmath>'s functions: "std" at -O3, "std fast" at -O3 -ffast-math.
template <class T>
void add_std(Offers<T>& offers, const std::string& function, const std::string& operation);
template <class T>
void add_std_fast(Offers<T>& offers, const std::string& function, const std::string& operation);
/// The ceiling of what only moves memory: memcpy, or one that reads and writes as many arrays.
template <class T>
void add_copy(Offers<T>& offers, const std::string& operation);

/// Their remarks: to which instruction set they are held, or why they are left out.
std::string sleef_remark();
std::string highway_remark();
std::string one_dnn_remark();

/// All of them, as far as they are installed.
template <class T>
Offers<T> offers(const std::string& function, const std::string& operation);
std::vector<std::string> remarks();

}  // namespace peers
