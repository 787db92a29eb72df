// Tests of reports: definitions against closed forms, findings and presets against cases made by
// hand, and the text. (JSON and CSV: json_csv_test.cpp.)
#include <support/call_paths.hpp>
#include <support/complaint.hpp>

#include <hillock/diagnostics.hpp>
#include <hillock/hillock.hpp>

#include <sstream>
#include <vector>

namespace {

using namespace support;
using hillock::NetworkReport;
using hillock::Per;
using hillock::Problem;
using hillock::Stage;
using hillock::UnitMonitor;
using hillock::UnitReport;

/// One array type for all elements and expressions: a monitor takes seconds to compile for each.
template <class F>
UnitReport report_of_doubles(const F& f, const Eigen::ArrayXXd& z,
                             const hillock::MonitorOptions& options) {
  UnitMonitor<F> monitor(f, z.rows(), Per::row, options);
  monitor.observe(z);
  return monitor.report();
}
template <class F, class Z>
UnitReport report_of(const F& f, const Z& z, const hillock::MonitorOptions& options = {}) {
  return report_of_doubles(f, z.template cast<double>(), options);
}

/// A softmax layer that is sure of itself on every sample.
hillock::SoftmaxReport sure_softmax() {
  hillock::SoftmaxReport report;
  report.finite = report.saturated = 100;
  report.argmax_counts = {50, 50};
  return report;
}

bool has_note(const NetworkReport& network, Problem problem) {
  for (const hillock::Finding& note : network.notes())
    if (note.problem == problem) return true;
  return false;
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

TEST_CASE("pieces of maxout that are never the argmax are found, and units of one piece alone",
          "[diagnostics]") {
  Eigen::ArrayXXf z(6, 3);
  z << 1, 1, 5,  // unit 0: piece 0 is the argmax of a tie and the last, piece 1 of the second
      1, 2, 0,   //
      0, 0, 0,   // never
      3, 4, 1,   // unit 1: always
      0, 0, 0,   //
      0, Special<float>::quiet_nan, 0;
  hillock::MaxoutMonitor monitor(hillock::Maxout<>{3, Per::column}, 2);
  monitor.observe(z);
  const auto report = monitor.report();
  CHECK(report.argmax_counts == std::vector<std::int64_t>{2, 1, 0, 2, 0, 0});
  CHECK(report.finite == std::vector<std::int64_t>{3, 2});
  CHECK(report.never_argmax_fraction() == 0.5);
  CHECK(report.linear_fraction() == 0.5);
  CHECK(report.non_finite_fraction() == 1.0 / 6);
  const NetworkReport network = NetworkReport().add("maxout", report);
  CHECK(network.has(Problem::never_argmax));
  CHECK(network.has(Problem::non_finite));
  CHECK(says(complaint([&] { monitor.observe(z.topRows(5)); }), {"5 x 3", "2 units of 3 pieces"}));
}

TEST_CASE("a distribution of softmax is saturated where p (1 - p) < tau for its argmax",
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
  CHECK(report.argmax_counts == std::vector<std::int64_t>{3, 1});
  CHECK(says(complaint([] {
               static_cast<void>(
                   hillock::SoftmaxMonitor(hillock::Softmax<>{Per::column}, 2).report());
             }),
             {"no samples"}));
}

TEST_CASE("a gradient that shrinks or grows a thousandfold has vanished or exploded",
          "[diagnostics]") {
  const auto network = [](double first, double last, Stage stage = Stage::unknown) {
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
    return NetworkReport(stage).add(report);
  };
  CHECK(network(1e-2, 1e-2).is_healthy());
  CHECK(network(4e-6, 1e-2).has(Problem::vanishing_gradient));
  CHECK(network(6e-6, 1e-2).is_healthy());
  // SageMaker's 1e-7. A network that has learned comes past it, some layers before others.
  CHECK(network(9e-8, 1e-6, Stage::before_training).has(Problem::vanishing_gradient));
  for (const Stage stage : {Stage::unknown, Stage::training}) {
    CHECK(network(9e-8, 1e-6, stage).is_healthy());
    CHECK(has_note(network(9e-8, 1e-6, stage), Problem::vanishing_gradient));
  }
  CHECK(network(9e-8, 1e-6, Stage::trained).notes().empty());
  CHECK(network(9e-8, 9e-8, Stage::before_training).is_healthy());  // a minimum
  CHECK(network(6, 1e-2).has(Problem::exploding_gradient));
  hillock::GradientFlow flow({"only"});
  CHECK(says(complaint([&] { static_cast<void>(flow.report()); }), {"only", "no samples"}));
  CHECK(says(complaint([&] { flow.observe(1, Eigen::ArrayXXd::Ones(1, 1)); }), {"below 1"}));
  flow.observe(0, Eigen::ArrayXXd::Constant(1, 2, Special<double>::quiet_nan));
  CHECK(NetworkReport().add(flow.report()).has(Problem::non_finite));
}

TEST_CASE("what training broke is distinguished from what was broken before", "[diagnostics]") {
  const Eigen::ArrayXXd healthy = Eigen::ArrayXXd::Random(8, 200);
  const Eigen::ArrayXXd dead = healthy - 5;
  const auto network = [](const Eigen::ArrayXXd& z, Stage stage = Stage::unknown) {
    return NetworkReport(stage).add("hidden", report_of(hillock::relu, z));
  };
  CHECK(network(healthy).is_healthy());
  const auto alone = network(dead).findings();
  REQUIRE(alone.size() == 1);
  CHECK(alone[0].problem == Problem::dead_units);
  CHECK(says(alone[0].what, {"each active on less than 1.50 %"}));
  CHECK(says(alone[0].advice, {"start the bias at 0", "in training: lower the learning rate",
                               "LeakyReLU has no dead units"}));
  const auto died = network(dead).compare_with(network(healthy)).findings();
  CHECK(says(died.at(0).advice, {"lower the learning rate"}));
  CHECK(!says(died.at(0).advice, {"bias"}));
  for (const auto& born : {network(dead).compare_with(network(dead)).findings(),
                           network(dead, Stage::before_training).findings()}) {
    CHECK(says(born.at(0).advice, {"start the bias at 0"}));
    CHECK(!says(born.at(0).advice, {"learning rate"}));
  }
  // A layer that the report of before does not have may have been dead there.
  NetworkReport other = network(dead);
  other.compare_with(NetworkReport().add("another", report_of(hillock::relu, healthy)));
  CHECK(says(other.findings().at(0).advice, {"start the bias at 0", "lower the learning rate"}));
  // The thresholds are options: of 8 units four are 50 %, five are more; one is worth knowing.
  Eigen::ArrayXXd some = healthy;
  some.row(7) -= 5;
  CHECK(network(some).is_healthy());
  CHECK(has_note(network(some), Problem::dead_units));
  some.topRows(3) -= 5;
  CHECK(network(some).is_healthy());
  some.row(3) -= 5;
  CHECK(network(some).has(Problem::dead_units));
  CHECK(!has_note(network(some), Problem::dead_units));
  hillock::ReportOptions options;
  options.dead_units = options.rarely_active_units = 0.7;
  options.noted_dead_units = 0.65;
  const NetworkReport lenient =
      NetworkReport(options).add("hidden", report_of(hillock::relu, some));
  CHECK(lenient.is_healthy());
  CHECK(lenient.notes().empty());
}

TEST_CASE("the advice on dead units is about the function that they have", "[diagnostics]") {
  const auto advice_on = [](const auto& f, double shift) {
    const Eigen::ArrayXXd z = Eigen::ArrayXXd::Random(8, 200) + shift;
    return NetworkReport(Stage::before_training).add("", report_of(f, z)).findings().at(0).advice;
  };
  CHECK(says(advice_on(hillock::step, 0), {"another function"}));
  // By underflow of f'.
  CHECK(says(advice_on(hillock::elu, -2000),
             {"take smaller initial weights, or a bias nearer to 0"}));
  CHECK(says(advice_on(hillock::relu, -2), {"start the bias at 0, not below it"}));
}

TEST_CASE("a layer with dead and other units reports the dead ones and their bound",
          "[diagnostics]") {
  // Unit 0 is active on every sample, and has seen more of them than those that are dead.
  Eigen::ArrayXXf z = Eigen::ArrayXXf::Constant(4, 300, -1);
  z.row(0).setConstant(1);
  z.block(1, 0, 3, 200).setConstant(Special<float>::quiet_nan);
  const auto findings = NetworkReport().add("", report_of(hillock::relu, z)).findings();
  REQUIRE(findings.size() ==
          2);  // what is not finite, and no "rarely active" in addition to the dead
  CHECK(findings[1].problem == Problem::dead_units);
  CHECK(says(findings[1].what,
             {"75.00 % of the units are dead", "less than 3.00 % of the samples at 95 %"}));
}

TEST_CASE("what follows from dead units is not reported in addition", "[diagnostics]") {
  // A gradient that is 0 before them, and a variance of the pre-activations that grows a
  // hundredfold.
  const Eigen::ArrayXXd z = Eigen::ArrayXXd::Random(8, 200);
  const auto problems = [&](double shift) {
    hillock::GradientFlow flow({"first", "second"});
    flow.observe(0, Eigen::ArrayXXd::Constant(4, 4, 1e-9));
    flow.observe(1, Eigen::ArrayXXd::Constant(4, 4, 1));
    const NetworkReport network = NetworkReport(Stage::before_training)
                                      .add("first", report_of(hillock::relu, z))
                                      .add("second", report_of(hillock::relu, 10 * z + shift))
                                      .add(flow.report());
    std::vector<Problem> found;
    for (const auto& finding : network.findings()) found.push_back(finding.problem);
    return found;
  };
  CHECK(problems(0) ==
        std::vector<Problem>{Problem::exploding_signal, Problem::vanishing_gradient});
  CHECK(problems(-20) == std::vector<Problem>{Problem::dead_units});
}

TEST_CASE("the activity of a unit that was active on 0 of N samples is below 3/N, at most 1",
          "[diagnostics]") {
  const auto bound = [](Index samples) {
    return report_of(hillock::relu, Eigen::ArrayXXf::Constant(1, samples, -1))
        .units.at(0)
        .activity_bound();
  };
  CHECK(bound(1) == 1);
  CHECK(bound(2) == 1);
  CHECK(bound(3) == 1);
  CHECK(bound(4) == 0.75);
  CHECK(bound(200) == 0.015);
  std::ostringstream text;
  text << report_of(hillock::relu, Eigen::ArrayXXf::Constant(1, 200, -1));
  CHECK(says(text.str(), {"unit 0: 0 of 200 samples active, so below 1.50 % at 95 % confidence"}));
}

TEST_CASE("a layer that is all dead, not finite or equal has that finding alone", "[diagnostics]") {
  const auto problems = [](const Eigen::ArrayXXf& z) {
    std::vector<Problem> found;
    for (const auto& finding : NetworkReport().add("", report_of(hillock::tanh, z)).findings())
      found.push_back(finding.problem);
    return found;
  };
  // Equal units are dead and saturated as well: that follows from it.
  const Eigen::ArrayXXf far = Eigen::ArrayXXf::Constant(4, 50, 400);
  CHECK(problems(far) == std::vector<Problem>{Problem::equal_units});
  CHECK(problems(far * Special<float>::quiet_nan) == std::vector<Problem>{Problem::non_finite});
  Eigen::ArrayXXf apart = far;
  apart.row(1) += 100;
  CHECK(problems(apart) == std::vector<Problem>{Problem::dead_units, Problem::saturated});
}

TEST_CASE("the initial weights are checked by the variance from layer to layer", "[diagnostics]") {
  const Eigen::ArrayXXd z = Eigen::ArrayXXd::Random(8, 200);
  const auto network = [&](double scale, Stage stage = Stage::before_training) {
    return NetworkReport(stage)
        .add("first", report_of(hillock::tanh, z))
        .add("second", report_of(hillock::tanh, z * scale));
  };
  CHECK(network(3.1).is_healthy());
  CHECK(network(3.3).has(Problem::exploding_signal));
  CHECK(network(1 / 3.1).is_healthy());
  CHECK(network(1 / 3.3).has(Problem::vanishing_signal));
  // Later layers of a trained network may have any variance.
  for (const Stage stage : {Stage::unknown, Stage::training, Stage::trained})
    CHECK(network(3.3, stage).is_healthy());
  CHECK(network(3.3, Stage::unknown).compare_with(network(1)).is_healthy());
  // Of the report to compare with it is known that it was before the first step.
  const auto found =
      network(1, Stage::unknown).compare_with(network(3.3, Stage::unknown)).findings();
  REQUIRE(found.size() == 1);
  CHECK(found[0].problem == Problem::exploding_signal);
  CHECK(says(found[0].what, {"before the first step"}));
  // A network that has learned has got over it.
  CHECK(network(1, Stage::trained).compare_with(network(3.3)).is_healthy());
  // Equal units, of whatever weights.
  const Eigen::ArrayXXd equal = z.row(0).replicate(8, 1);
  CHECK(NetworkReport().add("a", report_of(hillock::tanh, equal)).has(Problem::equal_units));
}

TEST_CASE("a softmax that is sure of itself is wrong before the first step alone",
          "[diagnostics]") {
  const auto network = [](Stage stage) {
    return NetworkReport(stage).add("output", sure_softmax());
  };
  const NetworkReport before = network(Stage::before_training);
  CHECK(before.has(Problem::saturated_softmax));
  CHECK(says(before.findings().at(0).advice, {"take smaller initial weights in the last layer"}));
  for (const Stage stage : {Stage::unknown, Stage::training}) {
    CHECK(network(stage).findings().empty());
    CHECK(has_note(network(stage), Problem::saturated_softmax));
  }
  CHECK(says(
      network(Stage::unknown).notes().at(0).advice,
      {"before the first step: take smaller", "has learned: nothing", "ReportOptions::stage"}));
  CHECK(network(Stage::trained).notes().empty());
  CHECK(network(Stage::unknown).compare_with(before).is_healthy());
}

TEST_CASE("two layers of one name keep their own findings", "[diagnostics]") {
  const Eigen::ArrayXXd healthy = Eigen::ArrayXXd::Random(8, 200);
  const auto network = [](const Eigen::ArrayXXd& first, const Eigen::ArrayXXd& second) {
    return NetworkReport()
        .add("hidden", report_of(hillock::relu, first))
        .add("hidden", report_of(hillock::relu, second));
  };
  NetworkReport report = network(healthy, healthy - 5);
  auto findings = report.findings();
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].layer == "hidden");
  CHECK(findings[0].occurrence == 2);
  std::ostringstream text;
  text << report;
  INFO(text.str());
  CHECK(says(text.str(), {"hidden (1 of 2)", "  hidden (2 of 2): dead units"}));
  const std::string csv = report.to_csv();
  const std::size_t second_row = csv.find("\nhidden,2,");
  REQUIRE(second_row != std::string::npos);
  CHECK(csv.find("dead units") > second_row);
  CHECK(says(report.to_json(), {"\"occurrence\": 2, \"problem\": \"dead units\""}));

  // The first of the two was dead before, the second has died.
  report = network(healthy - 5, healthy - 5);
  report.compare_with(network(healthy - 5, healthy));
  findings = report.findings();
  REQUIRE(findings.size() == 2);
  CHECK(findings[0].occurrence == 1);
  CHECK(says(findings[0].advice, {"start the bias at 0"}));
  CHECK(findings[1].occurrence == 2);
  CHECK(
      says(findings[1].advice, {"first correct what was wrong before", "lower the learning rate"}));

  // Gradients too: the second's is its own.
  hillock::GradientFlow flow({"hidden", "hidden"});
  flow.observe(0, Eigen::ArrayXXd::Constant(1, 1, Special<double>::quiet_nan));
  flow.observe(0, Eigen::ArrayXXd::Constant(1, 1, 3));
  flow.observe(1, Eigen::ArrayXXd::Constant(1, 1, 5));
  report = network(healthy, healthy).add(flow.report());
  findings = report.findings();
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].occurrence == 1);
  std::ostringstream table;
  table << report;
  const std::string rows = table.str();
  CHECK(rows.find(" 5       -\n") > rows.find("hidden (2 of 2)"));
}

TEST_CASE("reports of nothing say that nothing was reported", "[diagnostics]") {
  const auto text_of = [](const NetworkReport& report) {
    std::ostringstream out;
    out << report;
    return out.str();
  };
  const NetworkReport nothings[] = {
      NetworkReport(), NetworkReport().add(hillock::GradientReport{}),
      NetworkReport().add("a", UnitReport{}).add("b", hillock::MaxoutReport{}),
      NetworkReport().add("c", hillock::SoftmaxReport{}).compare_with(NetworkReport())};
  for (const NetworkReport& report : nothings) {
    CHECK(report.is_empty());
    CHECK(!report.is_healthy());
    CHECK(report.findings().empty());
    CHECK(report.notes().empty());
    CHECK(says(text_of(report), {"Nothing was reported."}));
    CHECK(!says(text_of(report), {"Nothing is wrong."}));
    CHECK(says(report.to_json(), {"\"healthy\": null"}));
    CHECK(report.to_csv().find("layer,occurrence,kind,units,") == 0);
  }
  // A gradient without layers takes the place of another, and says nothing of it.
  hillock::GradientFlow flow({"first", "last"});
  for (const std::size_t i : {0U, 1U}) flow.observe(i, Eigen::ArrayXXd::Ones(2, 2));
  NetworkReport report;
  report.add(flow.report());
  CHECK(!report.is_empty());
  CHECK(report.is_healthy());
  CHECK(says(text_of(report), {"first", "last", "Nothing is wrong."}));
  report.add(hillock::GradientReport{});
  CHECK(report.is_empty());
  // Gradients of layers without a batch.
  CHECK(NetworkReport().add(hillock::GradientReport{{{}, {}}}).is_empty());
  // A Maxout report put together by hand, which would be read past its end.
  hillock::MaxoutReport maxout;
  maxout.finite = {5, 5};
  maxout.non_finite = {0, 0};
  maxout.argmax_counts = {3, 2, 5};
  for (const std::int64_t pieces : {-2, 0, 1, 2}) {
    maxout.pieces = pieces;
    CHECK(says(complaint([&] { NetworkReport().add("m", maxout); }),
               {"3 argmax counts", "2 and 2 counts"}));
  }
  maxout.argmax_counts.push_back(0);
  CHECK(NetworkReport().add("m", maxout).is_healthy());
}

TEST_CASE("the presets' rules find in cases made by hand what their tools find", "[diagnostics]") {
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
  RuleResult result = dead.evaluate(
      report_of(hillock::relu, with_active({0, 1, 1, 1, 1, 2, 3, 9, 9, 9}), dead.monitor));
  CHECK(result.units == 5);
  CHECK(!result.fires);  // not more than 50 %
  result = dead.evaluate(
      report_of(hillock::relu, with_active({0, 1, 1, 1, 1, 1, 3, 9, 9, 9}), dead.monitor));
  CHECK(result.units == 6);
  CHECK(result.fires);

  const Rule keras = keras_dead_relu_detector();
  result = keras.evaluate(report_of(hillock::relu, with_active({0, 1, 1, 1, 1, 1, 1, 1, 1, 1})));
  CHECK(result.units == 1);
  CHECK(result.fires);  // 10 % is enough
  result = keras.evaluate(report_of(hillock::relu, with_active({0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1})));
  CHECK(result.units == 1);
  CHECK(!result.fires);  // 1 / 11 is not

  const auto outside = [](double inside_value, double outside_value, int units) {
    Eigen::ArrayXXd z = Eigen::ArrayXXd::Constant(10, 200, inside_value);
    z.topRows(units).setConstant(outside_value);
    z.col(0).setConstant(inside_value);  // inside on 1 of 200: below 1 %
    return z;
  };
  const Rule tanh = sagemaker_saturated_tanh(), sigmoid = sagemaker_saturated_sigmoid();
  CHECK(tanh.evaluate(report_of(hillock::tanh, outside(9.49, -9.5, 6), tanh.monitor)).fires);
  CHECK(!tanh.evaluate(report_of(hillock::tanh, outside(9.49, -9.5, 5), tanh.monitor)).fires);
  CHECK(!tanh.evaluate(report_of(hillock::tanh, outside(0, 9.4998, 6), tanh.monitor)).fires);
  CHECK(sigmoid.evaluate(report_of(hillock::sigmoid, outside(0, 17, 6), sigmoid.monitor)).units ==
        6);
  CHECK(sigmoid.evaluate(report_of(hillock::sigmoid, outside(0, -17, 6), sigmoid.monitor)).units ==
        0);
  CHECK(sigmoid.evaluate(report_of(hillock::sigmoid, outside(0, -23, 6), sigmoid.monitor)).fires);

  const Rule makemore = makemore_tanh();
  Eigen::ArrayXXd z = Eigen::ArrayXXd::Zero(4, 5);
  z.row(2).setConstant(2.1);   // tanh 0.9705
  z.row(3).setConstant(-2.0);  // tanh -0.964
  result = makemore.evaluate(report_of(hillock::tanh, z, makemore.monitor));
  CHECK(result.share == 0.25);
  CHECK(result.units == 1);
  CHECK(result.fires);
  CHECK(result.is_applicable());
}

TEST_CASE("a preset's rule is not applicable to what was observed with other options",
          "[diagnostics]") {
  using namespace hillock::presets;
  // 9.4 is saturated by |f'| < tau, but inside SageMaker's range.
  const Eigen::ArrayXXd z = Eigen::ArrayXXd::Constant(4, 50, 9.4);
  const auto cannot = [](const Rule& rule, const UnitReport& report,
                         std::initializer_list<const char*> why) {
    const RuleResult result = rule.evaluate(report);
    return !result.is_applicable() && !result.fires && result.units == 0 &&
           std::isnan(result.share) && says(result.not_applicable, why);
  };
  const Rule tanh = sagemaker_saturated_tanh(), makemore = makemore_tanh();
  const UnitReport by_tau = report_of(hillock::tanh, z);
  CHECK(by_tau.saturated_high_fraction() == 1);
  for (const Rule& rule : {tanh, sagemaker_saturated_sigmoid(), makemore})
    CHECK(cannot(rule, by_tau, {"observed with no range, expected the range"}));
  CHECK(cannot(tanh, report_of(hillock::tanh, z, makemore.monitor), {"the range", "9.4999"}));
  const RuleResult result = tanh.evaluate(report_of(hillock::tanh, z, tanh.monitor));
  CHECK(result.is_applicable());
  CHECK(!result.fires);
  // The count of active samples depends on the tolerance, the outputs on nothing.
  const UnitReport tolerant = report_of(hillock::relu, z, hillock::MonitorOptions{0.005, 0.5});
  CHECK(cannot(sagemaker_dead_relu(), tolerant, {"the tolerance 0.5, expected 0"}));
  CHECK(keras_dead_relu_detector().evaluate(tolerant).is_applicable());
  CHECK(sagemaker_dead_relu()
            .evaluate(report_of(hillock::relu, z, makemore.monitor))
            .is_applicable());
  const UnitReport nothing =
      report_of(hillock::relu, Eigen::ArrayXXd::Constant(1, 1, Special<double>::quiet_nan));
  for (const Rule& rule : {sagemaker_dead_relu(), keras_dead_relu_detector()})
    CHECK(cannot(rule, nothing, {"no finite sample"}));
  // Outputs of both signs that add up to 0 are not dead.
  Eigen::ArrayXXd both(1, 2);
  both << -1, 1;
  CHECK(keras_dead_relu_detector().evaluate(report_of(hillock::tanh, both)).units == 0);
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
              "hidden 2: dead units", "LeakyReLU", "inactive: about half"}));
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
