#include <cstring>

#include "peers.hpp"

namespace peers {

template <class T>
void add_copy(Offers<T>& offers, const std::string& operation) {
  using Index = std::ptrdiff_t;
  Pass<T> pass;
  if (operation == "forward" || operation == "derivative") {
    const bool to_y = operation == "forward";
    pass = [to_y](const Arguments<T>& a) {
      std::memcpy(to_y ? a.y : a.d, a.x, static_cast<std::size_t>(a.rows * a.cols) * sizeof(T));
    };
  } else if (operation == "both") {  // one read, two writes
    pass = [](const Arguments<T>& a) {
      const T* __restrict const x = a.x;
      T* __restrict const y = a.y;
      T* __restrict const d = a.d;
      for (Index i = 0, n = a.rows * a.cols; i < n; ++i) {
        const T each = x[i];
        y[i] = each;
        d[i] = -each;  // or it would be made into two calls of memcpy
      }
    };
  } else if (operation == "backward") {  // two reads, one write
    pass = [](const Arguments<T>& a) {
      const T* __restrict const x = a.x;
      const T* __restrict const dy = a.dy;
      T* __restrict const d = a.d;
      for (Index i = 0, n = a.rows * a.cols; i < n; ++i) d[i] = x[i] * dy[i];
    };
  } else if (operation == "in_place") {
    pass = [](const Arguments<T>& a) {
      T* const y = a.y;
      for (Index i = 0, n = a.rows * a.cols; i < n; ++i) y[i] = -y[i];
    };
  } else {
    return;
  }
  offers.push_back({"copy", std::move(pass)});
}
template void add_copy(Offers<float>&, const std::string&);
template void add_copy(Offers<double>&, const std::string&);

}  // namespace peers
