// Sentences, names and tables as reports, CSV and JSON spell them.
#pragma once

#include <hillock/diagnostics/reports/number_text.hpp>
#include <hillock/errors.hpp>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics::internal {

/// A part of a sentence: characters, a string, or a number. It refers to its argument.
class TextPart {
 public:
  TextPart(const char* text) noexcept : from_(text), size_(0) {
    while (text[size_] != '\0') ++size_;
  }
  TextPart(const std::string& text) noexcept : from_(text.data()), size_(text.size()) {}
  TextPart(const NumberText& text) noexcept : from_(text.characters), size_(text.size) {}
  HILLOCK_NOINLINE TextPart(std::int64_t number) noexcept
      : from_(digits_),
        size_(static_cast<std::size_t>(
            std::snprintf(digits_, sizeof digits_, "%lld", static_cast<long long>(number)))) {}
  TextPart(const TextPart&) = delete;
  TextPart& operator=(const TextPart&) = delete;

  const char* data() const noexcept { return from_; }
  std::size_t size() const noexcept { return size_; }

 private:
  const char* from_;
  std::size_t size_;
  char digits_[24];
};

/// Appends the parts to a text. A sentence is built by one call, because a chain a + b + c would
/// create and destroy a temporary string for every part.
HILLOCK_NOINLINE inline void append(std::string& text, std::initializer_list<TextPart> parts) {
  for (const TextPart& part : parts) text.append(part.data(), part.size());
}
HILLOCK_NOINLINE inline std::string joined(std::initializer_list<TextPart> parts) {
  std::string text;
  append(text, parts);
  return text;
}
/// Refuses an argument; the parts are the message.
[[noreturn]] HILLOCK_COLD inline void refuse(std::initializer_list<TextPart> parts) {
  hillock::detail::refuse(joined(parts));
}
[[noreturn]] HILLOCK_COLD inline void refuse_without_samples(
    std::initializer_list<TextPart> where) {
  refuse({"hillock::", joined(where), ": there are no samples"});
}

inline std::int64_t size_of(std::size_t size) noexcept { return static_cast<std::int64_t>(size); }

/// U+FFFD, which replaces characters that cannot be read.
inline constexpr const char* replacement_character = "\xEF\xBF\xBD";

/// The encoding of one character of a text: `size` bytes of UTF-8, or the first bytes of something
/// that is not UTF-8.
struct Utf8Unit {
  std::size_t size;
  bool is_valid;
};

/// Returns the unit at byte `at` (table 3-7 of the Unicode standard). A unit that is not valid
/// reaches as far as a valid one could begin in the same way. Each such unit becomes one
/// replacement character, as the standard recommends and other readers of UTF-8 do.
HILLOCK_NOINLINE inline Utf8Unit utf8_unit(const std::string& text, std::size_t at) noexcept {
  const auto byte = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(at);
  if (first < 0x80) return {1, true};
  // A continuation, an overlong form, or a character above U+10FFFF.
  if (first < 0xC2 || first > 0xF4) return {1, false};
  const std::size_t size = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  // The second byte tells overlong forms, surrogates and characters above U+10FFFF.
  unsigned low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  unsigned high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  for (std::size_t i = 1; i < size; ++i, low = 0x80, high = 0xBF)
    if (at + i >= text.size() || byte(at + i) < low || byte(at + i) > high) return {i, false};
  return {size, true};
}

enum class Spelling { line, csv, json };

/// Appends one character of UTF-8, `size` bytes long, as the spelling has it.
HILLOCK_NOINLINE inline void append_character(std::string& text, const char* bytes,
                                              std::size_t size, Spelling spelling) {
  const auto last = static_cast<unsigned char>(bytes[size - 1]);
  // U+0000 to U+001F and U+007F to U+009F.
  const bool is_control =
      size == 1 ? last < 0x20 || last == 0x7F : size == 2 && bytes[0] == '\xC2' && last < 0xA0;
  const bool is_separator = size == 3 && bytes[0] == '\xE2' && bytes[1] == '\x80' &&
                            (last == 0xA8 || last == 0xA9);  // U+2028 and U+2029
  if (spelling == Spelling::json) {
    if (size == 1 && (bytes[0] == '"' || bytes[0] == '\\')) text += '\\';
    if (is_control || is_separator) {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04x",
                    static_cast<unsigned>(is_separator ? 0x2000U + (last & 0x3FU) : last));
      text += code;
      return;
    }
  } else if (spelling == Spelling::csv ? bytes[0] == '\0' : is_control) {
    text += replacement_character;
    return;
  }
  text.append(bytes, size);
}

/// Returns the text with every character spelled anew. Whatever is not UTF-8 becomes U+FFFD.
HILLOCK_NOINLINE inline std::string spelled(const std::string& text, Spelling spelling) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Unit unit = utf8_unit(text, at);
    if (unit.is_valid)
      append_character(result, text.data() + at, unit.size, spelling);
    else
      result += replacement_character;
    at += unit.size;
  }
  return result;
}

/// Returns a text as one line for a person. Control characters, which could break the line or steer
/// a terminal, are shown as U+FFFD.
inline std::string line_text(const std::string& text) { return spelled(text, Spelling::line); }

/// Returns a text as a field of CSV: in quotation marks where it contains a comma, a quotation mark
/// or a line's end (RFC 4180), or a space at either end. CSV cannot spell a NUL, at which readers
/// stop: it becomes U+FFFD. A name that begins with = + - or @ is unchanged, and a spreadsheet may
/// take it for a formula: import the column as text.
HILLOCK_NOINLINE inline std::string csv_text(const std::string& text) {
  std::string plain = spelled(text, Spelling::csv);
  const bool has_outer_space = !plain.empty() && (plain.front() == ' ' || plain.back() == ' ');
  if (!has_outer_space && plain.find_first_of(",\"\r\n") == std::string::npos) return plain;
  std::string quoted = "\"";
  for (const char c : plain) quoted.append(c == '"' ? 2U : 1U, c);
  quoted += '"';
  return quoted;
}

/// Returns a text as a string of JSON (RFC 8259). U+007F to U+009F, U+2028 and U+2029 are escaped
/// as well, because terminals and older JavaScript act on them.
HILLOCK_NOINLINE inline std::string json_text(const std::string& text) {
  return joined({"\"", spelled(text, Spelling::json), "\""});
}

/// A record under construction. The same fields make a line of CSV, its header and a JSON object.
class Record {
 public:
  Record& add(const char* name, double value) {
    return put(name, csv_number(value), json_number(value));
  }
  Record& add(const char* name, std::int64_t value) { return put(name, value, value); }
  HILLOCK_NOINLINE Record& add(const char* name, const std::string& value) {
    return put(name, csv_text(value), json_text(value));
  }
  Record& add_json(const char* name, const std::string& json) { return put(name, "", json); }

  std::string csv_header() const { return header_ + '\n'; }
  std::string csv() const { return csv_ + '\n'; }
  std::string json() const { return json_ + '}'; }

 private:
  std::string header_, csv_, json_ = "{";
  bool is_empty_ = true;

  HILLOCK_NOINLINE Record& put(const char* name, const TextPart& csv, const TextPart& json) {
    if (!is_empty_) {
      header_ += ',';
      csv_ += ',';
      json_ += ", ";
    }
    is_empty_ = false;
    header_ += name;
    csv_.append(csv.data(), csv.size());
    append(json_, {"\"", name, "\": "});
    json_.append(json.data(), json.size());
    return *this;
  }
};

/// An array of JSON values, one a line.
HILLOCK_NOINLINE inline std::string json_array(const std::vector<std::string>& items) {
  std::string text = "[";
  for (std::size_t i = 0; i < items.size(); ++i) append(text, {i > 0 ? ",\n  " : "\n  ", items[i]});
  text += items.empty() ? "]" : "\n]";
  return text;
}

/// The columns that a text takes, if every character of UTF-8 takes one.
inline std::size_t width_of(const std::string& text) noexcept {
  std::size_t width = 0;
  for (const char c : text) width += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  return width;
}

/// Rows of a table, whose columns are as wide as their widest entry. The first column is aligned to
/// the left, the others to the right. A row may be shorter than others.
class Table {
 public:
  /// Begins a row.
  HILLOCK_NOINLINE void begin(const std::string& entry) {
    rows_.emplace_back();
    add(entry);
  }
  /// Appends entries to the last row.
  HILLOCK_NOINLINE void add(const TextPart& entry) {
    rows_.back().emplace_back(entry.data(), entry.size());
  }
  void add_all(std::initializer_list<TextPart> entries) {
    for (const TextPart& entry : entries) add(entry);
  }
  /// Fills the last row up to a number of entries.
  void fill(std::size_t entries, const char* with) {
    while (rows_.back().size() < entries) add(with);
  }
  std::size_t columns() const noexcept { return rows_.front().size(); }

  HILLOCK_NOINLINE std::string text() const {
    std::string text;
    std::vector<std::size_t> widths;
    for (const auto& row : rows_) {
      if (widths.size() < row.size()) widths.resize(row.size());
      for (std::size_t i = 0; i < row.size(); ++i)
        if (widths[i] < width_of(row[i])) widths[i] = width_of(row[i]);
    }
    for (const auto& row : rows_) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        const std::size_t padding = widths[i] - width_of(row[i]);
        if (i > 0) text.append(padding + 2, ' ');
        text += row[i];
        if (i == 0 && row.size() > 1) text.append(padding, ' ');
      }
      text += '\n';
    }
    return text;
  }

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace diagnostics::internal
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
