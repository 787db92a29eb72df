// Lazy expressions inside larger ones, and of arrays of every fixed size, give the bits of scalar
// calls: nothing around an expression is contracted with it. A function of hillock's that is
// computed in steps and has a parameter, one of a single product, which a compiler would gladly
// contract, and one of a user's own.
#include <support/call_paths.hpp>
#include <support/squareplus.hpp>

#include <hillock/activations/leaky_relu.hpp>
#include <hillock/activations/swish.hpp>

namespace {

using namespace support;

template <class T, class F>
void check_expressions_around(const F& f) {
  const Scalars<T> scalars(f);
  Comparison comparison;
  compare_expressions_around(comparison, f, scalars);
  comparison.check(7 * scalars.x.size());
}
template <class T, class F>
void check_fixed_sizes(const F& f) {
  const Scalars<T> scalars(f);
  Comparison comparison;
  compare_fixed_sizes(comparison, f, scalars, std::make_integer_sequence<int, 17>{});
  comparison.check(8000);
}

TEST_CASE("an expression inside a larger one keeps its bits", "[expression]") {
  check_expressions_around<float>(hillock::Swish<>{1.5});
  check_expressions_around<double>(hillock::Swish<>{1.5});
  check_expressions_around<double>(hillock::LeakyReLU<>{0.3});
  check_expressions_around<float>(Squareplus{});
}

/// Uses x in sums alone: a compiler would merge the product that x is with the first of them.
struct OnePlus : hillock::Activation<OnePlus> {
  template <class V>
  V forward_at(const V& x) const noexcept {
    return x + 1;
  }
  template <class V>
  V derivative_at(const V& x) const noexcept {
    return nan_or(x, 1);
  }
};

TEMPLATE_TEST_CASE("a product that goes into an expression is rounded before it", "[expression]",
                   float, double) {
  using T = TestType;
  using Array = Eigen::Array<T, Dynamic, 1>;
  const OnePlus f;
  const Array a = Array::Random(1001), b = Array::Random(1001), product = a * b;
  const Array y = f(a * b), around = f(a * b) + a;
  Index wrong = 0, would_differ = 0;
  for (Index i = 0; i < a.size(); ++i) {
    if (!same_bits(y[i], f(product[i])) || !same_bits(around[i], f(product[i]) + a[i])) ++wrong;
    if (std::fma(a[i], b[i], T(1)) != f(product[i])) ++would_differ;
  }
  CHECK(wrong == 0);
  CHECK(would_differ > 100);
}

TEST_CASE("arrays of a fixed size give the bits of scalar calls", "[expression]") {
  check_fixed_sizes<float>(hillock::Swish<>{1.5});
  check_fixed_sizes<double>(Squareplus{});
}

}  // namespace
