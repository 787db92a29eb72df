#include <array>
#include <charconv>
#include <fstream>
#include <string_view>
#include <system_error>

#include "data.hpp"
#include "standardise.hpp"

namespace training {
namespace {

constexpr int pixels_per_row = 64;
constexpr int brightest = 16;
constexpr int classes = 10;
constexpr int held_out_every = 5;

using Row = std::array<int, pixels_per_row + 1>;

Row parse_row(std::string_view line, const std::string& where) {
  Row row{};
  const char* next = line.data();
  const char* const end = next + line.size();
  for (std::size_t column = 0; column < row.size(); ++column) {
    const std::string value = where + "value " + std::to_string(column + 1);
    const auto [stop, error] = std::from_chars(next, end, row[column]);
    if (error != std::errc{})
      throw InputError(value + (next == end ? " is missing (64 pixels and a label make a row)"
                                            : " is not an integer in range"));
    const bool is_label = column == pixels_per_row;
    const int largest = is_label ? classes - 1 : brightest;
    if (row[column] < 0 || row[column] > largest)
      throw InputError(value + " is " + std::to_string(row[column]) + ", " +
                       (is_label ? "a label is 0 to 9" : "a pixel is 0 to 16"));
    next = stop;
    if (is_label) break;
    if (next != end && *next != ',') throw InputError(value + " is not an integer");
    if (next != end) ++next;
  }
  if (next != end) throw InputError(where + "more than 64 pixels and a label");
  return row;
}

void append(const std::vector<Row>& rows, bool held_out, Samples& samples) {
  std::vector<const Row*> chosen;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if ((i % held_out_every == held_out_every - 1) == held_out) chosen.push_back(&rows[i]);
  samples.classes = classes;
  samples.pixels.resize(pixels_per_row, static_cast<Eigen::Index>(chosen.size()));
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    for (int pixel = 0; pixel < pixels_per_row; ++pixel)
      samples.pixels(pixel, static_cast<Eigen::Index>(i)) =
          static_cast<float>((*chosen[i])[static_cast<std::size_t>(pixel)]);
    samples.labels.push_back(chosen[i]->back());
  }
}

}  // namespace

Dataset load_digits(const std::filesystem::path& file) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored))
    throw InputError(file.string() + ": is a directory, not a file of digits");
  std::ifstream in(file);
  if (!in) throw InputError(file.string() + ": cannot be opened");

  std::vector<Row> rows;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    rows.push_back(parse_row(line, file.string() + ":" + std::to_string(rows.size() + 1) + ": "));
  }
  if (in.bad()) throw InputError(file.string() + ": cannot be read");
  if (rows.size() < held_out_every)
    throw InputError(file.string() + ": only " + std::to_string(rows.size()) +
                     " rows; one in five is held out, so at least 5 are needed");

  Dataset data;
  data.name = "digits";
  append(rows, false, data.training);
  append(rows, true, data.test);
  standardise(data);
  return data;
}

}  // namespace training
