// The lines of a sweep.
#pragma once

#include <accuracy/options.hpp>
#include <accuracy/sweep.hpp>

#include <string>

namespace accuracy {

/// Prints the first line of every run, which says what was measured on which machine.
void print_build(const Options& options);

/// Prints one line for f and f', and one for each problem.
template <class T>
void print_result(const Subject<T>& subject, const SweepResult<T>& result);

/// Whether the subject is within its promises; peers promise nothing.
template <class T>
bool passed(const Subject<T>& subject, const SweepResult<T>& result);

/// Whether results have to be the correctly rounded ones.
template <class T>
bool must_be_correctly_rounded(const Subject<T>& subject) {
  return subject.tier == Tier::exact && subject.rank == 0;
}

/// "4", "4, or 0.5 epsilon by the root".
std::string to_string(const Bound& bound);

/// A maximum in ULP, rounded up in its last digit: never below the measured one.
std::string ulp_to_string(double ulp);

/// "swish beta 1.5"
template <class T>
std::string full_name(const Subject<T>& subject);

}  // namespace accuracy
