#include "function_style.hpp"

#include <algorithm>
#include <cstdio>
#include <stdexcept>

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

const FunctionStyle& style_of(const std::string& function) {
  const auto& all = function_styles();
  const auto found = std::find_if(
      all.begin(), all.end(), [&](const FunctionStyle& style) { return function == style.name; });
  if (found == all.end())
    throw std::logic_error("support/function_style.cpp has no colour and mark for " + function);
  return *found;
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
