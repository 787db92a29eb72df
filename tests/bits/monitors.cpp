#include <bits/monitors.hpp>

namespace bit_record {
namespace {

/// The rules of other tools, of the functions that they are about and of one that they are not.
template <class F>
void add_rule_results(Results& results, const std::string& function, const F& f) {
  for (const hillock::presets::Rule& rule :
       {hillock::presets::sagemaker_dead_relu(), hillock::presets::sagemaker_saturated_tanh(),
        hillock::presets::sagemaker_saturated_sigmoid(),
        hillock::presets::keras_dead_relu_detector(), hillock::presets::makemore_tanh()}) {
    const UnitMonitor<F> monitor = monitor_that_observed<float>(f, Per::row, 41, rule.monitor);
    const std::string name = "preset(" + function + ") float ";
    add_monitor(results, name + "report", f, monitor);
    const UnitMonitor<F> plain = monitor_that_observed<float>(f, Per::row, 41, {});
    for (const UnitMonitor<F>* of : {&monitor, &plain}) {
      const hillock::presets::RuleResult result = rule.evaluate(of->report());
      Checksum sum;
      sum.add_bits(static_cast<std::uint64_t>(result.units));
      sum.add_number(result.share);
      sum.add_bits(result.fires);
      sum.add_text(result.not_applicable);
      results.add(Scope::instruction_set, "fast", name + "result", rule.name, sum.value());
    }
  }
}

}  // namespace

void add_monitors(Results& results) {
  add_diagnostics<float>(results);
  add_rule_results(results, "relu", hillock::relu);
  add_rule_results(results, "tanh", hillock::tanh);
  add_rule_results(results, "sigmoid", hillock::sigmoid);
}

}  // namespace bit_record
