#include <bits/recorded_file.hpp>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>

namespace bit_record {
namespace {

const char* const instruction_sets[] = {"any", "plain", "v3", "v4", "aarch64"};

std::string key_of(const Results::Line& line, const std::string& instruction_set) {
  return line.tier + ' ' + instruction_set + ' ' + line.what;
}

std::string own_key_of(const Results::Line& line, const std::string& instruction_set) {
  return key_of(line, line.scope == Scope::everywhere ? "any" : instruction_set);
}

/// The second word of a key.
std::string instruction_set_of(const std::string& key) {
  const std::size_t begin = key.find(' ') + 1;
  return key.substr(begin, key.find(' ', begin) - begin);
}

}  // namespace

RecordedFile RecordedFile::read(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error("cannot read " + path);
  RecordedFile file;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') {
      file.comments.push_back(line);
      continue;
    }
    const std::size_t space = line.rfind(' ');
    const bool is_new = space != std::string::npos &&
                        file.lines.emplace(line.substr(0, space), line.substr(space + 1)).second;
    if (!is_new) throw std::runtime_error(path + ": twice, or no line of a result: " + line);
  }
  return file;
}

bool RecordedFile::has(const std::string& instruction_set) const {
  for (const auto& line : lines)
    if (instruction_set_of(line.first) == instruction_set) return true;
  return false;
}

std::size_t compare(const Results& results, const RecordedFile& recorded,
                    const std::string& instruction_set) {
  std::size_t differences = 0;
  std::set<std::string> present;
  const bool has_own = recorded.has(instruction_set);
  for (const Results::Line& line : results.lines()) {
    if (line.scope == Scope::instruction_set && !has_own) continue;
    const std::string key = own_key_of(line, instruction_set);
    const std::string computed = hexadecimal(line.checksum);
    present.insert(key);
    const auto found = recorded.lines.find(key);
    const std::string expected = found == recorded.lines.end() ? "nothing" : found->second;
    if (expected == computed) continue;
    ++differences;
    std::printf("%s: recorded %s, computed %s\n", key.c_str(), expected.c_str(), computed.c_str());
  }
  for (const auto& [key, checksum] : recorded.lines) {
    const std::string of = instruction_set_of(key);
    if ((of != "any" && of != instruction_set) || present.count(key) > 0) continue;
    ++differences;
    std::printf("%s: recorded %s, computed nothing\n", key.c_str(), checksum.c_str());
  }
  for (const std::string& inequality : results.inequalities()) {
    ++differences;
    std::printf("%s\n", inequality.c_str());
  }
  return differences;
}

void record(const Results& results, const std::string& path, const std::string& instruction_set) {
  const auto* const end = std::end(instruction_sets);
  if (std::find(std::begin(instruction_sets), end, instruction_set) == end)
    throw std::runtime_error("no lines are recorded for the instruction set " + instruction_set);
  RecordedFile file;
  if (std::ifstream(path)) file = RecordedFile::read(path);
  for (const Results::Line& line : results.lines())
    file.lines[own_key_of(line, instruction_set)] = hexadecimal(line.checksum);
  std::ofstream out(path);
  for (const std::string& comment : file.comments) out << comment << '\n';
  for (const Results::Line& line : results.lines()) {
    for (const char* const each : instruction_sets) {
      const bool is_wanted = (line.scope == Scope::everywhere) == (each == std::string("any"));
      const auto found = file.lines.find(key_of(line, each));
      if (is_wanted && found != file.lines.end())
        out << found->first << ' ' << found->second << '\n';
    }
  }
  if (!out.flush()) throw std::runtime_error("cannot write " + path);
}

}  // namespace bit_record
