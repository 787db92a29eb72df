// Whatever way a stream of samples is split over monitors and merged, they say what one says.
#include <support/call_paths.hpp>
#include <support/complaint.hpp>

#include <hillock/diagnostics.hpp>
#include <hillock/hillock.hpp>

#include <algorithm>
#include <limits>
#include <numeric>
#include <random>

namespace {

using namespace support;
using hillock::MonitorState;
using hillock::Per;
using hillock::UnitMonitor;
using hillock::UnitStatistics;

struct Split {
  std::vector<Index> ends;         // of the parts; several batches each
  std::vector<std::size_t> order;  // in which the parts are merged
};

Split random_split(Index samples, std::mt19937& random) {
  Split split;
  for (Index end = 0; end < samples;) {
    const auto step = static_cast<Index>(1 + random() % 90);
    end = std::min(samples, end + step);
    split.ends.push_back(end);
  }
  split.order.resize(split.ends.size());
  std::iota(split.order.begin(), split.order.end(), std::size_t{0});
  for (std::size_t left = split.order.size(); left > 1; --left)
    std::swap(split.order[left - 1], split.order[random() % left]);
  return split;
}

/// Samples of `units` units as columns, some of them not finite, some huge.
template <class T>
Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic> samples_of(Index units, Index samples,
                                                           std::mt19937& random) {
  Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic> z(units, samples);
  std::normal_distribution<double> normal(0.5, 4);
  for (Index col = 0; col < samples; ++col)
    for (Index row = 0; row < units; ++row) z(row, col) = static_cast<T>(normal(random));
  for (int i = 0; i < 5; ++i) {
    const auto at = [&] { return static_cast<Index>(random()); };
    z(at() % units, at() % samples) = std::numeric_limits<T>::quiet_NaN();
    z(at() % units, at() % samples) = -std::numeric_limits<T>::infinity();
  }
  z(0, samples / 2) = std::numeric_limits<T>::lowest() / 4;
  return z;
}

void check_close(double got, double wanted, double allowance) {
  INFO(got << " instead of " << wanted << " +- " << allowance);
  CHECK(std::fabs(got - wanted) <= allowance);
}

/// Monitors of one kind: new ones, how they take a part, and what is compared.
template <class New, class Observe>
void check_any_split(const char* name, Index samples, const New& make, const Observe& observe) {
  INFO(name);
  std::mt19937 random(7);
  auto whole = make();
  observe(whole, 0, samples);
  const MonitorState wanted = whole.state();
  for (int round = 0; round < 12; ++round) {
    const Split split = random_split(samples, random);
    auto merged = make();
    for (const std::size_t part : split.order) {
      auto monitor = make();
      observe(monitor, part == 0 ? 0 : split.ends[part - 1], split.ends[part]);
      merged.merge(monitor);
    }
    CHECK(merged.state().integers == wanted.integers);
  }
}

template <class T, class F>
void check_units(const char* name, const F& f, Index units, Per per, double allowance) {
  INFO(name);
  std::mt19937 random(static_cast<unsigned>(units));
  constexpr Index samples = 700;
  const auto z = samples_of<T>(units, samples, random);
  const auto observe = [&](UnitMonitor<F>& monitor, Index begin, Index end) {
    // One type of array: each takes seconds to compile, and layouts are another test's.
    Eigen::Array<T, Dynamic, Dynamic> part = z.middleCols(begin, end - begin);
    if (per == Per::column) part = part.transpose().eval();
    monitor.observe(part);
  };
  const auto make = [&] { return UnitMonitor<F>(f, units, per); };
  check_any_split(name, samples, make, observe);

  // The moments and extremes, unit by unit; and against sums in long double.
  UnitMonitor<F> whole = make(), first = make(), second = make(), third = make();
  observe(whole, 0, samples);
  observe(first, 0, 13);
  observe(second, 13, 311);
  observe(second, 311, 350);
  observe(third, 350, samples);
  third.merge(first);
  third.merge(second);
  const auto wanted = whole.report(), got = third.report();
  CHECK(got.samples == samples);
  for (std::size_t u = 1; u < static_cast<std::size_t>(units); ++u) {  // unit 0 has the huge one
    const UnitStatistics &a = got.units[u], &b = wanted.units[u];
    CHECK(a.largest_input == b.largest_input);
    CHECK(a.smallest_output == b.smallest_output);
    long double sum = 0, squares = 0;
    for (Index s = 0; s < samples; ++s) {
      const long double x = static_cast<long double>(z(static_cast<Index>(u), s));
      if (std::isfinite(x)) sum += x;
    }
    const long double mean = sum / static_cast<long double>(b.finite);
    for (Index s = 0; s < samples; ++s) {
      const long double x = static_cast<long double>(z(static_cast<Index>(u), s));
      if (std::isfinite(x)) squares += (x - mean) * (x - mean);
    }
    const auto variance = static_cast<double>(squares / static_cast<long double>(b.finite));
    const double deviation = std::sqrt(variance);
    for (const UnitStatistics* unit : {&a, &b}) {
      check_close(unit->mean_input(), static_cast<double>(mean), allowance * deviation);
      check_close(unit->input_variance(), variance, 10 * allowance * variance);
      check_close(unit->mean_output(), b.mean_output(), allowance * std::sqrt(b.output_variance()));
      check_close(unit->output_variance(), b.output_variance(),
                  10 * allowance * b.output_variance());
    }
  }
}

TEST_CASE(
    "however samples are split and in whatever order parts are merged, every count is the "
    "whole's bit for bit",
    "[diagnostics]") {
  for (const Index units : {1, 3, 16, 37}) {
    for (const Per per : {Per::row, Per::column}) {
      check_units<float>("relu", hillock::relu, units, per, 1e-5);
      check_units<float>("tanh", hillock::tanh, units, per, 1e-5);
      check_units<double>("swish", hillock::swish, units, per, 1e-12);
    }
  }
  check_units<float>("exact sigmoid", hillock::exact::sigmoid, 17, Per::row, 1e-5);
}

TEST_CASE("monitors of maxout, of softmax and of the gradient merge exactly", "[diagnostics]") {
  std::mt19937 random(3);
  auto z = samples_of<float>(12, 400, random);
  for (const Index masked : {17, 250, 251}) z.col(masked).setConstant(-Special<float>::infinity);
  const auto part = [&](Index begin, Index end) -> Eigen::ArrayXXf {
    return z.middleCols(begin, end - begin);
  };
  const hillock::Maxout<> maxout{3, Per::column};
  check_any_split(
      "maxout", 400, [&] { return hillock::MaxoutMonitor(maxout, 4); },
      [&](auto& monitor, Index begin, Index end) { monitor.observe(part(begin, end)); });
  const hillock::Softmax<> softmax{Per::column};
  hillock::SoftmaxMonitor whole(softmax, 12);
  whole.observe(z);
  CHECK(whole.report().masked == 3);
  check_any_split(
      "softmax", 400, [&] { return hillock::SoftmaxMonitor(softmax, 12); },
      [&](auto& monitor, Index begin, Index end) { monitor.observe(part(begin, end)); });
  const std::vector<std::string> layers{"a"};
  check_any_split(
      "gradient", 400, [&] { return hillock::GradientFlow(layers); },
      [&](auto& flow, Index begin, Index end) {  // a batch a sample, however split
        for (Index i = begin; i < end; ++i) flow.observe(0, part(i, i + 1));
      });
}

TEST_CASE("counts depend neither on the storage order nor on what kind of array it is",
          "[diagnostics]") {
  std::mt19937 random(5);
  const auto z = samples_of<float>(37, 211, random);
  const auto state = [&](const auto& array, Per per) {
    UnitMonitor monitor(hillock::elu, 37, per);
    monitor.observe(array);
    return monitor.state();
  };
  const auto wanted = state(z, Per::row).integers;
  using RowMajor = Eigen::Array<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  CHECK(state(RowMajor(z), Per::row).integers == wanted);
  CHECK(state(z * 1.0f, Per::row).integers == wanted);
  CHECK(state(z.matrix(), Per::row).integers == wanted);
  Eigen::ArrayXXf wide(74, 211);
  wide.topRows(37) = z;
  CHECK(state(wide.topRows(37), Per::row).integers == wanted);
  const Eigen::Map<const Eigen::ArrayXXf, 0, Eigen::Stride<Eigen::Dynamic, 2>> strided(
      wide.data(), 37, 211, Eigen::Stride<Eigen::Dynamic, 2>(74, 2));
  CHECK(state(strided, Per::row).integers == state(Eigen::ArrayXXf(strided), Per::row).integers);
  auto turned = wanted;
  turned[2] = 1;  // the axis
  CHECK(state(z.transpose(), Per::column).integers == turned);
  CHECK(state(Eigen::ArrayXXf(z.transpose()), Per::column).integers == turned);
}

TEST_CASE("a monitor made of a state goes on as the one it was taken from", "[diagnostics]") {
  std::mt19937 random(11);
  const auto z = samples_of<float>(9, 120, random);
  hillock::MonitorOptions options{0.01, 1e-6, 0.1};
  options.range = hillock::diagnostics::SaturationRange{-2, 3};
  UnitMonitor monitor(hillock::sigmoid, 9, Per::row, options);
  monitor.observe(z.leftCols(50));
  UnitMonitor copy(hillock::sigmoid, monitor.state());
  CHECK(copy.state() == monitor.state());
  monitor.observe(z.rightCols(70));
  copy.observe(z.rightCols(70));
  CHECK(copy.state() == monitor.state());
  copy.merge(monitor);
  CHECK(copy.report().samples == 240);

  hillock::MaxoutMonitor maxout(hillock::Maxout<>{3, Per::column}, 3);
  maxout.observe(z);
  CHECK(hillock::MaxoutMonitor(maxout.state()).state() == maxout.state());
  const hillock::Softmax<> f{Per::row};
  hillock::SoftmaxMonitor softmax(f, 120);
  softmax.observe(z);
  CHECK(hillock::SoftmaxMonitor(f, softmax.state()).state() == softmax.state());
  hillock::GradientFlow flow({"first", "last"});
  flow.observe(1, z);
  CHECK(hillock::GradientFlow({"first", "last"}, flow.state()).state() == flow.state());
}

TEST_CASE("what does not belong together does not merge, and a state that is not whole is refused",
          "[diagnostics]") {
  UnitMonitor monitor(hillock::tanh, 3, Per::row);
  const MonitorState state = monitor.state();
  CHECK(says(complaint([&] { UnitMonitor(hillock::sigmoid, state); }),
             {"another function", "f(-9) is -0.9999999695", "expected 0.000123394"}));
  CHECK(says(complaint([&] {
               UnitMonitor elu(hillock::ELU<>{0.5}, 3, Per::row);
               elu.merge(UnitMonitor(hillock::ELU<>{0.7}, 3, Per::row));
             }),
             {"merge", "another function"}));
  hillock::MonitorOptions with_range;
  with_range.range = hillock::diagnostics::SaturationRange{-1, 1};
  CHECK(says(complaint([&] { monitor.merge(UnitMonitor(hillock::tanh, 3, Per::row, with_range)); }),
             {"range -1 to 1", "expected no range"}));
  const auto refused = [&](const auto& change) {
    MonitorState changed = state;
    change(changed);
    return complaint([&] { UnitMonitor(hillock::tanh, changed); });
  };
  CHECK(says(refused([](auto& s) { s.integers[0] = 7; }), {"version 7", "expected 103"}));
  CHECK(says(refused([](auto& s) { s.integers.clear(); }), {"ends after 0 integers"}));
  CHECK(says(refused([](auto& s) { s.integers[1] = std::int64_t{1} << 60; }),
             {"1152921504606846976 units", "expected 1 to 25"}));
  CHECK(says(refused([](auto& s) { s.integers.pop_back(); }),
             {"17 integers and 30 numbers for its 3 units", "expected 6 and 10 for each"}));
  CHECK(says(refused([](auto& s) { s.numbers.push_back(0); }),
             {"18 integers and 31 numbers for its 3 units", "expected 6 and 10 for each"}));
  CHECK(says(refused([](auto& s) { s.numbers.resize(2); }), {"ends after 2 numbers"}));
  CHECK(says(refused([](auto& s) { s.integers.back() = -1; }),
             {"-1 elements of a unit that are saturated high", "expected 0 to 0"}));
  CHECK(says(refused([](auto& s) { s.integers.back() = (std::int64_t{1} << 53) + 1; }),
             {"has 9007199254740993 elements"}));
  CHECK(says(complaint([&] { hillock::MaxoutMonitor{state}; }), {"version 103", "expected 201"}));
  CHECK(says(complaint([&] {
               hillock::GradientFlow({"a", "b"}).merge(hillock::GradientFlow({"a", "c"}));
             }),
             {"layer 1 \"c\"", "expected layer 1 \"b\""}));
}

/// x times a number that has none of the names of hillock's own parameters.
struct Scaled : hillock::Activation<Scaled> {
  double by;
  explicit Scaled(double factor) : by(factor) {}
  template <class V>
  V forward_at(const V& x) const {
    return x * static_cast<typename V::value_type>(by);
  }
  template <class V>
  V derivative_at(const V& x) const {
    return nan_or(x, V(static_cast<typename V::value_type>(by)));
  }
};

/// NaN below 0, infinite at 1, and beyond 1 the given value.
struct Odd : hillock::Activation<Odd> {
  double beyond;
  explicit Odd(double number) : beyond(number) {}
  template <class V>
  V forward_at(const V& x) const {
    return select(x > 1, V(static_cast<typename V::value_type>(beyond)), sqrt(x) / (1 - x));
  }
  template <class V>
  V derivative_at(const V& x) const {
    return select(x > 1, V(static_cast<typename V::value_type>(-beyond)), 1 / sqrt(x));
  }
};

constexpr double infinity = Special<double>::infinity;
constexpr double nan = Special<double>::quiet_nan;

/// Why a monitor does not take another in, nor its state; each names the same.
template <class F>
std::string difference_between(const F& f, const F& other) {
  UnitMonitor monitor(f, 1, Per::row), theirs(other, 1, Per::row);
  const std::string merged = complaint([&] { monitor.merge(theirs); });
  const std::string made = complaint([&] { UnitMonitor(f, theirs.state()); });
  const auto reason = [](const std::string& message) {
    const std::size_t at = message.find(" observes");
    return at == std::string::npos ? message : message.substr(at);
  };
  CHECK(reason(merged) == reason(made));
  return merged;
}

TEST_CASE(
    "functions are one whose values agree within 1e-3, and whose parameters are the same bits",
    "[diagnostics]") {
  // |a - b| <= 1e-3 (|a| + |b|): as long as the ratio is below 1.002002.
  for (const double by : {1.0, -3.0, 1e300, 1e-300}) {
    CHECK(difference_between(Scaled(by), Scaled(by * 1.00195)).empty());
    CHECK(difference_between(Scaled(by * 1.00195), Scaled(by)).empty());
    CHECK(
        says(difference_between(Scaled(by), Scaled(by * 1.00205)), {"another function", "f(-9)"}));
    CHECK(
        says(difference_between(Scaled(by * 1.00205), Scaled(by)), {"another function", "f(-9)"}));
  }
  CHECK(!difference_between(Scaled(1.5e307), Scaled(-1.5e307)).empty());
  // Where one processor has a subnormal number another may have 0.
  CHECK(difference_between(Scaled(0), Scaled(1e-310)).empty());
  CHECK(!difference_between(Scaled(0), Scaled(1e-307)).empty());

  const auto next = [](double x) { return std::nextafter(x, 1e308); };
  CHECK(says(difference_between(hillock::ELU<>{0.1}, hillock::ELU<>{next(0.1)}),
             {"alpha is 0.10000000000000002, expected 0.10000000000000001"}));
  CHECK(says(difference_between(hillock::Swish<>{1}, hillock::Swish<>{next(1)}),
             {"beta is 1.0000000000000002, expected 1"}));
  CHECK(says(difference_between(hillock::LeakyReLU<>{0.01}, hillock::LeakyReLU<>{next(0.01)}),
             {"slope is 0.010000000000000002, expected 0.01"}));
  CHECK(says(difference_between(hillock::LeakyReLU<>{0.0}, hillock::LeakyReLU<>{-0.0}),
             {"slope is -0.0, expected 0"}));
}

TEST_CASE("a monitor merges with itself and with its copy, and comes back from its own state",
          "[diagnostics]") {
  std::mt19937 random(13);
  const auto all = samples_of<float>(3, 50, random);
  const auto z = all.middleCols(0, 50);
  const auto check = [&](const char* name, const auto& f) {
    INFO(name);
    UnitMonitor monitor(f, 3, Per::row);
    monitor.observe(z);
    const auto copy = monitor;
    CHECK(monitor.state() == copy.state());
    CHECK(UnitMonitor(f, monitor.state()).state() == monitor.state());
    monitor.merge(copy);
    auto same = copy;
    same.merge(same);
    CHECK(monitor.state() == same.state());
    const auto once = copy.report(), twice = same.report();
    CHECK(twice.samples == 2 * once.samples);
    CHECK(twice.coherent_samples == 2 * once.coherent_samples);
    for (std::size_t unit = 0; unit < 3; ++unit) {
      CHECK(twice.units[unit].finite == 2 * once.units[unit].finite);
      CHECK(twice.units[unit].non_finite == 2 * once.units[unit].non_finite);
      CHECK(twice.units[unit].active == 2 * once.units[unit].active);
      CHECK(twice.units[unit].saturated_low == 2 * once.units[unit].saturated_low);
      CHECK(twice.units[unit].largest_input == once.units[unit].largest_input);
    }
  };
  check("tanh", hillock::tanh);
  check("a slope of 1e308", hillock::LeakyReLU<>{1e308});  // infinite in doubles
  check("infinite", Odd(infinity));
  check("NaN", Odd(nan));
  // A NaN or an infinity is close to no number.
  for (const double one : {nan, infinity, -infinity, 0.0, 1.0})
    for (const double other : {nan, infinity, -infinity, 0.0, 1.0})
      CHECK(difference_between(Odd(one), Odd(other)).empty() ==
            hillock::diagnostics::internal::is_same_number(one, other));

  hillock::MaxoutMonitor maxout(hillock::Maxout<>{3, Per::column}, 1);
  maxout.observe(z);
  const auto once = maxout.report().argmax_counts;
  maxout.merge(maxout);
  for (std::size_t i = 0; i < 3; ++i) CHECK(maxout.report().argmax_counts[i] == 2 * once[i]);
  hillock::SoftmaxMonitor softmax(hillock::Softmax<>{Per::column}, 3);
  softmax.observe(z);
  const auto distributions = softmax.report().finite;
  softmax.merge(softmax);
  CHECK(softmax.report().finite == 2 * distributions);
  hillock::GradientFlow flow({"a"});
  flow.observe(0, z);
  const auto components = flow.report().layers[0].finite;
  flow.merge(flow);
  CHECK(flow.report().layers[0].finite == 2 * components);
  CHECK(flow.report().layers[0].batches == 2);
}

TEST_CASE("a difference of two monitors in a single bit is found, and named", "[diagnostics]") {
  using hillock::MonitorOptions;
  const MonitorOptions usual;
  const auto of_units = [&](const auto& change) {
    MonitorOptions options = usual;
    change(options);
    UnitMonitor monitor(hillock::tanh, 2, Per::row, usual);
    const UnitMonitor other(hillock::tanh, 2, Per::row, options);
    return complaint([&] { monitor.merge(other); });
  };
  const auto next = [](double x) { return std::nextafter(x, 1.0); };
  CHECK(says(of_units([&](auto& o) { o.tau = next(o.tau); }),
             {"tau 0.005000000000000001,", "expected tau 0.0050000000000000001"}));
  CHECK(says(of_units([&](auto& o) { o.tolerance = 1e-300; }),
             {"tolerance 1e-300", "expected tolerance 0"}));
  CHECK(says(of_units([&](auto& o) { o.tolerance = -0.0; }),
             {"tolerance -0", "expected tolerance 0"}));
  CHECK(says(of_units([&](auto& o) { o.linear_band = next(o.linear_band); }),
             {"linear_band 0.05000000000000001,", "expected linear_band 0.050000000000000003"}));
  CHECK(says(of_units([&](auto& o) {
               o.range = hillock::diagnostics::SaturationRange{-1, 1e-9};
             }),
             {"range -1 to 1.0000000000000001e-09", "expected no range"}));

  const auto of_maxout = [](int pieces, Per per, Index units) {
    hillock::MaxoutMonitor monitor(hillock::Maxout<>{2, Per::row}, 6);
    return complaint([&] {
      monitor.merge(hillock::MaxoutMonitor(hillock::Maxout<>{pieces, per}, units));
    });
  };
  CHECK(of_maxout(2, Per::row, 6).empty());
  CHECK(says(of_maxout(3, Per::row, 4), {"4 units of 3 pieces", "expected 6 units of 2 pieces"}));
  CHECK(says(of_maxout(2, Per::column, 6), {"along a column", "expected pieces along a row"}));

  // A difference of two softmax layers is refused in a merge, and in a state.
  const auto of_softmax = [](const hillock::Softmax<>& f, Index entries, double tau) {
    const hillock::Softmax<> ours{Per::row};
    hillock::SoftmaxMonitor monitor(ours, 4);
    const hillock::SoftmaxMonitor other(f, entries, tau);
    CHECK((complaint([&] { hillock::SoftmaxMonitor(ours, other.state()); }).empty()) ==
          (f.axis == ours.axis && f.all_masked == ours.all_masked));
    return complaint([&] { monitor.merge(other); });
  };
  const double tau = usual.tau;
  CHECK(of_softmax(hillock::Softmax<>{Per::row}, 4, tau).empty());
  CHECK(
      says(of_softmax(hillock::Softmax<>{Per::row}, 5, tau), {"5 entries", "expected 4 entries"}));
  CHECK(says(of_softmax(hillock::Softmax<>{Per::row}, 4, next(tau)), {"expected tau 0.0050000"}));
  CHECK(says(of_softmax(hillock::Softmax<>{Per::column}, 4, tau),
             {"one distribution per column", "expected one distribution per row"}));
  CHECK(says(of_softmax(hillock::Softmax<>{Per::row, hillock::AllMasked::zeros}, 4, tau),
             {"policy AllMasked::zeros", "expected policy AllMasked::nan"}));

  // Names are compared one by one, not joined.
  using Names = std::vector<std::string>;
  const auto of_layers = [](const Names& ours, const Names& theirs) {
    hillock::GradientFlow flow(ours);
    const hillock::GradientFlow other(theirs);
    const std::string made = complaint([&] { hillock::GradientFlow(ours, other.state()); });
    const std::string merged = complaint([&] { flow.merge(other); });
    CHECK(made.empty() == merged.empty());
    CHECK(made.substr(made.empty() ? 0 : made.find("has ")) ==
          merged.substr(merged.empty() ? 0 : merged.find("has ")));
    return merged;
  };
  CHECK(of_layers({"a", "b\xff"}, {"a", "b\xff"}).empty());
  CHECK(says(of_layers({"a", "b"}, {"a, b"}), {"1 layers", "expected 2 layers"}));
  CHECK(says(of_layers({"a"}, {"", "a"}), {"2 layers", "expected 1 layers"}));
  CHECK(says(of_layers({"a", "b"}, {"b", "a"}), {"layer 0 \"b\"", "expected layer 0 \"a\""}));
  CHECK(says(of_layers({"ab", ""}, {"a", "b"}), {"layer 0 \"a\"", "expected layer 0 \"ab\""}));
}

}  // namespace
