// The verbs allocate nothing. EIGEN_RUNTIME_NO_MALLOC reports Eigen's own allocations, all others
// by operator new.
namespace {
// Volatile: g++ 16 takes it that operator new changes no variable of the program.
volatile int allocations = 0;
void count_allocation() { allocations = allocations + 1; }
}  // namespace
#define EIGEN_RUNTIME_NO_MALLOC
#define eigen_assert(condition) ((condition) ? static_cast<void>(0) : count_allocation())

#include <support/catch.hpp>

#include <hillock/hillock.hpp>

#include <cstdlib>
#include <new>

[[gnu::noinline]] void* operator new(std::size_t size) {
  count_allocation();
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
// The library's own would call the one above; the address sanitizer's does not.
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  count_allocation();
  return std::malloc(size == 0 ? 1 : size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using hillock::Per;
using Array = Eigen::ArrayXXf;
using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <class Work>
int allocations_in(const Work& work) {
  Eigen::internal::set_is_malloc_allowed(false);
  allocations = 0;
  work();
  const int counted = allocations;
  Eigen::internal::set_is_malloc_allowed(true);
  return counted;
}

TEST_CASE("this test sees an allocation of Eigen's and one by new", "[allocation]") {
  CHECK(allocations_in([] { Array array(40, 40); }) > 0);
  // Through a volatile pointer: a compiler may leave out a new that it sees deleted.
  CHECK(allocations_in([] {
          int* volatile kept = new int;
          delete kept;
        }) > 0);
}

TEST_CASE("no verb allocates, whatever the function and the layout", "[allocation]") {
  const Array x = Array::Random(700, 12);
  const RowMajor row = x.matrix();
  Array y(700, 12), d(700, 12), wide = Array::Zero(1500, 14);
  RowMajor y_row(700, 12);
  auto block = wide.block(3, 1, 700, 12);
  Eigen::Map<Array, 0, Eigen::InnerStride<2>> strided(wide.data(), 700, 1);
  const auto try_all = [&](const auto& f) {
    CHECK(allocations_in([&] { hillock::forward(f, x, y); }) == 0);
    CHECK(allocations_in([&] { hillock::derivative(f, x, d); }) == 0);
    CHECK(allocations_in([&] { hillock::forward_and_derivative(f, x, y, d); }) == 0);
    CHECK(allocations_in([&] { hillock::backward(f, x, d, y); }) == 0);
    CHECK(allocations_in([&] { hillock::forward(f, row, y); }) == 0);
    CHECK(allocations_in([&] { hillock::backward(f, x, row, y_row); }) == 0);
    CHECK(allocations_in([&] { hillock::forward(f, x, block); }) == 0);
    CHECK(allocations_in([&] { hillock::forward(f, block, block); }) == 0);
    CHECK(allocations_in([&] { hillock::forward(f, strided, strided); }) == 0);
    CHECK(allocations_in([&] { hillock::forward(f, x * 2 + 1, y); }) == 0);
  };
  try_all(hillock::sigmoid);
  try_all(hillock::Swish<>{1.5});
  try_all(hillock::PReLU<>{});
  CHECK(allocations_in([&] { hillock::forward(hillock::tanh, x.data(), y.data(), 100); }) == 0);
  CHECK(allocations_in([&] { y = hillock::elu(x) + hillock::tanh.derivative(x); }) == 0);

  const hillock::Softmax<> softmax{Per::row};
  CHECK(allocations_in([&] { hillock::forward(softmax, row, y); }) == 0);
  CHECK(allocations_in([&] { hillock::backward(softmax, x, y, d); }) == 0);
  const hillock::Maxout<> maxout{2, Per::column};
  CHECK(allocations_in([&] { hillock::forward(maxout, x, y.topRows(350)); }) == 0);
  CHECK(allocations_in([&] { hillock::derivative(maxout, x, d); }) == 0);
  CHECK(allocations_in([&] { hillock::backward(maxout, x, y.topRows(350), d); }) == 0);
  const hillock::PReLU<> prelu{Eigen::ArrayXd::Constant(12, 0.1), Per::column};
  CHECK(allocations_in([&] { hillock::forward(prelu, row, y_row); }) == 0);
}

// Both types of 16 bits go through the same buffers.
TEST_CASE("no verb allocates to widen elements of 16 bits", "[allocation]") {
  using Narrow = Eigen::Array<Eigen::bfloat16, Eigen::Dynamic, Eigen::Dynamic>;
  using NarrowRow = Eigen::Array<Eigen::bfloat16, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Narrow x = Array::Random(700, 12).cast<Eigen::bfloat16>();
  Narrow y(700, 12), d(700, 12);
  NarrowRow y_row(700, 12);
  const auto try_all = [&](const auto& f) {
    CHECK(allocations_in([&] { hillock::forward(f, x, y); }) == 0);
    CHECK(allocations_in([&] { hillock::derivative(f, x, y_row); }) == 0);
    CHECK(allocations_in([&] { hillock::forward_and_derivative(f, x, y, d); }) == 0);
    CHECK(allocations_in([&] { hillock::backward(f, x + x, y, d); }) == 0);
    CHECK(allocations_in([&] { hillock::forward(f, d, d); }) == 0);
  };
  try_all(hillock::swish);
  try_all(hillock::PReLU<>{});
  CHECK(allocations_in([&] { hillock::forward(hillock::tanh, x.data(), y.data(), 100); }) == 0);
  CHECK(allocations_in([&] { y = hillock::elu(x) + hillock::tanh.derivative(x); }) == 0);
  const hillock::Softmax<> softmax{Per::row};
  CHECK(allocations_in([&] { hillock::forward(softmax, x, y_row); }) == 0);
  CHECK(allocations_in([&] { hillock::backward(softmax, x, y, d); }) == 0);
  const hillock::Maxout<> maxout{2, Per::column};
  CHECK(allocations_in([&] { hillock::forward(maxout, x, y.topRows(350)); }) == 0);
  CHECK(allocations_in([&] { hillock::backward(maxout, x, y.topRows(350), d); }) == 0);
}

}  // namespace
