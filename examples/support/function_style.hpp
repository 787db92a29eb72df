#pragma once

#include <string>
#include <vector>

namespace examples {

/// How one of the library's functions is drawn, in every chart.
struct FunctionStyle {
  const char* name;
  const char* colour;
  int mark;  // gnuplot's point type
};

/// Those that are drawn into charts together. Each has a mark of its own, so that no function is
/// told by its colour alone; the eight that are drawn into one chart, the lectures', have colours
/// which colour-blind people can tell apart: Okabe and Ito's (https://jfly.uni-koeln.de/color/),
/// with wine in place of their yellow, which is hardly seen on white.
const std::vector<FunctionStyle>& function_styles();

/// The table's; of any other function a colour and a mark that follow from its name, so that a new
/// activation needs no row there.
const FunctionStyle& style_of(const std::string& function);

/// The colours of what is no function.
namespace ink {
inline constexpr const char* text = "#000000";
inline constexpr const char* muted = "#777777";  // axes, helping lines, the second of two classes
inline constexpr const char* faint = "#dddddd";  // the grid
inline constexpr const char* ground = "#ffffff";
}  // namespace ink

/// A step of a colour from dark to light: step 0 of `count` is the darkest.
std::string shade(const std::string& colour, std::size_t step, std::size_t count);

}  // namespace examples
