// Diagnostics of activations: which elements are saturated, which units are dead and with what
// confidence, what is wrong with a network, and what helps.
//
// Nothing in hillock.hpp includes this header. All of it works on pre-activations Z, an array of
// units by samples (Per::row: a row is a unit) or samples by units (Per::column). Arrays of half
// and bfloat16 are classified by f and f' in float.
//
// Saturated    an element in the range where |f'| < tau (0.005 by default) up to the end of the
//              axis: saturated low on the left side, saturated high on the right side. For sigmoid
//              that is |x| > 5.288, for tanh |x| > 3.341, for ReLU x <= 0, for ELU x < ln(tau /
//              alpha); a LeakyReLU of slope 0.01 is never saturated. Swish' crosses 0 at its root,
//              which is no saturation: the low side ends at the leftmost solution of |f'(x)| = tau.
//              ReLU's low side is called inactive; in a healthy layer about half of the elements
//              are inactive.
// Near linear  an element where |f'| is within 5 % (linear_band) of its maximum: for sigmoid |x| <
//              0.455, for tanh |x| < 0.228, for ReLU x > 0. A layer whose elements are all nearly
//              linear adds nothing to the linear layer before it.
// Dead         a unit with |f'| <= tolerance (0 by default) on every sample seen. When 0 of N
//              samples were active, the unit's activity rate is below 3/N at 95 % confidence. Its
//              largest pre-activation is its distance from becoming active.
// One sign     a sample whose outputs do not have both signs (zeros have none): the weight gradient
//              of a unit of the next layer then has components of one sign.
// Non-finite   an element whose pre-activation or output is NaN or infinite. Such elements are
//              counted separately and belong to no other share, so that a network of NaN is not
//              healthy.
//
// A network's report (NetworkReport) distinguishes what is wrong from what is worth knowing. For
// some signs that depends on how far training has come, which the user has to state: see Stage. Its
// advice follows the measurements of the programs in examples/, chapters 8 to 11 and 18.
#pragma once

#include <hillock/diagnostics/monitors/fractions.hpp>
#include <hillock/diagnostics/monitors/gradient_flow.hpp>
#include <hillock/diagnostics/monitors/maxout_monitor.hpp>
#include <hillock/diagnostics/monitors/softmax_monitor.hpp>
#include <hillock/diagnostics/monitors/unit_monitor.hpp>
#include <hillock/diagnostics/reports/network_report.hpp>
#include <hillock/diagnostics/reports/presets.hpp>
