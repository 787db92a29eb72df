#include "peers.hpp"

namespace peers {

template <class T>
Offers<T> offers(const std::string& function, const std::string& operation) {
  Offers<T> all;
#ifdef BENCH_HAS_SLEEF
  add_sleef(all, function, operation);
#endif
#ifdef BENCH_HAS_DNNL
  add_one_dnn(all, function, operation);
#endif
#ifdef BENCH_HAS_HIGHWAY
  add_highway(all, function, operation);
#endif
  add_std(all, function, operation);
  add_std_fast(all, function, operation);
  return all;
}
template Offers<float> offers<float>(const std::string&, const std::string&);
template Offers<double> offers<double>(const std::string&, const std::string&);

std::vector<std::string> remarks() {
  return {
#ifdef BENCH_HAS_SLEEF
      sleef_remark(),
#else
      "SLEEF is left out: it is not installed (libsleef-dev)",
#endif
#ifdef BENCH_HAS_DNNL
      one_dnn_remark(),
#else
      "oneDNN is left out: it is not installed (libdnnl-dev)",
#endif
#ifdef BENCH_HAS_HIGHWAY
      highway_remark(),
#else
      "Highway is left out: it is not installed (libhwy-dev)",
#endif
      "XNNPACK is left out: Debian's package is of 2022, without tanh, and picks its instruction "
      "set itself",
  };
}

}  // namespace peers
