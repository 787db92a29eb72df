// UnitMonitor counts what a plain loop over the elements counts, for functions whose elements are
// told by x alone and for others, whatever the array's size and layout; and its moments are what it
// says.
#include <support/call_paths.hpp>
#include <support/complaint.hpp>
#include <support/layouts.hpp>

#include <hillock/diagnostics.hpp>
#include <hillock/hillock.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace {

using namespace support;
using hillock::MonitorOptions;
using hillock::Per;
using hillock::UnitMonitor;
using hillock::UnitStatistics;

/// 0 from -1 to 1, so that |f'| is large in two places.
struct Softshrink : hillock::Activation<Softshrink> {
  template <class V>
  V forward_at(const V& x) const {
    return nan_or(x, select(x > 1, x - 1, select(x < -1, x + 1, V(0))));
  }
  template <class V>
  V derivative_at(const V& x) const {
    return nan_or(x, select(abs(x) > 1, V(1), V(0)));
  }
};

/// Numbers of every size, and a few that are not finite.
template <class T>
class Spread {
 public:
  Spread(std::mt19937& random, unsigned non_finite_in_1000)
      : random_(random), non_finite_(non_finite_in_1000) {}
  T operator()() {
    const auto which = random_() % 1000;
    if (which < non_finite_) {
      const T other[] = {std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::infinity(),
                         -std::numeric_limits<T>::infinity()};
      return other[which % 3];
    }
    const T usual = static_cast<T>(normal_(random_));
    if (which > 995) return 50 * usual;  // beyond where f' of a float is 0
    if (which > 990) return std::copysign(T(0), usual);
    return usual;
  }

 private:
  std::mt19937& random_;
  unsigned non_finite_;
  std::normal_distribution<double> normal_{0.25, 3};
};

template <class T, class F>
std::vector<UnitStatistics> counted_plainly(const F& f, const Array<T>& units_in_rows,
                                            const MonitorOptions& options) {
  const auto range = options.range.value_or(hillock::diagnostics::saturation_range(f, options.tau));
  const double largest = hillock::diagnostics::largest_slope(f);
  const double linear = largest > 0 ? (1 - options.linear_band) * largest : 2;
  std::vector<UnitStatistics> units(static_cast<std::size_t>(units_in_rows.rows()));
  for (Index row = 0; row < units_in_rows.rows(); ++row) {
    UnitStatistics& unit = units[static_cast<std::size_t>(row)];
    for (Index col = 0; col < units_in_rows.cols(); ++col) {
      const T x = units_in_rows(row, col), y = call_forward(f, x);
      const double slope = std::fabs(static_cast<double>(call_derivative(f, x)));
      if (!std::isfinite(x) || !std::isfinite(y)) {
        ++unit.non_finite;
        continue;
      }
      ++unit.finite;
      unit.active += slope > options.tolerance;
      unit.near_linear += slope >= linear;
      unit.saturated_low += static_cast<double>(x) <= range.low;
      unit.saturated_high += static_cast<double>(x) >= range.high;
      unit.largest_input = std::max(unit.largest_input, static_cast<double>(x));
      unit.smallest_output = std::min(unit.smallest_output, static_cast<double>(y));
    }
  }
  return units;
}

bool have_same_counts(const UnitStatistics& a, const UnitStatistics& b) {
  return a.finite == b.finite && a.non_finite == b.non_finite && a.active == b.active &&
         a.near_linear == b.near_linear && a.saturated_low == b.saturated_low &&
         a.saturated_high == b.saturated_high && a.largest_input == b.largest_input &&
         a.smallest_output == b.smallest_output;
}

template <class T, class F>
void check_counts(const char* name, const F& f, const MonitorOptions& options = {}) {
  INFO(name);
  std::mt19937 random(29);
  Difference difference;
  for (const Index units : {1, 2, 3, 4, 5, 8, 13, 16, 17, 33, 64}) {
    for (const Index samples : {1, 2, 5, 16, 63, 65, 130, 300}) {
      for (int layout = 0; layout < layouts; ++layout) {
        for (const Per per : {Per::row, Per::column}) {
          Spread<T> spread(random, random() % 3 == 0 ? 4 : 0);
          const auto draw = [&spread] { return spread(); };
          const bool are_rows = per == Per::row;
          const auto z = strided_array<T>(layout, are_rows ? units : samples,
                                          are_rows ? samples : units, draw);
          UnitMonitor<F> monitor(f, units, per, options);
          // The pivots of the second batch are others.
          const Index some = samples / 3;
          if (are_rows) {
            monitor.observe(z.part(0, 0, units, some));
            monitor.observe(z.part(0, some, units, samples - some));
          } else {
            monitor.observe(z.part(0, 0, some, units));
            monitor.observe(z.part(some, 0, samples - some, units));
          }
          const auto got = monitor.report().units;
          const auto wanted = counted_plainly<T>(
              f, are_rows ? Array<T>(z.view()) : Array<T>(z.view().transpose()), options);
          for (std::size_t i = 0; i < wanted.size(); ++i) {
            difference.expect(have_same_counts(got[i], wanted[i]),
                              "unit " + std::to_string(i) + " of " + std::to_string(units) +
                                  (are_rows ? " rows of " : " columns of ") +
                                  std::to_string(samples) + ", layout " + std::to_string(layout));
          }
        }
      }
    }
  }
  INFO(difference.first);
  CHECK(difference.first.empty());
  CHECK(difference.compared == 13280);
}

TEST_CASE("a monitor of units counts what a plain loop counts", "[diagnostics]") {
  check_counts<float>("relu", hillock::relu);
  check_counts<float>("leaky_relu", hillock::leaky_relu);
  check_counts<float>("leaky_relu -0.5", hillock::LeakyReLU<>{-0.5});
  check_counts<float>("leaky_relu 0.004", hillock::LeakyReLU<>{0.004});
  check_counts<float>("sigmoid", hillock::sigmoid);
  check_counts<float>("step", hillock::step);
  check_counts<double>("tanh", hillock::tanh);
  check_counts<double>("elu", hillock::ELU<>{3});
}

TEST_CASE("where x alone does not tell, |f'| does, with the same counts", "[diagnostics]") {
  MonitorOptions with_tolerance;
  with_tolerance.tolerance = 0.0005;  // about the root, where no point of a grid needs to be
  check_counts<float>("swish", hillock::swish);
  check_counts<float>("swish, tolerance 0.0005", hillock::swish, with_tolerance);
  check_counts<float>("softshrink", Softshrink{});
  MonitorOptions with_range;
  with_range.range = hillock::diagnostics::SaturationRange{-0.5, 0.75};
  check_counts<float>("softshrink, range", Softshrink{}, with_range);
  check_counts<float>("swish, range", hillock::swish, with_range);
}

/// Mean and variance of a stream whose samples are draw(i), against sums in long double.
template <class T, class Draw>
void check_moments(const char* name, double allowance, const Draw& draw) {
  INFO(name);
  constexpr Index units = 21, samples = 2000;
  Array<T> z(units, samples);
  for (Index col = 0; col < samples; ++col)
    for (Index row = 0; row < units; ++row) z(row, col) = static_cast<T>(draw(col));
  for (const Index batch : {1, 7, 64, 400, 2000}) {
    for (const Per per : {Per::row, Per::column}) {
      INFO("batches of " << batch << (per == Per::row ? ", rows" : ", columns"));
      UnitMonitor monitor(hillock::identity, units, per);
      for (Index at = 0; at < samples; at += batch) {
        const Array<T> part = z.middleCols(at, std::min(batch, samples - at));
        if (per == Per::row)
          monitor.observe(part);
        else
          monitor.observe(Array<T>(part.transpose()));
      }
      const auto report = monitor.report();
      double mean_error = 0, variance_error = 0;
      for (Index row = 0; row < units; ++row) {
        long double sum = 0, squares = 0;
        for (Index col = 0; col < samples; ++col) sum += static_cast<long double>(z(row, col));
        const long double mean = sum / samples;
        for (Index col = 0; col < samples; ++col) {
          const long double deviation = static_cast<long double>(z(row, col)) - mean;
          squares += deviation * deviation;
        }
        const auto variance = static_cast<double>(squares / samples);
        const UnitStatistics& unit = report.units[static_cast<std::size_t>(row)];
        // Of the identity inputs and outputs are the same; they are added up in different orders.
        for (const double got : {unit.mean_input(), unit.mean_output()})
          mean_error = std::max(mean_error,
                                std::fabs(got - static_cast<double>(mean)) / std::sqrt(variance));
        for (const double got : {unit.input_variance(), unit.output_variance()})
          variance_error = std::max(variance_error, std::fabs(got - variance) / variance);
      }
      CHECK(mean_error <= allowance);
      CHECK(variance_error <= 10 * allowance);
    }
  }
}

template <class T>
void check_streams(double allowance) {
  std::mt19937 random(31);
  std::normal_distribution<double> normal;
  check_moments<T>("about 0", allowance, [&](Index) { return normal(random); });
  check_moments<T>("two standard deviations off", allowance,
                   [&](Index) { return normal(random) + 2; });
  check_moments<T>("far off", allowance, [&](Index) { return normal(random) + 300; });
  check_moments<T>("its first sample is another", allowance,
                   [&](Index i) { return normal(random) + (i == 0 ? 1000 : 0); });
  check_moments<T>("drifting", allowance,
                   [&](Index i) { return normal(random) + 0.05 * static_cast<double>(i); });
  check_moments<T>("jumping", allowance,
                   [&](Index i) { return normal(random) + (i < 1000 ? -500 : 500); });
  check_moments<T>("one, then all the same", allowance,
                   [&](Index i) { return i == 0 ? 0.0 : 3.7; });
  check_moments<T>("sorted into classes", allowance,
                   [&](Index i) { return static_cast<double>(i / 100) + 1e-3 * normal(random); });
}

TEST_CASE("the moments are as close as they say, wherever the numbers lie", "[diagnostics]") {
  check_streams<float>(1e-5);
  check_streams<double>(1e-12);
}

/// x / 2 + x^2 / 6 from -3 to 3: f' is 0 at one number.
struct HardSwish : hillock::Activation<HardSwish> {
  template <class V>
  V forward_at(const V& x) const {
    return x * (min(max(x + 3, V(0)), V(6)) / 6);
  }
  template <class V>
  V derivative_at(const V& x) const {
    return nan_or(x, select(x > 3, V(1), select(x < -3, V(0), (2 * x + 3) / 6)));
  }
};

/// The identity, but for a plateau that is narrower than the points of a grid lie apart.
struct Plateau : hillock::Activation<Plateau> {
  template <class V>
  V forward_at(const V& x) const {
    return select(x > 100.5, x - 0.4, min(x, V(100.1)));
  }
  template <class V>
  V derivative_at(const V& x) const {
    return nan_or(x, select((x > 100.1) & (x < 100.5), V(0), V(1)));
  }
};

template <class F>
std::int64_t active_of(const F& f, float x) {
  UnitMonitor<F> monitor(f, 1, Per::row);
  monitor.observe(Array<float>::Constant(1, 4, x));
  return monitor.report().units[0].active;
}

TEST_CASE("of a class that does not say where it is steep every element is asked",
          "[diagnostics]") {
  CHECK(active_of(HardSwish{}, -1.5F) == 0);
  CHECK(active_of(HardSwish{}, -1.25F) == 4);
  CHECK(active_of(Plateau{}, 100.25F) == 0);
  CHECK(active_of(Plateau{}, 100.75F) == 4);
}

TEST_CASE("a range may end at either zero", "[diagnostics]") {
  const auto saturated = [](const auto& f, double low, double high) {
    MonitorOptions options;
    options.range = hillock::diagnostics::SaturationRange{low, high};
    UnitMonitor monitor(f, 1, Per::row, options);
    Array<float> z(1, 6);
    z << -3, -1, -0.0F, 0, 1, 2;
    monitor.observe(z);
    const UnitStatistics unit = monitor.report().units[0];
    return std::pair{unit.saturated_low, unit.saturated_high};
  };
  using Counted = std::pair<std::int64_t, std::int64_t>;
  CHECK(saturated(hillock::identity, -0.0, 1e30) == Counted{4, 0});
  CHECK(saturated(hillock::identity, 0.0, 1e30) == Counted{4, 0});
  CHECK(saturated(hillock::identity, -1e300, 0.0) == Counted{0, 4});
  CHECK(saturated(hillock::identity, -1e300, -0.0) == Counted{0, 4});
  CHECK(saturated(hillock::tanh, -10, 0.0) == Counted{0, 4});
}

TEST_CASE("a unit that was never finite has a state like any other", "[diagnostics]") {
  Array<float> z = Array<float>::Random(9, 20);
  z.row(4).setConstant(std::numeric_limits<float>::quiet_NaN());
  UnitMonitor monitor(hillock::identity, 9, Per::row);
  monitor.observe(z);
  CHECK(monitor.state() == monitor.state());
  UnitMonitor copy(hillock::identity, monitor.state());
  for (UnitMonitor<hillock::Identity<>>* each : {&monitor, &copy})
    each->observe(Array<float>::Ones(9, 3));
  CHECK(copy.state() == monitor.state());
  CHECK(copy.report().units[4].mean_input() == 1);
}

template <class T>
UnitStatistics unit_of(std::initializer_list<double> numbers) {
  UnitMonitor monitor(hillock::identity, 1, Per::row);
  Array<T> z(1, 1);
  for (const double x : numbers) {
    z(0) = static_cast<T>(x);
    monitor.observe(z);
  }
  UnitMonitor at_once(hillock::identity, 1, Per::row);
  Array<T> all(1, static_cast<Index>(numbers.size()));
  std::transform(numbers.begin(), numbers.end(), all.data(),
                 [](double x) { return static_cast<T>(x); });
  at_once.observe(all);
  const UnitStatistics got = monitor.report().units[0], wanted = at_once.report().units[0];
  CHECK(std::fabs(got.mean_input() - wanted.mean_input()) <=
        1e-15 * std::fabs(wanted.mean_input()));
  const double got_variance = got.input_variance(), variance = wanted.input_variance();
  CHECK((got_variance == variance || std::fabs(got_variance - variance) <= 1e-5 * variance));
  return wanted;
}

TEST_CASE("numbers whose squares underflow have a variance", "[diagnostics]") {
  const auto is = [](double got, double wanted) { return std::fabs(got / wanted - 1) < 1e-5; };
  CHECK(is(unit_of<float>({1e-25, 3e-25}).input_variance(), 1e-50));
  CHECK(is(unit_of<float>({1e-22, 3e-22}).input_variance(), 1e-44));
  CHECK(is(unit_of<float>({1e-22, 3e-22}).output_variance(), 1e-44));
  CHECK(is(unit_of<float>({0, 0, 0, 2e-22, 0, 2e-22, 0, 0, 2e-22, 2e-22, 2e-22, 2e-22})
               .output_variance(),
           1e-44));
  CHECK(is(unit_of<double>({1e-150, 3e-150}).input_variance(), 1e-300));
  CHECK(unit_of<double>({1e-320, 3e-320}).mean_input() == 2e-320);
  CHECK(unit_of<float>({0, 0, 0}).input_variance() == 0);
  // The mean of what is huge is a number, in whatever order it comes.
  CHECK(unit_of<double>({8e307, 8e307, -8e307, 8e307, 0, -8e307, 8e307, 8e307}).mean_input() ==
        3e307);
  CHECK(std::isinf(unit_of<double>({8e307, 1, 1}).input_variance()));
}

TEST_CASE("the mean is as near as a double is, where it lies far off", "[diagnostics]") {
  std::mt19937 random(53);
  std::normal_distribution<double> normal(1e5, 1);
  UnitMonitor merged(hillock::identity, 1, Per::row);
  long double sum = 0;
  constexpr int parts = 200;
  for (int i = 0; i < parts; ++i) {
    Array<double> z(1, 50);
    for (Index k = 0; k < z.size(); ++k) sum += static_cast<long double>(z(k) = normal(random));
    UnitMonitor monitor(hillock::identity, 1, Per::row);
    monitor.observe(z);
    merged.merge(monitor);
  }
  const long double mean = sum / (50 * parts);
  const double spacing = std::nextafter(static_cast<double>(mean), 1e9) - static_cast<double>(mean);
  CHECK(std::fabs(merged.report().units[0].mean_input() - mean) <=
        0.5L * static_cast<long double>(spacing) + 1e-12L);
}

TEST_CASE("the one output of another sign is found wherever it stands", "[diagnostics]") {
  using V = hillock::detail::simd::Batch<float>;
  Difference difference;
  constexpr auto width = static_cast<Index>(V::size);
  for (const Index units : {Index{2}, Index{3}, width - 1, width, width + 1, 2 * width + 3}) {
    for (const Index samples : {Index{1}, Index{5}, width, width + 2}) {
      for (int layout = 0; layout < layouts; ++layout) {
        for (const Per per : {Per::row, Per::column}) {
          const bool are_rows = per == Per::row;
          auto z = strided_array<float>(layout, are_rows ? units : samples,
                                        are_rows ? samples : units, [] { return 1.0F; });
          for (Index unit = 0; unit < units; ++unit) {
            const Index sample = unit % samples;
            const Index row = are_rows ? unit : sample, col = are_rows ? sample : unit;
            float& other = z.memory[static_cast<std::size_t>(row * z.row_step + col * z.col_step)];
            other = -1;
            const auto view = z.view();
            const auto in = hillock::detail::input_view(view);
            const auto coherent =
                hillock::diagnostics::internal::coherent_samples<V>(in, per, nullptr);
            difference.expect(coherent == samples - 1,
                              "unit " + std::to_string(unit) + " of " + std::to_string(units) +
                                  ", " + std::to_string(samples) + " samples, layout " +
                                  std::to_string(layout));
            other = 1;
          }
        }
      }
    }
  }
  INFO(difference.first);
  CHECK(difference.first.empty());
}

TEST_CASE("an output of -infinity, or one that was rounded to 0, has the same sign in any batch",
          "[diagnostics]") {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const auto coherent = [](float first, float second) {
    UnitMonitor monitor(hillock::leaky_relu, 2, Per::row);
    if (first != 0) monitor.observe(Array<float>::Constant(2, 1, first));
    Array<float> z(2, 1);
    z << second, 1;
    monitor.observe(z);
    return monitor.report().coherent_samples;
  };
  CHECK(coherent(0, -infinity) == 0);
  CHECK(coherent(-3, -infinity) == 1);
  constexpr float least = std::numeric_limits<float>::denorm_min();
  CHECK(coherent(0, -least) == 1);
  CHECK(coherent(-3, -least) == 2);
}

TEST_CASE("counters of 32 bits are emptied before they are full", "[diagnostics]") {
  using V = hillock::detail::simd::Batch<float>;
  using namespace hillock::diagnostics::internal;
  const auto& f = hillock::identity;
  constexpr auto units = static_cast<Index>(V::size);
  constexpr std::uint32_t all = 0xffffffff;
  CHECK(UnitCounters::max_in_lanes <= all);
  const Classifier classifier(f, MonitorOptions{});
  const auto function = element_function<float>(f);
  const Array<float> z = Array<float>::Ones(units, 3);
  for (const bool are_strided : {false, true}) {
    UnitCounters counters(V::size, all);
    Observer<V, QuickForward<hillock::Identity<>, float>::type> observer(classifier, function, f,
                                                                         counters);
    counters.prepare_lanes(all);
    counters.add_lanes(0, LaneTotals<V>{all, {all, all, all, all}, 1, 1, 0, 0, 0, 0}, false);
    if (are_strided)
      observer.observe_strided_units(Array<float>(z.transpose()).data(), units, 3, 3);
    else
      observer.observe_units(z.data(), units, 3, units);
    const UnitStatistics unit = counters.unit(1);
    CHECK(unit.finite == std::int64_t{all} + 3);
    CHECK(unit.active == std::int64_t{all} + 3);
    CHECK(unit.near_linear == std::int64_t{all} + 3);
    CHECK(unit.saturated_low == all);
  }
}

TEST_CASE("numbers whose squares overflow keep their mean, and no variance is made up",
          "[diagnostics]") {
  const auto unit_of = [](double a, double b) {
    UnitMonitor monitor(hillock::identity, 1, Per::row);
    Array<double> z(1, 40);
    for (Index i = 0; i < 40; ++i) z(i) = i % 2 == 0 ? a : b;
    monitor.observe(z);
    monitor.observe(z);
    return monitor.report().units[0];
  };
  CHECK(std::fabs(unit_of(1e160 + 1e150, 1e160 - 1e150).input_variance() / 1e300 - 1) < 1e-3);
  CHECK(unit_of(1.5e308, 1.5e308).mean_input() == 1.5e308);
  CHECK(unit_of(1.5e308, 1.5e308).input_variance() == 0);
  CHECK(!std::isfinite(unit_of(1, 1e200).input_variance()));
}

TEST_CASE("one monitor may count floats and doubles alternately", "[diagnostics]") {
  std::mt19937 random(37);
  std::normal_distribution<double> normal(1e9, 1);
  Array<double> z(9, 300);
  for (Index i = 0; i < z.size(); ++i) z(i) = normal(random);
  UnitMonitor mixed(hillock::identity, 9, Per::row);
  mixed.observe(z.leftCols(100));
  mixed.observe(Array<float>::Random(9, 40));
  mixed.observe(z.rightCols(200));
  const auto unit = mixed.report().units[4];
  CHECK(unit.finite == 340);
  const double mean = (z.row(4).sum() + 0.0) / 340;
  CHECK(std::fabs(unit.mean_input() / mean - 1) < 1e-6);
  CHECK(unit.largest_input == z.row(4).maxCoeff());
}

}  // namespace
