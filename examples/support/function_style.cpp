#include "function_style.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

namespace examples {

const std::vector<FunctionStyle>& function_styles() {
  static const std::vector<FunctionStyle> all = {
      // The lectures' eight.
      {"sigmoid", "#0072b2", 7},      // blue, filled circle
      {"tanh", "#e69f00", 5},         // orange, filled square
      {"relu", "#000000", 9},         // black, filled triangle
      {"leaky_relu", "#d55e00", 11},  // vermillion, filled triangle, point down
      {"prelu", "#cc79a7", 13},       // purple, filled diamond
      {"elu", "#009e73", 15},         // green, filled pentagon
      {"swish", "#56b4e9", 6},        // sky blue, open circle
      {"maxout", "#882255", 4},       // wine, open square
      // Of these none is in a chart with another of its colour.
      {"identity", "#6b5d00", 1},       // olive, plus
      {"step", "#332288", 2},           // indigo, cross
      {"softmax", "#d55e00", 12},       // vermillion, open diamond
      {"log_softmax", "#56b4e9", 3},    // sky blue, star
      {"cross_entropy", "#cc79a7", 8},  // purple, open triangle
      {"logsumexp", "#009e73", 10},     // green, open triangle, point down
  };
  return all;
}

namespace {

/// Of a function that the table does not name: what its name's letters make of it, a dark colour of
/// some hue and one of gnuplot's fifteen marks, always the same.
const FunctionStyle& derived_style(const std::string& function) {
  struct Style {
    std::string name, colour;
    FunctionStyle style;
  };
  static std::map<std::string, Style> made;
  const auto [entry, is_new] = made.try_emplace(function);
  Style& style = entry->second;
  if (is_new) {
    unsigned hash = 2166136261U;  // FNV-1a
    for (const char letter : function)
      hash = (hash ^ static_cast<unsigned char>(letter)) * 16777619U;
    const unsigned hue = hash / 16 % 360, rise = hue % 60 * 0x99 / 60;
    const unsigned low = 0x22, high = 0xbb, up = low + rise, down = high - rise;
    const std::array<std::array<unsigned, 3>, 6> sextants = {{{high, up, low},
                                                              {down, high, low},
                                                              {low, high, up},
                                                              {low, down, high},
                                                              {up, low, high},
                                                              {high, low, down}}};
    char text[8];
    const auto& [red, green, blue] = sextants[hue / 60];
    std::snprintf(text, sizeof text, "#%02x%02x%02x", red & 0xFFU, green & 0xFFU, blue & 0xFFU);
    style.name = function;
    style.colour = text;
    style.style = {style.name.c_str(), style.colour.c_str(), static_cast<int>(1 + hash % 15)};
  }
  return style.style;
}

}  // namespace

const FunctionStyle& style_of(const std::string& function) {
  const auto& all = function_styles();
  const auto found = std::find_if(
      all.begin(), all.end(), [&](const FunctionStyle& style) { return function == style.name; });
  return found != all.end() ? *found : derived_style(function);
}

std::string shade(const std::string& colour, std::size_t step, std::size_t count) {
  const double at = count < 2 ? 0 : static_cast<double>(step) / static_cast<double>(count - 1);
  std::string result = "#";
  for (std::size_t digit = 1; digit < 7; digit += 2) {
    const double full = std::stoi(colour.substr(digit, 2), nullptr, 16);
    // From two thirds of the lightness to six tenths of the way to white: black becomes grey, too.
    const double darker = full * (0.66 + 0.34 * at), value = darker + (255 - darker) * 0.6 * at;
    char text[3];
    std::snprintf(text, sizeof text, "%02x", static_cast<unsigned>(value + 0.5) & 0xFFU);
    result += text;
  }
  return result;
}

}  // namespace examples
