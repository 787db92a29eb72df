// Verbs and lazy expressions of arrays in every layout, storage order and kind give the bits of
// scalar calls. What the arrays are like does not depend on the function: a function of hillock's
// that is computed in steps and has a parameter, and one of a user's own.
#include <support/call_paths.hpp>
#include <support/squareplus.hpp>

#include <hillock/activations/swish.hpp>

namespace {

using namespace support;

template <class T, class F>
void check_layouts(const F& f) {
  const Scalars<T> scalars(f);
  Comparison comparison;
  compare_layouts(comparison, f, scalars);
  comparison.check(sizeof(T) == 4 ? 15000 : 12000);
}
template <class T, class F>
void check_mixtures(const F& f) {
  const Scalars<T> scalars(f);
  Comparison comparison;
  compare_mixtures(comparison, f, scalars);
  comparison.check(5 * 19 * 20);
}

TEST_CASE("arrays of every layout give the bits of scalar calls", "[layouts]") {
  check_layouts<float>(hillock::Swish<>{1.5});
  check_layouts<double>(Squareplus{});
}

TEST_CASE("inputs and outputs may be of different storage orders and kinds", "[layouts]") {
  check_mixtures<double>(hillock::Swish<>{1.5});
  check_mixtures<float>(hillock::exact::swish);
  check_mixtures<float>(Squareplus{});
}

}  // namespace
