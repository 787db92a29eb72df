#include <support/along_axis.hpp>
#include <support/complaint.hpp>

#include <hillock/activations/cross_entropy.hpp>

namespace {

using namespace support;
using hillock::CrossEntropy;
using hillock::Per;
using hillock::Reduction;

template <class T>
using ArrayXX = Eigen::Array<T, Dynamic, Dynamic>;
template <class T>
using RowMajor = Eigen::Array<T, Dynamic, Dynamic, Eigen::RowMajor>;

template <class T>
ArrayXX<T> logits(Index classes, Index samples, double scale, unsigned seed) {
  std::mt19937_64 random(seed);
  ArrayXX<T> z(classes, samples);
  for (Index i = 0; i < z.size(); ++i)
    z(i) = static_cast<T>(scale * (static_cast<double>(random() >> 11) * 0x1p-52 - 1));
  return z;
}

std::vector<int> some_labels(Index classes, Index samples, unsigned seed) {
  std::mt19937_64 random(seed);
  std::vector<int> labels;
  for (Index j = 0; j < samples; ++j)
    labels.push_back(static_cast<int>(random() % static_cast<unsigned>(classes)));
  return labels;
}

/// One sample in the wide type: exponentials relative to the largest, the sum without it.
template <class T>
struct Reference {
  std::vector<Wide<T>> p;
  Wide<T> others_of_label = 0, loss = 0, largest_term = 0;

  template <class X>
  Reference(const X& x, Index label) {
    Index largest = 0;
    const Wide<T> maximum = x.maxCoeff(&largest);
    for (Index i = 0; i < x.size(); ++i) p.push_back(std::exp(Wide<T>(x[i]) - maximum));
    Wide<T> exponentials_except_largest = 0, exponentials_except_label = 0;
    for (Index i = 0; i < x.size(); ++i) {
      if (i != largest) exponentials_except_largest += p[static_cast<std::size_t>(i)];
      if (i != label) exponentials_except_label += p[static_cast<std::size_t>(i)];
    }
    for (Wide<T>& each : p) each /= 1 + exponentials_except_largest;
    others_of_label = exponentials_except_label / (1 + exponentials_except_largest);
    const Wide<T> log = std::log1p(exponentials_except_largest),
                  distance = maximum - Wide<T>(x[label]);
    loss = log + distance;
    largest_term = std::max(log, distance);
  }
};

template <class T, class F>
void check_bounds(double bound) {
  double worst = 0, worst_gradient = 0;
  std::size_t points = 0;
  unsigned seed = 0;
  for (const Index classes : {1, 2, 3, 10, 16, 33, 64, 1000})
    for (const double scale : {0.01, 1.0, 20.0, 80.0}) {
      const Index samples = 19;
      const ArrayXX<T> z = logits<T>(classes, samples, scale, ++seed);
      const std::vector<int> labels = some_labels(classes, samples, ++seed);
      const F sum{Per::column, Reduction::sum};
      const ArrayXX<T> losses = sum.losses(z, labels), dz = sum.backward(z, labels);
      REQUIRE(losses.rows() == 1);
      REQUIRE(losses.cols() == samples);
      for (Index j = 0; j < samples; ++j) {
        const Index label = labels[static_cast<std::size_t>(j)];
        const Reference<T> wanted(z.col(j), label);
        const Wide<T> term =
            bound < 1 ? std::max(wanted.largest_term, wanted.loss) : wanted.largest_term;
        worst = std::max(
            worst, static_cast<double>(std::fabs(losses(0, j) - wanted.loss) / spacing<T>(term)));
        for (Index i = 0; i < classes; ++i, ++points) {
          const Wide<T> truth =
              i == label ? -wanted.others_of_label : wanted.p[static_cast<std::size_t>(i)];
          worst_gradient = std::max(worst_gradient, ulp_error(dz(i, j), truth));
        }
      }
    }
  std::cout << "cross_entropy: " << points << " points, worst " << worst
            << " ULP of the largest term, gradient " << worst_gradient << " ULP; "
            << instruction_set<T>() << '\n';
  CHECK(points == 4 * 19 * 1129);
  CHECK(worst <= bound);
  CHECK(worst_gradient <= bound);
}

TEMPLATE_TEST_CASE("cross_entropy and its gradient are within 4 ULP", "[cross_entropy]", float,
                   double) {
  check_bounds<TestType, CrossEntropy<>>(CrossEntropy<>::forward_bound.ulp);
}

TEST_CASE("exact::CrossEntropy is within 0.51 ULP", "[cross_entropy]") {
  check_bounds<float, hillock::exact::CrossEntropy>(hillock::exact_bound.ulp);
}

// p - 1 is 0 there, and a loss of log(softmax) too.
TEMPLATE_TEST_CASE("a label that dominates keeps a loss and a gradient", "[cross_entropy]", float,
                   double) {
  using T = TestType;
  for (const Index classes : {2, 50})
    for (const Index samples : {1, 20}) {
      ArrayXX<T> z = ArrayXX<T>::Constant(classes, samples, T(-60));
      z.row(0).setZero();
      const std::vector<int> labels(static_cast<std::size_t>(samples), 0);
      const Wide<T> others = static_cast<Wide<T>>(classes - 1) * std::exp(Wide<T>(-60));
      const CrossEntropy<> loss{Per::column, Reduction::sum};
      const ArrayXX<T> dz = loss.backward(z, labels);
      for (Index j = 0; j < samples; ++j) {
        CHECK(ulp_error(loss.losses(z, labels)(0, j), std::log1p(others)) <= 4);
        CHECK(ulp_error(dz(0, j), -others / (1 + others)) <= 4);
      }
    }
}

TEMPLATE_TEST_CASE("cross_entropy of every layout gives the same bits", "[cross_entropy]", float,
                   double) {
  using T = TestType;
  std::size_t compared = 0, differing = 0;
  for (const Index classes : {1, 3, 10, 16, 31, 33, 70})
    for (const Index samples : {1, 5, 16, 67}) {
      const ArrayXX<T> z = logits<T>(classes, samples, 9, static_cast<unsigned>(samples));
      const RowMajor<T> row_major = z;
      const std::vector<int> labels = some_labels(classes, samples, 3);
      const Eigen::VectorXi as_vector = Eigen::Map<const Eigen::VectorXi>(labels.data(), samples);
      const std::vector<unsigned char> as_bytes(labels.begin(), labels.end());
      const CrossEntropy<> by_column{Per::column}, by_row{Per::row};
      const ArrayXX<T> dz = by_column.backward(z, labels), losses = by_column.losses(z, labels);
      const double mean = by_column(z, labels);
      const auto compare = [&](double loss, const auto& gradient) {
        if (loss != mean) ++differing;
        for (Index j = 0; j < samples; ++j)
          for (Index i = 0; i < classes; ++i, ++compared)
            if (!same_bits(T(gradient(i, j)), dz(i, j))) ++differing;
      };
      ArrayXX<T> d(classes, samples), turned(samples, classes);
      RowMajor<T> d_row(classes, samples);
      compare(by_column.forward_and_backward(z, labels, d), d);
      compare(by_column.forward_and_backward(row_major, as_vector, d_row), d_row);
      compare(by_row.forward_and_backward(z.transpose(), as_bytes, turned), turned.transpose());
      ArrayXX<T> in_place = z;
      compare(by_column.forward_and_backward(in_place, labels, in_place), in_place);
      RowMajor<T> row_in_place = z;
      compare(by_column.forward_and_backward(row_in_place, labels, row_in_place), row_in_place);
      compare(by_row(row_major.transpose(), labels), by_column.backward(z + T(0), labels));
      double sum = 0;
      for (Index j = 0; j < samples; ++j) {
        sum += static_cast<double>(losses(0, j));
        const std::vector<int> one = {labels[static_cast<std::size_t>(j)]};
        if (!same_bits(T(by_column.losses(z.col(j), one)(0, 0)), losses(0, j))) ++differing;
      }
      if (sum / static_cast<double>(samples) != mean) ++differing;
      if (sum != CrossEntropy<>(Per::column, Reduction::sum)(z, labels)) ++differing;
    }
  CHECK(differing == 0);
  CHECK(compared == std::size_t{6} * 164 * 89);
}

TEMPLATE_TEST_CASE("cross_entropy has its edge values", "[cross_entropy]", float, double) {
  using T = TestType;
  const T infinity = Special<T>::infinity, nan = Special<T>::quiet_nan;
  const CrossEntropy<> loss{Per::column};
  const std::vector<int> first = {0};
  const auto column = [](T a, T b) { return Eigen::Array<T, 2, 1>(a, b); };
  CHECK(loss(column(-infinity, 3), std::vector<int>{1}) == 0);
  CHECK(loss(column(-infinity, 3), first) == std::numeric_limits<double>::infinity());
  CHECK(loss.backward(column(-infinity, 3), first)[0] == T(-1));
  CHECK(loss.backward(column(-infinity, 3), first)[1] == T(1));
  CHECK(loss(column(T(1e4), T(-1e4)), std::vector<int>{1}) == 2e4);
  CHECK(loss(column(T(1e4), T(-1e4)), first) == 0);
  for (const auto& z : {column(-infinity, -infinity), column(infinity, 0), column(0, nan)}) {
    CHECK(std::isnan(loss(z, first)));
    CHECK(loss.backward(z, first).isNaN().all());
  }
  const ArrayXX<T> nothing(3, 0);
  CHECK(std::isnan(loss(nothing, std::vector<int>())));
  CHECK(CrossEntropy<>(Per::column, Reduction::sum)(nothing, std::vector<int>()) == 0);
}

TEMPLATE_TEST_CASE("losses and their gradients are NaN or infinite where the formula says",
                   "[cross_entropy]", float, double) {
  using T = TestType;
  const T infinity = Special<T>::infinity, nan = Special<T>::quiet_nan;
  const CrossEntropy<> loss{Per::column, Reduction::sum}, loss_turned{Per::row, Reduction::sum};
  Kinds kinds;
  std::size_t wrong = 0, masked_labels = 0;
  Numbers<T> numbers(5, Values::any);
  each_size([&](Index n, Index count) {
    AnyArray<T> z = numbers.scores(n, count);
    const auto round = numbers.next();
    if (round % 3 == 0) numbers.sprinkle(z, {infinity, nan, -infinity});
    if (round % 5 == 0) z.col(static_cast<Index>(round) % count).setConstant(-infinity);
    if (round % 7 == 0) z(static_cast<Index>(round) % n, 0) = nan;
    const AnyArray<T> turned = z.transpose();
    const std::vector<int> labels = some_labels(n, count, static_cast<unsigned>(n + count));
    AnyArray<T> losses(1, count), gradient(n, count);
    for (Index j = 0; j < count; ++j) {
      const Real sum = logsumexp_of(wide(z, j));
      const Real label = static_cast<Real>(z(labels[static_cast<std::size_t>(j)], j));
      losses(0, j) = static_cast<T>(std::isfinite(sum) ? sum - label : Real(nan));
      gradient.col(j).setConstant(std::isfinite(sum) ? T(0) : nan);
    }
    const AnyArray<T> dz = loss.backward(z, labels);
    kinds.expect(loss.losses(z, labels), losses, "losses");
    kinds.expect(loss_turned.losses(turned, labels).transpose(), losses, "losses, turned");
    kinds.expect(dz, gradient, "gradient");
    kinds.expect(loss_turned.backward(turned, labels).transpose(), gradient, "gradient, turned");
    for (Index j = 0; j < count; ++j) {
      const Index label = labels[static_cast<std::size_t>(j)];
      if (losses(0, j) != infinity) continue;
      ++masked_labels;
      if (bits_of(dz(label, j)) != bits_of(T(-1))) ++wrong;
      for (Index i = 0; i < n; ++i)
        if (i != label && z(i, j) == -infinity && bits_of(dz(i, j)) != bits_of(T(0))) ++wrong;
    }
  });
  kinds.check(50000);
  CHECK(masked_labels > 20);
  CHECK(wrong == 0);
}

// With -ffast-math a compiler may compute what no lane takes.
#if !HILLOCK_FAST_MATH
TEMPLATE_TEST_CASE(
    "cross_entropy of logits of up to half of the largest number raises no exception",
    "[cross_entropy]", float, double) {
  using T = TestType;
  Exceptions exceptions;
  std::size_t infinite_means = 0;
  Numbers<T> numbers(6, Values::finite);
  each_size([&](Index n, Index count) {
    const AnyArray<T> z = numbers.scores(n, count);
    const std::vector<int> labels = some_labels(n, count, static_cast<unsigned>(n + count));
    const auto check = [&](Per per, const AnyArray<T>& x) {
      const CrossEntropy<> loss{per};
      exceptions.of("losses", [&] { return loss.losses(x, labels); });
      exceptions.of("loss", [&] { return AnyArray<double>(1, 1).setConstant(loss(x, labels)); });
      exceptions.of("gradient", [&] { return loss.backward(x, labels); });
      // Of doubles the sum may be beyond the largest number, but not the mean.
      if (!std::isfinite(loss(x, labels))) ++infinite_means;
    };
    check(Per::column, z);
    check(Per::row, z.transpose());
  });
  exceptions.check(1000);
  CHECK(infinite_means == 0);
}
#endif

TEST_CASE("cross_entropy of half is the float gradient, rounded once", "[cross_entropy]") {
  using Half = Eigen::half;
  const ArrayXX<float> values =
      logits<float>(40, 21, 5, 8).unaryExpr([](float x) { return static_cast<float>(Half(x)); });
  const ArrayXX<Half> z = values.cast<Half>();
  const std::vector<int> labels = some_labels(40, 21, 9);
  const CrossEntropy<> loss{Per::column};
  CHECK(loss(z, labels) == loss(values, labels));
  const ArrayXX<float> wanted = loss.backward(values, labels).cast<Half>().cast<float>();
  CHECK((loss.backward(z, labels).cast<float>() == wanted).all());
}

TEST_CASE("cross_entropy names the label that is no class, and has written nothing",
          "[cross_entropy]") {
  const ArrayXX<float> z = ArrayXX<float>::Zero(3, 4);
  ArrayXX<float> dz = ArrayXX<float>::Constant(3, 4, 7);
  const CrossEntropy<> loss{Per::column};
  const auto complains = [&](const auto& labels, std::initializer_list<const char*> words) {
    CHECK(says(complaint([&] { loss.forward_and_backward(z, labels, dz); }), words));
    CHECK(says(complaint([&] { static_cast<void>(loss(z, labels)); }), words));
    CHECK(says(complaint([&] { static_cast<void>(loss.losses(z, labels)); }), words));
  };
  complains(std::vector<int>{0, 1, 3, 2}, {"labels[2]", "is 3", "3 classes"});
  complains(std::vector<int>{0, -1, 0, 2}, {"labels[1]", "is -1", "3 classes"});
  complains(std::vector<std::uint64_t>{0, 0, 0, std::uint64_t{1} << 63}, {"labels[3]"});
  complains(std::vector<int>{0, 1}, {"2 entries", "expected 4", "3 x 4"});
  ArrayXX<float> other = ArrayXX<float>::Constant(4, 3, 7);
  const std::vector<int> fitting = {0, 1, 2, 0};
  CHECK(says(complaint([&] { loss.forward_and_backward(z, fitting, other); }),
             {"CrossEntropy", "3 x 4", "4 x 3"}));
  CHECK((dz == 7).all());
  CHECK((other == 7).all());
}

TEMPLATE_TEST_CASE("cross_entropy leaves out samples with the ignored label", "[cross_entropy]",
                   float, double) {
  using T = TestType;
  for (const Per per : {Per::column, Per::row})
    for (const Index samples : {1, 7, 40, 133})
      for (const Index classes : {2, 10, 300}) {
        INFO(classes << " classes, " << samples << " samples");
        ArrayXX<T> z = logits<T>(classes, samples, 8, 5);
        std::vector<int> labels = some_labels(classes, samples, 6);
        std::vector<Index> counted;
        for (Index j = 0; j < samples; ++j) {
          if (j % 3 != 1) {
            counted.push_back(j);
          } else {
            labels[static_cast<std::size_t>(j)] = -100;
            z(j % classes, j) = Special<T>::quiet_nan;  // nothing looks at these
          }
        }
        ArrayXX<T> kept(classes, static_cast<Index>(counted.size()));
        std::vector<int> kept_labels;
        for (std::size_t k = 0; k < counted.size(); ++k) {
          kept.col(static_cast<Index>(k)) = z.col(counted[k]);
          kept_labels.push_back(labels[static_cast<std::size_t>(counted[k])]);
        }
        const auto turned = [per](const ArrayXX<T>& a) {
          return ArrayXX<T>(per == Per::column ? a : ArrayXX<T>(a.transpose()));
        };
        for (const Reduction reduction : {Reduction::mean, Reduction::sum}) {
          const CrossEntropy loss{per, reduction, -100}, of_kept{per, reduction};
          const ArrayXX<T> in = turned(z);
          ArrayXX<T> dz(in.rows(), in.cols());
          const double l = loss.forward_and_backward(in, labels, dz);
          ArrayXX<T> kept_dz = turned(kept);
          CHECK(l == of_kept.forward_and_backward(kept_dz, kept_labels, kept_dz));
          CHECK(l == loss(in, labels));
          const ArrayXX<T> by_column = turned(dz), kept_by_column = turned(kept_dz);
          const ArrayXX<T> losses = loss.losses(in, labels);
          Index k = 0;
          for (Index j = 0; j < samples; ++j) {
            const bool is_counted = j % 3 != 1;
            if (is_counted)
              CHECK((by_column.col(j) == kept_by_column.col(k++)).all());
            else
              CHECK((by_column.col(j) == 0).all());
            CHECK((losses(j) == 0) == !is_counted);
          }
          ArrayXX<T> in_place = in;
          CHECK(loss.forward_and_backward(in_place, labels, in_place) == l);
          CHECK((in_place == dz).all());
        }
      }
}

TEST_CASE("cross_entropy of ignored samples alone", "[cross_entropy]") {
  const ArrayXX<float> z = logits<float>(3, 4, 2, 1);
  ArrayXX<float> dz(3, 4);
  const std::vector<unsigned> labels(4, 7);
  const CrossEntropy sum{Per::column, Reduction::sum, 7}, mean{Per::column, Reduction::mean, 7};
  CHECK(sum.forward_and_backward(z, labels, dz) == 0);
  CHECK((dz == 0).all());
  CHECK(std::isnan(mean(z, labels)));
  CHECK((mean.backward(z, labels) == 0).all());
  // Another label that is no class is refused as before.
  CHECK_THROWS_AS((CrossEntropy{Per::column, Reduction::sum, -100}(z, labels)),
                  std::invalid_argument);
  const ArrayXX<Eigen::half> narrow = z.cast<Eigen::half>();
  const std::vector<int> some = {0, -1, 2, -1};
  const ArrayXX<Eigen::half> gradient =
      CrossEntropy{Per::column, Reduction::mean, -1}.backward(narrow, some);
  CHECK((gradient.col(1).cast<float>() == 0).all());
  CHECK((gradient.col(0).cast<float>() != 0).any());
}

TEST_CASE("cross_entropy is a plain value", "[cross_entropy]") {
  STATIC_REQUIRE(std::is_trivially_copyable_v<CrossEntropy<>>);
  constexpr hillock::CrossEntropy loss{Per::row};
  STATIC_REQUIRE(loss.reduction == Reduction::mean);
}

}  // namespace
