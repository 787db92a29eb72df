// The true values, in a wider type and by other formulas than the library's.
#pragma once

#include <accuracy/format.hpp>

#include <string>

namespace accuracy {

/// f(x) and f'(x) of n points, off by some units of the wide type's last place, or next to a root
/// by some 2^-digits absolute; zeros with the sign that the result has to have.
template <class T>
using Reference = void (*)(double value, const T* x, Wide<T>* f, Wide<T>* d, std::size_t n);

/// An end of a hard sigmoid, which the library rounds to T's digits, whatever its magnitude: a
/// float's may be beyond the largest float.
template <class T>
Wide<T> rounded_end(double end) {
  const double scale = sizeof(T) == 4 && std::fabs(end) > 1 ? 0x1p-64 : 1;
  return Format<T>::wide(static_cast<T>(end * scale)) / static_cast<Wide<T>>(scale);
}

/// Null for a function that has none.
template <class T>
Reference<T> reference_of(const std::string& function);

}  // namespace accuracy
