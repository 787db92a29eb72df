#include <accuracy/readme.hpp>

#include <accuracy/report.hpp>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>

namespace accuracy {
namespace {

constexpr const char* first_marker = "<!-- made by accuracy --readme -->";
constexpr const char* last_marker = "<!-- end -->";

/// Returns the beginning of a function's row.
std::string row_start(const Subject<float>& subject) {
  return std::string("| ") + subject.function + " | " + to_string(subject.forward_bound) + " | " +
         to_string(subject.derivative_bound) + " |";
}

template <class T>
std::string column_of(const Subject<T>& subject) {
  const std::string library = subject.library;
  return library == "hillock" ? std::string(name_of(subject.tier)) + ", " + Format<T>::name
                              : library;
}

}  // namespace

Table::Row& Table::row(const std::string& function) {
  for (Row& row : rows_)
    if (row.function == function) return row;
  rows_.push_back({function, {}});
  return rows_.back();
}

template <class T>
void Table::add(const Subject<T>& subject, const SweepResult<T>& result) {
  if (subject.rank != 0) return;
  std::string cell = ulp_to_string(result.forward.ulp);
  if (subject.derivative != nullptr) cell += ", " + ulp_to_string(result.derivative.ulp);
  const std::string column = column_of(subject);
  row(subject.function).cells[column] = cell;
  if (std::find(columns_.begin(), columns_.end(), column) == columns_.end())
    columns_.push_back(column);
}

void Table::print() const {
  std::printf("%s\n| function | bound of f | of f' |", first_marker);
  for (const std::string& column : columns_) std::printf(" %s |", column.c_str());
  std::printf("\n|---|---|---|");
  for (std::size_t i = 0; i < columns_.size(); ++i) std::printf("---|");
  std::printf("\n");
  for (const Subject<float>& subject : subjects<float>()) {
    if (subject.tier != Tier::fast || subject.rank != 0) continue;
    const auto found = std::find_if(rows_.begin(), rows_.end(), [&](const Row& row) {
      return row.function == subject.function;
    });
    if (found == rows_.end()) continue;
    std::printf("%s", row_start(subject).c_str());
    for (const std::string& column : columns_) {
      const auto cell = found->cells.find(column);
      std::printf(" %s |", cell == found->cells.end() ? "" : cell->second.c_str());
    }
    std::printf("\n");
  }
  std::printf("%s\n", last_marker);
}

bool check_readme(const std::string& file) {
  std::ifstream in(file);
  if (!in) {
    std::fprintf(stderr, "accuracy: cannot read %s\n", file.c_str());
    return false;
  }
  std::vector<std::string> lines;
  bool is_inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line == first_marker) is_inside = true;
    if (line == last_marker) is_inside = false;
    if (is_inside) lines.push_back(line);
  }
  std::size_t rows = 0, missing = 0;
  for (const Subject<float>& subject : subjects<float>()) {
    if (subject.tier != Tier::fast || subject.rank != 0) continue;
    ++rows;
    const std::string start = row_start(subject);
    const bool is_there = std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
      return line.compare(0, start.size(), start) == 0;
    });
    if (is_there) continue;
    ++missing;
    std::printf("FAILED: no row that starts with %s\n", start.c_str());
  }
  std::printf("%zu rows, %zu missing or with another bound than the header\n", rows, missing);
  return rows > 0 && missing == 0;
}

template void Table::add(const Subject<float>&, const SweepResult<float>&);
template void Table::add(const Subject<double>&, const SweepResult<double>&);

}  // namespace accuracy
