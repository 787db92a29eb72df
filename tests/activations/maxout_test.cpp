#include <support/complaint.hpp>
#include <support/routes.hpp>

#include <hillock/activations/maxout.hpp>

namespace {

using namespace support;
using hillock::Maxout;
using hillock::Per;

template <class T>
using ArrayXX = Eigen::Array<T, Dynamic, Dynamic>;
template <class T>
using RowMajor = Eigen::Array<T, Dynamic, Dynamic, Eigen::RowMajor>;

TEMPLATE_TEST_CASE("maxout takes the largest of each group and routes the gradient to it",
                   "[maxout]", float, double) {
  using T = TestType;
  std::mt19937_64 random(3);
  std::size_t groups = 0, wrong = 0;
  for (int pieces = 2; pieces <= 5; ++pieces)
    for (const Index units : {1, 2, 7, 16})
      for (const Index samples : {1, 5, 17}) {
        ArrayXX<T> z(units * pieces, samples), dy(units, samples);
        // Few values, so that ties are common.
        for (Index i = 0; i < z.size(); ++i)
          z(i) = static_cast<T>(static_cast<int>(random() % 7) - 3);
        for (Index i = 0; i < dy.size(); ++i) dy(i) = static_cast<T>(i + 1);
        const Maxout<> by_column{pieces, Per::column}, by_row{pieces, Per::row};
        const ArrayXX<T> y = by_column(z), mask = by_column.derivative(z),
                         dz = by_column.backward(z, dy);
        REQUIRE(y.rows() == units);
        REQUIRE(y.cols() == samples);
        for (Index j = 0; j < samples; ++j)
          for (Index u = 0; u < units; ++u, ++groups) {
            Index winner = u * pieces;
            for (Index i = winner + 1; i < (u + 1) * pieces; ++i)
              if (z(i, j) > z(winner, j)) winner = i;
            if (y(u, j) != z(winner, j)) ++wrong;
            for (Index i = u * pieces; i < (u + 1) * pieces; ++i) {
              if (bits_of(mask(i, j)) != bits_of(T(i == winner ? 1 : 0))) ++wrong;
              if (bits_of(dz(i, j)) != bits_of(i == winner ? dy(u, j) : T(0))) ++wrong;
            }
          }
        const RowMajor<T> z_row = z;
        CHECK((by_row(z.transpose()).transpose() == y).all());
        CHECK((by_row.derivative(z_row.transpose()).transpose() == mask).all());
        CHECK((by_row.backward(z.transpose(), dy.transpose()).transpose() == dz).all());
        CHECK((by_column.backward(z_row, dy) == dz).all());
        RowMajor<T> inside = RowMajor<T>::Constant(units + 2, samples + 3, untouched<T>);
        hillock::forward(by_column, z_row.matrix(), inside.block(1, 1, units, samples));
        CHECK((inside.block(1, 1, units, samples) == y).all());
        inside.block(1, 1, units, samples).setConstant(untouched<T>);
        CHECK((inside == untouched<T>).all());
        ArrayXX<T> in_place = z;
        hillock::backward(by_column, in_place, dy, in_place);
        CHECK((in_place == dz).all());
      }
  CHECK(wrong == 0);
  CHECK(groups == 4 * (1 + 2 + 7 + 16) * (1 + 5 + 17));
}

TEMPLATE_TEST_CASE("the lowest index of maxout wins a tie, +0 and -0 being one", "[maxout]", float,
                   double) {
  using T = TestType;
  const Maxout<> maxout{3, Per::column};
  Eigen::Array<T, 3, 1> z(-T(0), T(0), -T(0));
  CHECK(bits_of(maxout(z)(0)) == bits_of(-T(0)));
  CHECK((maxout.derivative(z) == Eigen::Array<T, 3, 1>(1, 0, 0)).all());
  z << T(1), T(2), T(2);
  CHECK((maxout.derivative(z) == Eigen::Array<T, 3, 1>(0, 1, 0)).all());
}

TEMPLATE_TEST_CASE("the first NaN of a group wins and takes the gradient", "[maxout]", float,
                   double) {
  using T = TestType;
  const Maxout<> maxout{4, Per::column};
  const T nan = Special<T>::quiet_nan, infinity = Special<T>::infinity;
  const Eigen::Array<T, 4, 1> z(infinity, nan, T(3), nan);
  const Eigen::Array<T, 1, 1> dy(T(5));
  CHECK(std::isnan(maxout(z)(0)));
  CHECK((maxout.derivative(z) == Eigen::Array<T, 4, 1>(0, 1, 0, 0)).all());
  CHECK((maxout.backward(z, dy) == Eigen::Array<T, 4, 1>(0, 5, 0, 0)).all());
  const Eigen::Array<T, 4, 1> low(-infinity, -infinity, -infinity, -infinity);
  CHECK(maxout(low)(0) == -infinity);
}

TEST_CASE("maxout refuses fewer than 2 pieces and a length that is no multiple of them",
          "[maxout]") {
  CHECK(says(complaint([] { Maxout<>{1, Per::column}; }), {"pieces", "1"}));
  CHECK(says(complaint([] { Maxout<>{-3, Per::row}; }), {"pieces", "-3"}));
  const ArrayXX<float> z = ArrayXX<float>::Zero(7, 4);
  CHECK(says(complaint([&] { Maxout<>{2, Per::column}(z); }), {"7 x 4", "2"}));
  CHECK(says(complaint([&] { Maxout<>{3, Per::row}.derivative(z); }), {"7 x 4", "3"}));
  CHECK(Maxout<>{2, Per::row}(z).cols() == 2);
}

TEST_CASE("maxout names both shapes when they do not fit, and has written nothing", "[maxout]") {
  const Maxout<> maxout{2, Per::column};
  const ArrayXX<float> z = ArrayXX<float>::Zero(6, 4), dy = ArrayXX<float>::Zero(6, 4);
  ArrayXX<float> out = ArrayXX<float>::Constant(6, 4, 7);
  CHECK(says(complaint([&] { maxout.backward(z, dy); }), {"6 x 4", "3 x 4"}));
  CHECK(says(complaint([&] { hillock::forward(maxout, z, out); }), {"6 x 4", "3 x 4"}));
  CHECK(
      says(complaint([&] { hillock::derivative(maxout, z, out.topRows(3)); }), {"6 x 4", "3 x 4"}));
  CHECK(says(complaint([&] { hillock::forward(maxout, out, out.topRows(3)); }), {"overlap"}));
  CHECK((out == 7).all());
}

TEST_CASE("maxout is a plain value", "[maxout]") {
  STATIC_REQUIRE(std::is_trivially_copyable_v<Maxout<>>);
  constexpr hillock::Maxout maxout{2, Per::row};
  STATIC_REQUIRE(maxout.pieces == 2);
}

}  // namespace
