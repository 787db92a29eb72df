// What reports say: definitions against closed forms, presets against cases made by hand, the text,
// the CSV and the JSON.
#include <support/complaint.hpp>
#include <support/routes.hpp>

#include <hillock/diagnostics.hpp>
#include <hillock/hillock.hpp>

#include <algorithm>
#include <cctype>
#include <sstream>

namespace {

using namespace support;
using hillock::NetworkReport;
using hillock::Per;
using hillock::Problem;
using hillock::UnitMonitor;
using hillock::UnitReport;

template <class F, class Z>
UnitReport report_of(const F& f, const Z& z, const hillock::MonitorOptions& options = {}) {
  UnitMonitor<F> monitor(f, z.rows(), Per::row, options);
  monitor.observe(z);
  return monitor.report();
}

/// Reads a whole JSON text by its grammar (RFC 8259); false where it is none.
class Json {
 public:
  static bool is_valid(const std::string& text) {
    Json json(text);
    return json.value() && (json.skip(), json.at_ == text.size());
  }

 private:
  explicit Json(const std::string& text) : text_(text) {}
  const std::string& text_;
  std::size_t at_ = 0;

  void skip() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  bool take(const std::string& word) {
    skip();
    if (text_.compare(at_, word.size(), word) != 0) return false;
    at_ += word.size();
    return true;
  }
  bool string() {
    if (!take("\"")) return false;
    for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (static_cast<unsigned char>(text_[at_]) < 0x20) return false;
      if (text_[at_] == '\\') {
        const std::size_t after = ++at_;
        if (after >= text_.size() ||
            std::string("\"\\/bfnrtu").find(text_[after]) == std::string::npos)
          return false;
        if (text_[after] == 'u') at_ += 4;
      }
    }
    return at_++ < text_.size();
  }
  bool number() {
    const std::size_t start = at_;
    const auto digits = [&] {
      const std::size_t first = at_;
      while (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_]))) ++at_;
      return at_ > first;
    };
    if (at_ < text_.size() && text_[at_] == '-') ++at_;
    if (!digits()) return false;
    if (at_ < text_.size() && text_[at_] == '.' && (++at_, !digits())) return false;
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      ++at_;
      if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
      if (!digits()) return false;
    }
    return at_ > start;
  }
  bool value() {
    if (take("null") || take("true") || take("false")) return true;
    if (take("[")) {
      if (take("]")) return true;
      do
        if (!value()) return false;
      while (take(","));
      return take("]");
    }
    if (take("{")) {
      if (take("}")) return true;
      do
        if (!string() || !take(":") || !value()) return false;
      while (take(","));
      return take("}");
    }
    skip();
    return at_ < text_.size() && text_[at_] == '"' ? string() : number();
  }
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

template <class F>
double near_linear_at(const F& f, double x) {
  return report_of(f, Eigen::ArrayXXd::Constant(1, 3, x)).near_linear_fraction();
}

TEST_CASE("near linear is where the derivative is within 5 % of its maximum", "[diagnostics]") {
  // sigmoid' = 0.95 / 4: s (1 - s) = 0.2375; tanh' = 0.95: |tanh| = sqrt(0.05).
  const double s = (1 + std::sqrt(1 - 4 * 0.2375)) / 2;
  const double sigmoid_edge = std::log(s / (1 - s)), tanh_edge = std::atanh(std::sqrt(0.05));
  CHECK(std::fabs(sigmoid_edge - 0.455) < 1e-3);
  for (const double sign : {-1.0, 1.0}) {
    CHECK(near_linear_at(hillock::sigmoid, sign * sigmoid_edge * 0.999) == 1);
    CHECK(near_linear_at(hillock::sigmoid, sign * sigmoid_edge * 1.001) == 0);
    CHECK(near_linear_at(hillock::tanh, sign * tanh_edge * 0.999) == 1);
    CHECK(near_linear_at(hillock::tanh, sign * tanh_edge * 1.001) == 0);
  }
  CHECK(near_linear_at(hillock::relu, 1e-30) == 1);
  CHECK(near_linear_at(hillock::relu, 0.0) == 0);
  CHECK(near_linear_at(hillock::step, 1.0) == 0);
  CHECK(near_linear_at(hillock::identity, -5.0) == 1);
  CHECK(near_linear_at(hillock::LeakyReLU<>{0.97}, -5.0) == 1);
}

TEST_CASE("a range of one's own takes the place of tau, also for functions with two slopes",
          "[diagnostics]") {
  hillock::MonitorOptions options;
  options.range = hillock::diagnostics::SaturationRange{-2, 6};
  const Eigen::ArrayXXf z = Eigen::ArrayXf::LinSpaced(20, -9, 10).transpose();
  for (const UnitReport& report :
       {report_of(hillock::relu, z, options), report_of(hillock::sigmoid, z, options),
        report_of(hillock::PReLU<>{0.5}, z, options)}) {
    CHECK(report.layer.saturated_low == 8);   // -9 .. -2
    CHECK(report.layer.saturated_high == 5);  // 6 .. 10
  }
}

TEST_CASE("a sample is of one sign unless it has a positive and a negative output",
          "[diagnostics]") {
  Eigen::ArrayXXf z(3, 5);
  z << 1, -1, 0, 2, Special<float>::quiet_nan,  //
      2, -2, 0, -1, 1,                          //
      3, -3, -1, 0, 1;
  CHECK(report_of(hillock::tanh, z).coherent_samples == 4);
  CHECK(report_of(hillock::swish, z).coherent_samples == 4);
  CHECK(report_of(hillock::ELU<>{-1}, z).coherent_samples == 5);  // both sides positive
  CHECK(report_of(hillock::relu, z).coherent_samples == 5);
  CHECK(report_of(hillock::sigmoid, z).sign_coherence() == 1);
  // More units and samples than a batch has lanes, one of them negative, in either orientation.
  for (Index at = 0; at < 40; ++at) {
    Eigen::ArrayXXd wide = Eigen::ArrayXXd::Ones(40, 40);
    wide(at, 39 - at) = -1;
    CHECK(report_of(hillock::tanh, wide).coherent_samples == 39);
    UnitMonitor columns(hillock::tanh, 40, Per::column);
    columns.observe(wide);
    CHECK(columns.report().coherent_samples == 39);
  }
}

TEST_CASE("pieces of maxout that never win are found, and units of one piece alone",
          "[diagnostics]") {
  Eigen::ArrayXXf z(6, 3);
  z << 1, 1, 5,  // unit 0: piece 0 wins a tie and the last, piece 1 the second
      1, 2, 0,   //
      0, 0, 0,   // never
      3, 4, 1,   // unit 1: always
      0, 0, 0,   //
      0, Special<float>::quiet_nan, 0;
  hillock::MaxoutMonitor monitor(hillock::Maxout<>{3, Per::column}, 2);
  monitor.observe(z);
  const auto report = monitor.report();
  CHECK(report.wins == std::vector<std::int64_t>{2, 1, 0, 2, 0, 0});
  CHECK(report.finite == std::vector<std::int64_t>{3, 2});
  CHECK(report.never_winning_fraction() == 0.5);
  CHECK(report.linear_fraction() == 0.5);
  CHECK(report.non_finite_fraction() == 1.0 / 6);
  const NetworkReport network = NetworkReport().add("maxout", report);
  CHECK(network.has(Problem::never_winning));
  CHECK(network.has(Problem::non_finite));
  CHECK(says(complaint([&] { monitor.observe(z.topRows(5)); }), {"5 x 3", "2 units of 3 pieces"}));
}

TEST_CASE("a distribution of softmax is saturated where p (1 - p) < tau for its winner",
          "[diagnostics]") {
  // Of two classes p = sigmoid(difference): saturated beyond 5.288.
  Eigen::ArrayXXd z = Eigen::ArrayXXd::Zero(2, 5);
  z.row(0) << 5.27, 5.30, -5.30, 0, Special<double>::quiet_nan;
  hillock::SoftmaxMonitor monitor(hillock::Softmax<>{Per::column}, 2);
  monitor.observe(z);
  const auto report = monitor.report();
  CHECK(report.saturated == 2);
  CHECK(report.finite == 4);
  CHECK(report.non_finite == 1);
  CHECK(report.wins == std::vector<std::int64_t>{3, 1});
  CHECK(
      says(complaint([] { hillock::SoftmaxMonitor(hillock::Softmax<>{Per::column}, 2).report(); }),
           {"no samples"}));
}

TEST_CASE("a gradient that shrinks or grows a thousandfold has vanished or exploded",
          "[diagnostics]") {
  const auto network = [](double first, double last) {
    hillock::GradientFlow flow({"first", "middle", "last"});
    for (int batch = 0; batch < 2; ++batch) {
      flow.observe(0, Eigen::ArrayXXd::Constant(4, 4, first));
      flow.observe(1, Eigen::ArrayXXf::Constant(4, 4, 0.01F));
      flow.observe(2, Eigen::ArrayXXd::Constant(2, 2, last));
    }
    const auto report = flow.report();
    CHECK(std::fabs(report.layers[0].norm() - 4 * first) < 1e-14 * first);
    CHECK(std::fabs(report.layers[0].mean_magnitude() - first) < 1e-15);
    CHECK(std::fabs(report.ratio_through() - 2 * first / last) < 1e-12 * first / last);
    return NetworkReport().add(report);
  };
  CHECK(network(1e-2, 1e-2).is_healthy());
  CHECK(network(4e-6, 1e-2).has(Problem::vanishing_gradient));
  CHECK(network(6e-6, 1e-2).is_healthy());
  CHECK(network(9e-8, 1e-6).has(Problem::vanishing_gradient));  // SageMaker's 1e-7
  CHECK(network(9e-8, 9e-8).is_healthy());                      // a minimum
  CHECK(network(6, 1e-2).has(Problem::exploding_gradient));
  hillock::GradientFlow flow({"only"});
  CHECK(says(complaint([&] { flow.report(); }), {"only", "no samples"}));
  CHECK(says(complaint([&] { flow.observe(1, Eigen::ArrayXXd::Ones(1, 1)); }), {"below 1"}));
  flow.observe(0, Eigen::ArrayXXd::Constant(1, 2, Special<double>::quiet_nan));
  CHECK(NetworkReport().add(flow.report()).has(Problem::non_finite));
}

TEST_CASE("what training broke is told from what was broken before it", "[diagnostics]") {
  const Eigen::ArrayXXd healthy = Eigen::ArrayXXd::Random(8, 200);
  const Eigen::ArrayXXd dead = healthy - 5;
  const auto network = [](const Eigen::ArrayXXd& z) {
    return NetworkReport().add("hidden", report_of(hillock::relu, z));
  };
  CHECK(network(healthy).is_healthy());
  const auto alone = network(dead).findings();
  REQUIRE(alone.size() == 1);
  CHECK(alone[0].problem == Problem::dead_units);
  CHECK(says(alone[0].advice, {"positive", "0.01", "LeakyReLU", "ELU", "Maxout"}));
  const auto died = network(dead).compare_with(network(healthy)).findings();
  CHECK(says(died.at(0).advice, {"lower the learning rate"}));
  CHECK(!says(died.at(0).advice, {"0.01"}));
  const auto born = network(dead).compare_with(network(dead)).findings();
  CHECK(says(born.at(0).advice, {"0.01"}));
  // The thresholds are options: of 8 units one is 12.5 %.
  Eigen::ArrayXXd one = healthy;
  one.row(3) -= 5;
  CHECK(network(one).has(Problem::dead_units));
  hillock::ReportOptions options;
  options.dead_units = 0.2;
  CHECK(NetworkReport(options).add("hidden", report_of(hillock::relu, one)).is_healthy());
}

TEST_CASE("the initial weights are checked by the variance from layer to layer", "[diagnostics]") {
  const Eigen::ArrayXXd z = Eigen::ArrayXXd::Random(8, 200);
  const auto network = [&](double scale) {
    return NetworkReport()
        .add("first", report_of(hillock::tanh, z))
        .add("second", report_of(hillock::tanh, z * scale));
  };
  CHECK(network(3.1).is_healthy());
  CHECK(network(3.3).has(Problem::exploding_signal));
  CHECK(network(1 / 3.1).is_healthy());
  CHECK(network(1 / 3.3).has(Problem::vanishing_signal));
  // Later layers of a trained network may have any variance.
  CHECK(network(3.3).compare_with(network(1)).is_healthy());
  // Equal units, of whatever weights.
  const Eigen::ArrayXXd equal = z.row(0).replicate(8, 1);
  CHECK(NetworkReport().add("a", report_of(hillock::tanh, equal)).has(Problem::equal_units));
}

TEST_CASE("the presets judge cases made by hand as their tools do", "[diagnostics]") {
  using namespace hillock::presets;
  // 10 units and 200 samples; unit u is active on `active[u]` of them.
  const auto with_active = [](std::initializer_list<int> active) {
    Eigen::ArrayXXf z = Eigen::ArrayXXf::Constant(static_cast<Index>(active.size()), 200, -1);
    Index row = 0;
    for (const int count : active) z.row(row++).head(count).setConstant(1);
    return z;
  };
  const Rule dead = sagemaker_dead_relu();
  // Below 1 % of 200 is below 2.
  Verdict verdict = dead.judge(
      report_of(hillock::relu, with_active({0, 1, 1, 1, 1, 2, 3, 9, 9, 9}), dead.monitor));
  CHECK(verdict.units == 5);
  CHECK(!verdict.fires);  // not more than 50 %
  verdict = dead.judge(
      report_of(hillock::relu, with_active({0, 1, 1, 1, 1, 1, 3, 9, 9, 9}), dead.monitor));
  CHECK(verdict.units == 6);
  CHECK(verdict.fires);

  const Rule keras = keras_dead_relu_detector();
  verdict = keras.judge(report_of(hillock::relu, with_active({0, 1, 1, 1, 1, 1, 1, 1, 1, 1})));
  CHECK(verdict.units == 1);
  CHECK(verdict.fires);  // 10 % is enough
  verdict = keras.judge(report_of(hillock::relu, with_active({0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1})));
  CHECK(verdict.units == 1);
  CHECK(!verdict.fires);  // 1 / 11 is not

  const auto outside = [](double inside_value, double outside_value, int units) {
    Eigen::ArrayXXd z = Eigen::ArrayXXd::Constant(10, 200, inside_value);
    z.topRows(units).setConstant(outside_value);
    z.col(0).setConstant(inside_value);  // inside on 1 of 200: below 1 %
    return z;
  };
  const Rule tanh = sagemaker_saturated_tanh(), sigmoid = sagemaker_saturated_sigmoid();
  CHECK(tanh.judge(report_of(hillock::tanh, outside(9.49, -9.5, 6), tanh.monitor)).fires);
  CHECK(!tanh.judge(report_of(hillock::tanh, outside(9.49, -9.5, 5), tanh.monitor)).fires);
  CHECK(!tanh.judge(report_of(hillock::tanh, outside(0, 9.4998, 6), tanh.monitor)).fires);
  CHECK(sigmoid.judge(report_of(hillock::sigmoid, outside(0, 17, 6), sigmoid.monitor)).units == 6);
  CHECK(sigmoid.judge(report_of(hillock::sigmoid, outside(0, -17, 6), sigmoid.monitor)).units == 0);
  CHECK(sigmoid.judge(report_of(hillock::sigmoid, outside(0, -23, 6), sigmoid.monitor)).fires);

  const Rule makemore = makemore_tanh();
  Eigen::ArrayXXd z = Eigen::ArrayXXd::Zero(4, 5);
  z.row(2).setConstant(2.1);   // tanh 0.9705
  z.row(3).setConstant(-2.0);  // tanh -0.964
  verdict = makemore.judge(report_of(hillock::tanh, z, makemore.monitor));
  CHECK(verdict.share == 0.25);
  CHECK(verdict.units == 1);
  CHECK(verdict.fires);
}

TEST_CASE("JSON and CSV are valid whatever the numbers and the names are", "[diagnostics]") {
  CHECK(Json::is_valid("{\"a\": [1, -2.5e-3, null, \"\\\"\"]}"));
  for (const char* wrong : {"{\"a\": nan}", "[1, ]", "{\"a\" 1}", "[inf]", "\"\n\"", "[1] 2"})
    CHECK(!Json::is_valid(wrong));

  Eigen::ArrayXXf z = Eigen::ArrayXXf::Random(3, 40) * 9;
  z.row(1).setConstant(Special<float>::quiet_nan);
  const UnitReport units = report_of(hillock::sigmoid, z);
  INFO(units.to_json());
  CHECK(Json::is_valid(units.to_json()));
  CHECK(says(units.to_json(), {"\"mean_input\": null", "\"non_finite\": 40"}));
  const auto unit_lines = lines_of(units.to_csv());
  REQUIRE(unit_lines.size() == 4);
  CHECK(unit_lines[0].find("unit,samples,non_finite,active") == 0);
  CHECK(unit_lines[2].find("1,40,40,0") == 0);

  hillock::MaxoutMonitor maxout(hillock::Maxout<>{3, Per::column}, 1);
  maxout.observe(z);
  hillock::SoftmaxMonitor softmax(hillock::Softmax<>{Per::column}, 3);
  softmax.observe(z);
  hillock::GradientFlow flow({"first, \"the\" one", "second"});
  flow.observe(0, z);
  flow.observe(1, z * 0);
  NetworkReport network;
  network.add("first, \"the\" one", units)
      .add("second\nline\\", maxout.report())
      .add("softmax", softmax.report())
      .add(flow.report());
  INFO(network.to_json());
  CHECK(Json::is_valid(network.to_json()));
  CHECK(says(network.to_json(), {"\"healthy\": false", "first, \\\"the\\\" one", "\\u000a"}));
  const std::string csv = network.to_csv();
  CHECK(says(csv, {"\"first, \"\"the\"\" one\",units,3,", "\"second\nline\\\",maxout,1,"}));
  // As many fields everywhere; of the first line: no comma is quoted there.
  const auto lines = lines_of(csv);
  const auto commas = [](const std::string& line) {
    return std::count(line.begin(), line.end(), ',');
  };
  CHECK(commas(lines.at(0)) == commas(lines.at(4)));
  CHECK(commas(lines.at(0)) + 1 == commas(lines.at(1)));
  CHECK(Json::is_valid(NetworkReport().to_json()));
}

TEST_CASE(
    "the printed report shows a line per layer, what is wrong first, and leaves the stream "
    "as it was",
    "[diagnostics]") {
  Eigen::ArrayXXf z = Eigen::ArrayXXf::Random(4, 50) * 40;
  z(0, 0) = Special<float>::quiet_nan;
  NetworkReport network;
  network.add("hidden 1", report_of(hillock::sigmoid, z));
  network.add("hidden 2", report_of(hillock::relu, Eigen::ArrayXXf(z - 50)));
  std::ostringstream out;
  out.precision(3);
  out << network << 1.0 / 3;
  const std::string text = out.str();
  INFO(text);
  CHECK(says(text,
             {"hidden 1, hidden 2: non-finite", "hidden 1: saturated", "tanh instead of sigmoid",
              "hidden 2: dead units", "0.01", "LeakyReLU", "inactive: about half"}));
  CHECK(text.find("non-finite\n") < text.find("dead units\n"));
  CHECK(text.find("dead units\n") < text.find("saturated\n"));
  CHECK(text.substr(text.size() - 5) == "0.333");
}

TEST_CASE("options that make no sense are refused", "[diagnostics]") {
  const auto refused = [](double tau, double tolerance, double band) {
    return complaint([&] {
      UnitMonitor(hillock::tanh, 1, Per::row, hillock::MonitorOptions{tau, tolerance, band});
    });
  };
  CHECK(says(refused(-1, 0, 0.05), {"tau", "-1"}));
  CHECK(says(refused(0.1, -1, 0.05), {"tolerance"}));
  CHECK(says(refused(0.1, 0, 1), {"linear_band"}));
  hillock::MonitorOptions options;
  options.range = hillock::diagnostics::SaturationRange{2, 1};
  CHECK(says(complaint([&] { UnitMonitor(hillock::tanh, 1, Per::row, options); }), {"range"}));
}

}  // namespace
