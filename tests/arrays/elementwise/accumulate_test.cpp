// The policy accumulate: what a verb gives is added to what is in the output, rounded once more.
#include <support/catch.hpp>
#include <support/squareplus.hpp>

#include <hillock/activations/log_softmax.hpp>
#include <hillock/activations/maxout.hpp>
#include <hillock/activations/prelu.hpp>
#include <hillock/activations/relu.hpp>
#include <hillock/activations/softmax.hpp>
#include <hillock/activations/tanh.hpp>

#include <cstring>
#include <vector>

namespace {

using hillock::accumulate;
using hillock::Per;
using Index = Eigen::Index;
template <class T, int Order = Eigen::ColMajor>
using Array = Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic, Order>;

/// The numbers in the outputs before the call: they have every size, and none is a result of the
/// verb.
template <class A>
A numbers(Index rows, Index cols, double first) {
  using T = typename A::Scalar;
  A result(rows, cols);
  for (Index j = 0; j < cols; ++j)
    for (Index i = 0; i < rows; ++i)
      result(i, j) = static_cast<T>(std::sin(first + static_cast<double>(7 * i + 3 * j)) * 4);
  return result;
}

template <class A, class B>
bool same_bits(const A& a, const B& b) {
  using T = typename A::Scalar;
  if (a.rows() != b.rows() || a.cols() != b.cols()) return false;
  for (Index j = 0; j < a.cols(); ++j)
    for (Index i = 0; i < a.rows(); ++i) {
      const T x = a(i, j), y = b(i, j);
      if (std::memcmp(static_cast<const void*>(&x), static_cast<const void*>(&y), sizeof x) != 0)
        return false;
    }
  return true;
}

/// Compares every verb of f, into arrays of type Out, with Eigen's own sum. Returns how many it
/// compared.
template <class Out, class F>
int check_verbs(const F& f, Index rows, Index cols) {
  using T = typename Out::Scalar;
  const Array<T> x = numbers<Array<T>>(rows, cols, 0.3), dy = numbers<Array<T>>(rows, cols, 0.7);
  const Out before = numbers<Out>(rows, cols, 2), before_d = numbers<Out>(rows, cols, 5);
  Out result(rows, cols), result_d(rows, cols);
  INFO(rows << " x " << cols);

  Out y = before;
  hillock::forward(f, x, y, accumulate);
  hillock::forward(f, x, result);
  CHECK(same_bits(y, Out(before + result)));

  y = before;
  hillock::derivative(f, x, y, accumulate);
  hillock::derivative(f, x, result);
  CHECK(same_bits(y, Out(before + result)));

  y = before;
  Out d = before_d;
  hillock::forward_and_derivative(f, x, y, d, accumulate);
  hillock::forward_and_derivative(f, x, result, result_d);
  CHECK(same_bits(y, Out(before + result)));
  CHECK(same_bits(d, Out(before_d + result_d)));

  y = before;
  hillock::backward(f, x, dy, y, accumulate);
  hillock::backward(f, x, dy, result);
  CHECK(same_bits(y, Out(before + result)));
  return 5;
}

/// Calls check(rows, cols) for arrays of many shapes. Returns the sum of what it returns.
template <class Check>
int for_each_shape(const Check& check) {
  int compared = 0;
  for (const Index rows : {1, 3, 16, 33, 300})
    for (const Index cols : {1, 2, 17}) compared += check(rows, cols);
  return compared;
}

TEST_CASE("an accumulating verb adds what the verb gives", "[accumulate]") {
  const int compared = for_each_shape([](Index rows, Index cols) {
    const hillock::PReLU<> per_row(Eigen::ArrayXd::LinSpaced(rows, -0.5, 2), Per::row);
    const hillock::PReLU<> per_column(Eigen::ArrayXd::LinSpaced(cols, 0.1, 0.9), Per::column);
    return check_verbs<Array<float>>(hillock::tanh, rows, cols) +
           check_verbs<Array<float, Eigen::RowMajor>>(hillock::relu, rows, cols) +
           check_verbs<Array<float>>(support::Squareplus(), rows, cols) +
           check_verbs<Array<float>>(per_row, rows, cols) +
           check_verbs<Array<float, Eigen::RowMajor>>(per_column, rows, cols);
  });
  CHECK(compared == 5 * 3 * 5 * 5);
}

TEST_CASE("an accumulating verb adds doubles", "[accumulate]") {
  const int compared = for_each_shape([](Index rows, Index cols) {
    return check_verbs<Array<double>>(hillock::tanh, rows, cols) +
           check_verbs<Array<double>>(hillock::PReLU<>{0.3}, rows, cols);
  });
  CHECK(compared == 5 * 3 * 2 * 5);
}

/// Compares forward and backward of a function along an axis with Eigen's own sum.
template <class Out, class F>
int check_along_axis(const F& f, Index rows, Index cols) {
  using T = typename Out::Scalar;
  const Array<T> x = numbers<Array<T>>(rows, cols, 0.3);
  INFO(rows << " x " << cols);
  const Out result = f(x);
  const Out before = numbers<Out>(result.rows(), result.cols(), 2);
  Out y = before;
  hillock::forward(f, x, y, accumulate);
  CHECK(same_bits(y, Out(before + result)));

  const Array<T> dy = numbers<Array<T>>(result.rows(), result.cols(), 0.7);
  const Out gradient = f.backward(x, dy);
  const Out before_dx = numbers<Out>(rows, cols, 5);
  Out dx = before_dx;
  hillock::backward(f, x, dy, dx, accumulate);
  CHECK(same_bits(dx, Out(before_dx + gradient)));
  return 2;
}

TEST_CASE("an accumulating verb adds along an axis", "[accumulate]") {
  const int compared = for_each_shape([](Index rows, Index cols) {
    int count = 0;
    for (const Per per : {Per::column, Per::row}) {
      count += check_along_axis<Array<float>>(hillock::Softmax{per}, rows, cols);
      count += check_along_axis<Array<float, Eigen::RowMajor>>(hillock::Softmax{per}, rows, cols);
      count += check_along_axis<Array<double>>(hillock::LogSoftmax{per}, rows, cols);
      count += check_along_axis<Array<Eigen::half>>(hillock::Softmax{per}, rows, cols);
      const Index pieces = per == Per::column ? rows : cols;
      if (pieces > 1) {
        count += check_along_axis<Array<float>>(hillock::Maxout{int(pieces), per}, rows, cols);
        count += check_along_axis<Array<double>>(hillock::Maxout{int(pieces), per}, rows, cols);
      }
    }
    return count;
  });
  CHECK(compared == 328);
  for (const Per per : {Per::column, Per::row}) {
    const hillock::Maxout pairs{2, per};
    CHECK(check_along_axis<Array<float>>(pairs, 24, 36) == 2);
    CHECK(check_along_axis<Array<float, Eigen::RowMajor>>(pairs, 24, 36) == 2);
    CHECK(check_along_axis<Array<Eigen::half>>(pairs, 24, 36) == 2);
    const Array<float> x = numbers<Array<float>>(24, 36, 1);
    Array<float> d(24, 36), sum = x;
    hillock::derivative(pairs, x, d);
    hillock::derivative(pairs, x, sum, accumulate);
    CHECK(same_bits(sum, Array<float>(x + d)));
  }
}

TEST_CASE("an accumulating verb adds along an axis to what has no common step", "[accumulate]") {
  const Array<float> x = numbers<Array<float>>(9, 12, 1), dy = numbers<Array<float>>(9, 12, 2);
  const hillock::Softmax softmax{Per::column};
  const Array<float> before = numbers<Array<float>>(9, 12, 3);
  Array<float> sums = before;
  const std::vector<Index> order = {3, 1, 2, 0, 4, 8, 6, 7, 5, 11, 10, 9};
  hillock::backward(softmax, x, dy, sums(Eigen::all, order), accumulate);
  Array<float> expected = before;
  const Array<float> gradient = softmax.backward(x, dy);
  for (Index j = 0; j < 12; ++j) expected.col(order[std::size_t(j)]) += gradient.col(j);
  CHECK(same_bits(sums, expected));

  sums = before;
  hillock::forward(softmax, x, sums.reverse(), accumulate);
  CHECK(same_bits(sums, Array<float>(before + Array<float>(softmax(x)).reverse())));
  sums.resize(20, 12);
  sums.setZero();
  hillock::forward(softmax, x, sums.middleRows(4, 9), accumulate);  // a block
  hillock::forward(softmax, x, sums.middleRows(4, 9), accumulate);
  CHECK(same_bits(Array<float>(sums.middleRows(4, 9)), Array<float>(2 * softmax(x))));
  CHECK((sums.topRows(4) == 0).all());
}

TEST_CASE("softmax adds its gradient from the output", "[accumulate]") {
  const Array<float> x = numbers<Array<float>>(10, 33, 1), dy = numbers<Array<float>>(10, 33, 2);
  for (const Per per : {Per::column, Per::row}) {
    const hillock::Softmax softmax{per};
    const hillock::LogSoftmax log_softmax{per};
    const Array<float> p = softmax(x), y = log_softmax(x);
    Array<float> dx = x;
    softmax.backward_from_output(p, dy, dx, accumulate);
    CHECK(same_bits(dx, Array<float>(x + softmax.backward_from_output(p, dy))));
    dx = x;
    log_softmax.backward_from_output(y, dy, dx, accumulate);
    CHECK(same_bits(dx, Array<float>(x + log_softmax.backward_from_output(y, dy))));
    dx = dy;  // in place
    hillock::backward(softmax, x, dx, dx, accumulate);
    CHECK(same_bits(dx, Array<float>(dy + softmax.backward(x, dy))));
  }
}

TEST_CASE("an accumulating verb writes to blocks and on pointers, in place too", "[accumulate]") {
  Array<float> x = numbers<Array<float>>(9, 12, 1), dy = numbers<Array<float>>(9, 12, 2);
  const Array<float> before = numbers<Array<float>>(20, 12, 3);
  Array<float> sums = before;
  const Array<float> gradient = hillock::tanh.backward(x, dy);
  hillock::backward(hillock::tanh, x, dy, sums.middleRows(4, 9), accumulate);
  Array<float> expected = before;
  expected.middleRows(4, 9) += gradient;
  CHECK(same_bits(sums, expected));

  Array<float> on_pointers = before.topRows(9);
  hillock::backward(hillock::tanh, x.data(), dy.data(), on_pointers.data(), x.size(), accumulate);
  CHECK(same_bits(on_pointers, Array<float>(before.topRows(9) + gradient)));

  const Array<float> in_place = dy + gradient;
  hillock::backward(hillock::tanh, x, dy, dy, accumulate);
  CHECK(same_bits(dy, in_place));
}

TEST_CASE("an accumulating verb refuses what the verb refuses, and writes nothing",
          "[accumulate]") {
  const Array<float> x = numbers<Array<float>>(3, 4, 1);
  Array<float> y = numbers<Array<float>>(4, 3, 2);
  const Array<float> before = y;
  CHECK_THROWS_AS(hillock::forward(hillock::tanh, x, y, accumulate), std::invalid_argument);
  CHECK(same_bits(y, before));
  CHECK_THROWS_AS(hillock::forward(hillock::tanh, y.topRows(3), y.bottomRows(3), accumulate),
                  std::invalid_argument);
  CHECK(same_bits(y, before));
  const hillock::Softmax softmax{Per::column};
  CHECK_THROWS_AS(hillock::forward(softmax, x, y, accumulate), std::invalid_argument);
  CHECK_THROWS_AS(hillock::forward(softmax, y.topRows(3), y.bottomRows(3), accumulate),
                  std::invalid_argument);
  CHECK(same_bits(y, before));
}

}  // namespace
