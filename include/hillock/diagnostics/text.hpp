// Numbers and names as reports, CSV and JSON spell them, whatever the locale.
#pragma once

#include <hillock/diagnostics/digits.hpp>
#include <hillock/diagnostics/judge.hpp>

#include <cstdio>
#include <string>
#include <vector>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics {

/// Four digits, for a person.
inline std::string rounded_text(double x) {
  std::ostringstream out = plain_stream();
  if (simd::is_nan_number(x)) return "-";
  out << std::setprecision(4) << x;
  return out.str();
}

inline std::string percent(double share, int digits = 2) {
  if (simd::is_nan_number(share)) return "-";
  std::ostringstream out = plain_stream();
  out << std::fixed << std::setprecision(digits) << 100 * share << " %";
  return out.str();
}

/// All digits; an empty field of a CSV file and null in JSON, which has no other word for it, where
/// the number is not finite.
inline std::string csv_number(double x) { return is_finite(x) ? all_digits(x) : std::string(); }
inline std::string json_number(double x) { return is_finite(x) ? all_digits(x) : "null"; }

/// In quotation marks where a comma, a quotation mark or a line's end asks for them (RFC 4180).
inline std::string csv_text(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

inline std::string json_text(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(c));
      quoted += code;
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
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

/// Columns as wide as their widest entry; the first one to the left, the others to the right.
inline std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(row.size() > widths.size() ? row.size() : widths.size());
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = row[i].size() > widths[i] ? row[i].size() : widths[i];
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - row[i].size(), ' ');
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
