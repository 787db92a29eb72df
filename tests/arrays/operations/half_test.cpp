// Eigen::half and Eigen::bfloat16: computed in float and rounded once, over every element there is.
// How elements are widened and rounded does not depend on the function: every call path is tested
// with one of hillock's that is computed in steps and has a parameter, and with one of a user's
// own; of all others f and f' are compared. Nor does it depend on the type what is done with the
// widened elements: widening, rounding and the functions are tested with both types, layouts with
// one of them.
#include <support/call_paths.hpp>
#include <support/catch.hpp>
#include <support/complaint.hpp>
#include <support/narrow.hpp>
#include <support/one_per_kernel.hpp>
#include <support/squareplus.hpp>

#include <hillock/diagnostics.hpp>
#include <hillock/hillock.hpp>

#include <random>
#include <utility>

namespace {

using namespace support;
using Eigen::bfloat16;
using Eigen::Dynamic;
using Eigen::half;
using Eigen::Index;
using hillock::AllMasked;
using hillock::Per;
using hillock::PReLU;

constexpr Index every = 65536;

template <class E>
[[gnu::noinline]] E twice_plus(E x, E b) {
  return E(2) * x + b;
}

/// Gradients to go with all_elements(): finite ones of both signs and every size.
template <class E>
NarrowArray<E> gradients() {
  NarrowArray<E> dy(every, 1);
  std::mt19937 random(3);
  for (Index i = 0; i < every; ++i) {
    unsigned pattern = random() & 0xffff;
    if ((pattern & 0x7fff) >= infinity_pattern<E>) pattern ^= 0x4000;
    dy(i) = element_of<E>(pattern);
  }
  return dy;
}

/// The results of the float verbs for the elements' values, rounded once.
template <class E>
struct Expected {
  template <class F>
  explicit Expected(const F& f) {
    const FloatArray values = values_of<E>(x), gradient_values = values_of<E>(dy);
    FloatArray result(every, 1);
    hillock::forward(f, values, result);
    forward = nearest_of<E>(result);
    hillock::derivative(f, values, result);
    derivative = nearest_of<E>(result);
    hillock::backward(f, values, gradient_values, result);
    backward = nearest_of<E>(result);
  }
  NarrowArray<E> x = all_elements<E>();
  NarrowArray<E> dy = gradients<E>();
  NarrowArray<E> forward, derivative, backward;
};

/// The verbs on contiguous arrays, over every element.
template <class E, class F>
void compare_verbs(NarrowComparison& comparison, const F& f, const Expected<E>& expected) {
  NarrowArray<E> y(every, 1), d(every, 1);
  hillock::forward(f, expected.x, y);
  comparison.expect_all(y, expected.forward, "forward");
  hillock::derivative(f, expected.x, d);
  comparison.expect_all(d, expected.derivative, "derivative");
  y.setZero();
  d.setZero();
  hillock::forward_and_derivative(f, expected.x, y, d);
  comparison.expect_all(y, expected.forward, "forward of both");
  comparison.expect_all(d, expected.derivative, "derivative of both");
  hillock::backward(f, expected.x, expected.dy, y);
  comparison.expect_all(y, expected.backward, "backward");
  for (Index i = 0; i < every; ++i) {
    if (!is_nan_pattern<E>(pattern_of(expected.x(i)))) continue;
    const E nan = element_of<E>(0x7fff);
    hillock::forward_and_derivative(f, &expected.x(i), y.data(), d.data(), 1);
    comparison.expect(y(0), nan, i, "forward of NaN");
    comparison.expect(d(0), nan, i, "derivative of NaN");
  }
}

template <class E>
constexpr std::size_t nan_count = 2 * (0x7fff - infinity_pattern<E>);
template <class E>
constexpr std::size_t verb_comparisons = 5 * std::size_t{every} + 2 * nan_count<E>;

/// Fixed sizes, for which Eigen takes packets of every width it has.
template <class E, int N, class F>
void compare_fixed_size(NarrowComparison& comparison, const F& f, const Expected<E>& expected) {
  using Fixed = Eigen::Array<E, N, 1>;
  for (Index start = 0; start + N <= 512; start += N) {
    const Fixed x = expected.x.template middleRows<N>(start);
    const Fixed dy = expected.dy.template middleRows<N>(start);
    const Fixed y = f(x);
    const Fixed dx = f.backward(x, dy);
    for (Index i = 0; i < N; ++i) {
      comparison.expect(y(i), expected.forward(start + i), start + i, "lazy forward, fixed size");
      comparison.expect(dx(i), expected.backward(start + i), start + i,
                        "lazy backward, fixed size");
    }
  }
}
constexpr std::size_t fixed_size_comparisons(int n) {
  return 2 * static_cast<std::size_t>(512 / n * n);
}

template <class E>
using Strided = Eigen::Map<NarrowArray<E>, 0, Eigen::Stride<Dynamic, Dynamic>>;
template <class E>
auto square(const NarrowArray<E>& array) {
  return Eigen::Map<const NarrowArray<E>>(array.data(), 256, 256);
}

/// Every other way to the same results.
template <class E, class F>
void compare_call_paths(NarrowComparison& comparison, const F& f, const Expected<E>& expected) {
  const NarrowArray<E>& x = expected.x;
  const NarrowArray<E>& dy = expected.dy;
  NarrowArray<E> y(every, 1), d(every, 1);
  for (Index i = 0; i < every; ++i) {
    comparison.expect(call_forward(f, x(i)), expected.forward(i), i, "a scalar's forward");
    comparison.expect(call_derivative(f, x(i)), expected.derivative(i), i, "a scalar's derivative");
    comparison.expect(call_backward(f, x(i), dy(i)), expected.backward(i), i,
                      "a scalar's backward");
  }
  y = f(x);
  comparison.expect_all(y, expected.forward, "lazy forward");
  y = f.derivative(x);
  comparison.expect_all(y, expected.derivative, "lazy derivative");
  y = f.backward(x, dy);
  comparison.expect_all(y, expected.backward, "lazy backward");
  y = x.unaryExpr(f);
  comparison.expect_all(y, expected.forward, "unaryExpr");
  y = E(2) * f(x) + dy;
  for (Index i = 0; i < every; ++i)
    comparison.expect(y(i), twice_plus<E>(expected.forward(i), dy(i)), i, "in a larger expression");

  // In place, of every argument.
  y = x;
  hillock::forward(f, y, y);
  comparison.expect_all(y, expected.forward, "forward in place");
  y = x;
  hillock::forward_and_derivative(f, y, d, y);
  comparison.expect_all(d, expected.forward, "forward with a derivative in place");
  comparison.expect_all(y, expected.derivative, "derivative of both in place");
  y = dy;
  hillock::backward(f, x, y, y);
  comparison.expect_all(y, expected.backward, "backward in place of dy");

  // A view with strides, in place; around it nothing is written.
  const E untouched = E(-12344);
  std::vector<E> memory(2 * 256 * 256 + 256 * 3, untouched);
  Strided<E> strided(memory.data(), 256, 256, Eigen::Stride<Dynamic, Dynamic>(2 * 256 + 3, 2));
  strided = square(x);
  hillock::forward(f, strided, strided);
  comparison.expect_all(strided, NarrowArray<E>(square(expected.forward)), "forward, inner stride");
  strided.setConstant(untouched);
  std::size_t touched = 0;
  for (const E& element : memory) touched += pattern_of(element) != pattern_of(untouched);
  comparison.expect(E(static_cast<float>(touched)), E(0), 0, "between the strides");

  // Pointers and lengths.
  for (Index n = 0; n <= 70; ++n)
    for (Index offset = 0; offset < 3; ++offset) {
      std::vector<E> to(80, untouched);
      hillock::forward(f, x.data() + 97 * n, to.data() + offset, n);
      for (Index i = 0; i < 80; ++i) {
        const bool inside = offset <= i && i < offset + n;
        comparison.expect(to[static_cast<std::size_t>(i)],
                          inside ? expected.forward(97 * n + i - offset) : untouched, i,
                          "forward of n elements");
      }
    }
}
constexpr std::size_t call_path_comparisons = 13 * std::size_t{every} + 1 + 71 * 3 * 80;

/// Layouts and packets, whose mechanics know nothing of the function.
template <class E, class F>
void compare_layouts(NarrowComparison& comparison, const F& f, const Expected<E>& expected) {
  using Row = Eigen::Array<E, Dynamic, Dynamic, Eigen::RowMajor>;
  const NarrowArray<E>& x = expected.x;
  NarrowArray<E> y(every, 1);
  y.matrix() = f(x.matrix());
  comparison.expect_all(y, expected.forward, "lazy forward of a matrix");
  hillock::forward(f, x.reverse(), y);
  comparison.expect_all(y.reverse(), expected.forward, "forward of an expression");

  const NarrowArray<E> forward = square(expected.forward), backward = square(expected.backward);
  const E untouched = E(-12344);
  NarrowArray<E> wide = NarrowArray<E>::Constant(260, 258, untouched);
  hillock::forward(f, square(x), wide.block(3, 1, 256, 256));
  comparison.expect_all(wide.block(3, 1, 256, 256), forward, "forward into a block");
  wide.block(3, 1, 256, 256).setConstant(untouched);
  for (Index j = 0; j < wide.cols(); ++j)
    for (Index i = 0; i < wide.rows(); ++i)
      comparison.expect(wide(i, j), untouched, i + j * wide.rows(), "around a block");
  const Row row = square(x);
  Row row_result(256, 256);
  hillock::forward(f, row, row_result);
  comparison.expect_all(row_result, forward, "forward, row-major");
  hillock::backward(f, row, square(expected.dy), row_result);
  comparison.expect_all(row_result, backward, "backward of two storage orders");
  row_result = f(row);
  comparison.expect_all(row_result, forward, "lazy forward, row-major");
  compare_fixed_size<E, 1>(comparison, f, expected);
  compare_fixed_size<E, 4>(comparison, f, expected);
  compare_fixed_size<E, 7>(comparison, f, expected);
  compare_fixed_size<E, 8>(comparison, f, expected);
  compare_fixed_size<E, 16>(comparison, f, expected);
  compare_fixed_size<E, 32>(comparison, f, expected);
}
constexpr std::size_t layout_comparisons = 6 * std::size_t{every} + 260 * 258 +
                                           fixed_size_comparisons(1) + fixed_size_comparisons(4) +
                                           fixed_size_comparisons(7) + fixed_size_comparisons(8) +
                                           fixed_size_comparisons(16) + fixed_size_comparisons(32);

TEMPLATE_TEST_CASE("widening is exact, and rounding to nearest even", "[half]", half, bfloat16) {
  using E = TestType;
  using hillock::detail::nearest_element;
  using hillock::detail::value_of_element;
  STATIC_REQUIRE(std::is_same_v<hillock::detail::ComputeType<E>, float>);
  std::size_t widening = 0, back = 0;
  std::vector<float> floats;
  for (unsigned pattern = 0; pattern < every; ++pattern) {
    const E element = element_of<E>(pattern);
    const float value = value_of(element);
    const bool is_nan = is_nan_pattern<E>(pattern);
    const unsigned quiet = is_nan ? 1u << (Format<E>::mantissa_bits - 1) : 0;
    const std::uint32_t quiet_float = is_nan ? 0x400000 : 0;
    if ((bits_of(value_of_element(element)) | quiet_float) != bits_of(value)) ++widening;
    // A NaN keeps its payload, too.
    if (pattern_of(nearest_element<E>(value_of_element(element))) != (pattern | quiet)) ++back;
    // The numbers between it and its neighbour: the middle, and the floats next to each.
    const float next = value_of(element_of<E>(pattern + 1));
    const float middle = static_cast<float>((static_cast<double>(value) + next) / 2);
    for (const float place : {value, middle})
      for (const std::uint32_t step : {0u, 1u, ~0u})
        floats.push_back(from_bits<float>(bits_of(place) + step));
  }
  std::mt19937 random(5);
  for (int i = 0; i < 1 << 22; ++i)
    floats.push_back(from_bits<float>(static_cast<std::uint32_t>(random())));
  // NaNs whose payload is in the digits that are cut.
  for (std::uint32_t payload = 0; payload < 1 << 16; ++payload)
    for (const std::uint32_t sign : {0u, 0x80000000u})
      floats.push_back(from_bits<float>(0x7f800000 | sign | payload));
  // One by one, and in the widest batches.
  std::vector<float> lanes = floats;
  hillock::detail::round<E>(lanes.data(), lanes.size());
  NarrowComparison comparison;
  for (std::size_t i = 0; i < floats.size(); ++i) {
    const E wanted = nearest<E>(floats[i]);
    const auto place = static_cast<Index>(i);
    comparison.expect(nearest_element<E>(floats[i]), wanted, place, "one float");
    comparison.expect(hillock::detail::from_lane<E>(lanes[i]), wanted, place, "a batch of floats");
  }
  CHECK(widening == 0);
  CHECK(back == 0);
  CHECK_COMPARISON(comparison, 2 * (6 * every + (1 << 22) + (1 << 17)));
}

template <class E, class F>
void check_pointwise(const char* name, const F& f) {
  INFO(name << " of " << Format<E>::name);
  const Expected<E> expected(f);
  NarrowComparison verbs, call_paths;
  compare_verbs(verbs, f, expected);
  CHECK_COMPARISON(verbs, verb_comparisons<E>);
  compare_call_paths(call_paths, f, expected);
  CHECK_COMPARISON(call_paths, call_path_comparisons);
}

TEMPLATE_TEST_CASE("16-bit arrays of every layout have the bits of contiguous ones", "[half]",
                   half) {
  NarrowComparison comparison;
  compare_layouts(comparison, hillock::sigmoid, Expected<TestType>(hillock::sigmoid));
  CHECK_COMPARISON(comparison, layout_comparisons);
}

TEST_CASE("16-bit results are the float results, rounded once, by every call path", "[half]") {
  check_pointwise<half>("swish", hillock::Swish<>{1.5});
  check_pointwise<bfloat16>("squareplus", Squareplus{});
}

/// f and f' of every element, with the default parameters and with others.
template <class E, class F>
void check_both(const char* name, F f) {
  const NarrowArray<E> x = all_elements<E>();
  const FloatArray values = values_of<E>(x);
  FloatArray value(every, 1), slope(every, 1);
  NarrowArray<E> y(every, 1), d(every, 1);
  NarrowComparison comparison;
  const auto compare = [&] {
    hillock::forward_and_derivative(f, values, value, slope);
    hillock::forward_and_derivative(f, x, y, d);
    comparison.expect_all(y, nearest_of<E>(value), name);
    comparison.expect_all(d, nearest_of<E>(slope), name);
  };
  compare();
  for (const auto& parameter : F::parameters()) f.*parameter.member = 0.7;
  compare();
  CHECK_COMPARISON(comparison, 4 * every);
}

// The loop rounds whatever the function computes in float.
TEMPLATE_TEST_CASE("16-bit results are the float results, rounded once, with every kernel",
                   "[half]", half, bfloat16) {
  hillock::for_each_activation([](const char* name, const auto& f) {
    if constexpr (stands_for_its_kernel<std::decay_t<decltype(f)>>) check_both<TestType>(name, f);
  });
}

TEMPLATE_TEST_CASE("prelu of 16 bits is the float result, rounded once", "[half]", bfloat16) {
  using E = TestType;
  const NarrowArray<E> x = Eigen::Map<const NarrowArray<E>>(all_elements<E>().data(), 64, 1024);
  const NarrowArray<E> dy = Eigen::Map<const NarrowArray<E>>(gradients<E>().data(), 64, 1024);
  const FloatArray values = values_of<E>(x), gradient_values = values_of<E>(dy);
  NarrowComparison comparison;
  for (const Per per : {Per::row, Per::column}) {
    const PReLU<> prelu{Eigen::ArrayXd::LinSpaced(per == Per::row ? 64 : 1024, -1, 2), per};
    comparison.expect_all(prelu(x), nearest_of<E>(prelu(values)), "f");
    comparison.expect_all(prelu.derivative(x), nearest_of<E>(prelu.derivative(values)), "f'");
    comparison.expect_all(prelu.backward(x, dy),
                          nearest_of<E>(prelu.backward(values, gradient_values)), "backward");
    NarrowArray<E> y = x, d(64, 1024);
    hillock::forward_and_derivative(prelu, y, y, d);
    comparison.expect_all(y, nearest_of<E>(prelu(values)), "f of both, in place");
    comparison.expect_all(d, nearest_of<E>(prelu.derivative(values)), "f' of both");
    // Summed in double, from the values themselves.
    const NarrowArray<E> finite_x = x.unaryExpr(
        [](const E& e) { return element_of<E>(pattern_of(e) & ~(infinity_pattern<E> & 0x4000)); });
    const Eigen::ArrayXd gradient = prelu.slope_gradient(finite_x, dy);
    const Eigen::ArrayXd wanted = prelu.slope_gradient(values_of<E>(finite_x), gradient_values);
    CHECK(gradient.isFinite().all());
    CHECK((gradient == wanted).all());
  }
  CHECK_COMPARISON(comparison, 2 * 5 * every);
  // The slopes may be such an array themselves.
  const PReLU<> taken{NarrowArray<E>::Constant(64, 1, E(0.375)), Per::row};
  CHECK((taken.slope == 0.375).all());
}

/// Moderate scores with masked and equal ones among them.
template <class E>
NarrowArray<E> scores(Index rows, Index cols, float scale, unsigned seed) {
  std::mt19937 random(seed);
  NarrowArray<E> z(rows, cols);
  for (Index j = 0; j < cols; ++j)
    for (Index i = 0; i < rows; ++i) {
      const float unit = static_cast<float>(random() >> 8) * 0x1p-23f - 1;
      z(i, j) = random() % 29 == 0 ? element_of<E>(0x8000u | infinity_pattern<E>)
                                   : nearest<E>(unit * scale);
    }
  return z;
}

TEMPLATE_TEST_CASE("softmax of 16 bits is the float result, rounded once, in every layout",
                   "[half]", half) {
  using E = TestType;
  using Row = Eigen::Array<E, Dynamic, Dynamic, Eigen::RowMajor>;
  NarrowComparison comparison;
  std::size_t elements = 0;
  unsigned seed = 0;
  for (const Per per : {Per::row, Per::column})
    for (const auto& [rows, cols] :
         {std::pair<Index, Index>{1, 1}, {7, 33}, {64, 5}, {300, 19}, {19, 300}})
      for (const float scale : {0.1f, 4.0f, 30.0f}) {
        const hillock::Softmax<> softmax{per, seed % 2 == 0 ? AllMasked::nan : AllMasked::uniform};
        const NarrowArray<E> z = scores<E>(rows, cols, scale, ++seed);
        const NarrowArray<E> dp = scores<E>(rows, cols, 1, ++seed).unaryExpr([](const E& e) {
          return (pattern_of(e) & 0x7fff) == infinity_pattern<E> ? E(0.5f) : e;
        });
        const FloatArray values = values_of<E>(z), gradient_values = values_of<E>(dp);
        const NarrowArray<E> p = nearest_of<E>(softmax(values));
        const NarrowArray<E> dz = nearest_of<E>(softmax.backward(values, gradient_values));
        elements += static_cast<std::size_t>(rows * cols);
        comparison.expect_all(softmax(z), p, "forward");
        comparison.expect_all(softmax(z + z - z), softmax(NarrowArray<E>(z + z - z)),
                              "an expression");
        comparison.expect_all(softmax(Row(z)), p, "forward, row-major");
        NarrowArray<E> y = z;
        hillock::forward(softmax, y, y);
        comparison.expect_all(y, p, "forward in place");
        NarrowArray<E> wide(2 * rows, cols + 1);
        Strided<E> strided(wide.data(), rows, cols, Eigen::Stride<Dynamic, Dynamic>(2 * rows, 2));
        hillock::forward(softmax, z, strided);
        comparison.expect_all(strided, p, "forward into strides");
        comparison.expect_all(softmax.backward(z, dp), dz, "backward");
        y = dp;
        hillock::backward(softmax, Row(z), y, y);
        comparison.expect_all(y, dz, "backward in place of dp");
        comparison.expect_all(
            softmax.backward_from_output(p, dp),
            nearest_of<E>(softmax.backward_from_output(values_of<E>(p), gradient_values)),
            "backward from the output");
      }
  CHECK(elements == 2 * 3 * (1 + 7 * 33 + 64 * 5 + 2 * 300 * 19));
  CHECK_COMPARISON(comparison, 8 * elements);

  NarrowComparison jacobians;
  const hillock::Softmax<> softmax{Per::column};
  const NarrowArray<E> z = scores<E>(23, 1, 3, 99);
  const NarrowArray<E> p = softmax(z);
  jacobians.expect_all(softmax.jacobian(z),
                       nearest_of<E>(softmax.jacobian(values_of<E>(z)).array()), "jacobian");
  jacobians.expect_all(softmax.jacobian_from_output(p),
                       nearest_of<E>(softmax.jacobian_from_output(values_of<E>(p)).array()),
                       "jacobian from the output");
  CHECK_COMPARISON(jacobians, 2 * 23 * 23);
}

// A sum held in 16 bits stops growing at 2048 (half) or 256 (bfloat16); tract #2586.
TEMPLATE_TEST_CASE("softmax does not hold its sum in 16 bits", "[half]", half, bfloat16) {
  using E = TestType;
  for (const Index n : {4096, 16384}) {
    const NarrowArray<E> z = NarrowArray<E>::Constant(n, 3, E(1.5f));
    const NarrowArray<E> p = hillock::Softmax<>{Per::column}(z);
    const NarrowArray<E> expected =
        nearest_of<E>(FloatArray::Constant(n, 3, 1 / static_cast<float>(n)));
    NarrowComparison comparison;
    comparison.expect_all(p, expected, "p");
    CHECK_COMPARISON(comparison, 3 * n);
    // Equal gradients change nothing: <p, dp> is dp itself.
    const NarrowArray<E> dz = hillock::Softmax<>{Per::column}.backward(z, z);
    CHECK(values_of<E>(dz).abs().maxCoeff() == 0);
  }
}

TEMPLATE_TEST_CASE("maxout of 16 bits picks the argmax of the float result", "[half]", bfloat16) {
  using E = TestType;
  const NarrowArray<E> x = Eigen::Map<const NarrowArray<E>>(all_elements<E>().data(), 64, 1024);
  const FloatArray values = values_of<E>(x);
  NarrowComparison comparison;
  for (const Per per : {Per::row, Per::column}) {
    const hillock::Maxout<> maxout{4, per};
    const FloatArray y = maxout(values);
    const FloatArray dx = maxout.backward(values, y);
    comparison.expect_all(maxout(x), nearest_of<E>(y), "forward");
    comparison.expect_all(maxout.derivative(x), nearest_of<E>(maxout.derivative(values)), "mask");
    comparison.expect_all(maxout.backward(x, nearest_of<E>(y)), nearest_of<E>(dx), "backward");
  }
  CHECK_COMPARISON(comparison, 2 * (every / 4 + 2 * every));
}

TEMPLATE_TEST_CASE("16-bit arrays of shapes that do not fit, or overlapping in part, throw",
                   "[half]", half) {
  using E = TestType;
  const NarrowArray<E> x = NarrowArray<E>::Constant(4, 3, E(1));
  NarrowArray<E> y = NarrowArray<E>::Constant(3, 4, E(-7));
  CHECK(says(complaint([&] { hillock::forward(hillock::sigmoid, x, y); }), {"4 x 3", "3 x 4"}));
  CHECK(says(complaint([&] { hillock::backward(hillock::sigmoid, x, x, y); }), {"4 x 3", "3 x 4"}));
  CHECK(says(complaint([&] { hillock::forward(hillock::Softmax<>{Per::row}, x, y); }),
             {"4 x 3", "3 x 4"}));
  CHECK(says(complaint([&] { static_cast<void>(hillock::sigmoid.backward(x, y)); }),
             {"4 x 3", "3 x 4"}));
  CHECK(says(complaint([&] { hillock::forward(PReLU<>{}, x, y); }), {"4 x 3", "3 x 4"}));
  NarrowArray<E> memory = NarrowArray<E>::Constant(100, 1, E(-7));
  const auto from = memory.middleRows(10, 40);
  CHECK(
      says(complaint([&] { hillock::forward(hillock::sigmoid, from, memory.middleRows(11, 40)); }),
           {"overlaps"}));
  CHECK(says(complaint([&] {
               hillock::forward(hillock::Maxout<>{2, Per::column}, from, memory.middleRows(30, 20));
             }),
             {"overlaps"}));
  CHECK(complaint([&] {
          hillock::forward(hillock::identity, from, memory.middleRows(50, 40));
        }).empty());
  CHECK((values_of<E>(memory) == -7.0f).all());
  CHECK((values_of<E>(y) == -7.0f).all());
}

TEMPLATE_TEST_CASE("the diagnostics classify 16-bit arrays by their values in float", "[half]",
                   bfloat16) {
  using E = TestType;
  const NarrowArray<E> x = Eigen::Map<const NarrowArray<E>>(all_elements<E>().data(), 64, 1024);
  const FloatArray values = values_of<E>(x);
  const auto compare = [&](const auto& f) {
    hillock::UnitMonitor narrow(f, 64, Per::row), wide(f, 64, Per::row);
    narrow.observe(x);
    wide.observe(values);
    const hillock::UnitReport got = narrow.report(), wanted = wide.report();
    CHECK(got.layer.samples() == every);
    CHECK(got.layer.non_finite == static_cast<std::int64_t>(nan_count<E> + 2));
    CHECK(got.layer.active == wanted.layer.active);
    CHECK(got.layer.saturated_low == wanted.layer.saturated_low);
    CHECK(got.layer.saturated_high == wanted.layer.saturated_high);
    CHECK(got.mean_output() == wanted.mean_output());
    CHECK(hillock::saturated_fraction(f, x) == hillock::saturated_fraction(f, values));
    CHECK(hillock::dead_fraction(f, x, Per::row) == hillock::dead_fraction(f, values, Per::row));
  };
  compare(hillock::sigmoid);
  compare(hillock::relu);
}

}  // namespace
