// The JSON and CSV of reports is read back, by nlohmann's parser and by one of RFC 4180, and
// compared with the report value by value: whatever the names are made of, whatever the numbers.
#include <support/catch.hpp>

#include <hillock/diagnostics.hpp>
#include <hillock/hillock.hpp>

#include <cstdlib>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace {

using hillock::NetworkReport;
using hillock::Per;
using hillock::UnitReport;
using nlohmann::json;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// The fields of every line. Fails where a quotation mark stands where RFC 4180 has none.
std::vector<std::vector<std::string>> read_csv(const std::string& text) {
  std::vector<std::vector<std::string>> lines(1);
  std::size_t at = 0;
  while (at < text.size()) {
    std::string field;
    if (text[at] == '"') {
      for (++at; at < text.size(); ++at) {
        if (text[at] == '"' && (at + 1 == text.size() || text[at + 1] != '"')) break;
        if (text[at] == '"') ++at;
        field += text[at];
      }
      REQUIRE(at < text.size());  // the mark at its end
      ++at;
    } else {
      while (at < text.size() && std::strchr(",\r\n", text[at]) == nullptr) {
        REQUIRE(text[at] != '"');
        REQUIRE(text[at] != '\0');
        field += text[at++];
      }
    }
    lines.back().push_back(field);
    REQUIRE(at < text.size());  // a line's end at the last
    REQUIRE((text[at] == ',' || text[at] == '\n'));
    if (text[at++] == '\n') lines.emplace_back();
  }
  lines.pop_back();
  return lines;
}

/// Names that are not UTF-8, or that JSON or CSV have a use of their own for; and as they are read.
const std::string bad = "\xEF\xBF\xBD";
const std::string zero = std::string(1, '\0');
const std::vector<std::pair<std::string, std::string>> names = {
    {"hidden 1", "hidden 1"},
    {"", ""},
    {"\xC3\xA9 \xF0\x9F\x98\x80", "\xC3\xA9 \xF0\x9F\x98\x80"},
    // The first and the last of two, three and four bytes, and what is around the surrogates.
    {"\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF", "\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF"},
    {"\xF0\x90\x80\x80\xF4\x8F\xBF\xBF", "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"},
    {"\xED\x9F\xBF\xEE\x80\x80", "\xED\x9F\xBF\xEE\x80\x80"},
    {"\x80", bad},                                // a continuation alone
    {"a\xBF\x80z", "a" + bad + bad + "z"},        // and two
    {"\xC0\xAF", bad + bad},                      // overlong /
    {"\xE0\x9F\xBF", bad + bad + bad},            // overlong U+07FF
    {"\xF0\x8F\xBF\xBF", bad + bad + bad + bad},  // overlong U+FFFF
    {"\xED\xA0\x80", bad + bad + bad},            // a surrogate
    {"\xF4\x90\x80\x80", bad + bad + bad + bad},  // U+110000
    {"\xF5\xFE\xFF", bad + bad + bad},            // bytes that UTF-8 does not have
    {"\xC3", bad},                                // cut off at the end
    {"\xE2\x82", bad},                            //
    {"\xF0\x9F\x98", bad},                        //
    {"\xE2\x82-\xC3\"", bad + "-" + bad + "\""},  // and by a character
    {"\xE2\x80\xA8\xE2\x80\xA9", "\xE2\x80\xA8\xE2\x80\xA9"},
    {"\x01\x1B[31m\x1F\x7F\t", "\x01\x1B[31m\x1F\x7F\t"},
    {"first, \"the\" one", "first, \"the\" one"},
    {"back\\slash/", "back\\slash/"},
    {"a\rb", "a\rb"},
    {"a\nb", "a\nb"},
    {"a\r\nb", "a\r\nb"},
    {"=1+1", "=1+1"},
    {"+1", "+1"},
    {"-1", "-1"},
    {"@sum", "@sum"},
    {" outer ", " outer "},
    {"\"", "\""},
};

// Out of line, and compared as plain types: Catch would compile how to print JSON at every use.
[[gnu::noinline]] std::string text_at(const json& object, const char* key) {
  return object.at(key).get<std::string>();
}
[[gnu::noinline]] std::int64_t integer_at(const json& object, const char* key) {
  return object.at(key).get<std::int64_t>();
}
[[gnu::noinline]] json parsed(const std::string& text) { return json::parse(text); }

void check_same(double read, double written) {
  CHECK(std::memcmp(&read, &written, sizeof read) == 0);
}
void check_number(const json& read, double written) {
  if (std::isfinite(written))
    check_same(read.get<double>(), written);
  else
    CHECK(read.is_null());
}
void check_number(const std::string& read, double written) {
  if (std::isfinite(written))
    check_same(std::strtod(read.c_str(), nullptr), written);
  else
    CHECK(read.empty());
}

TEST_CASE("any name is read back from JSON and CSV, with U+FFFD for what is not UTF-8",
          "[diagnostics]") {
  using hillock::diagnostics::internal::csv_text;
  using hillock::diagnostics::internal::json_text;
  for (const auto& [name, expected] : names) {
    INFO(json_text(name));
    CHECK(parsed(json_text(name)).get<std::string>() == expected);
    CHECK(read_csv(csv_text(name) + ",next\n") ==
          std::vector<std::vector<std::string>>{{expected, "next"}});
  }
  // CSV has no way to spell a NUL.
  CHECK(parsed(json_text("a" + zero + "b")).get<std::string>() == "a" + zero + "b");
  CHECK(csv_text("a" + zero + "b") == "a" + bad + "b");
  // Readers that break lines there are not led astray.
  CHECK(json_text("\xE2\x80\xA8\x7F\xC2\x9B\xC2\xA0") == "\"\\u2028\\u007f\\u009b\xC2\xA0\"");
  CHECK(csv_text("a\rb") == "\"a\rb\"");
  // A line of text stays one line, and steers no terminal.
  CHECK(hillock::diagnostics::internal::line_text("a\n\x1B[2J\xC2\x9B\xC3") ==
        "a" + bad + bad + "[2J" + bad + bad);
}

TEST_CASE("any three bytes are a string that a JSON parser reads", "[diagnostics]") {
  // Bytes on both sides of every edge of Unicode's table 3-7.
  std::vector<char> edges;
  for (const int edge : {0x00, 0x20, 0x22, 0x5C, 0x7F, 0x80, 0x90, 0xA0, 0xC0, 0xC2, 0xE0, 0xE1,
                         0xED, 0xEE, 0xF0, 0xF1, 0xF4, 0xF5, 0xFF})
    for (const int by : {-1, 0}) edges.push_back(static_cast<char>(edge + by));
  int read = 0;
  for (const char a : edges)
    for (const char b : edges)
      for (const char c : edges)
        read += json::accept(hillock::diagnostics::internal::json_text({a, b, c}));
  CHECK(read == 38 * 38 * 38);
}

TEST_CASE("numbers are read back from JSON and CSV bit for bit, those not finite as nothing",
          "[diagnostics]") {
  std::vector<double> numbers{0,
                              -0.0,
                              0.1,
                              1.0 / 3,
                              5e-324,
                              2.2250738585072014e-308,
                              1e22,
                              1e23,
                              -5,
                              4503599627370497.5,
                              1.7976931348623157e308,
                              nan,
                              -nan,
                              infinity,
                              -infinity};
  std::mt19937_64 random(1);
  for (int i = 0; i < 2000; ++i) {
    const std::uint64_t bits = random();
    double number;
    std::memcpy(&number, &bits, sizeof number);
    numbers.push_back(number);
  }
  for (const double number : numbers) {
    const auto record = hillock::diagnostics::internal::Record()
                            .add("x", number)
                            .add("n", std::numeric_limits<std::int64_t>::max());
    const json object = parsed(record.json());
    check_number(object.at("x"), number);
    CHECK(integer_at(object, "n") == std::numeric_limits<std::int64_t>::max());
    check_number(read_csv(record.csv()).at(0).at(0), number);
  }
}

/// Three units of 40 samples: an ordinary one, one of NaN, and a dead one.
UnitReport three_units() {
  Eigen::ArrayXXf z = Eigen::ArrayXXf::Random(3, 40) * 9;
  z.row(1).setConstant(std::numeric_limits<float>::quiet_NaN());
  z.row(2) -= 10;
  hillock::UnitMonitor monitor(hillock::relu, 3, Per::row);
  monitor.observe(z);
  return monitor.report();
}

TEST_CASE("a unit's report is read back field by field", "[diagnostics]") {
  const UnitReport report = three_units();
  const json units = parsed(report.to_json());
  const auto lines = read_csv(report.to_csv());
  REQUIRE(units.size() == 3);
  REQUIRE(lines.size() == 4);
  for (std::size_t i = 0; i < 3; ++i) {
    const hillock::UnitStatistics& unit = report.units[i];
    const std::vector<std::pair<const char*, double>> fields = {
        {"unit", static_cast<double>(i)},
        {"samples", 40},
        {"non_finite", static_cast<double>(unit.non_finite)},
        {"active", static_cast<double>(unit.active)},
        {"activity_bound", i == 2 ? 3 / 40.0 : nan},
        {"saturated_low", static_cast<double>(unit.saturated_low)},
        {"saturated_high", static_cast<double>(unit.saturated_high)},
        {"near_linear", static_cast<double>(unit.near_linear)},
        {"largest_input", unit.largest_input},
        {"smallest_output", unit.smallest_output},
        {"mean_input", unit.mean_input()},
        {"input_variance", unit.input_variance()},
        {"mean_output", unit.mean_output()},
        {"output_variance", unit.output_variance()}};
    CHECK(units[i].size() == fields.size());
    REQUIRE(lines[0].size() == fields.size());
    REQUIRE(lines[i + 1].size() == fields.size());
    for (std::size_t k = 0; k < fields.size(); ++k) {
      INFO(fields[k].first);
      CHECK(lines[0][k] == fields[k].first);
      check_number(units[i].at(fields[k].first), fields[k].second);
      check_number(lines[i + 1][k], fields[k].second);
    }
  }
  // Without a unit there is the header alone.
  CHECK(read_csv(UnitReport().to_csv()) == std::vector<std::vector<std::string>>{lines[0]});
  CHECK(parsed(UnitReport().to_json()).empty());
}

void check_findings(const json& read, const std::vector<hillock::Finding>& written) {
  REQUIRE(read.size() == written.size());
  for (std::size_t i = 0; i < written.size(); ++i) {
    CHECK(text_at(read[i], "layer") == written[i].layer);
    CHECK(integer_at(read[i], "occurrence") == written[i].occurrence);
    CHECK(text_at(read[i], "problem") == hillock::name_of(written[i].problem));
    CHECK(text_at(read[i], "what") == written[i].what);
    CHECK(text_at(read[i], "advice") == written[i].advice);
  }
}

TEST_CASE("a network's report is read back field by field", "[diagnostics]") {
  const UnitReport units = three_units();
  Eigen::ArrayXXf z = Eigen::ArrayXXf::Random(3, 40) * 90;
  hillock::MaxoutMonitor maxout(hillock::Maxout<>{3, Per::column}, 1);
  maxout.observe(z);
  hillock::SoftmaxMonitor softmax(hillock::Softmax<>{Per::column}, 3);
  softmax.observe(z);
  hillock::GradientFlow flow({"twice", "weights", "twice"});
  flow.observe(0, z);
  flow.observe(1, z);
  flow.observe(2, z * 0);
  NetworkReport network;
  network.add("twice", units)
      .add("twice", maxout.report())
      .add("output", softmax.report())
      .add(flow.report());

  const json read = parsed(network.to_json());
  CHECK(!read.at("healthy").get<bool>());
  check_findings(read.at("findings"), network.findings());
  check_findings(read.at("notes"), network.notes());
  CHECK(!network.findings().empty());
  CHECK(!network.notes().empty());
  REQUIRE(read.at("gradient").size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    const json& layer = read.at("gradient")[i];
    const hillock::GradientReport gradient = flow.report();
    CHECK(text_at(layer, "layer") == gradient.layers[i].name);
    check_number(layer.at("norm"), gradient.layers[i].norm());
    check_number(layer.at("ratio"), gradient.ratio(i));
    check_number(layer.at("mean_magnitude"), gradient.layers[i].mean_magnitude());
    CHECK(integer_at(layer, "non_finite") == 0);
  }

  const auto lines = read_csv(network.to_csv());
  REQUIRE(lines.size() == 5);  // the header, three layers, the gradient's "weights"
  REQUIRE(read.at("layers").size() == 3);
  const auto check_row = [&](std::size_t row, const char* name, const char* kind,
                             const std::vector<std::pair<const char*, double>>& fields) {
    REQUIRE(lines[row].size() == lines[0].size());
    const auto column = [&](const std::string& title) {
      const auto found = std::find(lines[0].begin(), lines[0].end(), title);
      REQUIRE(found != lines[0].end());
      return lines[row][static_cast<std::size_t>(found - lines[0].begin())];
    };
    CHECK(column("layer") == name);
    CHECK(column("kind") == kind);
    for (const auto& [title, value] : fields) {
      INFO(title);
      check_number(column(title), value);
      if (row > read.at("layers").size()) continue;
      const json& layer = read.at("layers")[row - 1];
      CHECK(text_at(layer, "layer") == name);
      CHECK(text_at(layer, "kind") == kind);
      check_number(layer.at(title), value);
    }
  };
  check_row(1, "twice", "units",
            {{"occurrence", 1},
             {"units", 3},
             {"non_finite", 1.0 / 3},
             {"dead", 1.0 / 3},
             {"rarely_active", units.rarely_active_fraction(0.05)},
             {"saturated_low", units.saturated_low_fraction()},
             {"saturated_high", units.saturated_high_fraction()},
             {"near_linear", units.near_linear_fraction()},
             {"mean_input", units.layer.mean_input()},
             {"input_variance", units.layer.input_variance()},
             {"input_signal", units.input_signal()},
             {"mean_output", units.layer.mean_output()},
             {"output_variance", units.layer.output_variance()},
             {"one_sign", units.sign_coherence()},
             {"never_argmax", nan},
             {"saturated_softmax", nan},
             {"gradient_norm", flow.report().layers[0].norm()}});
  check_row(2, "twice", "maxout",
            {{"occurrence", 2},
             {"units", 1},
             {"non_finite", 0},
             {"dead", nan},
             {"never_argmax", maxout.report().never_argmax_fraction()},
             {"gradient_norm", 0}});
  check_row(3, "output", "softmax",
            {{"occurrence", 1},
             {"units", 3},
             {"saturated_softmax", softmax.report().saturated_fraction()},
             {"gradient_norm", nan}});
  check_row(
      4, "weights", "gradient",
      {{"units", nan}, {"non_finite", nan}, {"gradient_norm", flow.report().layers[1].norm()}});
}

TEST_CASE("a network whose layers have any names at all is read back", "[diagnostics]") {
  NetworkReport network;
  std::vector<std::string> all;
  const UnitReport units = three_units();
  for (const auto& [name, expected] : names) {
    network.add(name, units);
    all.push_back(name);
  }
  hillock::GradientFlow flow(all);
  for (std::size_t i = 0; i < all.size(); ++i) flow.observe(i, Eigen::ArrayXXf::Ones(2, 2));
  network.add(flow.report());
  const json read = parsed(network.to_json());
  const auto lines = read_csv(network.to_csv());
  REQUIRE(lines.size() == names.size() + 1);
  for (std::size_t i = 0; i < names.size(); ++i) {
    CHECK(text_at(read.at("layers")[i], "layer") == names[i].second);
    CHECK(text_at(read.at("gradient")[i], "layer") == names[i].second);
    CHECK(lines[i + 1].at(0) == names[i].second);
    CHECK(lines[i + 1].size() == lines[0].size());
  }
}

}  // namespace
