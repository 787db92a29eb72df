#include <support/complaint.hpp>
#include <support/contract.hpp>
#include <support/invalid_parameter.hpp>
#include <support/kinks.hpp>

#include <hillock/activations/hard_sigmoid.hpp>

namespace {

using namespace support;

/// The ends of the line, rounded to the element type, from the parameters rounded to it.
template <class T>
struct Ends {
  T zero;
  T one;
  template <class F>
  explicit Ends(const F& f) {
    const auto slope = static_cast<double>(static_cast<T>(f.slope));
    const auto offset = static_cast<double>(static_cast<T>(f.offset));
    zero = static_cast<T>(-offset / slope);
    one = static_cast<T>((1 - offset) / slope);
  }
  bool holds(T x) const { return zero < one ? x > zero && x < one : x < zero && x > one; }
};

template <hillock::Accuracy A>
struct HardSigmoidContract : PointwiseContract {
  using F = hillock::HardSigmoid<A>;
  static constexpr const char* name = "hard_sigmoid";
  static std::vector<F> functions() {
    return {F{}, F{0.2}, F{-0.7, 0.25}, F{1e-30}, F{1e30, 3}, F{0, 0.25}, F{1.5, 0}};
  }
  template <class T>
  static Wide<T> forward(const F& f, T x) {
    using W = Wide<T>;
    const auto wide = static_cast<W>(x);
    if (f.slope == 0) return static_cast<T>(f.offset);
    const Ends<T> ends(f);
    const auto zero = static_cast<W>(ends.zero), one = static_cast<W>(ends.one);
    if (ends.holds(x)) return (wide - zero) / (one - zero);
    return (f.slope > 0 ? x >= ends.one : x <= ends.one) ? 1 : 0;
  }
  template <class T>
  static Wide<T> derivative(const F& f, T x) {
    if (f.slope == 0) return 0;
    return Ends<T>(f).holds(x) ? static_cast<T>(f.slope) : T(0);
  }
  template <class T>
  static std::vector<Edge<T>> edges(const F& f) {
    using S = Special<T>;
    if (f.slope == 0)
      return {{T(0), T(0.25), 0},
              {-T(0), T(0.25), 0},
              {S::infinity, T(0.25), 0},
              {-S::infinity, T(0.25), 0}};
    const T slope = static_cast<T>(f.slope), left = slope > 0 ? T(0) : T(1), right = 1 - left;
    const T offset = f.offset > 1 ? T(1) : static_cast<T>(f.offset);
    const T at_zero = offset > 0 && offset < 1 ? slope : T(0);
    const Ends<T> ends(f);
    return {{T(0), offset, at_zero}, {-T(0), offset, at_zero}, {ends.zero, T(0), 0},
            {ends.one, 1, 0},        {S::largest, right, 0},   {-S::largest, left, 0},
            {S::infinity, right, 0}, {-S::infinity, left, 0}};
  }
  template <class T>
  static std::vector<double> thresholds(const F& f) {
    if (f.slope == 0) return {};
    const Ends<T> ends(f);
    return {static_cast<double>(ends.zero), static_cast<double>(ends.one)};
  }
};

TEMPLATE_TEST_CASE("hard_sigmoid keeps the contract", "[hard_sigmoid]", float, double) {
  check_contract<HardSigmoidContract<hillock::Accuracy::fast>, TestType>();
}

TEST_CASE("exact::hard_sigmoid keeps the contract", "[hard_sigmoid]") {
  check_contract<HardSigmoidContract<hillock::Accuracy::exact>, float>();
}

TEST_CASE("hard_sigmoid is a constant with slope 1/6 and offset 1/2", "[hard_sigmoid]") {
  constexpr hillock::HardSigmoid<> copy = hillock::hard_sigmoid;
  STATIC_REQUIRE(copy.slope == 1 / 6.0);
  STATIC_REQUIRE(copy.offset == 0.5);
  CHECK(copy(-2.0f * 0) == 0.5f);
}

TEST_CASE("hard_sigmoid refuses parameters that are not finite", "[hard_sigmoid]") {
  const double infinity = Special<double>::infinity;
  CHECK(says(complaint([&] { hillock::HardSigmoid<>{infinity}; }), {"HardSigmoid", "slope"}));
  CHECK(says(complaint([] { hillock::HardSigmoid<>{1, Special<double>::quiet_nan}; }), {"offset"}));
}

// 1/6 is no binary number: slope x + offset is 2.8e-17 at -3, and its derivative 1/6.
TEMPLATE_TEST_CASE("the ends of hard_sigmoid are -3 and 3 exactly", "[hard_sigmoid]", float,
                   double) {
  using T = TestType;
  const hillock::HardSigmoid<> f, onnx{0.2};
  CHECK(bits_of(f(T(-3))) == bits_of(T(0)));
  CHECK(bits_of(f(T(3))) == bits_of(T(1)));
  CHECK(f(std::nextafter(T(-3), T(0))) > 0);
  CHECK(bits_of(onnx(T(-2.5))) == bits_of(T(0)));
  CHECK(bits_of(onnx(T(2.5))) == bits_of(T(1)));
  CHECK(onnx(std::nextafter(T(-2.5), T(0))) > 0);
}

// A line whose ends no number can tell apart is a step; the ends may be beyond all numbers.
TEMPLATE_TEST_CASE("hard_sigmoid takes any finite parameters", "[hard_sigmoid]", float, double) {
  using T = TestType;
  const hillock::HardSigmoid<> steep{1, 1e30}, down{-1e30, 1e300}, flat{1e-320, 0.25};
  for (const T x : {T(-3), T(0), T(3)}) {
    CHECK(steep(x) == 1);
    CHECK(down(x) == 1);
    CHECK(flat(x) == T(0.25));
    CHECK(bits_of(hillock::HardSigmoid<>{0, -3}(x)) == bits_of(T(0)));
    CHECK(hillock::HardSigmoid<>{0, 3}(x) == 1);
  }
  CHECK(steep(T(-2e30)) == 0);
  const hillock::HardSigmoid<> slow{0x1p-140, 0.25};
  CHECK(slow(T(-0x1p125)) == T(0.25 - 0x1p-15));
  CHECK(slow(Special<T>::infinity) == 1);
  CHECK(bits_of(slow(-Special<T>::infinity)) == bits_of(T(0)));
}

// PyTorch's hardsigmoid_backward: 1/6 for -3 < x < 3, else 0.
TEST_CASE("the derivative of hard_sigmoid is 0 at both kinks, as PyTorch's", "[hard_sigmoid]") {
  check_kinks(hillock::hard_sigmoid, {{-3, 0, 0}, {3, 0, 0}});
  check_kinks(hillock::HardSigmoid<>{0.2}, {{-2.5, 0, 0}, {2.5, 0, 0}});
}

// Parameters are public members, and training writes to them.
TEMPLATE_TEST_CASE("hard_sigmoid shows parameters that are not finite any more", "[hard_sigmoid]",
                   float, double) {
  using F = hillock::HardSigmoid<>;
  check_invalid_parameter<TestType>(F{}, &F::slope, Touches::every_input);
  check_invalid_parameter<TestType>(F{}, &F::offset, Touches::every_input);
}
TEST_CASE("exact::hard_sigmoid shows parameters that are not finite any more", "[hard_sigmoid]") {
  using F = hillock::exact::HardSigmoid;
  check_invalid_parameter<float>(F{}, &F::slope, Touches::every_input);
  check_invalid_parameter<float>(F{}, &F::offset, Touches::every_input);
}

}  // namespace
