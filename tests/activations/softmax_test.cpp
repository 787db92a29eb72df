#include <support/along_axis.hpp>
#include <support/complaint.hpp>

#include <hillock/activations/softmax.hpp>

namespace {

using namespace support;
using hillock::AllMasked;
using hillock::Per;
using hillock::Softmax;

template <class T>
using ArrayXX = Eigen::Array<T, Dynamic, Dynamic>;
template <class T>
using RowMajor = Eigen::Array<T, Dynamic, Dynamic, Eigen::RowMajor>;
template <class T>
using WideArray = Eigen::Array<Wide<T>, Dynamic, 1>;

/// One distribution in the wide type. The difference to the maximum is exact in two parts: rounded,
/// it would cost e^-745 a third of an ULP.
template <class T>
WideArray<T> reference(const Eigen::Array<T, Dynamic, 1>& x) {
  WideArray<T> e(x.size());
  const Wide<T> maximum = x.maxCoeff();
  for (Index i = 0; i < x.size(); ++i) {
    const Wide<T> difference = x[i] - maximum;
    const Wide<T> back = difference + maximum;
    const Wide<T> low =
        std::isfinite(difference) ? (x[i] - back) + (maximum - (back - difference)) : 0;
    e[i] = std::exp(difference) * (1 + low);
  }
  return e / wide_sum<Wide<T>>(e);
}

/// Columns of normal(0, scale)-like numbers, a few of them masked.
template <class T>
ArrayXX<T> scores(Index rows, Index cols, double scale, unsigned seed) {
  std::mt19937_64 random(seed);
  ArrayXX<T> z(rows, cols);
  for (Index j = 0; j < cols; ++j)
    for (Index i = 0; i < rows; ++i) {
      double sum = 0;
      for (int k = 0; k < 4; ++k) sum += static_cast<double>(random() >> 11) * 0x1p-52 - 1;
      z(i, j) = static_cast<T>(sum * scale);
      if (i > 0 && random() % 31 == 0) z(i, j) = -Special<T>::infinity;
    }
  return z;
}

template <class T, class F>
void check_probabilities(const F& softmax, double bound) {
  std::size_t points = 0;
  double worst = 0, worst_sum = 0;
  unsigned seed = 0;
  for (const Index length : {1, 2, 3, 5, 10, 64, 1000, 1 << 17})
    for (const double scale : {0.01, 1.0, 10.0, 40.0, 300.0}) {
      const Index n = length > 1000 && scale == 10 ? 1 << 20 : length;
      const ArrayXX<T> z = scores<T>(n, n > 1000 ? 1 : 19, scale, ++seed);
      const ArrayXX<T> p = softmax(z);
      for (Index j = 0; j < z.cols(); ++j) {
        const WideArray<T> wanted = reference<T>(z.col(j));
        for (Index i = 0; i < n; ++i, ++points)
          worst = std::max(worst, ulp_error(p(i, j), wanted[i]));
        const Wide<T> sum = wide_sum<Wide<T>>(p.col(j).template cast<Wide<T>>());
        worst_sum = std::max(worst_sum, static_cast<double>(std::fabs(sum - 1) / spacing<T>(1)));
      }
    }
  std::cout << "softmax: " << points << " points, worst " << worst << " ULP, sums " << worst_sum
            << " ULP from 1; " << instruction_set<T>() << '\n';
  CHECK(points == 5 * 19 * 1085 + 4 * (1 << 17) + (1 << 20));
  CHECK(worst <= bound);
  CHECK(worst_sum <= Softmax<>::forward_bound.ulp);
}

TEMPLATE_TEST_CASE("each probability of softmax is within 4 ULP, and they sum to 1 within 4 ULP",
                   "[softmax]", float, double) {
  check_probabilities<TestType>(Softmax<>{Per::column}, Softmax<>::forward_bound.ulp);
}

TEST_CASE("each probability of exact::Softmax is within 0.51 ULP", "[softmax]") {
  check_probabilities<float>(hillock::exact::Softmax{Per::column}, hillock::exact_bound.ulp);
}

TEMPLATE_TEST_CASE("softmax has no NaN for large scores", "[softmax]", float, double) {
  using T = TestType;
  Eigen::Array<T, 3, 1> z(Special<T>::largest, Special<T>::largest, -Special<T>::largest);
  const Eigen::Array<T, 3, 1> p = Softmax<>{Per::column}(z);
  CHECK(p[0] == T(0.5));
  CHECK(p[1] == T(0.5));
  CHECK(bits_of(p[2]) == bits_of(T(0)));
}

TEMPLATE_TEST_CASE("a score of -infinity gets exactly 0 and leaves the others alone", "[softmax]",
                   float, double) {
  using T = TestType;
  const T masked = -Special<T>::infinity;
  const Eigen::Array<T, 5, 1> z(masked, T(1), masked, T(-2), masked);
  const Eigen::Array<T, 2, 1> short_z(T(1), T(-2));
  const Eigen::Array<T, 5, 1> p = Softmax<>{Per::column}(z);
  const Eigen::Array<T, 2, 1> short_p = Softmax<>{Per::column}(short_z);
  for (const Index i : {0, 2, 4}) CHECK(bits_of(p[i]) == bits_of(T(0)));
  CHECK(bits_of(p[1]) == bits_of(short_p[0]));
  CHECK(bits_of(p[3]) == bits_of(short_p[1]));
}

// NaN in one code path and 0 in another of the same library (oneDNN).
TEMPLATE_TEST_CASE("a distribution that is masked whole follows the policy at every length",
                   "[softmax]", float, double) {
  using T = TestType;
  for (Index n = 1; n < 40; ++n) {
    const ArrayXX<T> z = ArrayXX<T>::Constant(n, 3, -Special<T>::infinity);
    CHECK(Softmax<>{Per::column}(z).isNaN().all());
    CHECK(Softmax<>{Per::column, AllMasked::nan}(z).isNaN().all());
    const ArrayXX<T> zeros = Softmax<>{Per::column, AllMasked::zeros}(z);
    const ArrayXX<T> uniform = Softmax<>{Per::column, AllMasked::uniform}(z);
    for (Index i = 0; i < zeros.size(); ++i) {
      CHECK(bits_of(zeros(i)) == bits_of(T(0)));
      CHECK(bits_of(uniform(i)) == bits_of(T(1) / static_cast<T>(n)));
    }
  }
}

TEMPLATE_TEST_CASE("+infinity or NaN makes its own distribution NaN and no other", "[softmax]",
                   float, double) {
  using T = TestType;
  const ArrayXX<T> clean = scores<T>(7, 21, 3, 99);
  for (const AllMasked policy : {AllMasked::nan, AllMasked::zeros, AllMasked::uniform}) {
    const Softmax<> softmax{Per::column, policy};
    const ArrayXX<T> wanted = softmax(clean);
    for (const T bad : {Special<T>::infinity, Special<T>::quiet_nan})
      for (Index j = 0; j < clean.cols(); ++j) {
        ArrayXX<T> z = clean;
        z(j % 7, j) = bad;
        const ArrayXX<T> p = softmax(z);
        CHECK(p.col(j).isNaN().all());
        std::size_t disturbed = 0;
        for (Index k = 0; k < z.cols(); ++k)
          for (Index i = 0; i < z.rows(); ++i)
            if (k != j && !same_bits(p(i, k), wanted(i, k))) ++disturbed;
        CHECK(disturbed == 0);
      }
  }
}

template <class T, class F>
void compare_layouts() {
  Comparison comparison;
  for (const Index n : {1, 3, 10, 33, 70})
    for (Index count = 1; count <= 19; ++count) {
      ArrayXX<T> z = scores<T>(n, count, 5, static_cast<unsigned>(count));
      ArrayXX<T> dp = scores<T>(n, count, 1, 77).cwiseMax(T(-4));
      if (count % 3 == 0) dp(n / 2, count / 2) = Special<T>::infinity;
      if (count % 5 == 0) z(n - 1, count / 3) = Special<T>::quiet_nan;
      ArrayXX<T> p(n, count), dz(n, count), dz_output(n, count);
      for (Index j = 0; j < count; ++j) {  // each alone
        const Eigen::Array<T, Dynamic, 1> column = z.col(j), gradient = dp.col(j);
        p.col(j) = F{Per::column}(column);
        dz.col(j) = F{Per::column}.backward(column, gradient);
        dz_output.col(j) = F{Per::column}.backward_from_output(p.col(j), gradient);
      }
      const auto compare = [&](const auto& got, const ArrayXX<T>& wanted, const char* path) {
        REQUIRE(got.rows() == n);
        REQUIRE(got.cols() == count);
        for (Index j = 0; j < count; ++j)
          for (Index i = 0; i < n; ++i)
            comparison.expect(got(i, j), wanted(i, j), z(i, j), path, i, j);
      };
      const RowMajor<T> z_row = z, dp_row = dp, p_row = p;
      const F by_column{Per::column}, by_row{Per::row};
      compare(by_column(z), p, "column-major, per column");
      compare(by_column(z_row), p, "row-major, per column");
      compare(by_row(z.transpose()).transpose(), p, "transposed, per row");
      compare(by_row(RowMajor<T>(z.transpose())).transpose(), p,
              "transposed to row-major, per row");
      compare(by_column(z_row.matrix()), p, "a Matrix");
      compare(by_column.backward(z, dp), dz, "backward, column-major");
      compare(by_column.backward(z_row, dp), dz, "backward, mixed");
      compare(by_row.backward(z.transpose(), dp_row.transpose()).transpose(), dz,
              "backward, per row");
      compare(by_column.backward_from_output(p, dp), dz_output, "backward from output");
      compare(by_row.backward_from_output(p_row.transpose(), dp.transpose()).transpose(), dz_output,
              "backward from output, per row");
      // Verbs: in place, and into a block whose surroundings stay.
      RowMajor<T> inside = RowMajor<T>::Constant(n + 2, count + 2, untouched<T>);
      hillock::forward(by_column, z, inside.block(1, 1, n, count));
      compare(inside.block(1, 1, n, count), p, "forward into a block");
      inside.block(1, 1, n, count) = z;
      hillock::forward(by_column, inside.block(1, 1, n, count), inside.block(1, 1, n, count));
      compare(inside.block(1, 1, n, count), p, "forward in place in a block");
      inside.block(1, 1, n, count) = dp;
      hillock::backward(by_column, z, inside.block(1, 1, n, count), inside.block(1, 1, n, count));
      compare(inside.block(1, 1, n, count), dz, "backward in place of the gradient");
      inside.block(1, 1, n, count).setConstant(untouched<T>);
      CHECK((inside == untouched<T>).all());
    }
  comparison.check(100000);
}

RealColumn softmax_of(const RealColumn& x, AllMasked policy) {
  const Real sum = logsumexp_of(x);
  if (std::isfinite(sum)) return (x - sum).exp();
  const auto n = static_cast<Real>(x.size());
  const bool is_masked = sum < 0 && policy != AllMasked::nan;
  return RealColumn::Constant(x.size(), !is_masked                   ? std::nan("") + 0.0L
                                        : policy == AllMasked::zeros ? 0.0L
                                                                     : 1 / n);
}
RealColumn gradient_of(const RealColumn& p, const RealColumn& dp) {
  Real mean = 0;
  for (Index i = 0; i < p.size(); ++i) mean += p[i] * dp[i];
  return p * (dp - mean);
}

TEMPLATE_TEST_CASE(
    "entries of softmax and its gradients are NaN or infinite where the formula says", "[softmax]",
    float, double) {
  using T = TestType;
  const T infinity = Special<T>::infinity, nan = Special<T>::quiet_nan;
  Kinds kinds;
  std::size_t wrong_zeros = 0;
  Numbers<T> numbers(5, Values::any);
  each_size([&](Index n, Index count) {
    AnyArray<T> z = numbers.scores(n, count), dp = numbers.gradients(n, count);
    const auto round = numbers.next();
    if (round % 4 != 0) numbers.sprinkle(dp, {infinity, -infinity, nan});
    if (round % 5 == 0) numbers.sprinkle(z, {infinity, nan, -infinity});
    if (round % 3 == 0) z.col(static_cast<Index>(round) % count).setConstant(-infinity);
    if (round % 7 == 0) z(static_cast<Index>(round) % n, 0) = nan;
    const AnyArray<T> turned = z.transpose(), dp_turned = dp.transpose();
    for (const AllMasked policy : {AllMasked::nan, AllMasked::zeros, AllMasked::uniform}) {
      const Softmax<> f{Per::column, policy}, g{Per::row, policy};
      const AnyArray<T> p = f(z);
      const AnyArray<T> wanted =
          by_column(z, [&](Index j) { return softmax_of(wide(z, j), policy); });
      kinds.expect(p, wanted, "forward");
      kinds.expect(g(turned).transpose(), wanted, "forward, turned");
      for (Index i = 0; i < z.size(); ++i)
        if (z(i) == -infinity && wanted(i) == 0 && bits_of(p(i)) != bits_of(T(0))) ++wrong_zeros;
      const AnyArray<T> dz =
          by_column(z, [&](Index j) { return gradient_of(wide(p, j), wide(dp, j)); });
      kinds.expect(f.backward(z, dp), dz, "backward");
      kinds.expect(g.backward(turned, dp_turned).transpose(), dz, "backward, turned");
      AnyArray<T> q = p;
      if (round % 2 == 0) numbers.sprinkle(q, {infinity, -infinity, nan, T(0)});
      const AnyArray<T> q_turned = q.transpose();
      const AnyArray<T> from_output =
          by_column(z, [&](Index j) { return gradient_of(wide(q, j), wide(dp, j)); });
      kinds.expect(f.backward_from_output(q, dp), from_output, "from the output");
      kinds.expect(g.backward_from_output(q_turned, dp_turned).transpose(), from_output,
                   "from the output, turned");
    }
  });
  kinds.check(500000);
  CHECK(wrong_zeros == 0);
}

// With -ffast-math a compiler may compute what no lane takes.
#if !HILLOCK_FAST_MATH
TEMPLATE_TEST_CASE(
    "softmax and its gradients of up to half of the largest number raise no exception", "[softmax]",
    float, double) {
  using T = TestType;
  Exceptions exceptions;
  Numbers<T> numbers(6, Values::finite);
  each_size([&](Index n, Index count) {
    AnyArray<T> z = numbers.scores(n, count), dp = numbers.gradients(n, count);
    // Their mean may be rounded up.
    if (numbers.next() % 2 == 0) dp.setConstant(numbers.half_of_largest);
    if (numbers.next() % 2 == 0) dp.row(0).setConstant(-numbers.half_of_largest);
    const auto check = [&](Per per, const AnyArray<T>& x, const AnyArray<T>& gradient) {
      const Softmax<> f{per};
      const AnyArray<T> p = f(x);
      exceptions.of("forward", [&] { return f(x); });
      exceptions.of("backward", [&] { return f.backward(x, gradient); });
      exceptions.of("from the output", [&] { return f.backward_from_output(p, gradient); });
    };
    check(Per::column, z, dp);
    check(Per::row, z.transpose(), dp.transpose());
    const Softmax<> f{Per::column};
    exceptions.of("Jacobian",
                  [&] { return AnyArray<T>(f.jacobian(AnyArray<T>(z.col(0).head(n % 71)))); });
  });
  exceptions.check(1000);
}
#endif

TEMPLATE_TEST_CASE("softmax per row and per column of every layout give the same bits", "[softmax]",
                   float, double) {
  compare_layouts<TestType, Softmax<>>();
}

TEST_CASE("exact::Softmax of every layout gives the same bits", "[softmax]") {
  compare_layouts<float, hillock::exact::Softmax>();
}

TEMPLATE_TEST_CASE("backward of softmax is within 4 ULP of its largest term", "[softmax]", float,
                   double) {
  using T = TestType;
  const Softmax<> softmax{Per::column};
  double worst = 0, worst_output = 0;
  std::size_t points = 0;
  const T huge = Special<T>::largest / 8, tiny = Special<T>::smallest_normal * 4;
  for (const Index n : {2, 3, 10, 100, 1000})
    for (const auto& [scale, size] :
         {std::pair(0.1, T(1)), std::pair(2.0, T(1)), std::pair(20.0, T(1)), std::pair(2.0, huge),
          std::pair(2.0, tiny), std::pair(20.0, std::sqrt(huge)), std::pair(0.1, tiny)}) {
      const ArrayXX<T> z = scores<T>(n, 17, scale, 5), p = softmax(z);
      const ArrayXX<T> dp = scores<T>(n, 17, 1, 6).cwiseMax(T(-4)) * size;
      const ArrayXX<T> dz = softmax.backward(z, dp),
                       dz_output = softmax.backward_from_output(p, dp);
      // No term of p_i (dp_i - sum of p_j dp_j) is larger than p_i times the largest gradient.
      // Below the smallest normal number p has the spacing that it has there.
      const auto error = [](Index i, T got, const WideArray<T>& given,
                            const WideArray<T>& gradient) {
        const Wide<T> truth = given[i] * (gradient[i] - (given * gradient).sum());
        const Wide<T> p_i = std::max(given[i], Wide<T>(Special<T>::smallest_normal));
        const Wide<T> largest = p_i * gradient.abs().maxCoeff();
        return static_cast<double>(std::fabs(got - truth) / spacing<T>(largest));
      };
      for (Index j = 0; j < z.cols(); ++j) {
        const WideArray<T> wanted = reference<T>(z.col(j));
        const WideArray<T> given = p.col(j).template cast<Wide<T>>(),
                           gradient = dp.col(j).template cast<Wide<T>>();
        for (Index i = 0; i < n; i += 1 + n / 50, ++points) {
          worst = std::max(worst, error(i, dz(i, j), wanted, gradient));
          worst_output = std::max(worst_output, error(i, dz_output(i, j), given, gradient));
        }
      }
    }
  std::cout << "softmax backward: " << points << " points, worst " << worst << ", from the output "
            << worst_output << " ULP of the largest term; " << instruction_set<T>() << '\n';
  CHECK(points == 4947 / 3 * 7);
  CHECK(worst <= Softmax<>::backward_bound.ulp);
  CHECK(worst_output <= Softmax<>::backward_bound.ulp);
}

// dp and the mean are of opposite signs for the smaller p: their difference is twice the largest
// dp, and whatever p is off by counts twice. Gradients of one size each bring that about, and few
// entries.
TEMPLATE_TEST_CASE("backward of softmax is within 4 ULP where the gradients differ in sign",
                   "[softmax]", float, double) {
  using T = TestType;
  const Softmax<> softmax{Per::column};
  std::mt19937_64 random(3);
  double worst = 0;
  std::size_t points = 0;
  for (unsigned round = 0; round < 70; ++round) {
    const Index n = 2 + round % 5, count = 2000;
    const ArrayXX<T> z =
        scores<T>(n, count, std::pow(10, 0.35 * (round % 7) - 1), round).cwiseMax(T(-80));
    ArrayXX<T> dp(n, count);
    for (Index i = 0; i < dp.size(); ++i) {
      const double size = 1 - 0.1 * static_cast<double>(random() >> 11) * 0x1p-53;
      dp(i) = static_cast<T>(random() % 2 == 0 ? size : -size);
    }
    const ArrayXX<T> dz = softmax.backward(z, dp);
    for (Index j = 0; j < count; ++j) {
      const WideArray<T> p = reference<T>(z.col(j));
      const WideArray<T> gradient = dp.col(j).template cast<Wide<T>>();
      const Wide<T> mean = (p * gradient).sum(), largest = gradient.abs().maxCoeff();
      for (Index i = 0; i < n; ++i, ++points)
        worst =
            std::max(worst, static_cast<double>(std::fabs(dz(i, j) - p[i] * (gradient[i] - mean)) /
                                                spacing<T>(p[i] * largest)));
    }
  }
  std::cout << "softmax backward, signs mixed: " << points << " points, worst " << worst
            << " ULP of the largest term; " << instruction_set<T>() << '\n';
  CHECK(points == 70 * 4 * 2000);
  CHECK(worst <= Softmax<>::backward_bound.ulp);
}

// On the diagonal the sum of the others decides: added one after the other in the type of p it is
// past the bound from some hundred entries on.
TEMPLATE_TEST_CASE("the Jacobian of softmax is diag(p) - p p^T, to the last digits", "[softmax]",
                   float, double) {
  using T = TestType;
  const Softmax<> softmax{Per::column};
  double worst = 0, worst_from_input = 0;
  std::size_t points = 0;
  for (Index n = 1; n <= 1000; n = n < 70 ? n + 1 : 4 * n)
    for (const double scale : {0.5, 5.0, 15.0}) {
      const Eigen::Array<T, Dynamic, 1> z =
          scores<T>(n, 1, scale, static_cast<unsigned>(n)).col(0).cwiseMax(T(-80));
      const Eigen::Array<T, Dynamic, 1> p = softmax(z);
      const Eigen::Matrix<T, Dynamic, Dynamic> from_input = softmax.jacobian(z);
      const Eigen::Matrix<T, Dynamic, Dynamic> from_output = softmax.jacobian_from_output(p);
      REQUIRE(from_input.rows() == n);
      REQUIRE(from_input.cols() == n);
      CHECK(from_input == from_output);
      const WideArray<T> given = p.template cast<Wide<T>>(), wanted = reference<T>(z);
      const auto worst_of = [&](const WideArray<T>& q) {
        double most = 0;
        for (Index i = 0; i < n; ++i) {
          WideArray<T> others = q;
          others[i] = 0;
          for (Index j = 0; j < n; ++j)
            if (i != j) most = std::max(most, ulp_error(from_output(i, j), -q[i] * q[j]));
          const Wide<T> diagonal = q[i] * wide_sum<Wide<T>>(others);
          most = std::max(most, ulp_error(from_output(i, i), diagonal));
        }
        return most;
      };
      worst = std::max(worst, worst_of(given));
      worst_from_input = std::max(worst_from_input, worst_of(wanted));
      points += static_cast<std::size_t>(n * n);
      const Eigen::Array<T, Dynamic, 1> gradient = scores<T>(n, 1, 1, 13).col(0).cwiseMax(T(-4));
      const Eigen::Array<T, Dynamic, 1> product = (from_input * gradient.matrix()).array();
      const Eigen::Array<T, Dynamic, 1> direct = softmax.backward(z, gradient);
      CHECK((product - direct).abs().maxCoeff() <= 32 * std::numeric_limits<T>::epsilon());
    }
  std::cout << "softmax Jacobian: " << points << " points, worst " << worst
            << " ULP of given p, from the input " << worst_from_input << "; "
            << instruction_set<T>() << '\n';
  CHECK(points == 3 * (71 * 35 * 47 + 280 * 280));
  CHECK(worst <= Softmax<>::jacobian_bound.ulp);
  CHECK(worst_from_input <= Softmax<>::jacobian_bound.ulp + 2 * Softmax<>::forward_bound.ulp);
}

TEST_CASE("softmax names both shapes when they do not fit, and has written nothing", "[softmax]") {
  const Softmax<> softmax{Per::column};
  const ArrayXX<float> z = ArrayXX<float>::Ones(3, 4), other = ArrayXX<float>::Ones(4, 3);
  ArrayXX<float> out = ArrayXX<float>::Constant(4, 3, 7),
                 fitting = ArrayXX<float>::Constant(3, 4, 7);
  CHECK(
      says(complaint([&] { static_cast<void>(softmax.backward(z, other)); }), {"3 x 4", "4 x 3"}));
  CHECK(says(complaint([&] { static_cast<void>(softmax.backward_from_output(z, other)); }),
             {"3 x 4", "4 x 3"}));
  CHECK(says(complaint([&] { hillock::forward(softmax, z, out); }), {"3 x 4", "4 x 3"}));
  CHECK(
      says(complaint([&] { hillock::backward(softmax, z, other, fitting); }), {"3 x 4", "4 x 3"}));
  CHECK(says(complaint([&] { static_cast<void>(softmax.jacobian(z)); }), {"3 x 4", "vector"}));
  CHECK((out == 7).all());
  CHECK((fitting == 7).all());
}

TEST_CASE("softmax of nothing is nothing", "[softmax]") {
  CHECK(Softmax<>{Per::column}(ArrayXX<float>(0, 5)).cols() == 5);
  CHECK(Softmax<>{Per::row}(ArrayXX<double>(5, 0)).rows() == 5);
  CHECK(Softmax<>{Per::column}(ArrayXX<double>(5, 0)).size() == 0);
}

TEST_CASE("softmax is a plain value", "[softmax]") {
  STATIC_REQUIRE(std::is_trivially_copyable_v<Softmax<>>);
  constexpr hillock::Softmax softmax{Per::row};
  STATIC_REQUIRE(softmax.all_masked == AllMasked::nan);
}

}  // namespace
