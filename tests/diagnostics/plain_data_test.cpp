// Reports, states and texts without monitors, made by hand: this test compiles without Eigen.
#include <support/catch.hpp>
#include <support/complaint.hpp>

#include <hillock/diagnostics/reports/gradient_report.hpp>
#include <hillock/diagnostics/reports/presets.hpp>
#include <hillock/diagnostics/reports/problems.hpp>
#include <hillock/diagnostics/reports/state.hpp>

#include <cmath>
#include <cstdlib>
#include <set>

namespace {

using namespace support;
using namespace hillock::diagnostics::internal;
using hillock::LayerGradient;
using hillock::Problem;
using hillock::UnitStatistics;
using hillock::diagnostics::Moments;

TEST_CASE("every counter and both extremes of a unit are merged", "[diagnostics]") {
  UnitStatistics a, b;
  a.finite = 50, a.non_finite = 3, a.active = 41, a.near_linear = 17;
  a.saturated_low = 7, a.saturated_high = 2, a.largest_input = 4, a.smallest_output = -1;
  b.finite = 30, b.non_finite = 5, b.active = 23, b.near_linear = 11;
  b.saturated_low = 4, b.saturated_high = 1, b.largest_input = 6, b.smallest_output = -2;
  UnitStatistics both = a, swapped = b;
  both.merge(b);
  swapped.merge(a);
  for (const UnitStatistics& merged : {both, swapped}) {
    CHECK(merged.finite == 80);
    CHECK(merged.non_finite == 8);
    CHECK(merged.active == 64);
    CHECK(merged.near_linear == 28);
    CHECK(merged.saturated_low == 11);
    CHECK(merged.saturated_high == 3);
    CHECK(merged.largest_input == 6);
    CHECK(merged.smallest_output == -2);
  }
}

TEST_CASE("every counter and every sum of a gradient is merged", "[diagnostics]") {
  LayerGradient a, b;
  a.batches = 2, a.finite = 20, a.non_finite = 3, a.sums = {5, 7, 1};
  b.batches = 4, b.finite = 60, b.non_finite = 1, b.sums = {11, 13, 1};
  a.merge(b);
  CHECK(a.batches == 6);
  CHECK(a.finite == 80);
  CHECK(a.non_finite == 4);
  CHECK(a.sums.squares == 16);
  CHECK(a.sums.magnitudes == 20);
  CHECK(a.mean_magnitude() == 0.25);
}

TEST_CASE("merged moments are those of all numbers", "[diagnostics]") {
  // 1, 3 and 5, 7, 9: the means are 2 and 7, the variances 1 and 8/3; of all five 5 and 8.
  const Moments first{0, 2, 1, 1}, second{8, -1, 8.0 / 3, 1};
  Moments all = first, swapped = second;
  all.merge(2, second, 3);
  swapped.merge(3, first, 2);
  for (const Moments& moments : {all, swapped}) {
    CHECK(std::fabs(moments.mean() - 5) < 1e-14);
    CHECK(std::fabs(moments.variance() - 8) < 1e-14);
  }
}

TEST_CASE("every problem has the name that reports print, and no other has it", "[diagnostics]") {
  const std::vector<std::string> names = {"non-finite",         "equal units",
                                          "dead units",         "rarely active units",
                                          "saturated",          "exploding signal",
                                          "vanishing signal",   "exploding gradient",
                                          "vanishing gradient", "pieces that are never the argmax",
                                          "saturated softmax",  "nearly linear",
                                          "not zero-centred"};
  REQUIRE(names.size() == static_cast<std::size_t>(Problem::not_zero_centred) + 1);
  for (std::size_t i = 0; i < names.size(); ++i)
    CHECK(hillock::name_of(static_cast<Problem>(i)) == names[i]);
  CHECK(std::set<std::string>(names.begin(), names.end()).size() == names.size());
}

TEST_CASE("a number in all digits is read back bit for bit", "[diagnostics]") {
  for (const double x : {0.1, 1.0 / 3, -2.0 / 3, 1e300 / 7, 0x1.fffffffffffffp-3, 5e-324, -0.0}) {
    const std::string text = all_digits(x);
    INFO(text);
    CHECK(is_same_number(std::strtod(text.c_str(), nullptr), x));
  }
}

TEST_CASE("JSON escapes what ends a string or steers a terminal", "[diagnostics]") {
  CHECK(json_text("a\"b") == "\"a\\\"b\"");
  CHECK(json_text("a\\b") == "\"a\\\\b\"");
  CHECK(json_text("\n\x7F") == "\"\\u000a\\u007f\"");
  CHECK(json_text("\xC2\x9B") == "\"\\u009b\"");
  CHECK(json_text("\xE2\x80\xA8") == "\"\\u2028\"");
}

TEST_CASE("what is not UTF-8 becomes U+FFFD, one for each unit", "[diagnostics]") {
  const std::string replaced = replacement_character;
  CHECK(line_text("\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80") ==
        "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80");
  CHECK(line_text("\xED\x9F\xBF") == "\xED\x9F\xBF");
  CHECK(line_text("\xED\xA0\x80") == replaced + replaced + replaced);  // a surrogate
  CHECK(line_text("\xC0\x80") == replaced + replaced);                 // an overlong form
  CHECK(line_text("\xF4\x90\x80\x80") == replaced + replaced + replaced + replaced);
  CHECK(line_text("\xE2\x82") == replaced);  // the end is missing
}

TEST_CASE("what is left of a state is as much as its parts have", "[diagnostics]") {
  const auto with = [](std::size_t integers, std::size_t numbers) {
    hillock::MonitorState state;
    state.integers = {7};
    state.integers.resize(1 + integers);
    state.numbers.resize(numbers);
    return complaint([&] { StateReader("Monitor", state, 7).require_rest(3, "units", 2, 4); });
  };
  CHECK(with(6, 12).empty());
  CHECK(says(with(7, 12), {"7 integers and 12 numbers for its 3 units", "expected 2 and 4"}));
  CHECK(says(with(6, 13), {"6 integers and 13 numbers"}));
  CHECK(says(with(5, 12), {"5 integers"}));
  CHECK(says(with(6, 11), {"11 numbers"}));
}

TEST_CASE("a preset counts from its thresholds on", "[diagnostics]") {
  // 200 samples of 10 units, of which some are active on 1 of them, below 1 %, the others on 2.
  const auto result_on = [](int below) {
    hillock::UnitReport report;
    report.units.resize(10);
    for (UnitStatistics& unit : report.units) {
      unit.finite = 200;
      unit.active = below-- > 0 ? 1 : 2;
      report.layer.merge(unit);
    }
    return hillock::presets::sagemaker_dead_relu().evaluate(report);
  };
  CHECK(result_on(5).units == 5);
  CHECK_FALSE(result_on(5).fires);  // more than half is meant
  CHECK(result_on(6).units == 6);
  CHECK(result_on(6).fires);
}

}  // namespace
