// Overlap of an output with an input, or with another output: verbs refuse it before anything is
// written, and accept every pair of views that share no element.
#include <support/call_paths.hpp>
#include <support/complaint.hpp>

#include <hillock/activations/relu.hpp>

#include <chrono>
#include <cstring>
#include <random>

namespace {

using namespace support;
using Array = Eigen::ArrayXXf;

const auto& f = hillock::relu;

TEST_CASE("memory that overlaps in part is refused before anything is written", "[overlap]") {
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
          "[overlap]") {
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

/// Strided arrays of floats at random addresses, and a test of which bytes they share.
class RandomViews {
 public:
  using View = hillock::detail::StridedView<const float>;

  RandomViews(unsigned seed, int max_size, int step)
      : random_(seed), max_size_(max_size), step_(step) {}
  View operator()() {
    Index row_step = pick(-3, 9), col_step = pick(-step_ / 2, step_);
    if (pick(0, 7) == 0) row_step = pick(-step_, step_);
    if (pick(0, 3) == 0) std::swap(row_step, col_step);
    const int reach = 12 * max_size_;
    const char* at = memory_.data() + memory_.size() / 2 + 4 * pick(-reach, reach) +
                     (pick(0, 7) == 0 ? pick(1, 3) : 0);
    const hillock::detail::Shape shape{pick(0, max_size_), pick(0, max_size_)};
    return View(reinterpret_cast<const float*>(at), shape, row_step, col_step, false);
  }
  bool share_a_byte(const View& a, const View& b) {
    bool shared = false;
    for_each_address(a, [](char* address) { std::memset(address, 1, sizeof(float)); });
    for_each_address(b, [&](char* address) { shared |= (address[0] | address[3]) != 0; });
    for_each_address(a, [](char* address) { std::memset(address, 0, sizeof(float)); });
    return shared;
  }

 private:
  std::mt19937_64 random_;
  int max_size_, step_;
  std::vector<char> memory_ = std::vector<char>(1 << 21);

  int pick(int low, int high) {
    return low + static_cast<int>(random_() % static_cast<unsigned>(high - low + 1));
  }
  template <class Work>
  void for_each_address(const View& of, const Work& work) {
    char* first = memory_.data() + (reinterpret_cast<const char*>(of.data()) - memory_.data());
    for (Index j = 0; j < of.shape().cols; ++j)
      for (Index i = 0; i < of.shape().rows; ++i)
        work(first + 4 * (i * of.step(false) + j * of.step(true)));
  }
};

struct Answers {
  int shared = 0, wrongly_apart = 0, wrongly_shared = 0;
};
Answers count_answers(RandomViews views, int trials) {
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

TEST_CASE("the test whether strided arrays share a byte is exact", "[overlap]") {
  const Answers small = count_answers(RandomViews(8, 5, 20), 2000000);
  CHECK(small.wrongly_apart == 0);
  CHECK(small.wrongly_shared == 0);
  CHECK(small.shared > 200000);
  const Answers larger = count_answers(RandomViews(9, 12, 90), 100000);
  CHECK(larger.wrongly_apart == 0);
  CHECK(larger.wrongly_shared == 0);
  CHECK(larger.shared > 10000);
  // With so many rows and columns the answer is not always known; then the arrays count as
  // overlapping.
  const Answers large = count_answers(RandomViews(10, 150, 700), 1500);
  CHECK(large.wrongly_apart == 0);
  CHECK(large.wrongly_shared < 5);
  CHECK(large.shared > 500);
}

/// Returns the time of a call, in seconds: the least of five.
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
TEMPLATE_TEST_CASE("the test of overlap does not take longer for larger arrays", "[overlap]",
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

TEST_CASE("views that have no element in common are accepted, whatever their steps", "[overlap]") {
  std::vector<float> memory(1 << 20, -1);
  using Strides = Eigen::Stride<Dynamic, Dynamic>;
  const auto view = [&](std::ptrdiff_t at, Index rows, Index cols, Index outer, Index inner) {
    return Eigen::Map<Eigen::ArrayXXf, 0, Strides>(memory.data() + at, rows, cols, {outer, inner});
  };
  const auto is_accepted = [&](const auto& from, auto to) {
    const std::string message = complaint([&] { hillock::forward(f, from, to); });
    CHECK((message.empty() || says(message, {"y overlaps x"})));
    return message.empty();
  };
  // In a matrix of 1000 rows: every second row and every fourth, every third column, the diagonal.
  CHECK(is_accepted(view(0, 200, 300, 1000, 2), view(1, 200, 300, 1000, 4)));
  CHECK_FALSE(is_accepted(view(0, 200, 300, 1000, 2), view(2, 200, 300, 1000, 4)));
  CHECK(is_accepted(view(0, 900, 300, 3000, 1), view(1000, 900, 300, 3000, 1)));
  CHECK_FALSE(is_accepted(view(0, 900, 300, 3000, 1), view(1000, 900, 300, 2000, 1)));
  CHECK(is_accepted(view(0, 1, 900, 1001, 1), view(1, 1, 900, 1001, 1)));
  CHECK(is_accepted(view(1, 1, 200, 1001, 1), view(2000, 1, 200, 4, 1)));
  CHECK_FALSE(is_accepted(view(2, 1, 200, 1001, 1), view(2000, 1, 200, 4, 1)));
  // Rows and columns of two matrices that lie in each other, one of 1000 rows and one of 1010.
  CHECK(is_accepted(view(0, 3, 900, 1010, 1), view(5, 3, 900, 1010, 1)));
  CHECK_FALSE(is_accepted(view(0, 400, 900, 1000, 1), view(500, 400, 900, 1010, 1)));
  CHECK(is_accepted(view(0, 100, 40, 1000, 1), view(200, 100, 40, 1010, 1)));
  // One value for all: a step of 0.
  CHECK(is_accepted(view(7, 50, 60, 0, 0), view(8, 50, 60, 50, 1)));
  CHECK_FALSE(is_accepted(view(20, 50, 60, 0, 0), view(8, 50, 60, 50, 1)));
}

}  // namespace
