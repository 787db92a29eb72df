// The four operations of a function, made of f and f' on registers.
#pragma once

#include "peers.hpp"

namespace peers {

/// Lanes has load(from), store(value, to) and the number of elements, `width`, of which the arrays
/// hold a multiple.
template <class T, class Lanes, class Forward, class Derivative>
Pass<T> pass_of(const std::string& operation, Forward f, Derivative df) {
  using Index = std::ptrdiff_t;
  if (operation == "forward") {
    return [f](const Arguments<T>& a) {
      const T* const x = a.x;
      T* const y = a.y;
      const Index n = a.rows * a.cols;
      for (Index i = 0; i < n; i += Lanes::width) Lanes::store(f(Lanes::load(x + i)), y + i);
    };
  }
  if (operation == "derivative") {
    return [df](const Arguments<T>& a) {
      const T* const x = a.x;
      T* const d = a.d;
      const Index n = a.rows * a.cols;
      for (Index i = 0; i < n; i += Lanes::width) Lanes::store(df(Lanes::load(x + i)), d + i);
    };
  }
  if (operation == "both") {
    return [f, df](const Arguments<T>& a) {
      const T* const x = a.x;
      T* const y = a.y;
      T* const d = a.d;
      const Index n = a.rows * a.cols;
      for (Index i = 0; i < n; i += Lanes::width) {
        const auto each = Lanes::load(x + i);
        Lanes::store(f(each), y + i);
        Lanes::store(df(each), d + i);
      }
    };
  }
  if (operation == "backward") {
    return [df](const Arguments<T>& a) {
      const T* const x = a.x;
      const T* const dy = a.dy;
      T* const d = a.d;
      const Index n = a.rows * a.cols;
      for (Index i = 0; i < n; i += Lanes::width)
        Lanes::store(Lanes::load(dy + i) * df(Lanes::load(x + i)), d + i);
    };
  }
  return {};
}

/// Adds it, if there is such an operation.
template <class T, class Lanes, class Forward, class Derivative>
void add_loop(Offers<T>& offers, const char* library, const std::string& operation, Forward f,
              Derivative df) {
  Pass<T> pass = pass_of<T, Lanes>(operation, f, df);
  if (pass) offers.push_back({library, std::move(pass)});
}

}  // namespace peers
