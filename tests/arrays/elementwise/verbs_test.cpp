#include <support/call_paths.hpp>
#include <support/complaint.hpp>

#include <hillock/activations/relu.hpp>
#include <hillock/activations/tanh.hpp>

namespace {

using namespace support;
using Array = Eigen::ArrayXXf;

const auto& f = hillock::relu;

TEST_CASE("a verb names both shapes when they do not fit, and has written nothing", "[verbs]") {
  const Array x = Array::Ones(3, 4), other = Array::Ones(4, 3);
  Array out = Array::Constant(4, 3, 7), fitting = Array::Constant(3, 4, 7);
  const auto check = [&](const char* verb, const auto& call) {
    const std::string message = complaint(call);
    INFO(message);
    CHECK(says(message, {verb, "3 x 4", "4 x 3"}));
    CHECK((out == 7).all());
    CHECK((fitting == 7).all());
    CHECK(out.rows() == 4);
    CHECK(fitting.rows() == 3);
  };
  check("forward", [&] { hillock::forward(f, x, out); });
  check("derivative", [&] { hillock::derivative(f, x, out); });
  check("forward_and_derivative", [&] { hillock::forward_and_derivative(f, x, out, fitting); });
  check("forward_and_derivative", [&] { hillock::forward_and_derivative(f, x, fitting, out); });
  check("backward", [&] { hillock::backward(f, x, other, fitting); });
  check("backward", [&] { hillock::backward(f, x, x, out); });
  check("backward", [&] { static_cast<void>(f.backward(x, other)); });
}

TEST_CASE("an output is never resized, not even an empty one", "[verbs]") {
  const Array x = Array::Ones(3, 4);
  Array empty;
  CHECK(says(complaint([&] { hillock::forward(f, x, empty); }), {"3 x 4", "0 x 0"}));
  CHECK(empty.size() == 0);
  Eigen::ArrayXf column(12);
  CHECK(says(complaint([&] { hillock::forward(f, x, column); }), {"3 x 4", "12 x 1"}));
}

TEST_CASE("any integer type counts elements, and a negative count is refused", "[verbs]") {
  const float x[] = {-1, 2, 3, -4, 5};
  const auto check = [&](auto n) {
    float y[] = {7, 7, 7, 7, 7}, d[] = {7, 7, 7, 7, 7};
    hillock::forward(f, x, y, n);
    CHECK((y[0] == 0 && y[1] == 2 && y[2] == 3 && y[3] == 7));
    hillock::forward_and_derivative(f, x, y, d, n);
    CHECK((d[0] == 0 && d[2] == 1 && d[3] == 7));
    hillock::backward(f, x, y, d, n);
    CHECK((d[0] == 0 && d[2] == 3 && d[3] == 7));
    hillock::derivative(f, x, d, n);
    CHECK((d[0] == 0 && d[2] == 1 && d[3] == 7));
  };
  check(3);
  check(3u);
  check(3L);
  check(3ULL);
  check(static_cast<short>(3));
  check(static_cast<unsigned char>(3));
  check(std::size_t{3});
  check(std::ptrdiff_t{3});
  float y[] = {7};
  CHECK(says(complaint([&] { hillock::forward(f, x, y, -1); }), {"forward", "-1"}));
  CHECK(says(complaint([&] { hillock::derivative(f, x, y, -2L); }), {"derivative", "-2"}));
  CHECK(says(complaint([&] { hillock::backward(f, x, x, y, static_cast<signed char>(-3)); }),
             {"backward", "-3"}));
  CHECK(says(complaint([&] { hillock::forward_and_derivative(f, x, y, y, -4); }), {"-4"}));
  CHECK(y[0] == 7);
}

TEMPLATE_TEST_CASE("a count that no memory can hold is refused before anything is read", "[verbs]",
                   float, double) {
  TestType y[] = {7, 7};
  const TestType* x = y;
  const auto check = [&](auto n, const char* shown) {
    const auto refused = [&](const char* verb, const auto& call) {
      CHECK(says(complaint(call), {verb, shown, "number of elements"}));
    };
    refused("forward", [&] { hillock::forward(f, x, y, n); });
    refused("derivative", [&] { hillock::derivative(f, x, y, n); });
    refused("forward_and_derivative", [&] { hillock::forward_and_derivative(f, x, y, y + 1, n); });
    refused("backward", [&] { hillock::backward(f, x, x, y, n); });
  };
  const std::vector<int> empty;
  check(empty.size() - 1, "18446744073709551615");
  check(std::ptrdiff_t{-1}, "-1");
  check(INT64_MIN, "-9223372036854775808");
  check(PTRDIFF_MAX, "9223372036854775807");
  check(PTRDIFF_MAX / sizeof(TestType) + 1, "expected 0 to");
  check(static_cast<signed char>(-128), "-128");
  check(short{-1}, "-1");
  CHECK((y[0] == 7 && y[1] == 7));
}

TEST_CASE("nothing is a size too", "[verbs]") {
  float y[] = {7};
  hillock::forward(f, y, y, 0);
  hillock::forward(f, static_cast<const float*>(nullptr), static_cast<float*>(nullptr), 0);
  CHECK(y[0] == 7);
  Array none(0, 5), also_none(0, 5);
  hillock::forward(f, none, also_none);
  hillock::backward(f, none, none, also_none);
  CHECK(Array(f(none)).cols() == 5);
}

TEMPLATE_TEST_CASE("a verb takes arrays of a size known at compile time", "[verbs]", float,
                   double) {
  using Fixed = Eigen::Array<TestType, 3, 5>;
  const Fixed x = Fixed::Random() * 6;
  const Eigen::Matrix<TestType, 3, 5> matrix = x.matrix();
  Fixed y;
  std::size_t compared = 0;
  const auto compare = [&](const auto& got, const auto& element) {
    for (Index i = 0; i < x.size(); ++i, ++compared)
      CHECK(bits_of(TestType(got(i))) == bits_of(TestType(element(x(i)))));
  };
  const auto value = [](TestType at) { return hillock::tanh(at); };
  hillock::forward(hillock::tanh, x, y);
  compare(y, value);
  hillock::derivative(hillock::tanh, matrix, y);  // of a Matrix into an Array
  compare(y, [](TestType at) { return hillock::tanh.derivative(at); });
  Eigen::Matrix<TestType, 3, 5, Eigen::RowMajor> rows;  // the other storage order
  hillock::forward(hillock::tanh, x, rows);
  for (Index i = 0; i < 3; ++i)
    for (Index j = 0; j < 5; ++j) CHECK(bits_of(rows(i, j)) == bits_of(value(x(i, j))));
  y = x;
  hillock::forward(hillock::tanh, y, y);
  compare(y, value);
  CHECK(compared == 45);
  Eigen::Array<TestType, 8, 1> one;
  one.setOnes();
  CHECK(says(complaint([&] {
               hillock::forward(hillock::tanh, one.template head<4>(), one.template segment<4>(2));
             }),
             {"forward", "overlap"}));
  CHECK((one == 1).all());
}

TEST_CASE("a verb takes temporaries and views as outputs", "[verbs]") {
  const Eigen::ArrayXf x = Eigen::ArrayXf::LinSpaced(6, -3, 2);
  Eigen::ArrayXf y = Eigen::ArrayXf::Constant(8, 7);
  hillock::forward(f, x, y.segment(1, 6));
  CHECK((y[0] == 7 && y[1] == 0 && y[6] == 2 && y[7] == 7));
  hillock::forward(f, x, y.head(6).matrix());
  CHECK(y[5] == 2);
  hillock::forward(f, x, y.head(6).reverse());
  CHECK((y[0] == 2 && y[5] == 0));
  Eigen::Ref<Eigen::ArrayXf> ref = y;
  hillock::forward(f, x, ref.head(6));
  CHECK(y[5] == 2);
}

}  // namespace
