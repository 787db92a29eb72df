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

TEST_CASE("arrays of a fixed size give the bits of scalar calls", "[expression]") {
  check_fixed_sizes<float>(hillock::Swish<>{1.5});
  check_fixed_sizes<double>(Squareplus{});
}

}  // namespace
