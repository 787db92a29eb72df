#include <support/complaint.hpp>
#include <support/routes.hpp>

#include <hillock/activations/leaky_relu.hpp>
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

TEST_CASE("functions are passed and stored like any value", "[expression]") {
  struct Layer {
    hillock::LeakyReLU<> activation{0.5};
  };
  const Layer layer;
  const auto apply = [](auto f, float x) { return f(x); };
  CHECK(apply(layer.activation, -2.0f) == -1);
  CHECK(apply(hillock::tanh, 0.0f) == 0);
}

}  // namespace
