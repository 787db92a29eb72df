// Numbers and names as reports, CSV and JSON spell them, whatever the locale.
#pragma once

#include <hillock/diagnostics/counting/classifier.hpp>
#include <hillock/diagnostics/reports/digits.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics {

/// Four digits, for a person.
inline std::string rounded_text(double x) {
  std::ostringstream out = plain_stream();
  if (detail::simd::is_nan_number(x)) return "-";
  out << std::setprecision(4) << x;
  return out.str();
}

inline std::string percent(double share, int digits = 2) {
  if (detail::simd::is_nan_number(share)) return "-";
  std::ostringstream out = plain_stream();
  out << std::fixed << std::setprecision(digits) << 100 * share << " %";
  return out.str();
}

/// As many digits as it takes to read the same double back; an empty field of a CSV file and null
/// in JSON, which has no other word for it, where the number is not finite.
inline std::string csv_number(double x) { return is_finite(x) ? all_digits(x) : std::string(); }
inline std::string json_number(double x) { return is_finite(x) ? all_digits(x) : "null"; }

/// U+FFFD, which stands for what cannot be read.
inline constexpr const char* replacement_character = "\xEF\xBF\xBD";

/// What one character of a text is encoded as: `size` bytes of UTF-8, or the first bytes of what is
/// none.
struct Utf8Unit {
  std::size_t size;
  bool is_valid;
};

/// The unit at byte `at` (table 3-7 of the Unicode standard). One that is not valid reaches as far
/// as a valid one could begin so; each such stretch becomes one replacement character, as the
/// standard recommends and other readers of UTF-8 do.
inline Utf8Unit utf8_unit(const std::string& text, std::size_t at) noexcept {
  const auto byte = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(at);
  if (first < 0x80) return {1, true};
  if (first < 0xC2 || first > 0xF4)
    return {1, false};  // a continuation, overlong, or above U+10FFFF
  const std::size_t size = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  // The second byte decides of overlong forms, surrogates and what is above U+10FFFF.
  unsigned low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  unsigned high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  for (std::size_t i = 1; i < size; ++i, low = 0x80, high = 0xBF)
    if (at + i >= text.size() || byte(at + i) < low || byte(at + i) > high) return {i, false};
  return {size, true};
}

/// The text with every character, as UTF-8, replaced by what `spelt` makes of it. What is not UTF-8
/// becomes U+FFFD.
template <class Spelt>
std::string rewritten(const std::string& text, const Spelt& spelt) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Unit unit = utf8_unit(text, at);
    result += unit.is_valid ? spelt(text.substr(at, unit.size)) : replacement_character;
    at += unit.size;
  }
  return result;
}

/// U+0000 to U+001F and U+007F to U+009F.
inline bool is_control(const std::string& character) noexcept {
  const auto last = static_cast<unsigned char>(character.back());
  return character.size() == 1 ? last < 0x20 || last == 0x7F
                               : character[0] == '\xC2' && last < 0xA0;
}

/// One line for a person: control characters, which could break the line or steer a terminal, are
/// shown as U+FFFD.
inline std::string line_text(const std::string& text) {
  return rewritten(text, [](const std::string& character) {
    return is_control(character) ? replacement_character : character;
  });
}

/// A field of CSV: in quotation marks where a comma, a quotation mark, a line's end (RFC 4180) or a
/// space at either end asks for them. CSV cannot spell a NUL, at which readers stop: it becomes
/// U+FFFD. A name that begins with = + - or @ is left as it is, and a spreadsheet may take it for a
/// formula: import the column as text there.
inline std::string csv_text(const std::string& text) {
  const std::string plain = rewritten(text, [](const std::string& character) {
    return character[0] == '\0' ? replacement_character : character;
  });
  const bool has_outer_space = !plain.empty() && (plain.front() == ' ' || plain.back() == ' ');
  if (!has_outer_space && plain.find_first_of(",\"\r\n") == std::string::npos) return plain;
  std::string quoted = "\"";
  for (const char c : plain) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

/// A string of JSON (RFC 8259). U+007F to U+009F, U+2028 and U+2029 are escaped as well, which
/// terminals and older JavaScript take for more than text.
inline std::string json_text(const std::string& text) {
  return '"' +
         rewritten(text,
                   [](const std::string& character) -> std::string {
                     if (character == "\"" || character == "\\") return '\\' + character;
                     if (character == "\xE2\x80\xA8") return "\\u2028";
                     if (character == "\xE2\x80\xA9") return "\\u2029";
                     if (!is_control(character)) return character;
                     char code[8];
                     std::snprintf(
                         code, sizeof code, "\\u%04x",
                         static_cast<unsigned>(static_cast<unsigned char>(character.back())));
                     return code;
                   }) +
         '"';
}

/// A record under construction: the same fields make a line of CSV, its header and a JSON object.
class Record {
 public:
  Record& add(const char* name, double value) {
    return put(name, csv_number(value), json_number(value));
  }
  Record& add(const char* name, std::int64_t value) {
    return put(name, std::to_string(value), std::to_string(value));
  }
  Record& add(const char* name, const std::string& value) {
    return put(name, csv_text(value), json_text(value));
  }
  Record& add_json(const char* name, const std::string& json) {
    return put(name, std::string(), json);
  }

  std::string csv_header() const { return joined(names_); }
  std::string csv() const { return joined(csv_); }
  std::string json() const {
    std::string text = "{";
    for (std::size_t i = 0; i < names_.size(); ++i)
      text += (i > 0 ? ", " : "") + json_text(names_[i]) + ": " + json_[i];
    return text + '}';
  }

 private:
  std::vector<std::string> names_, csv_, json_;

  Record& put(const char* name, const std::string& csv, const std::string& json) {
    names_.emplace_back(name);
    csv_.push_back(csv);
    json_.push_back(json);
    return *this;
  }
  static std::string joined(const std::vector<std::string>& fields) {
    std::string line;
    for (std::size_t i = 0; i < fields.size(); ++i) line += (i > 0 ? "," : "") + fields[i];
    return line + '\n';
  }
};

inline std::string json_array(const std::vector<std::string>& items) {
  std::string text = "[";
  for (std::size_t i = 0; i < items.size(); ++i) text += (i > 0 ? ",\n  " : "\n  ") + items[i];
  return text + (items.empty() ? "]" : "\n]");
}

/// Columns as wide as their widest entry; the first one to the left, the others to the right. A
/// character of UTF-8 is taken to be one column wide.
inline std::string table(const std::vector<std::vector<std::string>>& rows) {
  const auto width = [](const std::string& text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;  // all but continuations
    }));
  };
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max<std::size_t>(row.size(), widths.size()));
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max<std::size_t>(widths[i], width(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - width(row[i]), ' ');
      if (i == 0)
        text += row[i] + (row.size() > 1 ? padding : std::string());
      else
        text += "  " + padding + row[i];
    }
    text += '\n';
  }
  return text;
}

}  // namespace diagnostics
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
