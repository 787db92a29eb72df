#include <support/along_axis.hpp>
#include <support/complaint.hpp>

#include <hillock/activations/log_softmax.hpp>

namespace {

using namespace support;
using hillock::LogSoftmax;
using hillock::Per;

template <class T>
using ArrayXX = Eigen::Array<T, Dynamic, Dynamic>;
template <class T>
using RowMajor = Eigen::Array<T, Dynamic, Dynamic, Eigen::RowMajor>;

/// One distribution in the wide type: the differences to the maximum, and the logarithm of the sum
/// of their exponentials, which is computed as log1p of the sum without the largest.
template <class T>
struct Reference {
  std::vector<Wide<T>> difference, p;
  Wide<T> maximum, log_sum;

  template <class X>
  explicit Reference(const X& x) {
    Index largest = 0;
    maximum = x.maxCoeff(&largest);
    for (Index i = 0; i < x.size(); ++i) {
      difference.push_back(Wide<T>(x[i]) - maximum);
      p.push_back(i == largest ? 0 : std::exp(difference.back()));
    }
    const Wide<T> others = wide_sum<Wide<T>>(p);
    p[static_cast<std::size_t>(largest)] = 1;
    log_sum = std::log1p(others);
    for (Wide<T>& each : p) each /= 1 + others;
  }
};

template <class T>
ArrayXX<T> numbers(Index rows, Index cols, double scale, unsigned seed) {
  std::mt19937_64 random(seed);
  ArrayXX<T> z(rows, cols);
  for (Index i = 0; i < z.size(); ++i)
    z.data()[i] = static_cast<T>(scale * (static_cast<double>(random() >> 11) * 0x1p-52 - 1));
  return z;
}

/// |computed - truth| in ULP of the largest term.
template <class T>
double error_of_term(T computed, Wide<T> truth, Wide<T> largest_term) {
  return static_cast<double>(std::fabs(computed - truth) / spacing<T>(std::fabs(largest_term)));
}

/// The same for Accuracy::exact, whose result is rounded once: it may be twice its largest term.
template <class T>
double error_of_term_or_result(T computed, Wide<T> truth, Wide<T> largest_term) {
  return error_of_term(computed, truth, std::max(std::fabs(largest_term), std::fabs(truth)));
}

struct Worst4 {
  double forward = 0, backward = 0, from_output = 0, sum = 0;
  std::size_t points = 0;
};

template <class T, class F, class Logsumexp, class Error>
Worst4 worst_of(const F& f, const Logsumexp& logsumexp, const Error& error) {
  Worst4 worst;
  unsigned seed = 0;
  for (const Index length : {1, 2, 3, 5, 10, 64, 1000, 1 << 17})
    for (const double scale : {0.01, 1.0, 20.0, 300.0}) {
      const Index n = length > 1000 && scale == 20 ? 1 << 20 : length;
      const Index cols = n > 1000 ? 1 : 19;
      const ArrayXX<T> z = numbers<T>(n, cols, scale, ++seed), dy = numbers<T>(n, cols, 1, ++seed);
      const ArrayXX<T> y = f(z), dz = f.backward(z, dy), again = f.backward_from_output(y, dy);
      const ArrayXX<T> sums = logsumexp(z);
      REQUIRE(sums.rows() == 1);
      REQUIRE(sums.cols() == cols);
      for (Index j = 0; j < cols; ++j) {
        const Reference<T> wanted(z.col(j));
        const Eigen::Array<T, Dynamic, 1> gradients = dy.col(j);
        const Wide<T> total = wide_sum<Wide<T>>(gradients);
        worst.sum = std::max(worst.sum, error(sums(0, j), wanted.maximum + wanted.log_sum,
                                              std::max(std::fabs(wanted.maximum), wanted.log_sum)));
        for (Index i = 0; i < n; ++i, ++worst.points) {
          const auto at = static_cast<std::size_t>(i);
          worst.forward =
              std::max(worst.forward, error(y(i, j), wanted.difference[at] - wanted.log_sum,
                                            std::max(-wanted.difference[at], wanted.log_sum)));
          const Wide<T> product = wanted.p[at] * total, gradient = dy(i, j) - product;
          const Wide<T> term = std::max(std::fabs(product), std::fabs(Wide<T>(dy(i, j))));
          worst.backward = std::max(worst.backward, error(dz(i, j), gradient, term));
          // What y was rounded by counts in e^y.
          const Wide<T> p = std::exp(Wide<T>(y(i, j)));
          const Wide<T> given = dy(i, j) - p * total;
          worst.from_output =
              std::max(worst.from_output,
                       error(again(i, j), given,
                             std::max(std::fabs(p * total), std::fabs(Wide<T>(dy(i, j))))));
        }
      }
    }
  std::cout << "log_softmax: " << worst.points << " points, worst " << worst.forward
            << ", backward " << worst.backward << ", from the output " << worst.from_output
            << ", logsumexp " << worst.sum << " ULP of the largest term; " << instruction_set<T>()
            << '\n';
  CHECK(worst.points == 4 * 19 * 1085 + 3 * (1 << 17) + (1 << 20));
  return worst;
}

TEMPLATE_TEST_CASE(
    "log_softmax, its gradient and logsumexp are within 4 ULP of their largest terms",
    "[log_softmax]", float, double) {
  using T = TestType;
  const Worst4 worst = worst_of<T>(
      LogSoftmax<>{Per::column}, [](const auto& z) { return hillock::logsumexp(z, Per::column); },
      error_of_term<T>);
  CHECK(worst.forward <= LogSoftmax<>::forward_bound.ulp);
  CHECK(worst.backward <= LogSoftmax<>::backward_bound.ulp);
  CHECK(worst.from_output <= LogSoftmax<>::backward_bound.ulp);
  CHECK(worst.sum <= LogSoftmax<>::forward_bound.ulp);
}

TEST_CASE("exact::LogSoftmax is within 0.51 ULP of its result or largest term", "[log_softmax]") {
  const Worst4 worst = worst_of<float>(
      hillock::exact::LogSoftmax{Per::column},
      [](const auto& z) { return hillock::exact::logsumexp(z, Per::column); },
      error_of_term_or_result<float>);
  CHECK(worst.forward <= hillock::exact_bound.ulp);
  CHECK(worst.backward <= hillock::exact_bound.ulp);
  CHECK(worst.from_output <= hillock::exact_bound.ulp);
  CHECK(worst.sum <= hillock::exact_bound.ulp);
}

// log(softmax(x)) is 0 there, or -infinity.
TEMPLATE_TEST_CASE("log_softmax keeps the digits of log p near 0 and far below", "[log_softmax]",
                   float, double) {
  using T = TestType;
  const Eigen::Array<T, 2, 1> z(T(40), T(0));
  const Eigen::Array<T, 2, 1> y = LogSoftmax<>{Per::column}(z);
  CHECK(ulp_error(y[0], -std::log1p(std::exp(Wide<T>(-40)))) <= 4);
  CHECK(y[1] == T(-40));
  const Eigen::Array<T, 2, 1> far(T(5000), T(-5000));
  CHECK(LogSoftmax<>{Per::column}(far)[1] == T(-10000));
}

TEMPLATE_TEST_CASE("log_softmax and logsumexp have their edge values", "[log_softmax]", float,
                   double) {
  using T = TestType;
  const T infinity = Special<T>::infinity;
  const auto column = [](T a, T b) { return Eigen::Array<T, 2, 1>(a, b); };
  const LogSoftmax<> f{Per::column};
  CHECK(f(column(-infinity, 3))[0] == -infinity);
  CHECK(bits_of(f(column(-infinity, 3))[1]) == bits_of(T(0)));
  for (const auto& z :
       {column(infinity, 0), column(-infinity, -infinity), column(Special<T>::quiet_nan, 0)})
    CHECK(f(z).isNaN().all());
  const auto sum = [](const auto& z) { return hillock::logsumexp(z, Per::column)(0, 0); };
  CHECK(sum(column(-infinity, 3)) == 3);
  CHECK(sum(column(-infinity, -infinity)) == -infinity);
  CHECK(sum(column(infinity, 0)) == infinity);
  CHECK(std::isnan(sum(column(Special<T>::quiet_nan, infinity))));
  CHECK(std::isnan(sum(column(0, Special<T>::quiet_nan))));
}

RealColumn gradient_of(const RealColumn& p, const RealColumn& dy) {
  Real sum = 0;
  for (const Real each : dy) sum += each;
  return dy - p * sum;
}
/// p of log p as it is rounded to T.
template <class T>
RealColumn exponentials(const RealColumn& y) {
  return y.exp().template cast<T>().template cast<Real>();
}

TEMPLATE_TEST_CASE(
    "entries of log_softmax and its gradients are NaN or infinite where the formula says",
    "[log_softmax]", float, double) {
  using T = TestType;
  const T infinity = Special<T>::infinity, nan = Special<T>::quiet_nan;
  const LogSoftmax<> f{Per::column}, g{Per::row};
  Kinds kinds;
  Numbers<T> numbers(5, Values::any);
  each_size([&](Index n, Index count) {
    AnyArray<T> z = numbers.scores(n, count), dy = numbers.gradients(n, count);
    const auto round = numbers.next();
    if (round % 4 != 0) numbers.sprinkle(dy, {infinity, -infinity, nan});
    if (round % 5 == 0) numbers.sprinkle(z, {infinity, nan, -infinity});
    if (round % 3 == 0) z.col(static_cast<Index>(round) % count).setConstant(-infinity);
    if (round % 7 == 0) z(static_cast<Index>(round) % n, 0) = nan;
    const AnyArray<T> turned = z.transpose(), dy_turned = dy.transpose();
    const AnyArray<T> y = f(z), y_turned = y.transpose();
    const auto log_p = [&](Index j) {
      const Real sum = logsumexp_of(wide(z, j));
      return RealColumn(wide(z, j) - (std::isfinite(sum) ? sum : Real(nan)));
    };
    const AnyArray<T> wanted = by_column(z, log_p);
    kinds.expect(y, wanted, "forward");
    kinds.expect(g(turned).transpose(), wanted, "forward, turned");
    const AnyArray<T> dz =
        by_column(z, [&](Index j) { return gradient_of(exponentials<T>(log_p(j)), wide(dy, j)); });
    kinds.expect(f.backward(z, dy), dz, "backward");
    kinds.expect(g.backward(turned, dy_turned).transpose(), dz, "backward, turned");
    const AnyArray<T> from_output = by_column(
        z, [&](Index j) { return gradient_of(exponentials<T>(wide(y, j)), wide(dy, j)); });
    kinds.expect(f.backward_from_output(y, dy), from_output, "from the output");
    kinds.expect(g.backward_from_output(y_turned, dy_turned).transpose(), from_output,
                 "from the output, turned");
    AnyArray<T> sums(1, count);
    for (Index j = 0; j < count; ++j) sums(0, j) = static_cast<T>(logsumexp_of(wide(z, j)));
    kinds.expect(hillock::logsumexp(z, Per::column), sums, "logsumexp");
    kinds.expect(hillock::logsumexp(turned, Per::row).transpose(), sums, "logsumexp, turned");
  });
  kinds.check(300000);
}

// With -ffast-math a compiler may compute what no lane takes.
#if !HILLOCK_FAST_MATH
TEMPLATE_TEST_CASE(
    "log_softmax and its gradients of up to half of the largest number raise no exception",
    "[log_softmax]", float, double) {
  using T = TestType;
  Exceptions exceptions;
  Numbers<T> numbers(6, Values::finite);
  each_size([&](Index n, Index count) {
    AnyArray<T> z = numbers.scores(n, count), dy = numbers.gradients(n, count);
    if (numbers.next() % 2 == 0) {
      // A sum beyond the largest number, of which every entry has a part that is not.
      z.setConstant(numbers.half_of_largest);
      dy.setConstant(numbers.half_of_largest);
    }
    const auto check = [&](Per per, const AnyArray<T>& x, const AnyArray<T>& gradient) {
      const LogSoftmax<> f{per};
      const AnyArray<T> y = f(x);
      exceptions.of("forward", [&] { return f(x); });
      exceptions.of("backward", [&] { return f.backward(x, gradient); });
      exceptions.of("from the output", [&] { return f.backward_from_output(y, gradient); });
      exceptions.of("logsumexp", [&] { return hillock::logsumexp(x, per); });
    };
    check(Per::column, z, dy);
    check(Per::row, z.transpose(), dy.transpose());
  });
  exceptions.check(1500);
}
#endif

// The sum of all gradients is beyond the range of T, or at its end.
TEMPLATE_TEST_CASE("gradients of log_softmax of any size are within 4 ULP of their largest terms",
                   "[log_softmax]", float, double) {
  using T = TestType;
  const LogSoftmax<> f{Per::column};
  double worst = 0;
  std::size_t points = 0;
  for (const Index n : {2, 3, 16, 17, 100, 1000})
    for (const T size : {Special<T>::largest / 8, std::sqrt(Special<T>::largest),
                         Special<T>::smallest_normal * 4, Special<T>::smallest * 64}) {
      const ArrayXX<T> z = numbers<T>(n, 19, 3, 1);
      const ArrayXX<T> dy = (numbers<T>(n, 19, 0.25, 2) + T(0.5)) * size;
      const ArrayXX<T> dz = f.backward(z, dy);
      for (Index j = 0; j < z.cols(); ++j) {
        const Reference<T> wanted(z.col(j));
        const Wide<T> total = wide_sum<Wide<T>>(
            Eigen::Array<Wide<T>, Dynamic, 1>(dy.col(j).template cast<Wide<T>>()));
        for (Index i = 0; i < n; ++i, ++points) {
          const Wide<T> product = wanted.p[static_cast<std::size_t>(i)] * total;
          const Wide<T> gradient = static_cast<Wide<T>>(dy(i, j));
          worst = std::max(worst, error_of_term(dz(i, j), gradient - product,
                                                std::max(std::fabs(product), gradient)));
        }
      }
    }
  CHECK(points == 4 * 19 * 1138);
  CHECK(worst <= LogSoftmax<>::backward_bound.ulp);
}

TEST_CASE("logsumexp finds the largest entry and a NaN at every place", "[log_softmax]") {
  std::size_t wrong = 0, compared = 0;
  for (Index n = 1; n <= 70; ++n)
    for (const Index count : {1, 3, 19})
      for (Index at = 0; at < n; ++at, ++compared) {
        ArrayXX<float> z = ArrayXX<float>::Constant(n, count, -1000.0f);
        z.row(at).setConstant(1000.0f);
        const ArrayXX<float> turned = z.transpose();
        if (!(hillock::logsumexp(z, Per::column) == 1000.0f).all()) ++wrong;
        if (!(hillock::logsumexp(turned, Per::row) == 1000.0f).all()) ++wrong;
        z.row(at).setConstant(Special<float>::quiet_nan);
        if (!hillock::logsumexp(z, Per::column).isNaN().all()) ++wrong;
      }
  CHECK(wrong == 0);
  CHECK(compared == 3 * 35 * 71);
}

TEMPLATE_TEST_CASE("log_softmax of every layout gives the same bits", "[log_softmax]", float,
                   double) {
  using T = TestType;
  std::size_t compared = 0, differing = 0;
  for (const Index n : {1, 3, 10, 37, 85})
    for (Index cols = 1; cols < 40; ++cols) {
      const ArrayXX<T> z = numbers<T>(n, cols, 5, 7), dy = numbers<T>(n, cols, 1, 8);
      const RowMajor<T> row_major = z;
      const ArrayXX<T> turned = z.transpose(), dy_turned = dy.transpose();
      const LogSoftmax<> f{Per::column}, g{Per::row};
      const ArrayXX<T> y = f(z), of_row_major = f(row_major), of_turned = g(turned).transpose();
      const ArrayXX<T> dz = f.backward(z, dy);
      const ArrayXX<T> dz_turned = g.backward(turned, dy_turned).transpose();
      const ArrayXX<T> sums = hillock::logsumexp(z, Per::column);
      const ArrayXX<T> sums_turned = hillock::logsumexp(turned, Per::row).transpose();
      ArrayXX<T> in_place = z;
      hillock::forward(f, in_place, in_place);
      for (Index j = 0; j < cols; ++j) {
        const Eigen::Array<T, Dynamic, 1> alone = f(z.col(j));
        for (Index i = 0; i < n; ++i)
          for (const T other : {of_row_major(i, j), of_turned(i, j), in_place(i, j), alone[i]}) {
            ++compared;
            if (bits_of(other) != bits_of(y(i, j))) ++differing;
          }
        for (Index i = 0; i < n; ++i)
          if (bits_of(dz(i, j)) != bits_of(dz_turned(i, j))) ++differing;
        if (bits_of(sums(0, j)) != bits_of(sums_turned(0, j))) ++differing;
      }
    }
  CHECK(differing == 0);
  CHECK(compared == std::size_t{4} * 136 * 780);
}

TEST_CASE("log_softmax names both shapes when they do not fit, and has written nothing",
          "[log_softmax]") {
  const Eigen::ArrayXXf z = Eigen::ArrayXXf::Zero(3, 4);
  Eigen::ArrayXXf y = Eigen::ArrayXXf::Constant(4, 3, 7);
  const LogSoftmax<> f{Per::row};
  CHECK(says(complaint([&] { hillock::forward(f, z, y); }), {"LogSoftmax", "3 x 4", "4 x 3"}));
  CHECK(says(complaint([&] { static_cast<void>(f.backward(z, y)); }),
             {"LogSoftmax", "3 x 4", "4 x 3"}));
  CHECK((y == 7).all());
  CHECK(says(
      complaint([&] { static_cast<void>(hillock::logsumexp(Eigen::ArrayXXf(0, 2), Per::column)); }),
      {"logsumexp", "0 x 2"}));
  CHECK(f(Eigen::ArrayXXf(0, 5)).size() == 0);
}

}  // namespace
