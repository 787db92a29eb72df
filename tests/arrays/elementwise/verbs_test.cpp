#include <support/call_paths.hpp>
#include <support/complaint.hpp>

#include <hillock/activations/relu.hpp>
#include <hillock/activations/tanh.hpp>

#include <chrono>

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

TEST_CASE("memory that overlaps in part is refused before anything is written", "[verbs]") {
  std::vector<float> memory(64, -3);
  const float* in = memory.data();
  for (const std::ptrdiff_t shift : {1, 3, 16, 31}) {
    CHECK(says(complaint([&] { hillock::forward(f, in, memory.data() + shift, 32); }),
               {"forward", "overlap"}));
    CHECK(says(complaint([&] { hillock::derivative(f, in + shift, memory.data(), 32); }),
               {"overlap"}));
    CHECK(says(complaint([&] { hillock::backward(f, in + 32, in, memory.data() + shift, 32); }),
               {"overlap"}));
    std::vector<float> apart(64);
    CHECK(says(complaint([&] {
                 hillock::forward_and_derivative(f, apart.data(), memory.data(),
                                                 memory.data() + shift, 32);
               }),
               {"overlap"}));
  }
  std::vector<float> apart(64);
  CHECK(says(complaint([&] {
               hillock::forward_and_derivative(f, apart.data(), memory.data(), memory.data(), 32);
             }),
             {"overlap"}));
  for (const float value : memory) REQUIRE(value == -3);
  hillock::forward(f, in, memory.data() + 32, 32);
  CHECK((memory[31] == -3 && memory[32] == 0 && memory[63] == 0));
}

TEST_CASE("a transposed view of the output is refused, blocks that only interleave are not",
          "[verbs]") {
  Array square = Array::Constant(8, 8, -1);
  CHECK(says(complaint([&] { hillock::forward(f, square.transpose(), square); }), {"overlap"}));
  CHECK((square == -1).all());
  hillock::forward(f, square.topRows(4), square.bottomRows(4));
  CHECK((square.topRows(4) == -1).all());
  CHECK((square.bottomRows(4) == 0).all());
  using Stride = Eigen::InnerStride<2>;
  std::vector<float> memory(20, -1);
  const Eigen::Map<Eigen::ArrayXf, 0, Stride> even(memory.data(), 10);
  Eigen::Map<Eigen::ArrayXf, 0, Stride> odd(memory.data() + 1, 10);
  hillock::forward(f, even, odd);
  for (std::size_t i = 0; i < memory.size(); ++i) CHECK(memory[i] == (i % 2 == 0 ? -1 : 0));
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

/// Strided arrays of floats in a piece of memory, at any byte of it, and which bytes they have.
class RandomViews {
 public:
  using View = hillock::detail::StridedView<const float>;

  RandomViews(unsigned seed, int most, int step) : random_(seed), most_(most), step_(step) {}
  View operator()() {
    Index row_step = pick(-3, 9), col_step = pick(-step_ / 2, step_);
    if (pick(0, 7) == 0) row_step = pick(-step_, step_);
    if (pick(0, 3) == 0) std::swap(row_step, col_step);
    const int reach = 12 * most_;
    const char* at = memory_.data() + memory_.size() / 2 + 4 * pick(-reach, reach) +
                     (pick(0, 7) == 0 ? pick(1, 3) : 0);
    const hillock::detail::Shape shape{pick(0, most_), pick(0, most_)};
    return View(reinterpret_cast<const float*>(at), shape, row_step, col_step, false);
  }
  bool share_a_byte(const View& a, const View& b) {
    bool shared = false;
    each_place(a, [](char* place) { std::memset(place, 1, sizeof(float)); });
    each_place(b, [&](char* place) { shared |= (place[0] | place[3]) != 0; });
    each_place(a, [](char* place) { std::memset(place, 0, sizeof(float)); });
    return shared;
  }

 private:
  std::mt19937_64 random_;
  int most_, step_;
  std::vector<char> memory_ = std::vector<char>(1 << 21);

  int pick(int low, int high) {
    return low + static_cast<int>(random_() % static_cast<unsigned>(high - low + 1));
  }
  template <class Work>
  void each_place(const View& of, const Work& work) {
    char* first = memory_.data() + (reinterpret_cast<const char*>(of.data()) - memory_.data());
    for (Index j = 0; j < of.shape().cols; ++j)
      for (Index i = 0; i < of.shape().rows; ++i)
        work(first + 4 * (i * of.step(false) + j * of.step(true)));
  }
};

struct Answers {
  int shared = 0, wrongly_apart = 0, wrongly_shared = 0;
};
Answers ask(RandomViews views, int trials) {
  Answers answers;
  for (int trial = 0; trial < trials; ++trial) {
    const RandomViews::View a = views(), b = views();
    const bool truth = views.share_a_byte(a, b);
    const bool answer = hillock::detail::share_elements(a, b);
    answers.shared += truth;
    answers.wrongly_apart += truth && (!answer || hillock::detail::are_clearly_apart(a, b));
    answers.wrongly_shared += !truth && answer;
  }
  return answers;
}

TEST_CASE("whether strided arrays of any kind share a byte is answered exactly", "[verbs]") {
  const Answers small = ask(RandomViews(8, 5, 20), 2000000);
  CHECK(small.wrongly_apart == 0);
  CHECK(small.wrongly_shared == 0);
  CHECK(small.shared > 200000);
  const Answers larger = ask(RandomViews(9, 12, 90), 100000);
  CHECK(larger.wrongly_apart == 0);
  CHECK(larger.wrongly_shared == 0);
  CHECK(larger.shared > 10000);
  // Of so many rows and columns that it is not always known; then they count as one that overlaps.
  const Answers large = ask(RandomViews(10, 150, 700), 1500);
  CHECK(large.wrongly_apart == 0);
  CHECK(large.wrongly_shared < 5);
  CHECK(large.shared > 500);
}

/// What a call takes, in seconds: the least of some.
template <class Call>
double seconds_of(const Call& call) {
  double least = 1e9;
  for (int i = 0; i < 5; ++i) {
    const auto start = std::chrono::steady_clock::now();
    call();
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
    least = std::min(least, passed.count());
  }
  return least;
}

// 40000 columns took 4.7 s when each was compared with each.
TEMPLATE_TEST_CASE("the question does not take longer for larger arrays", "[verbs]",
                   Eigen::ArrayXXf, (Eigen::Array<float, Dynamic, Dynamic, Eigen::RowMajor>)) {
  TestType z = TestType::Constant(4, 40000, -1), tall = TestType::Constant(40000, 4, -1);
  const auto check = [](const auto& call) { CHECK(seconds_of(call) < 0.1); };
  check([&] { hillock::forward(f, z.topRows(2), z.bottomRows(2)); });
  check([&] { hillock::forward(f, z.bottomRows(2), z.topRows(2)); });
  check([&] { hillock::forward(f, tall.leftCols(2), tall.rightCols(2)); });
  check([&] { hillock::forward(f, tall.rightCols(2), tall.leftCols(2)); });
  check([&] {
    hillock::forward(f, z(Eigen::seq(0, 2, 2), Eigen::all), z(Eigen::seq(1, 3, 2), Eigen::all));
  });
  check([&] {
    using Half = Eigen::Map<Eigen::ArrayXXf, 0, Eigen::Stride<Dynamic, Dynamic>>;
    Half real(z.data(), 2, 40000, {4, 2}), imaginary(z.data() + 1, 2, 40000, {4, 2});
    hillock::forward(f, real, imaginary);
    Half wide(z.data(), 200, 300, {500, 2}), other(z.data() + 1, 250, 200, {502, 2});
    hillock::forward(f, wide.leftCols(200).topRows(100), other.topRows(100));
  });
}

TEST_CASE("views that have no element in common are taken, whatever their steps", "[verbs]") {
  std::vector<float> memory(1 << 20, -1);
  using Strides = Eigen::Stride<Dynamic, Dynamic>;
  const auto view = [&](std::ptrdiff_t at, Index rows, Index cols, Index outer, Index inner) {
    return Eigen::Map<Eigen::ArrayXXf, 0, Strides>(memory.data() + at, rows, cols, {outer, inner});
  };
  const auto is_taken = [&](const auto& from, auto to) {
    const std::string message = complaint([&] { hillock::forward(f, from, to); });
    CHECK((message.empty() || says(message, {"y overlaps x"})));
    return message.empty();
  };
  // In a matrix of 1000 rows: every second row and every fourth, every third column, the diagonal.
  CHECK(is_taken(view(0, 200, 300, 1000, 2), view(1, 200, 300, 1000, 4)));
  CHECK_FALSE(is_taken(view(0, 200, 300, 1000, 2), view(2, 200, 300, 1000, 4)));
  CHECK(is_taken(view(0, 900, 300, 3000, 1), view(1000, 900, 300, 3000, 1)));
  CHECK_FALSE(is_taken(view(0, 900, 300, 3000, 1), view(1000, 900, 300, 2000, 1)));
  CHECK(is_taken(view(0, 1, 900, 1001, 1), view(1, 1, 900, 1001, 1)));
  CHECK(is_taken(view(1, 1, 200, 1001, 1), view(2000, 1, 200, 4, 1)));
  CHECK_FALSE(is_taken(view(2, 1, 200, 1001, 1), view(2000, 1, 200, 4, 1)));
  // Rows and columns of two matrices that lie in each other, one of 1000 rows and one of 1010.
  CHECK(is_taken(view(0, 3, 900, 1010, 1), view(5, 3, 900, 1010, 1)));
  CHECK_FALSE(is_taken(view(0, 400, 900, 1000, 1), view(500, 400, 900, 1010, 1)));
  CHECK(is_taken(view(0, 100, 40, 1000, 1), view(200, 100, 40, 1010, 1)));
  // One value for all: a step of 0.
  CHECK(is_taken(view(7, 50, 60, 0, 0), view(8, 50, 60, 50, 1)));
  CHECK_FALSE(is_taken(view(20, 50, 60, 0, 0), view(8, 50, 60, 50, 1)));
}

}  // namespace
