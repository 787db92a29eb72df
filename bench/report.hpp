// The text and the files of a run.
#pragma once

#include "results.hpp"
#include "targets.hpp"

namespace bench {

/// The processor, the compiler, the libraries, and what holds for the peers.
void print_environment();

/// Prints the worst and the median ratio of hillock to the fastest peer, with their lines.
void print_summary(const std::vector<MeasuredLine>& results);

/// One table for each type and section: the speed of every contender, below it the largest error,
/// and the ratio of hillock's first contender to the fastest peer.
void print_tables(const std::vector<MeasuredLine>& results);

/// Every target with what was reached, what is not met first, and how many are met.
void print_targets(const std::vector<Outcome>& outcomes);

/// One line for each contender, or target. False if the file cannot be written.
bool write_csv(const std::string& file, const std::vector<MeasuredLine>& results);
bool write_csv(const std::string& file, const std::vector<Outcome>& outcomes);

}  // namespace bench
