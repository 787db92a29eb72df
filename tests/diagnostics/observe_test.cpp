// The counts of the monitors of Maxout, of softmax and of gradients are those of a plain loop over
// the elements counts, whatever the array's size and layout.
#include <support/call_paths.hpp>
#include <support/complaint.hpp>
#include <support/layouts.hpp>

#include <hillock/diagnostics.hpp>
#include <hillock/hillock.hpp>

#include <cmath>
#include <random>

namespace {

using namespace support;
using hillock::Per;
using Counts = std::vector<std::int64_t>;

/// Numbers among which ties are frequent, zeros of both signs too, and some that are not finite.
template <class T>
class Tying {
 public:
  Tying(std::mt19937& random, unsigned non_finite_in_1000)
      : random_(random), non_finite_(non_finite_in_1000) {}
  T operator()() const {
    const T finite[] = {T(-0.0F), T(0.0F),  T(0.0F), T(1.0F), T(1.0F),
                        T(-1.0F), T(-3.0F), T(2.0F), T(6.5F), T(-7.0F)};
    if (random_() % 1000 >= non_finite_) return finite[random_() % 10];
    const float other[] = {Special<float>::quiet_nan, -Special<float>::quiet_nan,
                           Special<float>::infinity, -Special<float>::infinity};
    return T(other[random_() % 4]);
  }

 private:
  std::mt19937& random_;
  unsigned non_finite_;
};

/// The argmax among n entries at(i), or n where one of them is not finite.
template <class At>
Index argmax_of(Index n, const At& at) {
  Index argmax = 0;
  for (Index i = 0; i < n; ++i) {
    if (!std::isfinite(at(i))) return n;
    if (at(i) > at(argmax)) argmax = i;
  }
  return argmax;
}

template <class Z>
void expect_argmax_counts(Difference& difference, const std::string& what, const Z& z, int pieces,
                          Per per) {
  const bool along_column = per == Per::column;
  const Index units = (along_column ? z.rows() : z.cols()) / pieces;
  const Index samples = along_column ? z.cols() : z.rows();
  hillock::MaxoutMonitor monitor(hillock::Maxout<>{pieces, per}, units);
  monitor.observe(z);
  const auto got = monitor.report();
  const auto u = static_cast<std::size_t>(units), k = static_cast<std::size_t>(pieces);
  Counts argmax_counts(u * k), finite(u), non_finite(u);
  for (Index sample = 0; sample < samples; ++sample) {
    for (std::size_t unit = 0; unit < u; ++unit) {
      const auto argmax = argmax_of(pieces, [&](Index piece) {
        const Index entry = static_cast<Index>(unit) * pieces + piece;
        return static_cast<double>(along_column ? z(entry, sample) : z(sample, entry));
      });
      ++(argmax == pieces ? non_finite : finite)[unit];
      if (argmax < pieces) ++argmax_counts[unit * k + static_cast<std::size_t>(argmax)];
    }
  }
  difference.expect(
      got.argmax_counts == argmax_counts && got.finite == finite && got.non_finite == non_finite,
      what + ", " + std::to_string(z.rows()) + " x " + std::to_string(z.cols()) + ", pieces " +
          std::to_string(pieces) + (along_column ? " of a column" : " of a row"));
}

template <class T>
void check_argmax_counts(const char* type) {
  std::mt19937 random(13);
  Difference difference;
  for (int pieces = 2; pieces <= 140; pieces += pieces < 40 ? 1 : 17) {
    for (const Index samples : {1, 2, 3, 4, 7, 8, 9, 15, 17, 33, 40, 64, 71, 150}) {
      for (const unsigned non_finite : {0U, 5U, 300U}) {
        const Tying<T> draw(random, non_finite);
        const Index units = 1 + static_cast<Index>(random() % (pieces < 9 ? 40 : 3));
        const int layout = static_cast<int>(random() % layouts);
        const std::string what = std::string(type) + ", layout " + std::to_string(layout);
        const auto columns = strided_array<T>(layout, units * pieces, samples, draw);
        expect_argmax_counts(difference, what, columns.view(), pieces, Per::column);
        const auto rows = strided_array<T>(layout, samples, units * pieces, draw);
        expect_argmax_counts(difference, what, rows.view(), pieces, Per::row);
      }
    }
  }
  INFO(difference.first);
  CHECK(difference.first.empty());
  CHECK(difference.compared > 3000);
}

TEST_CASE("the argmax counts of maxout are those a plain loop finds", "[diagnostics]") {
  check_argmax_counts<float>("float");
  check_argmax_counts<double>("double");
  check_argmax_counts<Eigen::half>("half");
}

TEST_CASE("argmaxes are found in arrays of fixed size, blocks, bfloat16 and expressions, too",
          "[diagnostics]") {
  std::mt19937 random(17);
  Difference difference;
  const Tying<float> draw(random, 20);
  for (int round = 0; round < 20; ++round) {
    Eigen::Array<float, 6, 3> fixed;
    Array<float> large(40, 90);
    for (Index i = 0; i < fixed.size(); ++i) fixed(i) = draw();
    for (Index i = 0; i < large.size(); ++i) large(i) = draw();
    for (const Per per : {Per::row, Per::column}) {
      expect_argmax_counts(difference, "fixed size", fixed, 3, per);
      expect_argmax_counts(difference, "block", large.block(3, 5, 36, 84), 4, per);
      expect_argmax_counts(difference, "expression", -(large.block(3, 5, 36, 84)), 12, per);
      expect_argmax_counts(difference, "bfloat16",
                           large.topLeftCorner(35, 70).cast<Eigen::bfloat16>().eval(), 5, per);
    }
  }
  INFO(difference.first);
  CHECK(difference.first.empty());
  CHECK(difference.compared == 160);
}

template <class T>
void check_distributions(const char* type) {
  std::mt19937 random(19);
  Difference difference;
  for (Index entries = 1; entries <= 1000; entries = entries < 40 ? entries + 1 : entries * 5 / 3) {
    for (const Index samples : {1, 3, 8, 13, 40, 70}) {
      for (const Per per : {Per::row, Per::column}) {
        const Tying<T> draw(random, random() % 2 == 0 ? 0 : 10);
        const bool along_column = per == Per::column;
        Array<T> z(along_column ? entries : samples, along_column ? samples : entries);
        for (Index i = 0; i < z.size(); ++i) z(i) = draw();
        const hillock::Softmax<> softmax{per};
        hillock::SoftmaxMonitor monitor(softmax, entries);
        monitor.observe(z);
        const auto got = monitor.report();
        const Array<T> p = softmax(z);
        Counts argmax_counts(static_cast<std::size_t>(entries));
        std::int64_t finite = 0, non_finite = 0, masked = 0, saturated = 0;
        for (Index sample = 0; sample < samples; ++sample) {
          const Array<T> logits = along_column ? Array<T>(z.col(sample)) : Array<T>(z.row(sample));
          if ((logits.template cast<double>() == -Special<double>::infinity).all()) {
            ++masked;
            continue;
          }
          const auto at = [&](Index entry) {
            return static_cast<double>(along_column ? p(entry, sample) : p(sample, entry));
          };
          const Index argmax = argmax_of(entries, at);
          ++(argmax == entries ? non_finite : finite);
          if (argmax == entries) continue;
          ++argmax_counts[static_cast<std::size_t>(argmax)];
          saturated += at(argmax) * (1 - at(argmax)) < got.tau;
        }
        difference.expect(
            got.argmax_counts == argmax_counts && got.finite == finite &&
                got.non_finite == non_finite && got.masked == masked && got.saturated == saturated,
            std::string(type) + ", " + std::to_string(samples) +
                (along_column ? " columns of " : " rows of ") + std::to_string(entries));
      }
    }
  }
  INFO(difference.first);
  CHECK(difference.first.empty());
  CHECK(difference.compared > 500);
}

TEST_CASE("the argmaxes of softmax and the saturated distributions are those a plain loop finds",
          "[diagnostics]") {
  check_distributions<float>("float");
  check_distributions<double>("double");
  check_distributions<Eigen::half>("half");
}

TEST_CASE("what is masked whole has no argmax, whatever the policy makes of it", "[diagnostics]") {
  constexpr float nan = Special<float>::quiet_nan, infinity = Special<float>::infinity;
  Array<float> z(3, 7);  // a column a distribution: three are masked, three hold what no p comes of
  z << -infinity, 1, -infinity, nan, -infinity, -infinity, -infinity,  //
      -infinity, 1, -infinity, -infinity, infinity, nan, -infinity,    //
      -infinity, 1, -infinity, -infinity, -infinity, infinity, -infinity;
  for (const auto policy :
       {hillock::AllMasked::nan, hillock::AllMasked::zeros, hillock::AllMasked::uniform}) {
    for (const Per per : {Per::column, Per::row}) {
      INFO("policy " << static_cast<int>(policy));
      hillock::SoftmaxMonitor monitor(hillock::Softmax<>(per, policy), 3);
      for (int batch = 0; batch < 2; ++batch) {
        if (per == Per::column)
          monitor.observe(z);
        else
          monitor.observe(z.transpose());
      }
      hillock::SoftmaxMonitor merged(hillock::Softmax<>(per, policy), 3);
      merged.merge(monitor);
      for (const auto& report :
           {monitor.report(), merged.report(),
            hillock::SoftmaxMonitor(hillock::Softmax<>(per, policy), monitor.state()).report()}) {
        CHECK(report.argmax_counts == Counts{2, 0, 0});
        CHECK(report.finite == 2);
        CHECK(report.masked == 6);
        CHECK(report.non_finite == 6);
        CHECK(report.saturated == 0);
        CHECK(report.samples() == 14);
      }
    }
  }
  hillock::SoftmaxMonitor monitor(hillock::Softmax<>(Per::column, hillock::AllMasked::zeros), 3);
  monitor.observe(z.col(0));
  CHECK(monitor.report().masked == 1);  // samples all the same: there is a report
  CHECK(monitor.report().non_finite_fraction() == 0);
}

template <class G>
void expect_sums(Difference& difference, const std::string& what, const G& gradient) {
  hillock::GradientFlow flow({"a"});
  flow.observe(0, gradient);
  const auto got = flow.report().layers[0];
  std::int64_t finite = 0;
  long double squares = 0, magnitudes = 0;
  for (Index col = 0; col < gradient.cols(); ++col) {
    for (Index row = 0; row < gradient.rows(); ++row) {
      const auto g = static_cast<double>(gradient(row, col));
      if (!std::isfinite(g)) continue;
      ++finite;
      squares += static_cast<long double>(g) * g;
      magnitudes += std::fabs(g);
    }
  }
  const auto close = [](double a, long double b) {
    return std::fabs(a - static_cast<double>(b)) <= 1e-12 * static_cast<double>(b);
  };
  difference.expect(
      got.batches == (finite > 0 ? 1 : 0) && got.finite == finite &&
          got.non_finite == gradient.size() - finite &&
          (finite == 0
               ? std::isnan(got.norm()) && std::isnan(got.mean_magnitude())
               : close(got.norm(), std::sqrt(squares)) &&
                     close(got.mean_magnitude(), magnitudes / static_cast<long double>(finite))),
      what + ", " + std::to_string(gradient.rows()) + " x " + std::to_string(gradient.cols()));
}

template <class T>
void check_sums(const char* type, double largest_exponent) {
  std::mt19937 random(23);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> exponent(-largest_exponent, largest_exponent);
  Difference difference;
  const auto check = [&](int layout, Index rows, Index cols, unsigned non_finite) {
    const Tying<T> other(random, 1000);
    const auto gradient = strided_array<T>(layout, rows, cols, [&] {
      if (random() % 1000 < non_finite) return other();
      return static_cast<T>(static_cast<float>(normal(random)) * std::exp2(exponent(random)));
    });
    expect_sums(difference, std::string(type) + ", layout " + std::to_string(layout),
                gradient.view());
  };
  for (Index rows = 1; rows <= 40; ++rows) {
    for (int layout = 0; layout < layouts; ++layout) {
      for (const unsigned non_finite : {0U, 20U})
        check(layout, rows, 1 + static_cast<Index>(random() % 40), non_finite);
    }
  }
  for (int layout = 0; layout < layouts; ++layout) {
    check(layout, 700, 9, 0);  // beyond a buffer
    check(layout, 9, 700, 1000);
  }
  INFO(difference.first);
  CHECK(difference.first.empty());
  CHECK(difference.compared == 410);
}

TEST_CASE("the sums over a gradient are those of a plain loop within 1e-12, the counts exactly",
          "[diagnostics]") {
  check_sums<float>("float", 30);
  check_sums<double>("double", 300);
  check_sums<Eigen::half>("half", 3);
  check_sums<Eigen::bfloat16>("bfloat16", 30);
  Difference difference;
  const Eigen::Array22f fixed = Eigen::Array22f::Constant(-0.1F);
  expect_sums(difference, "fixed size", fixed);
  expect_sums(difference, "expression", fixed * 3 + 1);
  CHECK(difference.first.empty());
}

/// A gradient's batches, one row each, all observed by one or by several that are merged.
hillock::GradientFlow flow_of(const Eigen::ArrayXXd& rows, Index begin, Index end,
                              std::mt19937& random) {
  hillock::GradientFlow flow({"a"});
  if (end - begin > 1 && random() % 2 == 0) {
    const Index middle = begin + static_cast<Index>(random() % static_cast<unsigned>(end - begin));
    hillock::GradientFlow left = flow_of(rows, begin, middle, random);
    const hillock::GradientFlow right = flow_of(rows, middle, end, random);
    if (random() % 2 == 0) {
      left.merge(right);
      return left;
    }
    flow = right;
    flow.merge(left);
    return flow;
  }
  for (Index i = begin; i < end; ++i) flow.observe(0, rows.row(i));
  return flow;
}

TEST_CASE("the norm of a gradient is right from the subnormal numbers to the largest, in any order",
          "[diagnostics]") {
  std::mt19937 random(43);
  std::normal_distribution<double> normal;
  Difference difference;
  for (int round = 0; round < 300; ++round) {
    const Index batches = 1 + static_cast<Index>(random() % 12),
                size = 1 + static_cast<Index>(random() % 70);
    Eigen::ArrayXXd rows(batches, size);
    long double squares = 0, magnitudes = 0;
    std::int64_t finite = 0, counted = 0;
    const int one = static_cast<int>(random() % 2090) - 1075;
    for (Index i = 0; i < batches; ++i) {
      const int exponent = random() % 2 == 0 ? one : static_cast<int>(random() % 2090) - 1075;
      const std::int64_t before = finite;
      for (Index j = 0; j < size; ++j) {
        double& g = rows(i, j);
        g = std::ldexp(normal(random), exponent);
        if (random() % 40 == 0) g = Special<double>::infinity;
        if (random() % 40 == 0) g = 0;
        if (!std::isfinite(g)) continue;
        ++finite;
        squares += static_cast<long double>(g) * static_cast<long double>(g);
        magnitudes += static_cast<long double>(std::fabs(g));
      }
      counted += finite > before;
    }
    const auto got = flow_of(rows, 0, batches, random).report().layers[0];
    const auto close = [](double a, long double b) {
      return std::fabs(static_cast<long double>(a) - b) <= 1e-12L * b + 5e-324L;
    };
    difference.expect(
        got.finite == finite && got.batches == counted &&
            got.non_finite == batches * size - finite &&
            (finite == 0 ||
             (close(got.norm(), std::sqrt(squares / static_cast<long double>(counted))) &&
              close(got.mean_magnitude(), magnitudes / static_cast<long double>(finite)))),
        "round " + std::to_string(round));
  }
  INFO(difference.first);
  CHECK(difference.first.empty());
  CHECK(difference.compared == 300);
}

TEST_CASE(
    "ratios of norms are right where the norms are beyond doubles, and no batch without a number "
    "counts",
    "[diagnostics]") {
  const auto constant = [](double value) { return Eigen::ArrayXXd::Constant(8, 8, value); };
  hillock::GradientFlow flow({"a", "b", "c", "d", "e"});
  flow.observe(0, constant(8e307));
  flow.observe(1, constant(2e307));
  flow.observe(2, constant(1e-320));
  flow.observe(3, constant(0));
  flow.observe(4, constant(0));
  const auto report = flow.report();
  CHECK(std::isinf(report.layers[0].norm()));
  CHECK(std::fabs(report.ratio(0) - 4) < 1e-12);
  // Both norms are doubles, and so is their ratio, though neither divided by the scale of both is.
  const auto ratio_of = [&](double first, double second) {
    hillock::GradientFlow two({"first", "second"});
    two.observe(0, constant(first));
    two.observe(1, constant(second));
    return two.report().ratio(0);
  };
  CHECK(std::fabs(ratio_of(1e300, 1e130) / 1e170 - 1) < 1e-12);
  CHECK(std::fabs(ratio_of(1e-290, 1e-140) / 1e-150 - 1) < 1e-12);
  CHECK(std::isinf(report.ratio(1)));
  CHECK(std::isinf(report.ratio(2)));
  CHECK(std::isnan(report.ratio(3)));
  CHECK(std::isinf(report.ratio_through()));

  hillock::GradientFlow with_empty({"a"});
  with_empty.observe(0, Eigen::ArrayXXf::Constant(1, 1, 3));
  with_empty.observe(0, Eigen::ArrayXXf(0, 7));
  with_empty.observe(0, Eigen::ArrayXXf::Constant(2, 2, Special<float>::quiet_nan));
  CHECK(with_empty.report().layers[0].norm() == 3);
  CHECK(with_empty.report().layers[0].batches == 1);
  CHECK(with_empty.report().layers[0].non_finite == 4);
}

TEST_CASE("what does not fit is refused before anything is counted, nothing counts as nothing",
          "[diagnostics]") {
  hillock::MaxoutMonitor maxout(hillock::Maxout<>{3, Per::column}, 2);
  const hillock::Softmax<> f{Per::row};
  hillock::SoftmaxMonitor softmax(f, 6);
  hillock::GradientFlow flow({"a"});
  const auto before = maxout.state(), softmax_before = softmax.state(), flow_before = flow.state();
  CHECK(says(complaint([&] { maxout.observe(Eigen::ArrayXXf::Zero(7, 40)); }),
             {"MaxoutMonitor::observe", "7 x 40", "2 units of 3 pieces"}));
  CHECK(says(complaint([&] { softmax.observe(Eigen::ArrayXXf::Zero(40, 7)); }),
             {"SoftmaxMonitor::observe", "40 x 7", "6 entries"}));
  CHECK(says(complaint([&] { flow.observe(1, Eigen::ArrayXXf::Zero(2, 2)); }),
             {"GradientFlow::observe", "the layer is 1", "below 1"}));
  CHECK(flow.state() == flow_before);
  maxout.observe(Eigen::ArrayXXf(6, 0));
  softmax.observe(Eigen::ArrayXXf(0, 6));
  flow.observe(0, Eigen::ArrayXXf(0, 4));
  CHECK(maxout.state() == before);
  CHECK(softmax.state() == softmax_before);
  CHECK(flow.state() == flow_before);
  CHECK(flow.state().integers == std::vector<std::int64_t>{402, 1, 1, 'a', 0, 0, 0});
}

}  // namespace
