// A state that comes from elsewhere is checked as a whole: whatever stands in it, either it is
// refused with what is wrong, or the monitor that is made of it is one that could have been.
#include <support/call_paths.hpp>
#include <support/complaint.hpp>
#include <support/layouts.hpp>

#include <hillock/diagnostics.hpp>
#include <hillock/hillock.hpp>

#include <cstdlib>
#include <limits>
#include <new>
#include <random>

namespace {
std::size_t largest_allocation = 0;
}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
  largest_allocation = size > largest_allocation ? size : largest_allocation;
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return std::malloc(size == 0 ? 1 : size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using namespace support;
using hillock::MonitorState;
using hillock::Per;
using hillock::UnitMonitor;

constexpr double infinity = Special<double>::infinity;
constexpr double nan = Special<double>::quiet_nan;
constexpr std::int64_t least_integer = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t max_integer = std::numeric_limits<std::int64_t>::max();

/// Returns what is wrong with a report; empty if nothing is.
std::string flaw_of(const hillock::UnitStatistics& unit) {
  const auto is_count = [&](std::int64_t count) { return count >= 0 && count <= unit.finite; };
  if (unit.finite < 0 || unit.non_finite < 0) return "negative counts";
  if (!is_count(unit.active) || !is_count(unit.near_linear)) return "more active than finite";
  if (!is_count(unit.saturated_low) || !is_count(unit.saturated_high) ||
      !is_count(unit.saturated_low + unit.saturated_high))
    return "more saturated than finite";
  if (unit.finite == 0) return "";
  if (!std::isfinite(unit.largest_input) || !std::isfinite(unit.smallest_output))
    return "extremes that no element has";
  if (unit.input_variance() < 0 || unit.output_variance() < 0) return "a negative variance";
  return "";
}

std::string flaw_of(const hillock::UnitReport& report) {
  for (const auto& unit : report.units) {
    if (unit.samples() != report.samples) return "a unit of other samples";
    if (!flaw_of(unit).empty()) return flaw_of(unit);
  }
  if (report.layer.samples() != report.samples * static_cast<std::int64_t>(report.units.size()))
    return "a layer of other elements";
  const double coherence = report.sign_coherence();
  return coherence >= 0 && coherence <= 1 ? flaw_of(report.layer) : "no share of one sign";
}

std::string flaw_of(const hillock::MaxoutReport& report) {
  const auto pieces = static_cast<std::size_t>(report.pieces);
  for (std::size_t unit = 0; unit < report.finite.size(); ++unit) {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < pieces; ++i) {
      if (report.argmax_counts[unit * pieces + i] < 0) return "a negative count";
      sum += report.argmax_counts[unit * pieces + i];
    }
    if (report.non_finite[unit] < 0 || sum != report.finite[unit])
      return "argmax counts that do not add up to the samples";
    if (report.finite[unit] + report.non_finite[unit] != report.finite[0] + report.non_finite[0])
      return "units of different samples";
  }
  const double bad = report.non_finite_fraction();
  return bad >= 0 && bad <= 1 ? "" : "no share that is not finite";
}

std::string flaw_of(const hillock::SoftmaxReport& report) {
  std::int64_t sum = 0;
  for (const std::int64_t each : report.argmax_counts) {
    if (each < 0) return "a negative count";
    sum += each;
  }
  if (sum != report.finite || report.non_finite < 0)
    return "argmax counts that do not add up to the samples";
  return report.saturated >= 0 && report.saturated <= report.finite ? "" : "no saturated share";
}

std::string flaw_of(const hillock::GradientReport& report) {
  for (const auto& layer : report.layers) {
    if (layer.batches < 1 || layer.finite < 0 || layer.non_finite < 0) return "impossible counts";
    if (!(layer.norm() >= 0)) return "no norm";
    if (layer.finite > 0 && !(layer.mean_magnitude() >= 0)) return "no magnitude";
  }
  return report.non_finite() >= 0 ? "" : "a negative count";
}

struct Outcomes {
  int refused = 0, accepted = 0;
  std::string flaw;
  std::size_t largest_allocation = 0;
};

/// make(state) is a monitor.
template <class Make>
void offer(Outcomes& outcomes, const MonitorState& state, const std::string& what,
           const Make& make) {
  const auto flawed = [&](const std::string& how) {
    if (!how.empty() && outcomes.flaw.empty()) outcomes.flaw = what + ": " + how;
  };
  largest_allocation = 0;
  bool is_accepted = false;
  const std::string refusal = complaint([&] {
    auto monitor = make(state);
    is_accepted = true;
    const MonitorState taken = monitor.state();
    flawed(make(taken).state() == taken ? "" : "comes back as another");
    const std::string nothing = complaint([&] { flawed(flaw_of(monitor.report())); });
    if (!nothing.empty() && !says(nothing, {"no samples"})) flawed(nothing);
    const auto copy = monitor;
    const std::string not_merged = complaint([&] { monitor.merge(copy); });
    if (!not_merged.empty()) flawed(says(not_merged, {"too many"}) ? "" : not_merged);
    if (!not_merged.empty() && monitor.state() != taken) flawed("was merged in part");
    complaint([&] { flawed(flaw_of(monitor.report())); });
  });
  outcomes.largest_allocation = std::max(outcomes.largest_allocation, largest_allocation);
  ++(is_accepted ? outcomes.accepted : outcomes.refused);
  if (is_accepted) return flawed(refusal);
  flawed(says(refusal, {"hillock::"}) ? "" : "refused without a word");
}

/// Changes each integer, each number and each length, one after the other, and many pairs of them.
template <class Make>
Outcomes fuzz(const MonitorState& real, const Make& make) {
  Outcomes outcomes;
  offer(outcomes, real, "unchanged", make);
  CHECK(outcomes.accepted == 1);
  const auto integers_for = [](std::int64_t now) {
    return std::vector<std::int64_t>{0,
                                     1,
                                     2,
                                     -1,
                                     now + 1,
                                     now - 1,
                                     now + 1000,
                                     -now,
                                     std::int64_t{1} << 31,
                                     std::int64_t{1} << 32,
                                     std::int64_t{1} << 53,
                                     (std::int64_t{1} << 53) + 1,
                                     std::int64_t{1} << 62,
                                     max_integer,
                                     max_integer - 1,
                                     least_integer,
                                     least_integer + 1};
  };
  const auto numbers_for = [](double now) {
    return std::vector<double>{0.0,   -0.0,     1,         -1,
                               nan,   -nan,     5e-324,    -5e-324,
                               1e308, -1e308,   1e-3,      -1e-3,
                               -now,  infinity, -infinity, 2 * now,
                               1e18,  -1e18,    now / 2,   std::nextafter(now, 2 * now + 1)};
  };
  const auto change = [&](MonitorState& state, std::size_t at, std::size_t which) {
    if (at < state.integers.size()) {
      const auto values = integers_for(real.integers[at]);
      state.integers[at] = values[which % values.size()];
      return "integer " + std::to_string(at) + " = " + std::to_string(state.integers[at]);
    }
    double& number = state.numbers[at - state.integers.size()];
    const auto values = numbers_for(real.numbers[at - real.integers.size()]);
    number = values[which % values.size()];
    return "number " + std::to_string(at - state.integers.size()) + " = " + std::to_string(number);
  };
  const std::size_t fields = real.integers.size() + real.numbers.size();
  for (std::size_t at = 0; at < fields; ++at) {
    const std::size_t ways =
        at < real.integers.size() ? integers_for(0).size() : numbers_for(0).size();
    for (std::size_t which = 0; which < ways; ++which) {
      MonitorState state = real;
      const std::string what = change(state, at, which);
      offer(outcomes, state, what, make);
    }
  }
  std::mt19937 random(29);
  for (int i = 0; i < 3000; ++i) {
    MonitorState state = real;
    std::string what;
    for (int changes = 0; changes < 2; ++changes) {
      const std::size_t at = random() % fields;
      what += (changes > 0 ? ", " : "") + change(state, at, random());
    }
    offer(outcomes, state, what, make);
  }
  for (std::size_t n = 0; n <= real.integers.size() + 3; ++n) {
    MonitorState state = real;
    state.integers.resize(n);
    offer(outcomes, state, std::to_string(n) + " integers", make);
  }
  for (std::size_t n = 0; n <= real.numbers.size() + 3; ++n) {
    MonitorState state = real;
    state.numbers.resize(n);
    offer(outcomes, state, std::to_string(n) + " numbers", make);
  }
  INFO(outcomes.flaw);
  CHECK(outcomes.flaw.empty());
  const std::size_t integers = real.integers.size(), numbers = real.numbers.size();
  CHECK(static_cast<std::size_t>(outcomes.refused + outcomes.accepted) ==
        1 + 17 * integers + 20 * numbers + 3000 + integers + numbers + 8);
  // 64 bytes for each that the state holds are more than any monitor keeps.
  CHECK(outcomes.largest_allocation <= 4096 + 64 * 8 * (integers + numbers));
  return outcomes;
}

Eigen::ArrayXXf samples(Index rows, Index cols) {
  std::mt19937 random(31);
  std::normal_distribution<float> normal(0.5F, 4);
  Eigen::ArrayXXf z(rows, cols);
  for (Index col = 0; col < cols; ++col)
    for (Index row = 0; row < rows; ++row) z(row, col) = normal(random);
  z(0, 1) = Special<float>::quiet_nan;
  return z;
}

TEST_CASE("a state of units is refused or makes a monitor that could have been", "[diagnostics]") {
  hillock::MonitorOptions options{0.01, 1e-6, 0.1};
  const auto make = [](const MonitorState& state) {
    return UnitMonitor(hillock::leaky_relu, state);
  };
  UnitMonitor monitor(hillock::leaky_relu, 3, Per::row, options);
  const Outcomes empty = fuzz(monitor.state(), make);
  CHECK(empty.refused > empty.accepted);
  options.range = hillock::diagnostics::SaturationRange{-2, 3};
  UnitMonitor with_range(hillock::leaky_relu, 3, Per::row, options);
  with_range.observe(samples(3, 40));
  const Outcomes seen = fuzz(with_range.state(), make);
  CHECK(seen.refused > 2000);
  CHECK(seen.accepted > 200);

  const hillock::PReLU<> prelu{0.25};
  UnitMonitor of_prelu(prelu, 2, Per::column);
  fuzz(of_prelu.state(), [&](const MonitorState& state) { return UnitMonitor(prelu, state); });
}

TEST_CASE("so is one of the pieces of maxout, of softmax and of a gradient", "[diagnostics]") {
  hillock::MaxoutMonitor maxout(hillock::Maxout<>{3, Per::column}, 4);
  maxout.observe(samples(12, 40));
  fuzz(maxout.state(), [](const MonitorState& state) { return hillock::MaxoutMonitor(state); });

  const hillock::Softmax<> f{Per::column, hillock::AllMasked::zeros};
  hillock::SoftmaxMonitor softmax(f, 5);
  softmax.observe(samples(5, 40));
  fuzz(softmax.state(),
       [&](const MonitorState& state) { return hillock::SoftmaxMonitor(f, state); });

  const std::vector<std::string> names{"", "last"};
  hillock::GradientFlow flow(names);
  flow.observe(0, samples(5, 40));
  flow.observe(1, samples(2, 2));
  fuzz(flow.state(),
       [&](const MonitorState& state) { return hillock::GradientFlow(names, state); });
}

/// A state of nothing but zeros after its head.
MonitorState zeros(std::vector<std::int64_t> head, std::size_t integers) {
  MonitorState state;
  state.integers = std::move(head);
  state.integers.resize(integers);
  return state;
}

TEST_CASE("what a state tells of is no reason to ask for memory", "[diagnostics]") {
  const auto asked_for = [](const auto& call) {
    largest_allocation = 0;
    CHECK(says(complaint(call), {"the state"}));
    return largest_allocation;
  };
  const MonitorState units_and_pieces = zeros({201, 1000, 1000}, 1000);
  CHECK(asked_for([&] { hillock::MaxoutMonitor{units_and_pieces}; }) < 1000);
  // 2^32 units of 2^32 pieces are 0 modulo 2^64.
  const MonitorState modulo = zeros({201, std::int64_t{1} << 32, std::int64_t{1} << 32}, 1000);
  CHECK(asked_for([&] { hillock::MaxoutMonitor{modulo}; }) < 1000);
  MonitorState units = UnitMonitor(hillock::leaky_relu, 2, Per::row).state();
  units.integers.resize(100000);
  units.integers[1] = 99000;
  CHECK(asked_for([&] { UnitMonitor(hillock::leaky_relu, units); }) < 1000);
  const hillock::Softmax<> f{Per::row};
  const MonitorState entries = zeros({302, 9990, 0}, 10000);
  CHECK(asked_for([&] { hillock::SoftmaxMonitor(f, entries); }) < 1000);
  const MonitorState layers = zeros({402, 9000, 0}, 9002);
  CHECK(asked_for([&] { hillock::GradientFlow({"a"}, layers); }) < std::size_t{1} << 20);
}

TEST_CASE("a state says what is wrong with it", "[diagnostics]") {
  UnitMonitor monitor(hillock::leaky_relu, 1, Per::row);
  monitor.observe(Eigen::ArrayXXf::Ones(1, 4));
  const auto refused = [&](std::size_t at, std::int64_t value) {
    MonitorState state = monitor.state();
    state.integers[at] = value;
    return complaint([&] { UnitMonitor(hillock::leaky_relu, state); });
  };
  CHECK(says(refused(2, 7), {"UnitMonitor: the state", "7 as its axis", "0 to 1"}));
  CHECK(says(refused(3, 2), {"2 as the flag of its range"}));
  CHECK(says(refused(6, 1000), {"1000 samples of one sign", "0 to 4"}));
  CHECK(says(refused(7, 3), {"3 finite and 0 other elements of 4 samples", "unit 0"}));
  CHECK(says(refused(9, 1000), {"1000 active elements", "0 to 4"}));
  MonitorState both_sides = monitor.state();
  both_sides.integers[11] = both_sides.integers[12] = 3;
  CHECK(says(complaint([&] { UnitMonitor(hillock::leaky_relu, both_sides); }),
             {"4 finite elements", "3 saturated low and 3 high"}));
  const auto refused_number = [&](std::size_t at, double value) {
    MonitorState state = monitor.state();
    state.numbers[at] = value;
    return complaint([&] { UnitMonitor(hillock::leaky_relu, state); });
  };
  CHECK(says(refused_number(0, -1e-300), {"tau is -1", "e-300", "positive"}));
  CHECK(says(refused_number(0, nan), {"tau is nan"}));
  CHECK(says(refused_number(3, 1), {"no range, but numbers in its place"}));
  CHECK(says(refused_number(5, nan), {"another function", "slope is nan, expected 0.01"}));
  CHECK(says(refused_number(6, nan), {"another function", "f(-9) is nan, expected -0.08"}));
  CHECK(says(refused_number(6, infinity), {"another function", "f(-9) is inf, expected -0.08"}));
  CHECK(says(refused_number(22, infinity), {"largest input is inf"}));
  CHECK(says(refused_number(23, nan), {"smallest output is nan"}));
  CHECK(says(refused_number(24, 3), {"sums about 3"}));  // a mean of 3 of numbers up to 1
  CHECK(says(refused_number(26, -3), {"for the squares, -3"}));
  CHECK(says(refused_number(27, 2), {"with the scale 2"}));
  CHECK(says(refused_number(25, 100), {"are 100 and, for the squares, "}));
  CHECK(says(refused_number(25, 1e308), {"sums about ", "e+308"}));
  CHECK(says(refused_number(26, 1e308), {"for the squares, 1"}));
  MonitorState far_off = monitor.state();
  far_off.numbers[24] = 1e300;
  far_off.numbers[27] = 0x1p600;
  CHECK(says(complaint([&] { UnitMonitor(hillock::leaky_relu, far_off); }), {"with the scale"}));

  hillock::GradientFlow flow({"only"});
  flow.observe(0, Eigen::ArrayXXf::Ones(1, 4));
  const auto refused_flow = [&](double squares, double magnitudes, double scale) {
    MonitorState state = flow.state();
    state.numbers = {squares, magnitudes, scale};
    return complaint([&] { hillock::GradientFlow({"only"}, state); });
  };
  CHECK(refused_flow(4, 4, 1).empty());
  CHECK(says(refused_flow(0x1p900, 1, 0x1p600), {"whose squares add up to"}));
  CHECK(says(refused_flow(0, 1, 1), {"whose magnitudes to 1"}));
  CHECK(says(refused_flow(4, 1, 1), {"whose magnitudes to 1"}));
  CHECK(says(refused_flow(4, 5, 1), {"whose magnitudes to 5"}));

  hillock::MaxoutMonitor maxout(hillock::Maxout<>{2, Per::row}, 2);
  maxout.observe(Eigen::ArrayXXf::Ones(3, 4));
  const auto refused_maxout = [&](std::size_t at, std::int64_t value) {
    MonitorState state = maxout.state();
    state.integers[at] = value;
    return complaint([&] { hillock::MaxoutMonitor{state}; });
  };
  CHECK(says(refused_maxout(1, 1), {"1 pieces of a unit", "expected 2 to"}));
  CHECK(says(refused_maxout(2, 0), {"0 units"}));
  CHECK(says(refused_maxout(5, 1), {"argmax counts of a unit that add up to more than 3"}));
  CHECK(says(refused_maxout(4, 1), {"argmax counts of a unit that add up to less than 3"}));
  CHECK(says(refused_maxout(10, 1), {"units of 4 and of 3 samples"}));
}

TEST_CASE("counts that a merge would take beyond 2^53 are refused, and nothing is merged",
          "[diagnostics]") {
  const auto doubled_until_refused = [](auto& monitor) {
    for (int times = 0; times < 80; ++times) {
      const MonitorState before = monitor.state();
      const std::string refusal = complaint([&] { monitor.merge(monitor); });
      if (refusal.empty()) continue;
      CHECK(says(refusal, {"merge", "too many", "9007199254740992"}));
      CHECK(monitor.state() == before);
      return times;
    }
    return -1;
  };
  UnitMonitor units(hillock::leaky_relu, 2, Per::row);
  units.observe(Eigen::ArrayXXf::Ones(2, 1));
  CHECK(doubled_until_refused(units) == 52);
  CHECK(units.report().layer.finite == std::int64_t{1} << 53);
  CHECK(UnitMonitor(hillock::leaky_relu, units.state()).state() == units.state());
  hillock::MaxoutMonitor maxout(hillock::Maxout<>{2, Per::row}, 4);
  maxout.observe(Eigen::ArrayXXf::Ones(1, 8));
  CHECK(doubled_until_refused(maxout) == 51);
  hillock::SoftmaxMonitor softmax(hillock::Softmax<>{Per::row}, 4);
  softmax.observe(Eigen::ArrayXXf::Ones(1, 4));
  CHECK(doubled_until_refused(softmax) == 53);
  hillock::GradientFlow flow({"a"});
  flow.observe(0, Eigen::ArrayXXf::Ones(7, 1));  // and a batch
  CHECK(doubled_until_refused(flow) == 50);
}

TEST_CASE("sizes that no memory holds are refused", "[diagnostics]") {
  const Index many = std::numeric_limits<Index>::max();
  CHECK(says(complaint([&] { UnitMonitor(hillock::leaky_relu, many, Per::row); }),
             {"UnitMonitor", "9223372036854775807", "expected 1 to"}));
  CHECK(says(complaint([&] {
               hillock::MaxoutMonitor(hillock::Maxout<>{2, Per::row}, many / 2 + 2);
             }),
             {"MaxoutMonitor", "4611686018427387905", "at most"}));
  CHECK(says(complaint([&] { hillock::SoftmaxMonitor(hillock::Softmax<>{Per::row}, many); }),
             {"SoftmaxMonitor", "9223372036854775807", "expected 1 to"}));
}

/// A stream of one kind: constants, numbers far from 0, tiny ones, huge ones, outliers.
template <class T>
T draw(int kind, std::mt19937& random) {
  const double normal = std::normal_distribution<double>()(random);
  switch (kind) {
    case 0:
      return T(0.1);
    case 1:
      return static_cast<T>(1000 + normal);
    case 2:
      return static_cast<T>(1e-30 * normal);
    case 3:
      return static_cast<T>(1e30 * normal);
    case 4:
      return static_cast<T>(random() % 40 == 0 ? 1e6 : normal);
    case 5:
      return random() % 30 == 0 ? std::numeric_limits<T>::max() : static_cast<T>(normal);
    case 6:
      return random() % 5 == 0 ? Special<T>::infinity : static_cast<T>(-normal * normal);
    default:
      return random() % 2 == 0 ? std::numeric_limits<T>::max() : -std::numeric_limits<T>::max();
  }
}

TEST_CASE("a monitor comes back from its own state, whatever it has seen", "[diagnostics]") {
  std::mt19937 random(41);
  Difference difference;
  for (int round = 0; round < 400; ++round) {
    UnitMonitor monitor(hillock::leaky_relu, 5, Per::row);
    UnitMonitor other(monitor);
    for (int batch = 0; batch < 4; ++batch) {
      const auto samples_now = static_cast<Index>(1 + random() % 40);
      const auto observe = [&](auto zero) {
        using T = decltype(zero);
        Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic> z(5, samples_now);
        for (Index unit = 0; unit < 5; ++unit) {
          const int kind = static_cast<int>(random() % 8);
          for (Index i = 0; i < samples_now; ++i) z(unit, i) = draw<T>(kind, random);
        }
        (random() % 3 == 0 ? other : monitor).observe(z);
      };
      if (round % 2 == 0)
        observe(0.0F);
      else
        observe(0.0);
      if (random() % 4 == 0) monitor.merge(other);
      const MonitorState state = monitor.state();
      bool is_same = false;
      const std::string refusal =
          complaint([&] { is_same = UnitMonitor(hillock::leaky_relu, state).state() == state; });
      difference.expect(is_same, "round " + std::to_string(round) + ' ' + refusal);
    }
  }
  INFO(difference.first);
  CHECK(difference.first.empty());
  CHECK(difference.compared == 1600);
}

}  // namespace
