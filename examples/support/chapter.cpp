#include "chapter.hpp"

#include <algorithm>
#include <iomanip>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace examples {
namespace {

constexpr std::size_t line_width = 79;
constexpr std::size_t longest_cell = 40;  // of a table on the page that is not a sentence

/// The number of characters of UTF-8 text: of each, all bytes but the first are 10xxxxxx.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

std::string wrapped(const std::string& text) {
  std::istringstream words(text);
  std::string result;
  std::size_t column = 0;
  for (std::string word; words >> word; column += width(word)) {
    if (column != 0) {
      const bool fits = column + 1 + width(word) <= line_width;
      result += fits ? ' ' : '\n';
      column = fits ? column + 1 : 0;
    }
    result += word;
  }
  return result + '\n';
}

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  return result;
}

bool is_number(const std::string& cell) {
  return cell == "-" || cell == "nan" || cell == "inf" || cell == "-inf" ||
         cell.find_first_of("0123456789") <= (cell.find_first_of("+-.<>") == 0 ? 1U : 0U);
}

/// Whether a column's cells stand at its right, as numbers do.
template <class Rows>
std::vector<bool> numeric_columns(std::size_t columns, const Rows& rows) {
  std::vector<bool> numeric(columns, !rows.empty());
  for (const auto& row : rows)
    for (std::size_t i = 0; i < columns; ++i) numeric[i] = numeric[i] && is_number(row[i]);
  return numeric;
}

}  // namespace

Chapter::Chapter(std::string name, std::string title, std::string question)
    : name_(std::move(name)), title_(std::move(title)), question_(std::move(question)) {}

void Chapter::say(std::string paragraph, Medium medium) {
  parts_.push_back(Paragraph{std::move(paragraph), medium});
}

void Chapter::table(std::vector<std::string> header, std::vector<std::vector<std::string>> rows,
                    Medium medium) {
  for (const auto& row : rows)
    if (row.size() != header.size())
      throw std::invalid_argument("table of " + name_ + ": a row of " + std::to_string(row.size()) +
                                  " cells below a header of " + std::to_string(header.size()));
  parts_.push_back(Table{std::move(header), std::move(rows), medium});
}

void Chapter::lines(std::string text) {
  if (text.empty() || text.back() != '\n') text += '\n';
  parts_.push_back(Lines{std::move(text)});
}

void Chapter::pictures(std::vector<std::string> svg_file_names, std::string caption) {
  parts_.push_back(Pictures{std::move(svg_file_names), std::move(caption)});
}

std::string Chapter::as_text(const Paragraph& paragraph) {
  return paragraph.medium == Medium::page ? std::string() : wrapped(paragraph.text);
}

std::string Chapter::as_text(const Lines& lines) { return lines.text; }

std::string Chapter::as_text(const Table& table) {
  if (table.medium == Medium::page) return {};
  const std::size_t columns = table.header.size();
  const std::vector<bool> numeric = numeric_columns(columns, table.rows);
  std::vector<std::size_t> widths(columns);
  for (std::size_t i = 0; i < columns; ++i) {
    widths[i] = width(table.header[i]);
    for (const auto& row : table.rows) widths[i] = std::max(widths[i], width(row[i]));
  }
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string text;
    for (std::size_t i = 0; i < columns; ++i) {
      const std::string padding(widths[i] - width(cells[i]), ' ');
      text += numeric[i] ? padding + cells[i] : cells[i] + padding;
      text += "  ";
    }
    return text.substr(0, text.find_last_not_of(' ') + 1) + '\n';
  };
  std::string text = line(table.header);
  for (const auto& row : table.rows) text += line(row);
  return text;
}

std::string Chapter::as_text(const Pictures& pictures) {
  std::string files;
  for (const std::string& file : pictures.files) files += (files.empty() ? "" : ", ") + file;
  return wrapped(files + ": " + pictures.caption);
}

std::string Chapter::as_html(const Paragraph& paragraph) {
  if (paragraph.medium == Medium::terminal) return {};
  return "<p>" + escaped(paragraph.text) + "</p>\n";
}

std::string Chapter::as_html(const Lines&) { return {}; }

std::string Chapter::as_html(const Table& table) {
  if (table.medium == Medium::terminal) return {};
  const std::size_t columns = table.header.size();
  const std::vector<bool> numeric = numeric_columns(columns, table.rows);
  std::vector<bool> sentences(columns, false);
  for (const auto& row : table.rows)
    for (std::size_t i = 0; i < columns; ++i)
      sentences[i] = sentences[i] || width(row[i]) > longest_cell;
  const bool is_stacked = std::find(sentences.begin(), sentences.end(), true) != sentences.end();
  const auto line = [&](const std::string& tag, const std::vector<std::string>& cells) {
    std::string html = "<tr>";
    for (std::size_t i = 0; i < columns; ++i)
      html +=
          "<" + tag +
          (sentences[i] ? " class=\"sentences\""
           : numeric[i] ? " class=\"number\""
                        : "") +
          (is_stacked && tag == "td" ? " data-header=\"" + escaped(table.header[i]) + "\"" : "") +
          ">" + escaped(cells[i]) + "</" + tag + ">";
    return html + "</tr>\n";
  };
  // The table scrolls in a box of its own, so that the page need not; with the keyboard, too.
  std::string html = "<div class=\"table\" tabindex=\"0\"><table" +
                     std::string(is_stacked ? " class=\"stacked\"" : "") + ">\n<thead>" +
                     line("th", table.header);
  html += "</thead>\n<tbody>\n";
  for (const auto& row : table.rows) html += line("td", row);
  return html + "</tbody></table></div>\n";
}

std::string Chapter::as_html(const Pictures& pictures) {
  const std::string caption = escaped(pictures.caption);
  std::string html = "<figure><div class=\"pictures\">\n";
  for (const std::string& file : pictures.files)
    html += "<img src=\"" + escaped(file) + "\" alt=\"" + caption + "\">\n";
  return html + "</div><figcaption>" + caption + "</figcaption></figure>\n";
}

void Chapter::print(std::ostream& out) const {
  out << title_ << '\n' << std::string(width(title_), '=') << '\n' << wrapped(question_);
  for (const auto& part : parts_) {
    const std::string text = std::visit([](const auto& known) { return as_text(known); }, part);
    if (!text.empty()) out << '\n' << text;
  }
}

void Chapter::write(const OutputDirectory& directory) const {
  std::string html = "<section class=\"chapter\" id=\"" + escaped(name_) + "\">\n<h2>" +
                     escaped(title_) + "</h2>\n<p class=\"question\">" + escaped(question_) +
                     "</p>\n";
  for (const auto& part : parts_)
    html += std::visit([](const auto& known) { return as_html(known); }, part);
  html += "<p class=\"command\"><code>bash examples/run " + escaped(name_) + "</code></p>\n";
  directory.write(name_ + ".chapter.html", html + "</section>\n");
}

std::string fixed(double value, int decimals) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(decimals) << value;
  return text.str();
}

std::string significant(double value, int digits) {
  std::ostringstream text;
  text << std::setprecision(digits) << value;
  return text.str();
}

}  // namespace examples
