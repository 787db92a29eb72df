#pragma once

#include <iosfwd>
#include <string>
#include <variant>
#include <vector>

#include "output_directory.hpp"

namespace examples {

/// What an experiment has to tell: paragraphs, tables, listings and pictures in the order they were
/// said. The terminal shows it as text, and report.html is put together from the chapters of all
/// experiments.
class Chapter {
 public:
  /// `name` is the program's, such as 14_relu_minus_relu: chapters are ordered by its number.
  Chapter(std::string name, std::string title, std::string question);

  void say(std::string paragraph);
  /// Throws std::invalid_argument if a row has another number of cells than the header.
  void table(std::vector<std::string> header, std::vector<std::vector<std::string>> rows);
  /// Lines that stay as they are, such as a diagnostic report.
  void listing(std::string text);
  /// A picture in the output directory, which may be drawn
  /// later, or be missing because gnuplot is.
  void picture(std::string svg_file_name, std::string caption);

  /// As plain text.
  void print(std::ostream& out) const;
  /// As NAME.chapter.html, a fragment of report.html that names its pictures.
  void write(const OutputDirectory& directory) const;

 private:
  struct Paragraph {
    std::string text;
  };
  struct Listing {
    std::string text;
  };
  struct Table {
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows;
  };
  struct Picture {
    std::string file, caption;
  };

  static std::string as_text(const Paragraph& paragraph);
  static std::string as_text(const Listing& listing);
  static std::string as_text(const Table& table);
  static std::string as_text(const Picture& picture);
  static std::string as_html(const Paragraph& paragraph);
  static std::string as_html(const Listing& listing);
  static std::string as_html(const Table& table);
  static std::string as_html(const Picture& picture);

  std::string name_, title_, question_;
  std::vector<std::variant<Paragraph, Listing, Table, Picture>> parts_;
};

/// A number with so many decimals, such as fixed(2.5, 2) = "2.50".
std::string fixed(double value, int decimals);
/// A number in so many significant digits, such as significant(1234567, 3) = "1.23e+06".
std::string significant(double value, int digits);

}  // namespace examples
