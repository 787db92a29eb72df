// recorded_bits.txt: comments, then one line for each result and instruction set.
#pragma once

#include <bits/results.hpp>

#include <map>
#include <string>
#include <vector>

namespace bit_record {

struct RecordedFile {
  std::vector<std::string> comments;
  /// From all but the last word of a line, such as "fast v3 sigmoid float forward", to its checksum
  /// as it is written.
  std::map<std::string, std::string> lines;

  /// std::runtime_error where the file cannot be read or a line is none.
  static RecordedFile read(const std::string& path);

  /// Whether there is a line of that instruction set.
  bool has(const std::string& instruction_set) const;
};

/// Prints each difference and each inequality as a line, and returns their number. For an
/// instruction set that is not recorded, only the results that are the same everywhere are
/// compared.
std::size_t compare(const Results& results, const RecordedFile& recorded,
                    const std::string& instruction_set);

/// Replaces the lines of the instruction set, and preserves those of others for which a result
/// still exists. The file may be missing. Throws std::runtime_error for an instruction set that has
/// no name in the file.
void record(const Results& results, const std::string& path, const std::string& instruction_set);

}  // namespace bit_record
