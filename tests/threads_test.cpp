// The verbs on several threads: the bits of one, and the same errors.
#include <support/call_paths.hpp>
#include <support/complaint.hpp>

#include <hillock/activations/relu.hpp>
#include <hillock/activations/tanh.hpp>
#include <hillock/threads.hpp>

#include <atomic>
#include <climits>

namespace {

using namespace support;
using hillock::threads;
using hillock::detail::elements_per_thread;
using Array = Eigen::ArrayXXf;
using RowMajor = Eigen::Array<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <class X, class Y>
bool same_bits(const X& a, const Y& b) {
  const Array x = a, y = b;
  return x.rows() == y.rows() && x.cols() == y.cols() &&
         (x.size() == 0 ||
          std::memcmp(x.data(), y.data(), static_cast<std::size_t>(x.size()) * sizeof(float)) == 0);
}

/// Enough for three threads, and not a multiple of anything.
constexpr Eigen::Index many = 3 * elements_per_thread + 4567;

template <class Out>
void check_bits(const Array& x) {
  const auto& f = hillock::tanh;
  const Array dy = x * 0.5F - 1;
  Array y(x.rows(), x.cols()), d(x.rows(), x.cols()), dx(x.rows(), x.cols());
  hillock::forward_and_derivative(f, x, y, d);
  hillock::backward(f, x, dy, dx);
  for (const int count : {1, 2, 3, 7}) {
    INFO(x.rows() << " x " << x.cols() << ", " << count << " threads");
    Out out(x.rows(), x.cols()), out_d(x.rows(), x.cols());
    hillock::forward(f, x, out, threads(count));
    CHECK(same_bits(out, y));
    hillock::derivative(f, x, out, threads(count));
    CHECK(same_bits(out, d));
    out.setZero();
    hillock::forward_and_derivative(f, x, out, out_d, threads(count));
    CHECK(same_bits(out, y));
    CHECK(same_bits(out_d, d));
    hillock::backward(f, x, dy, out, threads(count));
    CHECK(same_bits(out, dx));
  }
}

TEST_CASE("several threads give the bits of one", "[threads]") {
  const Array column = Array::Random(many, 1) * 9;
  check_bits<Array>(column);
  check_bits<Array>(Array(column.transpose()));
  check_bits<Array>(Array::Random(7, many / 7) * 9);
  check_bits<Array>(Array::Random(many / 2, 2) * 9);
  check_bits<RowMajor>(Array::Random(many / 5, 5) * 9);
  check_bits<RowMajor>(Array::Random(2, many / 2) * 9);
  check_bits<Array>(Array::Random(many / 3, 6)(Eigen::seq(0, many / 3 - 1), Eigen::seq(0, 4, 2)) *
                    9);
  check_bits<Array>(Array::Random(3, 4));
  check_bits<Array>(Array(0, 4));
}

TEST_CASE("threads work in place and on pointers", "[threads]") {
  Array x = Array::Random(many, 1) * 9;
  Array y(many, 1), d(many, 1);
  hillock::forward_and_derivative(hillock::tanh, x, y, d);
  Array out(many, 1), out_d(many, 1);
  hillock::forward(hillock::tanh, x.data(), out.data(), many, threads(3));
  CHECK(same_bits(out, y));
  hillock::forward_and_derivative(hillock::tanh, x.data(), out.data(), out_d.data(), many,
                                  threads(2));
  CHECK(same_bits(out_d, d));
  hillock::derivative(hillock::tanh, x.data(), out.data(), static_cast<unsigned>(many), threads(2));
  CHECK(same_bits(out, d));
  hillock::backward(hillock::tanh, x.data(), y.data(), out.data(), many, threads(4));
  CHECK(same_bits(out, y * d));
  hillock::forward(hillock::tanh, x, x, threads(3));
  CHECK(same_bits(x, y));
}

TEST_CASE("a product is evaluated once, whatever the number of threads", "[threads]") {
  const Eigen::MatrixXf a = Eigen::MatrixXf::Random(2100, 20),
                        b = Eigen::MatrixXf::Random(20, 1600);
  REQUIRE(a.rows() * b.cols() >= 3 * elements_per_thread);
  Eigen::MatrixXf y(2100, 1600), out(2100, 1600);
  hillock::forward(hillock::tanh, a * b, y);
  hillock::forward(hillock::tanh, a * b, out, threads(3));
  CHECK(same_bits(out.array(), y.array()));
  // The blocks are cut from the product as an array of its own; from what is in memory, as it is.
  using Product = std::decay_t<decltype(a * b)>;
  STATIC_REQUIRE(
      std::is_same_v<std::remove_cv_t<hillock::detail::Evaluated<Product>>, Eigen::MatrixXf>);
  STATIC_REQUIRE(std::is_lvalue_reference_v<hillock::detail::Evaluated<Array>>);
}

TEST_CASE("what does not fit is refused with threads too, before anything is written",
          "[threads]") {
  const Array x = Array::Ones(3, 4), other = Array::Ones(4, 3);
  Array out = Array::Constant(4, 3, 7), fitting = Array::Constant(3, 4, 7);
  const auto& f = hillock::relu;
  const auto check = [&](const char* verb, const auto& call) {
    const std::string message = complaint(call);
    INFO(message);
    CHECK(says(message, {verb, "3 x 4", "4 x 3"}));
    CHECK((out == 7).all());
    CHECK((fitting == 7).all());
  };
  check("forward", [&] { hillock::forward(f, x, out, threads(2)); });
  check("derivative", [&] { hillock::derivative(f, x, out, threads(2)); });
  check("forward_and_derivative",
        [&] { hillock::forward_and_derivative(f, x, fitting, out, threads(2)); });
  check("backward", [&] { hillock::backward(f, x, other, fitting, threads(2)); });
  // Blocks would hide that the whole overlaps in part.
  Array memory = Array::Constant(many + 8, 1, 7);
  CHECK_FALSE(complaint([&] {
                hillock::forward(f, memory.topRows(many), memory.bottomRows(many), threads(3));
              }).empty());
  CHECK((memory == 7).all());
  CHECK(says(complaint([&] {
               hillock::backward(f, Array::Ones(many, 1), memory.topRows(many),
                                 memory.bottomRows(many), threads(3));
             }),
             {"backward", "dx overlaps dy"}));
  CHECK((memory == 7).all());
  CHECK(says(complaint([] { static_cast<void>(threads(0)); }), {"threads", "0", "at least 1"}));
  CHECK(says(complaint([] { static_cast<void>(threads(-3)); }), {"-3"}));
}

TEST_CASE("a number of threads below 1 is refused by every verb, and so is a count", "[threads]") {
  std::vector<float> x(8, -1), y(8, 7), d(8, 7);
  Eigen::Map<Eigen::ArrayXf> in(x.data(), 8), out(y.data(), 8), out_d(d.data(), 8);
  const auto& f = hillock::relu;
  const auto n = std::size_t{8}, wrapped = std::vector<int>().size() - 1;
  const float* from = x.data();
  for (const int count : {0, -5, INT_MIN}) {
    const hillock::Threads none{count};
    const auto check = [&](const char* verb, const auto& call) {
      CHECK(says(complaint(call), {verb, std::to_string(count).c_str(), "at least 1"}));
    };
    check("forward", [&] { hillock::forward(f, in, out, none); });
    check("forward", [&] { hillock::forward(f, from, y.data(), n, none); });
    check("derivative", [&] { hillock::derivative(f, in, out, none); });
    check("derivative", [&] { hillock::derivative(f, from, y.data(), n, none); });
    check("forward_and_derivative",
          [&] { hillock::forward_and_derivative(f, in, out, out_d, none); });
    check("forward_and_derivative",
          [&] { hillock::forward_and_derivative(f, from, y.data(), d.data(), n, none); });
    check("backward", [&] { hillock::backward(f, in, in, out, none); });
    check("backward", [&] { hillock::backward(f, from, from, y.data(), n, none); });
  }
  const auto check = [&](const char* verb, const auto& call) {
    CHECK(says(complaint(call), {verb, "18446744073709551615"}));
  };
  check("forward", [&] { hillock::forward(f, from, y.data(), wrapped, threads(2)); });
  check("derivative", [&] { hillock::derivative(f, from, y.data(), wrapped, threads(2)); });
  check("forward_and_derivative",
        [&] { hillock::forward_and_derivative(f, from, y.data(), d.data(), wrapped, threads(2)); });
  check("backward", [&] { hillock::backward(f, from, from, y.data(), wrapped, threads(2)); });
  CHECK((out == 7).all());
  CHECK((out_d == 7).all());
}

int threads_to_be_had, threads_joined;

/// A thread that cannot always be started.
template <class Error>
struct ScarceThread {
  std::thread thread;
  template <class Work>
  explicit ScarceThread(const Work& work) {
    if (threads_to_be_had == 0) throw Error();
    --threads_to_be_had;
    thread = std::thread(work);
  }
  void join() {
    thread.join();
    ++threads_joined;
  }
};
struct NoThread : std::system_error {
  NoThread() : system_error(std::make_error_code(std::errc::resource_unavailable_try_again)) {}
};

TEMPLATE_TEST_CASE("where no thread can be started, the caller's does the rest", "[threads]",
                   std::bad_alloc, NoThread) {
  for (const int most : {0, 1, 3, 5}) {
    threads_to_be_had = most;
    threads_joined = 0;
    std::atomic<int> done[6] = {};
    hillock::detail::parallel_for_threads<ScarceThread<TestType>>(
        6, [&](int part) { ++done[static_cast<std::size_t>(part)]; });
    for (const std::atomic<int>& times : done) CHECK(times == 1);
    CHECK(threads_joined == most);
  }
}

TEST_CASE("threads are joined where the caller's own part throws", "[threads]") {
  threads_to_be_had = 2;
  threads_joined = 0;
  CHECK_THROWS_AS(hillock::detail::parallel_for_threads<ScarceThread<NoThread>>(3,
                                                                                [](int part) {
                                                                                  if (part == 0)
                                                                                    throw part;
                                                                                }),
                  int);
  CHECK(threads_joined == 2);
}

TEST_CASE("a small array stays on one thread, a large one is cut once for each", "[threads]") {
  const auto parts_of = [](Eigen::Index rows, Eigen::Index cols, int count) {
    std::atomic<int> parts{0};
    std::atomic<Eigen::Index> elements{0};
    hillock::detail::for_each_part(count, {rows, cols}, false,
                                   [&](const hillock::detail::SubArray& part) {
                                     ++parts;
                                     elements += part.shape.rows * part.shape.cols;
                                   });
    CHECK(elements == rows * cols);
    return parts.load();
  };
  CHECK(parts_of(2 * elements_per_thread - 1, 1, 8) == 1);
  CHECK(parts_of(2 * elements_per_thread, 1, 8) == 2);
  CHECK(parts_of(1, 8 * elements_per_thread, 8) == 8);
  CHECK(parts_of(100, elements_per_thread, 4) == 4);
  CHECK(parts_of(0, 5, 4) == 1);
}

}  // namespace
