#include <support/call_paths.hpp>
#include <support/complaint.hpp>

#include <hillock/activations/leaky_relu.hpp>
#include <hillock/activations/sigmoid.hpp>
#include <hillock/activations/softmax.hpp>
#include <hillock/activations/tanh.hpp>

namespace {

using namespace support;

TEST_CASE("a lazy expression is of its argument's kind and shape", "[expression]") {
  const Eigen::Array<float, 3, Dynamic> array = Eigen::Array<float, 3, Dynamic>::Ones(3, 5);
  const Eigen::MatrixXd matrix = Eigen::MatrixXd::Ones(4, 2);
  const auto of_array = hillock::tanh(array);
  const auto of_matrix = hillock::tanh.derivative(matrix);
  STATIC_REQUIRE(std::is_base_of_v<Eigen::ArrayBase<std::decay_t<decltype(of_array)>>,
                                   std::decay_t<decltype(of_array)>>);
  STATIC_REQUIRE(std::is_base_of_v<Eigen::MatrixBase<std::decay_t<decltype(of_matrix)>>,
                                   std::decay_t<decltype(of_matrix)>>);
  STATIC_REQUIRE(decltype(of_array)::RowsAtCompileTime == 3);
  CHECK(of_array.cols() == 5);
  CHECK(of_matrix.rows() == 4);
}

TEST_CASE("a lazy expression computes when it is used, from what its argument holds then",
          "[expression]") {
  Eigen::ArrayXf z = Eigen::ArrayXf::Zero(9);
  const auto y = hillock::tanh(z);
  z.setConstant(100);
  CHECK((y == 1).all());
}

TEST_CASE("a layer reads like its formula", "[expression]") {
  const Eigen::MatrixXf W = Eigen::MatrixXf::Constant(3, 2, 0.25f),
                        X = Eigen::MatrixXf::Constant(2, 5, 0.5f);
  const Eigen::VectorXf b = Eigen::VectorXf::Constant(3, 0.25f);
  const Eigen::MatrixXf H = hillock::tanh((W * X).colwise() + b);
  REQUIRE(H.rows() == 3);
  REQUIRE(H.cols() == 5);
  for (Index i = 0; i < H.size(); ++i) CHECK(bits_of(H(i)) == bits_of(hillock::tanh(0.5f)));
  const Eigen::ArrayXXf sum = hillock::tanh(X).array() + hillock::tanh(X.array());
  CHECK((sum == 2 * hillock::tanh(0.5f)).all());
  CHECK(hillock::tanh(X).sum() == 10 * hillock::tanh(0.5f));
}

TEST_CASE("parameters are stored as double and rounded once to the element type", "[expression]") {
  const hillock::LeakyReLU<> f{0.1};
  CHECK(bits_of(f(-3.0f)) == bits_of(0.1f * -3.0f));
  CHECK(bits_of(f(-3.0)) == bits_of(0.1 * -3.0));
  const hillock::LeakyReLU from_float{0.1f};
  CHECK(from_float.slope == double(0.1f));
}

TEST_CASE("the gradient of a lazy backward has x's shape or is refused", "[expression]") {
  const Eigen::ArrayXXf x = Eigen::ArrayXXf::Ones(3, 4);
  const Eigen::MatrixXf dy = Eigen::MatrixXf::Ones(4, 3);
  CHECK(says(complaint([&] { static_cast<void>(hillock::tanh.backward(x, dy)); }),
             {"backward", "3 x 4", "4 x 3"}));
  CHECK(says(complaint([&] { static_cast<void>(hillock::tanh.backward(x, x.topRows(1))); }),
             {"3 x 4", "1 x 4"}));
}

TEMPLATE_TEST_CASE("an expression that overlaps its result is as if it did not", "[expression]",
                   float, double) {
  using Array = Eigen::Array<TestType, Dynamic, 1>;
  for (const Index n : {1, 5, 300}) {
    const Array x = Array::LinSpaced(n + 3, -8, 8), dy = Array::LinSpaced(n + 3, 1, 2);
    const Array y = hillock::tanh(x), d = hillock::tanh.backward(x, dy);
    Array z = x;
    z.tail(n) = hillock::tanh(z.head(n));
    for (Index i = 0; i < n; ++i) CHECK(bits_of(z[i + 3]) == bits_of(y[i]));
    for (Index i = 0; i < 3; ++i) CHECK(z[i] == x[i]);
    z = x;
    z.head(n) = hillock::tanh(z.tail(n));
    for (Index i = 0; i < n; ++i) CHECK(bits_of(z[i]) == bits_of(y[i + 3]));
    z = dy;
    z.segment(1, n) = hillock::tanh.backward(x.head(n), z.head(n));
    for (Index i = 0; i < n; ++i) CHECK(bits_of(z[i + 1]) == bits_of(d[i]));
    z = x;
    z = hillock::tanh(z);
    for (Index i = 0; i < n + 3; ++i) CHECK(bits_of(z[i]) == bits_of(y[i]));
  }
}

TEMPLATE_TEST_CASE("an expression is assigned to arrays of every kind", "[expression]", float,
                   double) {
  using Column = Eigen::Array<TestType, Dynamic, Dynamic>;
  using Row = Eigen::Matrix<TestType, Dynamic, Dynamic, Eigen::RowMajor>;
  const Column x = Column::Random(37, 23) * 9;
  std::size_t compared = 0;
  const auto compare = [&](const auto& y) {
    REQUIRE(y.rows() == x.rows());
    REQUIRE(y.cols() == x.cols());
    for (Index j = 0; j < x.cols(); ++j)
      for (Index i = 0; i < x.rows(); ++i, ++compared)
        CHECK(bits_of(y.coeff(i, j)) == bits_of(hillock::tanh(x(i, j))));
  };
  Column y;
  y = hillock::tanh(x);  // resizes
  compare(y);
  Eigen::Matrix<TestType, Dynamic, Dynamic> matrix(1, 1);
  matrix.noalias() = hillock::tanh(x.matrix());
  compare(matrix);
  Row row = hillock::tanh(x).matrix();  // the other storage order
  compare(row);
  row = hillock::tanh(Row(x.matrix()));
  compare(row);
  Column larger = Column::Constant(60, 30, 7);
  larger.block(11, 3, 37, 23) = hillock::tanh(x);
  compare(larger.block(11, 3, 37, 23));
  larger.block(11, 3, 37, 23).setConstant(7);
  CHECK((larger == 7).all());
  Eigen::Ref<Column> ref(larger.block(20, 5, 37, 23));
  ref = hillock::tanh(x);
  compare(ref);
  Eigen::Map<Column> map(y.data(), 37, 23);
  y = x;
  map = hillock::tanh(map);
  compare(y);
  y = x;
  y.transpose() = hillock::tanh(y.transpose());
  compare(y);
  CHECK(compared == 8 * 37 * 23);
  Column none = hillock::tanh(Column(0, 4));
  CHECK(none.size() == 0);
}

TEST_CASE("functions are passed and stored like any value", "[expression]") {
  struct Layer {
    hillock::LeakyReLU<> activation{0.5};
  };
  const Layer layer;
  const auto apply = [](auto f, float x) { return f(x); };
  CHECK(apply(layer.activation, -2.0f) == -1);
  CHECK(apply(hillock::tanh, 0.0f) == 0);
}

template <class F, class... X>
constexpr bool takes = std::is_invocable_v<const F&, X...>;
template <class F, class X, class DY, class = void>
constexpr bool has_backward = false;
template <class F, class X, class DY>
constexpr bool has_backward<F, X, DY,
                            std::void_t<decltype(std::declval<const F&>().backward(
                                std::declval<X>(), std::declval<DY>()))>> = true;

TEST_CASE("whether a function takes a type can be asked", "[expression]") {
  using hillock::Sigmoid;
  using hillock::Softmax;
  using Exact = hillock::exact::Sigmoid;
  STATIC_REQUIRE((takes<Sigmoid<>, float> && takes<Sigmoid<>, double&> &&
                  takes<Sigmoid<>, Eigen::half> && takes<Sigmoid<>, const Eigen::ArrayXXf&> &&
                  takes<Sigmoid<>, Eigen::MatrixXd> && takes<Exact, Eigen::ArrayXf>));
  STATIC_REQUIRE_FALSE((takes<Sigmoid<>, int> || takes<Sigmoid<>, long double> ||
                        takes<Sigmoid<>, std::vector<float>> || takes<Sigmoid<>, const float*> ||
                        takes<Sigmoid<>, float(&)[3]> || takes<Sigmoid<>, std::string> ||
                        takes<Sigmoid<>, Eigen::ArrayXi> || takes<Sigmoid<>, Eigen::ArrayXcf> ||
                        takes<Sigmoid<>> || takes<Sigmoid<>, float, float> ||
                        takes<Exact, double> || takes<Exact, Eigen::ArrayXd>));
  STATIC_REQUIRE((takes<Softmax<>, Eigen::ArrayXXf> && takes<Softmax<>, Eigen::VectorXd&>));
  STATIC_REQUIRE_FALSE((takes<Softmax<>, float> || takes<Softmax<>, std::vector<float>> ||
                        takes<Softmax<>, Eigen::ArrayXi> ||
                        std::is_default_constructible_v<Softmax<>>));
  STATIC_REQUIRE((has_backward<Sigmoid<>, float, float> &&
                  has_backward<Sigmoid<>, Eigen::ArrayXf, Eigen::MatrixXf> &&
                  has_backward<Softmax<>, Eigen::ArrayXf, Eigen::MatrixXf>));
  STATIC_REQUIRE_FALSE((has_backward<Sigmoid<>, float, double> ||
                        has_backward<Sigmoid<>, Eigen::ArrayXf, Eigen::ArrayXd> ||
                        has_backward<Sigmoid<>, Eigen::ArrayXf, float> ||
                        has_backward<Softmax<>, Eigen::ArrayXf, Eigen::ArrayXd>));
}

}  // namespace
