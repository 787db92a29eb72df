// The problems that a network can have, and the thresholds from which on a report mentions them.
#pragma once

#include <hillock/simd/instruction_set.hpp>

#include <cstdint>
#include <string>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// The problems that a layer can have, the most serious first.
enum class Problem {
  non_finite,
  equal_units,
  dead_units,
  rarely_active,
  saturated,
  exploding_signal,
  vanishing_signal,
  exploding_gradient,
  vanishing_gradient,
  never_argmax,
  saturated_softmax,
  near_linear,
  not_zero_centred,
};

HILLOCK_NOINLINE inline const char* name_of(Problem problem) noexcept {
  switch (problem) {
    case Problem::non_finite:
      return "non-finite";
    case Problem::equal_units:
      return "equal units";
    case Problem::dead_units:
      return "dead units";
    case Problem::rarely_active:
      return "rarely active units";
    case Problem::saturated:
      return "saturated";
    case Problem::exploding_signal:
      return "exploding signal";
    case Problem::vanishing_signal:
      return "vanishing signal";
    case Problem::exploding_gradient:
      return "exploding gradient";
    case Problem::vanishing_gradient:
      return "vanishing gradient";
    case Problem::never_argmax:
      return "pieces that are never the argmax";
    case Problem::saturated_softmax:
      return "saturated softmax";
    case Problem::near_linear:
      return "nearly linear";
    case Problem::not_zero_centred:
      return "not zero-centred";
  }
  return "";
}

/// How far the training of a network has come. Some signs are faults before the first step and
/// normal later: the softmax of a network that has learned is saturated, and its gradients are
/// small. Such a sign is called wrong only before the first step. At an unknown stage, or during
/// training, it is worth knowing. For a trained network it is not reported.
enum class Stage { unknown, before_training, training, trained };

/// How serious a finding is.
enum class Severity {
  wrong,         ///< at whatever stage the network was said to be
  worth_knowing  ///< also seen in networks that work
};

/// One problem of one layer, or something worth knowing about it.
struct Finding {
  Problem problem;
  std::string layer;
  std::string what;
  std::string advice;
  Severity severity = Severity::wrong;
  /// 1 for the first layer of that name in the report, 2 for the second.
  std::int64_t occurrence = 1;
};

/// The thresholds from which on a report mentions a problem. The defaults are those of other tools,
/// or are well outside of the range of healthy networks with every activation and up to 30 layers;
/// examples/checks/healthy_networks prints the figures that are given here.
struct ReportOptions {
  /// More than this share of elements is not finite.
  double non_finite = 0;
  /// More than this share of units is dead: the share above which SageMaker Debugger's dead_relu
  /// fires. Networks that learn have some dead units: 30 layers of 64 ReLUs start with up to 34 %
  /// of a layer dead, and learn every digit of the training set.
  double dead_units = 0.5;
  /// Units active on fewer than `rare_activity` of the samples, dead ones included, are more than
  /// `rarely_active_units` of a layer: SageMaker Debugger's dead_relu has 0.01 and 0.5.
  double rare_activity = 0.05;
  double rarely_active_units = 0.5;
  /// More than this share of elements is saturated, low (unless that is inactivity) and high.
  double saturated = 0.5;
  /// From one layer to the next the variance of a unit's pre-activations over the samples grows
  /// (shrinks) more than this many times, before the first step: SageMaker Debugger's
  /// poor_weight_initialization has 10.
  double variance_ratio = 10;
  /// The gradient's norm at the first layer is more (less) than that at the last, this many times.
  double exploding_gradient = 1e3;
  double vanishing_gradient = 1e-3;
  /// Below this mean |g| at the first layer, while it is above at the last, a gradient has vanished
  /// before the first step: SageMaker Debugger's vanishing_gradient.
  double vanished_magnitude = 1e-7;
  /// More than this share of Maxout's pieces is never the argmax. Networks of 8 layers start with
  /// up to 0.11.
  double never_argmax = 0.25;
  /// More than this share of distributions is saturated before the first step.
  double saturated_softmax = 0.5;
  /// A note is made if more than this share of units is dead. keras-contrib's DeadReluDetector has
  /// the same threshold.
  double noted_dead_units = 0.1;
  /// A note is made if more than this share of a saturating function's elements is nearly linear.
  double near_linear = 0.95;
  /// A note is made if a function that saturates on both sides has outputs of one sign on more than
  /// this share of samples.
  double one_sign = 0.95;
  /// How far training has come.
  Stage stage = Stage::unknown;
};

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
