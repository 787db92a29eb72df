#include "table.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <istream>
#include <ostream>
#include <stdexcept>

#include "text.hpp"

namespace bench {
namespace {

const std::string instructions = "instructions";

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", value);
  return text;
}

/// Returns a count per batch as text. It need not be a whole number: an iteration may compute two
/// batches, and what is done once per block counts for 16.
std::string count(double value) {
  std::string text = number(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string padded_left(const std::string& text, std::size_t width) {
  return std::string(text.size() < width ? width - text.size() : 0, ' ') + text;
}
std::string padded_right(const std::string& text, std::size_t width) {
  return text + std::string(text.size() < width ? width - text.size() : 0, ' ');
}

const Row* find(const std::vector<Row>& rows, const Row& like) {
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.has_name_of(like); });
  return found == rows.end() ? nullptr : &*found;
}

bool has_set(const std::vector<Row>& rows, const std::string& instruction_set) {
  return std::any_of(rows.begin(), rows.end(),
                     [&](const Row& row) { return row.instruction_set == instruction_set; });
}

bool is_within_1_percent(double recorded, double found) {
  constexpr double written = 0.005;  // what the table rounds off
  return std::abs(found - recorded) <= 0.01 * recorded + written;
}

/// "; znver4 12.90 cycles recorded, 15.02 found (+16.4 %)", or nothing where they agree.
std::string difference(const Cell& recorded, const Cell& found, bool is_cycles) {
  const bool is_rough = is_cycles || recorded.first == instructions;
  if (is_rough ? is_within_1_percent(recorded.second, found.second)
               : count(recorded.second) == count(found.second))
    return "";
  std::string text = is_cycles ? "; " + recorded.first + ' ' + number(recorded.second) + " cycles"
                               : "; " + recorded.first + ' ' + count(recorded.second);
  text += " recorded, " + (is_cycles ? number(found.second) : count(found.second)) + " found";
  if (is_rough && recorded.second > 0) {
    char percent[32];
    std::snprintf(percent, sizeof percent, " (%+.1f %%)",
                  100 * (found.second / recorded.second - 1));
    text += percent;
  }
  return text;
}

std::string differences(const std::vector<Cell>& recorded, const std::vector<Cell>& found,
                        bool is_cycles) {
  std::string text;
  for (const Cell& cell : recorded) {
    const auto same = std::find_if(found.begin(), found.end(),
                                   [&](const Cell& each) { return each.first == cell.first; });
    text += same == found.end() ? "; no column " + cell.first + " was found"
                                : difference(cell, *same, is_cycles);
  }
  return text;
}

}  // namespace

bool Row::has_name_of(const Row& other) const {
  return instruction_set == other.instruction_set && type == other.type &&
         function == other.function && what == other.what;
}

std::string Row::name() const { return instruction_set + ' ' + type + ' ' + function + ' ' + what; }

void write_rows(std::ostream& out, const std::vector<Row>& rows) {
  if (rows.empty()) return;
  const auto names = [&](const auto& type, const auto& function, const auto& what) {
    out << padded_right(type, 8) << padded_right(function, 18) << padded_right(what, 11);
  };
  const auto width = [](const Cell& cell) {
    return std::max<std::size_t>(cell.first.size(), 6) + 2;
  };
  out << '[' << rows.front().instruction_set << "]\n";
  names("type", "function", "what");
  for (const auto* cells : {&rows.front().cycles, &rows.front().counts})
    for (const Cell& cell : *cells) out << padded_left(cell.first, width(cell));
  out << '\n';
  for (const Row& row : rows) {
    names(row.type, row.function, row.what);
    for (const Cell& cell : row.cycles) out << padded_left(number(cell.second), width(cell));
    for (const Cell& cell : row.counts) out << padded_left(count(cell.second), width(cell));
    out << '\n';
  }
}

std::vector<Row> read_rows(std::istream& in) {
  std::vector<Row> rows;
  std::string instruction_set;
  Words header;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    if (line[0] == '[') {
      instruction_set = line.substr(1, line.find(']') - 1);
      header.clear();
      continue;
    }
    const Words cells = words(line);
    if (header.empty()) {
      header = cells;
      continue;
    }
    if (cells.size() != header.size())
      throw std::runtime_error("this line has not as many cells as its header: " + line);
    Row row{instruction_set, cells[0], cells[1], cells[2], {}, {}};
    const auto counts = std::find(header.begin(), header.end(), "loops") - header.begin();
    for (std::size_t i = 3; i < cells.size(); ++i)
      (static_cast<std::ptrdiff_t>(i) < counts ? row.cycles : row.counts)
          .push_back({header[i], std::stod(cells[i])});
    rows.push_back(row);
  }
  return rows;
}

int compare(std::ostream& out, const std::vector<Row>& recorded, const std::vector<Row>& found,
            const std::string& function) {
  int different = 0;
  const auto report = [&](const Row& row, const std::string& how) {
    out << "  " << row.name() << ": " << how << '\n';
    ++different;
  };
  for (const Row& row : recorded) {
    if (!has_set(found, row.instruction_set) || (!function.empty() && row.function != function))
      continue;
    const Row* const same = find(found, row);
    if (same == nullptr) {
      report(row, "recorded, but not found");
      continue;
    }
    const std::string how =
        differences(row.cycles, same->cycles, true) + differences(row.counts, same->counts, false);
    if (!how.empty()) report(row, how.substr(2));
  }
  for (const Row& row : found)
    if (find(recorded, row) == nullptr) report(row, "found, but not recorded");
  return different;
}

}  // namespace bench
