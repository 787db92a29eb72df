// Highway's functions for the instruction set of this build, without its dispatch at run time.
#define HWY_DISABLE_PCLMUL_AES  // or AVX2 is not recognised without -maes, which x86-64-v3 lacks
#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include "loops.hpp"

namespace peers {

#if HWY_TARGET != HWY_EMU128 && HWY_TARGET != HWY_SCALAR
namespace {

namespace hn = hwy::HWY_NAMESPACE;

template <class T>
struct Lanes {
  using D = hn::ScalableTag<T>;
  // As long as the array is a multiple of it, the true width may be taken at run time.
  static constexpr std::ptrdiff_t width = static_cast<std::ptrdiff_t>(HWY_LANES(T));
  static auto load(const T* from) { return hn::LoadU(D(), from); }
  template <class V>
  static void store(V value, T* to) {
    hn::StoreU(value, D(), to);
  }
};

template <class T>
void add_all(Offers<T>& offers, const std::string& function, const std::string& operation) {
  constexpr typename Lanes<T>::D d;
  const auto add = [&](auto f, auto df) {
    add_loop<T, Lanes<T>>(offers, "Highway", operation, f, df);
  };
  const auto one = [=] { return hn::Set(d, T(1)); };
  const auto sigmoid = [=](auto x) { return one() / (one() + hn::Exp(d, hn::Neg(x))); };
  if (function == "sigmoid") {
    add(sigmoid, [=](auto x) {
      const auto s = sigmoid(x);
      return s * (one() - s);
    });
  } else if (function == "tanh") {
    add([=](auto x) { return hn::Tanh(d, x); },
        [=](auto x) {
          const auto t = hn::Tanh(d, x);
          return one() - t * t;
        });
  } else if (function == "relu") {
    add([=](auto x) { return hn::Max(x, hn::Zero(d)); },
        [=](auto x) { return hn::IfThenElseZero(x > hn::Zero(d), one()); });
  } else if (function == "elu") {
    add([=](auto x) { return hn::IfThenElse(x > hn::Zero(d), x, hn::Expm1(d, x)); },
        [=](auto x) { return hn::IfThenElse(x > hn::Zero(d), one(), hn::Exp(d, x)); });
  } else if (function == "swish") {
    add([=](auto x) { return x / (one() + hn::Exp(d, hn::Neg(x))); },
        [=](auto x) {
          const auto s = sigmoid(x);
          return s * (one() + x * (one() - s));
        });
  }
}

}  // namespace

template <>
void add_highway(Offers<float>& offers, const std::string& function, const std::string& operation) {
  add_all(offers, function, operation);
}
template <>
void add_highway(Offers<double>& offers, const std::string& function,
                 const std::string& operation) {
  add_all(offers, function, operation);
}
std::string highway_remark() {
  return std::string("Highway: compiled for ") + hwy::TargetName(HWY_TARGET);
}
#else
template <>
void add_highway(Offers<float>&, const std::string&, const std::string&) {}
template <>
void add_highway(Offers<double>&, const std::string&, const std::string&) {}
std::string highway_remark() {
  return "Highway is left out: it has no registers of this instruction set";
}
#endif

}  // namespace peers
