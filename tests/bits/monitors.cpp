#include <bits/monitors.hpp>

namespace bit_record {
namespace {

/// The rules of other tools, of the functions that they are about and of one that they are not.
template <class F>
void add_verdicts(Results& results, const std::string& function, const F& f) {
  for (const hillock::presets::Rule& rule :
       {hillock::presets::sagemaker_dead_relu(), hillock::presets::sagemaker_saturated_tanh(),
        hillock::presets::sagemaker_saturated_sigmoid(),
        hillock::presets::keras_dead_relu_detector(), hillock::presets::makemore_tanh()}) {
    const UnitMonitor<F> monitor = monitor_that_observed<float>(f, Per::row, 41, rule.monitor);
    const std::string name = "preset(" + function + ") float ";
    add_monitor(results, name + "report", f, monitor);
    const UnitMonitor<F> plain = monitor_that_observed<float>(f, Per::row, 41, {});
    for (const UnitMonitor<F>* of : {&monitor, &plain}) {
      const hillock::presets::Verdict verdict = rule.judge(of->report());
      Checksum sum;
      sum.add_bits(static_cast<std::uint64_t>(verdict.units));
      sum.add_number(verdict.share);
      sum.add_bits(verdict.fires);
      sum.add_text(verdict.objection);
      results.add(Scope::instruction_set, "fast", name + "verdict", rule.name, sum.value());
    }
  }
}

}  // namespace

void add_monitors(Results& results) {
  add_diagnostics<float>(results);
  add_verdicts(results, "relu", hillock::relu);
  add_verdicts(results, "tanh", hillock::tanh);
  add_verdicts(results, "sigmoid", hillock::sigmoid);
}

}  // namespace bit_record
