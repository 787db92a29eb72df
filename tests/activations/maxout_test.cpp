#include <support/call_paths.hpp>
#include <support/complaint.hpp>

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
            Index argmax = u * pieces;
            for (Index i = argmax + 1; i < (u + 1) * pieces; ++i)
              if (z(i, j) > z(argmax, j)) argmax = i;
            if (y(u, j) != z(argmax, j)) ++wrong;
            for (Index i = u * pieces; i < (u + 1) * pieces; ++i) {
              if (bits_of(mask(i, j)) != bits_of(T(i == argmax ? 1 : 0))) ++wrong;
              if (bits_of(dz(i, j)) != bits_of(i == argmax ? dy(u, j) : T(0))) ++wrong;
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

/// Few numbers, so that ties are common, and all that is special to a comparison.
template <class T>
ArrayXX<T> ties(Index rows, Index cols, unsigned seed) {
  const T all[] = {T(-1), -T(0), T(0), T(1), T(2), Special<T>::infinity, -Special<T>::infinity};
  std::mt19937_64 random(seed);
  ArrayXX<T> z(rows, cols);
  for (Index i = 0; i < z.size(); ++i) {
    const auto which = random() % 29;
    z(i) = which == 28 ? Special<T>::quiet_nan : all[which % 7];
  }
  return z;
}

// Pieces that are fewer than a register has lanes, as many and more; groups for some registers and
// a rest.
TEMPLATE_TEST_CASE("maxout of every layout does what a loop over the pieces does", "[maxout]",
                   float, double) {
  using T = TestType;
  std::size_t compared = 0, differing = 0;
  for (int pieces = 2; pieces <= 9; ++pieces)
    for (const Index units : {1, 5, 16, 37})
      for (const Index samples : {1, 3, 19}) {
        const Index n = units * pieces;
        const ArrayXX<T> z = ties<T>(n, samples, static_cast<unsigned>(n + samples));
        const ArrayXX<T> dy = ties<T>(units, samples, 5);
        ArrayXX<T> y(units, samples), mask = ArrayXX<T>::Zero(n, samples), dz = mask;
        for (Index j = 0; j < samples; ++j)
          for (Index u = 0; u < units; ++u) {
            Index argmax = u * pieces;
            for (Index i = argmax + 1; i < (u + 1) * pieces; ++i) {
              if (std::isnan(z(argmax, j))) break;
              if (std::isnan(z(i, j)) || z(i, j) > z(argmax, j)) argmax = i;
            }
            y(u, j) = z(argmax, j);
            mask(argmax, j) = 1;
            dz(argmax, j) = dy(u, j);
          }
        const auto compare = [&](const auto& got, const ArrayXX<T>& wanted) {
          for (Index j = 0; j < samples; ++j)
            for (Index i = 0; i < wanted.rows(); ++i, ++compared)
              if (!same_bits(T(got(i, j)), wanted(i, j))) ++differing;
        };
        const auto compare_all = [&](const auto& x, const auto& gradient, auto& surroundings) {
          const Maxout<> by_column{pieces, Per::column}, by_row{pieces, Per::row};
          surroundings.setConstant(untouched<T>);
          auto inside = surroundings.block(1, 2, n, samples);
          hillock::forward(by_column, x, inside.topRows(units));
          compare(inside.topRows(units), y);
          hillock::derivative(by_column, x, inside);
          compare(inside, mask);
          hillock::backward(by_column, x, gradient, inside);
          compare(inside, dz);
          inside = x;
          hillock::backward(by_column, inside, gradient, inside);
          compare(inside, dz);
          inside = x;
          hillock::derivative(by_row, inside.transpose(), inside.transpose());
          compare(inside, mask);
          inside.setConstant(untouched<T>);
          if (!(surroundings == untouched<T>).all()) ++differing;
          compare(by_column(x), y);
          compare(by_column.derivative(x), mask);
          compare(by_column.backward(x, gradient), dz);
          compare(by_row(x.transpose()).transpose(), y);
          compare(by_row.backward(x.transpose(), gradient.transpose()).transpose(), dz);
        };
        ArrayXX<T> around(n + 3, samples + 3);
        RowMajor<T> around_row(n + 3, samples + 3);
        const RowMajor<T> z_row = z, dy_row = dy;
        compare_all(z, dy, around);
        compare_all(z_row, dy_row, around_row);
        compare_all(z_row, dy, around);
      }
  CHECK(differing == 0);
  CHECK(compared > 1000000);
}

TEMPLATE_TEST_CASE("the lowest index of equal pieces is the argmax of maxout, +0 and -0 being one",
                   "[maxout]", float, double) {
  using T = TestType;
  const Maxout<> maxout{3, Per::column};
  Eigen::Array<T, 3, 1> z(-T(0), T(0), -T(0));
  CHECK(bits_of(maxout(z)(0)) == bits_of(-T(0)));
  CHECK((maxout.derivative(z) == Eigen::Array<T, 3, 1>(1, 0, 0)).all());
  z << T(1), T(2), T(2);
  CHECK((maxout.derivative(z) == Eigen::Array<T, 3, 1>(0, 1, 0)).all());
}

TEMPLATE_TEST_CASE("the first NaN of a group is the argmax and takes the gradient", "[maxout]",
                   float, double) {
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
  CHECK(says(complaint([&] { static_cast<void>(Maxout<>{2, Per::column}(z)); }), {"7 x 4", "2"}));
  CHECK(says(complaint([&] {
               static_cast<void>(Maxout<>{3, Per::row}.derivative(z));
             }),
             {"7 x 4", "3"}));
  CHECK(Maxout<>{2, Per::row}(z).cols() == 2);
}

TEST_CASE("maxout names both shapes when they do not fit, and has written nothing", "[maxout]") {
  const Maxout<> maxout{2, Per::column};
  const ArrayXX<float> z = ArrayXX<float>::Zero(6, 4), dy = ArrayXX<float>::Zero(6, 4);
  ArrayXX<float> out = ArrayXX<float>::Constant(6, 4, 7);
  CHECK(says(complaint([&] { static_cast<void>(maxout.backward(z, dy)); }), {"6 x 4", "3 x 4"}));
  CHECK(says(complaint([&] { hillock::forward(maxout, z, out); }), {"6 x 4", "3 x 4"}));
  CHECK(
      says(complaint([&] { hillock::derivative(maxout, z, out.topRows(3)); }), {"6 x 4", "3 x 4"}));
  CHECK(says(complaint([&] { hillock::forward(maxout, out, out.topRows(3)); }), {"overlap"}));
  CHECK(says(complaint([&] { hillock::backward(maxout, z, out.topRows(3), out); }),
             {"backward", "dx overlaps dy"}));
  CHECK((out == 7).all());
}

TEST_CASE("maxout is a plain value", "[maxout]") {
  STATIC_REQUIRE(std::is_trivially_copyable_v<Maxout<>>);
  constexpr hillock::Maxout maxout{2, Per::row};
  STATIC_REQUIRE(maxout.pieces == 2);
}

TEST_CASE("maxout refuses a number of pieces that was written to it later", "[maxout]") {
  const Eigen::ArrayXXf z = Eigen::ArrayXXf::Zero(6, 4);
  hillock::Maxout<> maxout{2, Per::column};
  for (const int pieces : {0, 1, -2}) {
    maxout.pieces = pieces;
    const std::string shown = std::to_string(pieces);
    CHECK(says(complaint([&] { static_cast<void>(maxout(z)); }), {"pieces", shown.c_str()}));
    CHECK(says(complaint([&] { static_cast<void>(maxout.derivative(z)); }), {shown.c_str()}));
    CHECK(says(complaint([&] { static_cast<void>(maxout.backward(z, z)); }), {shown.c_str()}));
  }
}

}  // namespace
