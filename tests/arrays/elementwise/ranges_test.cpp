// The verbs for contiguous ranges: std::vector, std::array, a C array.
#include <support/catch.hpp>

#include <hillock/activations/elu.hpp>
#include <hillock/activations/prelu.hpp>
#include <hillock/activations/softmax.hpp>
#include <hillock/from_output.hpp>
#include <hillock/threads.hpp>

#include <array>
#include <vector>

namespace {

using Array = Eigen::ArrayXf;

/// A range of another library, such as std::span, which refers to elements of somebody else.
template <class T>
class Span {
 public:
  Span(T* first, std::size_t size) : first_(first), size_(size) {}
  T* data() const { return first_; }
  std::size_t size() const { return size_; }

 private:
  T* first_;
  std::size_t size_;
};

template <class Range>
bool is(const Range& range, const Array& expected) {
  const Eigen::Map<const Array> map(std::data(range), static_cast<Eigen::Index>(std::size(range)));
  return map.size() == expected.size() && (map == expected).all();
}

}  // namespace

TEST_CASE("every verb takes ranges") {
  const hillock::ELU f{0.7};
  const std::vector<float> x = {-2, -0.5f, 0, 0.5f, 2, 7, -7, 1, -1},
                           dy = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  const Eigen::Map<const Array> x_map(x.data(), 9), dy_map(dy.data(), 9);
  const Array y = f(x_map), d = f.derivative(x_map), dx = f.backward(x_map, dy_map);

  std::vector<float> to(9), to_d(9);
  hillock::forward(f, x, to);
  CHECK(is(to, y));
  hillock::derivative(f, x, to);
  CHECK(is(to, d));
  hillock::backward(f, x, dy, to);
  CHECK(is(to, dx));
  hillock::forward_and_derivative(f, x, to, to_d);
  CHECK((is(to, y) && is(to_d, d)));
  hillock::derivative_from_output(f, to, to_d);
  CHECK(is(to_d, f.derivative_from_output(y)));
  hillock::backward_from_output(f, to, dy, to_d);
  CHECK(is(to_d, f.backward_from_output(y, dy_map)));

  to = x;
  hillock::forward(f, to, to);  // in place
  CHECK(is(to, y));
  hillock::backward(f, x, dy, to, hillock::threads(2));
  CHECK(is(to, dx));
  to.assign(9, 1);
  hillock::backward(f, x, dy, to, hillock::accumulate);
  CHECK(is(to, 1 + dx));

  std::array<float, 9> array;
  hillock::forward(f, x, array);
  CHECK(is(array, y));
  float raw[9];
  hillock::forward(f, array, raw);
  CHECK(is(raw, f(y)));
  hillock::forward(f, Span<const float>(x.data(), 9), Span<float>(raw, 9));
  CHECK(is(raw, y));
  Array column(9);  // with an Eigen array
  hillock::forward(f, x, column);
  CHECK((column == y).all());

  const std::vector<double> wide = {-1, 2};
  std::vector<double> wide_y(2);
  hillock::forward(f, wide, wide_y);
  CHECK(wide_y[1] == 2);
  std::vector<Eigen::half> narrow(3, Eigen::half(-1)), narrow_y(3);
  hillock::forward(f, narrow, narrow_y);
  CHECK(float(narrow_y[2]) == float(Eigen::half(f(-1.0f))));
}

TEST_CASE("functions of arrays take a range as a column") {
  const std::vector<float> x = {-1, 0, 2};
  std::vector<float> y(3);
  hillock::forward(hillock::Softmax{hillock::Per::column}, x, y);
  const Eigen::Map<const Array> map(x.data(), 3);
  CHECK(is(y, hillock::Softmax{hillock::Per::column}(map)));
  hillock::forward(hillock::PReLU{0.5}, x, y);
  CHECK((y[0] == -0.5f && y[2] == 2));
}

TEST_CASE("ranges of other lengths are refused") {
  const std::vector<float> x(4);
  std::vector<float> y(3, 7);
  CHECK_THROWS_WITH(hillock::forward(hillock::elu, x, y),
                    "hillock::forward: y is 3 x 1, expected 4 x 1 like x");
  CHECK(y[0] == 7);
  const std::vector<float> none;
  std::vector<float> empty;
  hillock::forward(hillock::elu, none, empty);
}
