#pragma once

#include <iosfwd>
#include <string>
#include <variant>
#include <vector>

#include "output_directory.hpp"

namespace examples {

/// Says where a part of a chapter is shown: lines on a terminal may be a table on the page.
enum class Medium { both, terminal, page };

/// The chapter of an experiment: paragraphs, tables, lines and pictures in the order they were
/// said. The terminal shows it as text, and report.html is put together from the chapters of all
/// experiments.
class Chapter {
 public:
  /// `name` is the program's, such as 14_relu_minus_relu: chapters are ordered by its number.
  Chapter(std::string name, std::string title, std::string question);

  void say(std::string paragraph, Medium medium = Medium::both);
  /// Throws std::invalid_argument if a row has another number of cells than the header. Columns of
  /// sentences are wrapped on the page; on a narrow screen such a table's cells stand below each
  /// other.
  void table(std::vector<std::string> header, std::vector<std::vector<std::string>> rows,
             Medium medium = Medium::both);
  /// Lines for the terminal alone, as they are, such as a diagnostic report. On the page they would
  /// be cut off on a narrow screen: it has a table instead.
  void lines(std::string text);
  /// Pictures in the output directory, which may be drawn later, or be missing because gnuplot is.
  /// Several of them are next to each other if there is room, and below each other if not.
  void pictures(std::vector<std::string> svg_file_names, std::string caption);
  void picture(std::string svg_file_name, std::string caption) {
    pictures({std::move(svg_file_name)}, std::move(caption));
  }

  /// As plain text.
  void print(std::ostream& out) const;
  /// As NAME.chapter.html, a fragment of report.html that names its pictures.
  void write(const OutputDirectory& directory) const;

 private:
  struct Paragraph {
    std::string text;
    Medium medium;
  };
  struct Lines {
    std::string text;
  };
  struct Table {
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows;
    Medium medium;
  };
  struct Pictures {
    std::vector<std::string> files;
    std::string caption;
  };

  static std::string as_text(const Paragraph& paragraph);
  static std::string as_text(const Lines& lines);
  static std::string as_text(const Table& table);
  static std::string as_text(const Pictures& pictures);
  static std::string as_html(const Paragraph& paragraph);
  static std::string as_html(const Lines& lines);
  static std::string as_html(const Table& table);
  static std::string as_html(const Pictures& pictures);

  std::string name_, title_, question_;
  std::vector<std::variant<Paragraph, Lines, Table, Pictures>> parts_;
};

/// A number with so many decimals, such as fixed(2.5, 2) = "2.50".
std::string fixed(double value, int decimals);
/// A number in so many significant digits, such as significant(1234567, 3) = "1.23e+06".
std::string significant(double value, int digits);

}  // namespace examples
