#include <support/call_paths.hpp>
#include <support/complaint.hpp>

#include <hillock/activations/leaky_relu.hpp>
#include <hillock/activations/prelu.hpp>

#include <algorithm>
#include <cfenv>

namespace {

using namespace support;
using hillock::Per;
using hillock::PReLU;

template <class T>
using ArrayXX = Eigen::Array<T, Dynamic, Dynamic>;
template <class T>
using RowMajor = Eigen::Array<T, Dynamic, Dynamic, Eigen::RowMajor>;

Eigen::ArrayXd some_slopes(Index n) {
  Eigen::ArrayXd slopes(n);
  const double values[] = {0.25, -0.5, 0, 3, 0.01, 1};
  for (Index i = 0; i < n; ++i) slopes[i] = values[i % 6];
  return slopes;
}

template <class T>
ArrayXX<T> arranged(const std::vector<T>& from, Index rows, Index cols, std::size_t shift) {
  ArrayXX<T> z(rows, cols);
  for (Index i = 0; i < z.size(); ++i)
    z(i) = from[(static_cast<std::size_t>(i) + shift) % from.size()];
  return z;
}

// The wrong axis goes unnoticed where the sizes agree (FlagGems #4992, keras #3568): the square one
// is here.
TEMPLATE_TEST_CASE("prelu takes one slope, one per row or one per column, as asked", "[prelu]",
                   float, double) {
  using T = TestType;
  Comparison comparison;
  const std::pair<Index, Index> shapes[] = {{6, 6}, {5, 23}, {37, 4}, {1, 300}, {300, 1}, {17, 17}};
  for (const auto& shape : shapes)
    for (const int kind : {0, 1, 2}) {
      const Index rows = shape.first, cols = shape.second;
      const PReLU<> prelu = kind == 0   ? PReLU<>{}
                            : kind == 1 ? PReLU<>{some_slopes(rows), Per::row}
                                        : PReLU<>{some_slopes(cols), Per::column};
      const ArrayXX<T> z = arranged(mixture<T>(), rows, cols, 5),
                       dy = arranged(companions<T>(), rows, cols, 9);
      ArrayXX<T> y(rows, cols), d(rows, cols), dz(rows, cols);
      for (Index j = 0; j < cols; ++j)
        for (Index i = 0; i < rows; ++i) {
          const T slope = static_cast<T>(kind == 0 ? 0.25 : some_slopes(300)[kind == 1 ? i : j]);
          const T x = z(i, j);
          y(i, j) = x > 0 ? x : slope == 0 && x <= 0 ? T(0) : product(slope, x);
          d(i, j) = std::isnan(x) ? x : x > 0 ? T(1) : slope;
          dz(i, j) = product(dy(i, j), d(i, j));
        }
      const auto compare = [&](const auto& got, const ArrayXX<T>& wanted_array, const char* path) {
        REQUIRE(got.rows() == rows);
        REQUIRE(got.cols() == cols);
        for (Index j = 0; j < cols; ++j)
          for (Index i = 0; i < rows; ++i)
            comparison.expect(got(i, j), wanted_array(i, j), z(i, j), path, i, j);
      };
      const RowMajor<T> z_row = z;
      compare(prelu(z), y, "forward");
      compare(prelu(z_row.matrix()), y, "forward of a row-major Matrix");
      compare(prelu.derivative(z), d, "derivative");
      compare(prelu.backward(z_row, dy), dz, "backward");
      RowMajor<T> inside = RowMajor<T>::Constant(rows + 2, cols + 3, untouched<T>),
                  inside_d = inside;
      const auto block = [&](RowMajor<T>& of) { return of.block(1, 1, rows, cols); };
      hillock::forward(prelu, z, block(inside));
      compare(block(inside), y, "the verb forward");
      hillock::forward_and_derivative(prelu, z, block(inside), block(inside_d));
      compare(block(inside), y, "both, forward");
      compare(block(inside_d), d, "both, derivative");
      block(inside) = z;
      hillock::derivative(prelu, block(inside), block(inside));
      compare(block(inside), d, "the verb derivative in place");
      block(inside) = dy;
      hillock::backward(prelu, z, block(inside), block(inside));
      compare(block(inside), dz, "the verb backward in place");
      block(inside).setConstant(untouched<T>);
      CHECK((inside == untouched<T>).all());
    }
  comparison.check(30000);
}

/// What a verb has written to the block of an array of `Order`, and what stands around it.
template <class T, int Order>
struct Framed {
  Eigen::Array<T, Dynamic, Dynamic, Order> all;
  Index rows, cols;
  Framed(Index rows_, Index cols_, Index frame)
      : all(decltype(all)::Constant(rows_ + frame, cols_ + 2 * frame, T(untouched<float>))),
        rows(rows_),
        cols(cols_) {}
  auto block() { return all.block(all.rows() - rows, 0, rows, cols); }
  bool is_untouched_around() {
    block().setConstant(T(untouched<float>));
    return (all == T(untouched<float>)).all();
  }
};

/// A slope as it is computed with: float's largest number stands for all beyond it, and NaN for
/// what is not finite.
template <class T>
T computed_slope(double slope) {
  if (!std::isfinite(slope)) return Special<T>::quiet_nan;
  const double largest = Special<T>::largest;
  return static_cast<T>(std::clamp(slope, -largest, largest));
}

/// All verbs on arrays of `Order`, in place and apart, of a frame that makes their runs follow each
/// other or not.
template <class T, int Order>
void compare_with_slopes(Comparison& comparison, const Eigen::ArrayXd& slopes, Per per, Index rows,
                         Index cols, Index frame) {
  PReLU<> prelu{Eigen::ArrayXd::Ones(slopes.size()), per};
  prelu.slope = slopes;  // the constructor would refuse what is not finite
  const auto shift = static_cast<std::size_t>(31 * rows + 7 * cols);
  const ArrayXX<T> z = arranged(mixture<T>(), rows, cols, shift),
                   dy = arranged(companions<T>(), rows, cols, shift);
  Framed<T, Order> x(rows, cols, frame), y(x), d(x);
  enum class What { f, derivative, backward };
  const auto compare = [&](auto& got, What what, const char* path) {
    const auto block = got.block();
    for (Index j = 0; j < cols; ++j)
      for (Index i = 0; i < rows; ++i) {
        const T slope = computed_slope<T>(slopes[per == Per::row ? i : j]), v = z(i, j);
        const T f = v > 0 ? v : slope == 0 && v <= 0 ? T(0) : product(slope, v);
        const T f1 = std::isnan(v) ? v : v > 0 ? T(1) : slope;
        const T wanted = what == What::f            ? f
                         : what == What::derivative ? f1
                                                    : product(dy(i, j), f1);
        comparison.expect(T(block(i, j)), wanted, v, path, i, j);
      }
    if (!got.is_untouched_around()) FAIL(path << " has written around a block");
  };
  x.block() = z;
  hillock::forward(prelu, x.block(), y.block());
  compare(y, What::f, "forward");
  hillock::derivative(prelu, x.block(), y.block());
  compare(y, What::derivative, "derivative");
  hillock::forward_and_derivative(prelu, x.block(), y.block(), d.block());
  compare(y, What::f, "forward of both");
  compare(d, What::derivative, "derivative of both");
  y.block() = dy;
  hillock::backward(prelu, x.block(), y.block(), y.block());
  compare(y, What::backward, "backward in place of dy");
  hillock::forward_and_derivative(prelu, x.block(), y.block(), x.block());
  compare(y, What::f, "forward with a derivative in place");
  compare(x, What::derivative, "derivative of both in place");
  x.block() = z;
  hillock::forward(prelu, x.block(), x.block());
  compare(x, What::f, "forward in place");
}

/// Slopes of which all are in (0, 1], and of any kind.
Eigen::ArrayXd slopes_in_unit_interval(Index n) {
  Eigen::ArrayXd slopes(n);
  for (Index i = 0; i < n; ++i) slopes[i] = i % 5 == 0 ? 1 : 0.01 * static_cast<double>(1 + i % 97);
  return slopes;
}

// Short runs are taken several at a time, long ones in blocks of their slopes.
TEMPLATE_TEST_CASE("prelu finds its slopes in blocks and whole arrays of all sizes", "[prelu]",
                   float, double) {
  using T = TestType;
  Comparison comparison;
  const auto compare = [&](Index rows, Index cols) {
    for (const Per per : {Per::row, Per::column})
      for (const bool are_in_unit_interval : {true, false}) {
        const Index n = per == Per::row ? rows : cols;
        const Eigen::ArrayXd slopes =
            are_in_unit_interval ? slopes_in_unit_interval(n) : some_slopes(n);
        const Index frame = (rows + cols + (per == Per::row)) % 2;
        compare_with_slopes<T, Eigen::ColMajor>(comparison, slopes, per, rows, cols, frame);
        compare_with_slopes<T, Eigen::RowMajor>(comparison, slopes, per, rows, cols, 1 - frame);
      }
  };
  for (Index rows = 1; rows <= 40; ++rows)
    for (Index cols = 1 + rows % 3; cols <= 40; cols += 3) compare(rows, cols);
  for (const Index n : {100, 127, 128, 300})
    for (const Index few : {2, 17}) {
      compare(n, few);
      compare(few, n);
    }
  compare(2, 5003);
  compare(5003, 2);
  comparison.check(4000000);
}

// A slope of any kind among gentle ones: NaN, which no comparison finds, infinities, and numbers
// beyond float, of either sign.
TEMPLATE_TEST_CASE("prelu shows each slope that is not finite, and no other unit does", "[prelu]",
                   float, double) {
  Comparison comparison;
  for (const double odd : {Special<double>::quiet_nan, Special<double>::infinity,
                           -Special<double>::infinity, 1e300, -1e300, -0.0})
    for (const Per per : {Per::row, Per::column})
      for (const auto& [rows, cols] :
           {std::pair<Index, Index>(3, 50), {50, 3}, {40, 40}, {2, 700}, {700, 2}}) {
        const Index n = per == Per::row ? rows : cols;
        for (const Index at : {Index(0), n / 2, n - 1}) {
          Eigen::ArrayXd slopes = slopes_in_unit_interval(n);
          slopes[at] = odd;
          compare_with_slopes<TestType, Eigen::ColMajor>(comparison, slopes, per, rows, cols, 1);
          compare_with_slopes<TestType, Eigen::RowMajor>(comparison, slopes, per, rows, cols, 0);
        }
      }
  comparison.check(1000000);
  PReLU<> shared;
  shared.slope[0] = Special<double>::quiet_nan;
  const Eigen::Array<TestType, 3, 1> z(-1, 0, 2), y = shared(z), d = shared.derivative(z);
  CHECK((std::isnan(y[0]) && std::isnan(y[1]) && y[2] == 2));
  CHECK((std::isnan(d[0]) && std::isnan(d[1]) && d[2] == 1));
}

// 0 times an infinity.
TEMPLATE_TEST_CASE("a slope of 0 raises no flag at -infinity, shared or of a unit", "[prelu]",
                   float, double) {
  ArrayXX<TestType> z = ArrayXX<TestType>::Constant(40, 30, -Special<TestType>::infinity), y = z;
  const Eigen::ArrayXd slopes = Eigen::ArrayXd::LinSpaced(40, 0, 1);
  const Eigen::ArrayXd zeros = Eigen::ArrayXd::Zero(30);
  const PReLU<> shared{0.0}, rows{slopes, Per::row}, cols{zeros, Per::column};
  std::feclearexcept(FE_ALL_EXCEPT);
  for (const PReLU<>* prelu : {&shared, &rows, &cols}) {
    hillock::forward(*prelu, z, y);
    CHECK(bits_of(y(0, 0)) == bits_of(TestType(0)));
    hillock::forward(*prelu, z.topRows(40).reverse().reverse(), y);  // through buffers
    CHECK(bits_of(y(0, 29)) == bits_of(TestType(0)));
  }
  CHECK(std::fetestexcept(FE_INVALID) == 0);
}

// Averaged by one library, summed by the others.
TEMPLATE_TEST_CASE("the slope gradient of prelu is dy min(x, 0), summed over what shares the slope",
                   "[prelu]", float, double) {
  using T = TestType;
  ArrayXX<T> z(3, 2), dy(3, 2);
  z << -1, 2, 3, -4, -5, -6;
  dy << 1, 10, 100, T(0.5), 2, 3;
  const Eigen::ArrayXd one = PReLU<>{0.1}.slope_gradient(z, dy);
  REQUIRE(one.size() == 1);
  CHECK(one[0] == -1 - 2 - 10 - 18);
  const Eigen::ArrayXd rows =
      PReLU<>{Eigen::ArrayXd::Constant(3, 0.1), Per::row}.slope_gradient(z, dy);
  REQUIRE(rows.size() == 3);
  CHECK((rows == Eigen::Array3d(-1, -2, -28)).all());
  const Eigen::ArrayXd cols =
      PReLU<>{Eigen::ArrayXd::Constant(2, 0.1), Per::column}.slope_gradient(z, dy);
  REQUIRE(cols.size() == 2);
  CHECK((cols == Eigen::Array2d(-11, -20)).all());
  z(1, 0) = Special<T>::quiet_nan;
  CHECK(std::isnan(PReLU<>{}.slope_gradient(z, dy)[0]));
}

// The order of the sums is partial_sums.hpp's, written out here.
double in_16_parts(const std::vector<double>& terms) {
  const std::size_t n = terms.size();
  double part[16] = {};
  for (std::size_t i = 0; i < n; ++i)
    part[n < 16 ? 0 : i < n / 16 * 16 ? i % 16 : i - (n - 16)] += terms[i];
  for (std::size_t half = 8; half > 0; half /= 2)
    for (std::size_t i = 0; i < half; ++i) part[i] = sum(part[i], part[i + half]);
  return part[0];
}

TEMPLATE_TEST_CASE("the slope gradient of prelu has the same bits in every layout", "[prelu]",
                   float, double) {
  using T = TestType;
  const std::pair<Index, Index> shapes[] = {{1, 1},  {1, 300}, {300, 1}, {3, 40},    {40, 3},
                                            {15, 9}, {16, 16}, {17, 33}, {70, 1000}, {1000, 70}};
  for (const auto& shape : shapes)
    for (const int kind : {0, 1, 2}) {
      const Index rows = shape.first, cols = shape.second;
      const Per per = kind == 1 || (kind == 0 && rows < cols) ? Per::row : Per::column;
      const Index units = per == Per::row ? rows : cols, n = per == Per::row ? cols : rows;
      const PReLU<> prelu = kind == 0 ? PReLU<>{0.1} : PReLU<>{some_slopes(units), per};
      ArrayXX<T> z = ArrayXX<T>::Random(rows, cols), dy = ArrayXX<T>::Random(rows, cols);
      for (Index i = 0; i < z.size(); ++i)
        if (z(i) > 0 && i % 3 == 0) dy(i) = Special<T>::infinity;  // counts for nothing
      std::vector<double> wanted;
      for (Index unit = 0; unit < units; ++unit) {
        std::vector<double> terms;
        for (Index i = 0; i < n; ++i) {
          const T x = per == Per::row ? z(unit, i) : z(i, unit);
          const T by = per == Per::row ? dy(unit, i) : dy(i, unit);
          terms.push_back(x > 0 ? 0 : product<double>(double(x), double(by)));
        }
        wanted.push_back(in_16_parts(terms));
      }
      if (kind == 0) {
        double all = 0;
        for (const double each : wanted) all = sum(all, each);
        wanted = {all};
      }
      const auto compare = [&](const Eigen::ArrayXd& got) {
        REQUIRE(got.size() == static_cast<Index>(wanted.size()));
        bool are_same = true;
        for (Index i = 0; i < got.size(); ++i)
          are_same = are_same && same_bits(got[i], wanted[static_cast<std::size_t>(i)]);
        INFO(rows << " x " << cols << ", kind " << kind);
        CHECK(are_same);
      };
      const RowMajor<T> z_row = z, dy_row = dy;
      ArrayXX<T> z_inside(rows + 3, cols + 1), dy_inside(rows + 1, cols + 2);
      z_inside.block(2, 1, rows, cols) = z;
      dy_inside.block(1, 0, rows, cols) = dy;
      compare(prelu.slope_gradient(z, dy));
      compare(prelu.slope_gradient(z_row, dy_row));
      compare(prelu.slope_gradient(z, dy_row));
      compare(prelu.slope_gradient(z_row, dy));
      compare(prelu.slope_gradient(z_inside.block(2, 1, rows, cols),
                                   dy_inside.block(1, 0, rows, cols)));
      compare(prelu.slope_gradient(-(-z), dy));
    }
}

TEST_CASE("prelu starts with one slope of 0.25, which can be trained", "[prelu]") {
  PReLU<> prelu;
  REQUIRE(prelu.slope.size() == 1);
  CHECK(prelu.slope[0] == 0.25);
  const Eigen::Array2f z(-2, 1), dy(1, 1);
  prelu.slope -= 0.5 * prelu.slope_gradient(z, dy);
  CHECK(prelu(z)[0] == -2.5f);
}

TEST_CASE("prelu names the sizes when its slopes do not fit, and has written nothing", "[prelu]") {
  const PReLU<> rows{some_slopes(3), Per::row}, cols{some_slopes(3), Per::column};
  const ArrayXX<float> z = ArrayXX<float>::Ones(4, 5), other = ArrayXX<float>::Ones(5, 4);
  ArrayXX<float> out = ArrayXX<float>::Constant(4, 5, 7);
  for (const PReLU<>& prelu : {rows, cols}) {
    CHECK(says(complaint([&] { static_cast<void>(prelu(z)); }), {"4 x 5", "3"}));
    CHECK(says(complaint([&] { static_cast<void>(prelu.derivative(z)); }), {"4 x 5", "3"}));
    CHECK(says(complaint([&] { static_cast<void>(prelu.backward(z, z)); }), {"4 x 5", "3"}));
    CHECK(says(complaint([&] { static_cast<void>(prelu.slope_gradient(z, z)); }), {"4 x 5", "3"}));
    CHECK(says(complaint([&] { hillock::forward(prelu, z, out); }), {"4 x 5", "3"}));
    CHECK(says(complaint([&] { hillock::backward(prelu, z, z, out); }), {"4 x 5", "3"}));
  }
  const PReLU<> shared;
  CHECK(says(complaint([&] { static_cast<void>(shared.backward(z, other)); }), {"4 x 5", "5 x 4"}));
  CHECK(says(complaint([&] { static_cast<void>(shared.slope_gradient(z, other)); }),
             {"4 x 5", "5 x 4"}));
  CHECK(says(complaint([&] { hillock::forward(shared, other, out); }), {"4 x 5", "5 x 4"}));
  CHECK((out == 7).all());
}

TEST_CASE("prelu refuses slopes that are not finite", "[prelu]") {
  CHECK(says(complaint([] { PReLU<>{Special<double>::infinity}; }), {"slope"}));
  Eigen::ArrayXd slopes = some_slopes(4);
  slopes[2] = Special<double>::quiet_nan;
  CHECK(says(complaint([&] { PReLU<>{slopes, Per::row}; }), {"slope"}));
  CHECK(says(complaint([&] { PReLU<>{ArrayXX<double>::Ones(2, 3), Per::row}; }), {"2 x 3"}));
}

// The slopes are a public member.
TEST_CASE("prelu refuses slopes of another number on use, by every way", "[prelu]") {
  const ArrayXX<float> z = ArrayXX<float>::Ones(4, 3);
  ArrayXX<float> y = ArrayXX<float>::Constant(4, 3, 7), d = y;
  const auto check = [&](const PReLU<>& prelu, std::initializer_list<const char*> words) {
    CHECK(says(complaint([&] { static_cast<void>(prelu(z)); }), words));
    CHECK(says(complaint([&] { static_cast<void>(prelu.derivative(z)); }), words));
    CHECK(says(complaint([&] { static_cast<void>(prelu.backward(z, z)); }), words));
    CHECK(says(complaint([&] { static_cast<void>(prelu.slope_gradient(z, z)); }), words));
    CHECK(says(complaint([&] { hillock::forward(prelu, z, y); }), words));
    CHECK(says(complaint([&] { hillock::derivative(prelu, z, y); }), words));
    CHECK(says(complaint([&] { hillock::forward_and_derivative(prelu, z, y, d); }), words));
    CHECK(says(complaint([&] { hillock::backward(prelu, z, z, y); }), words));
    CHECK((y == 7).all());
    CHECK((d == 7).all());
  };
  PReLU<> shared, rows{some_slopes(4), Per::row};
  shared.slope = some_slopes(3);
  check(shared, {"3 slopes", "one that all"});
  shared.slope.resize(0);
  check(shared, {"0 slopes"});
  rows.slope = some_slopes(1);
  check(rows, {"4 x 3", "1 slopes", "one per row"});
}

// Rounded to infinity it would make NaN of 0.
TEST_CASE("a slope beyond float is float's largest number, of prelu as of leaky_relu", "[prelu]") {
  const Eigen::Array3f z(0, -1, 2);
  const float largest = Special<float>::largest;
  const auto check = [&](const Eigen::Array3f& y) {
    CHECK(y[0] == 0);
    CHECK(y[1] == -largest);
    CHECK(y[2] == 2);
  };
  check(hillock::LeakyReLU<>{1e300}(z));
  check(hillock::PReLU{1e300}(z));
  check(hillock::PReLU{Eigen::Array3d::Constant(1e300), hillock::Per::row}(z));
  CHECK(hillock::LeakyReLU<>{-1e300}(-1.0F) == largest);
  CHECK(hillock::PReLU{-1e300}(z)[1] == largest);
}

// For slopes in (0, 1] f(x) is the larger of x and slope x, which is wrong for any larger slope.
TEST_CASE("slopes a little above 1 are no slopes below it", "[prelu]") {
  const hillock::PReLU<> f{(Eigen::ArrayXd(3) << 0.5, 1.25, 1.5).finished(), hillock::Per::row};
  Eigen::ArrayXXf x(3, 40), y(3, 40);
  for (Eigen::Index j = 0; j < 40; ++j) x.col(j).setConstant(j % 2 == 0 ? 2.0F : -2.0F);
  hillock::forward(f, x, y);
  for (Eigen::Index j = 0; j < 40; ++j) {
    const Eigen::Array3f expected =
        j % 2 == 0 ? Eigen::Array3f(2, 2, 2) : Eigen::Array3f(-1, -2.5F, -3);
    CHECK((y.col(j) == expected).all());
  }
}

}  // namespace
