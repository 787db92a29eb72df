// What can be wrong with a network, and from what number on a report says so.
#pragma once

#include <hillock/simd/instruction_set.hpp>

#include <cstdint>
#include <string>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// What can be wrong with a layer, the most serious first.
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

/// Where the training of a network stands. Some signs are faults before the first step and health
/// later: a network that has learned is sure of itself, so its softmax is saturated, and its
/// gradients are small. Such a sign is called wrong before the first step alone. Of an unknown
/// stage, or during training, it is worth knowing. Of a trained network it is not reported.
enum class Stage { unknown, before_training, training, trained };

/// How sure a finding is.
enum class Severity {
  wrong,         ///< at whatever stage the network was said to be
  worth_knowing  ///< also seen in networks that work
};

/// One thing that is wrong with one layer, or worth knowing of it.
struct Finding {
  Problem problem;
  std::string layer;
  std::string what;
  std::string advice;
  Severity severity = Severity::wrong;
  /// 1 for the first layer of that name in the report, 2 for the second.
  std::int64_t occurrence = 1;
};

/// The thresholds from which on a report says something. The defaults are those of tools that are
/// in use, or lie away from what healthy networks show, with every activation and up to 30 layers:
/// the figures here are printed by examples/checks/healthy_networks.
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
  /// More than this share of Maxout's pieces is never the largest. Networks of 8 layers start with
  /// up to 0.11.
  double never_argmax = 0.25;
  /// More than this share of distributions is saturated before the first step.
  double saturated_softmax = 0.5;
  /// Noted: more than this share of units is dead, as much as keras-contrib's DeadReluDetector
  /// warns of.
  double noted_dead_units = 0.1;
  /// Noted: more than this share of a saturating function's elements is nearly linear.
  double near_linear = 0.95;
  /// Noted: outputs of one sign on more than this share of samples, of a function that saturates on
  /// both sides.
  double one_sign = 0.95;
  /// Where training stands.
  Stage stage = Stage::unknown;
};

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
