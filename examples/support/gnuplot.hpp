#pragma once

#include <string>

#include "output_directory.hpp"

namespace examples {

/// Whether gnuplot can be called. Without it the programs write their CSV only.
bool gnuplot_is_installed();

/// A text in single quotes, where gnuplot knows one special character, the quote itself.
std::string quoted(const std::string& text);

/// Runs a script that draws one picture of the given size
/// into an SVG file, for light and dark screens. Throws InputError if gnuplot fails.
void draw(const OutputDirectory& directory, const std::string& name, int width, int height,
          const std::string& script);

}  // namespace examples
