// The table of colours and marks: no two functions have the same mark. The eight that are drawn
// into one chart have colours that stay apart, from each other and from the ground, for people who
// see all colours and for the three kinds of colour-blindness, on a light screen and on a dark one.

#include <algorithm>
#include <array>
#include <cmath>
#include <iostream>
#include <string>

#include "../support/function_style.hpp"

namespace {

using Colour = std::array<double, 3>;  // linear red, green, blue
using Matrix = std::array<Colour, 3>;

/// Machado, Oliveira, Fernandes, IEEE TVCG 15 (2009), of full severity, for linear light.
struct Sight {
  const char* name;
  Matrix matrix;
};
const Sight sights[] = {
    {"all colours", {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}}},
    {"protanopia",
     {{{0.152286, 1.052583, -0.204868},
       {0.114503, 0.786281, 0.099216},
       {-0.003882, -0.048116, 1.051998}}}},
    {"deuteranopia",
     {{{0.367322, 0.860646, -0.227968},
       {0.280085, 0.672501, 0.047413},
       {-0.011820, 0.042940, 0.968881}}}},
    {"tritanopia",
     {{{1.255528, -0.076749, -0.178779},
       {-0.078411, 0.930809, 0.147602},
       {0.004733, 0.691367, 0.303900}}}},
};

Colour times(const Matrix& matrix, const Colour& colour) {
  Colour result{};
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t k = 0; k < 3; ++k) result[i] += matrix[i][k] * colour[k];
  return result;
}

double linear(double s) { return s <= 0.04045 ? s / 12.92 : std::pow((s + 0.055) / 1.055, 2.4); }

/// What the page makes of a picture in the dark: brightness(0.8) invert(1) hue-rotate(180deg), with
/// the matrix of the CSS filter-effects specification, on values that are not linear.
Colour in_the_dark(Colour s) {
  for (double& channel : s) channel = 1 - 0.8 * channel;
  const Matrix rotation = {{{-0.574, 1.430, 0.144}, {0.426, 0.430, 0.144}, {0.426, 1.430, -0.856}}};
  s = times(rotation, s);
  for (double& channel : s) channel = std::clamp(channel, 0.0, 1.0);
  return s;
}

Colour parsed(const std::string& hex, bool is_dark) {
  Colour colour{};
  for (std::size_t i = 0; i < 3; ++i)
    colour[i] = std::stoi(hex.substr(1 + 2 * i, 2), nullptr, 16) / 255.0;
  if (is_dark) colour = in_the_dark(colour);
  for (double& channel : colour) channel = linear(channel);
  return colour;
}

/// CIE L*a*b* of D65.
Colour lab(const Colour& colour) {
  const Matrix to_xyz = {
      {{0.4124, 0.3576, 0.1805}, {0.2126, 0.7152, 0.0722}, {0.0193, 0.1192, 0.9505}}};
  Colour xyz = times(to_xyz, colour);
  const Colour white = {0.9505, 1, 1.089};
  for (std::size_t i = 0; i < 3; ++i) {
    const double t = std::max(xyz[i], 0.0) / white[i];
    xyz[i] = t > 0.008856 ? std::cbrt(t) : 7.787 * t + 16.0 / 116;
  }
  return {116 * xyz[1] - 16, 500 * (xyz[0] - xyz[1]), 200 * (xyz[1] - xyz[2])};
}

double distance(const std::string& a, const std::string& b, const Sight& sight, bool is_dark) {
  const Colour x = lab(times(sight.matrix, parsed(a, is_dark))),
               y = lab(times(sight.matrix, parsed(b, is_dark)));
  return std::hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
}

}  // namespace

int main() {
  const auto& all = examples::function_styles();
  constexpr std::size_t in_one_chart = 8;
  constexpr double apart = 10;  // about four times what the eye just tells apart (2.3)
  int failures = 0;
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (all[i].mark == all[k].mark || std::string(all[i].name) == all[k].name) {
        std::cout << "FAILED: " << all[i].name << " and " << all[k].name << " have one mark\n";
        ++failures;
      }
  // A function that the table does not name has a style of its own that stays.
  const auto& fresh = examples::style_of("one_of_tomorrow");
  if (std::string(fresh.name) != "one_of_tomorrow" || std::string(fresh.colour).size() != 7 ||
      fresh.mark < 1 || fresh.mark > 15 || &fresh != &examples::style_of("one_of_tomorrow")) {
    std::cout << "FAILED: no style for a function that is not in the table\n";
    ++failures;
  }
  double least = 1e9;
  for (const bool is_dark : {false, true})
    for (const Sight& sight : sights)
      for (std::size_t i = 0; i < in_one_chart; ++i)
        for (std::size_t k = 0; k <= i; ++k) {
          const std::string other = k == i ? examples::ink::ground : all[k].colour;
          const double d = distance(all[i].colour, other, sight, is_dark);
          least = std::min(least, d);
          if (d >= apart) continue;
          std::cout << "FAILED: " << sight.name << (is_dark ? ", dark: " : ": ") << all[i].name
                    << " and " << (k == i ? "the ground" : all[k].name) << " are " << d
                    << " apart\n";
          ++failures;
        }
  std::cout << all.size() << " functions; the nearest colours are " << least << " apart\n";
  return failures == 0 ? 0 : 1;
}
