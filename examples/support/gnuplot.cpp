#include "gnuplot.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace examples {
namespace {

/// gnuplot does not notice a full disk.
bool is_complete(const std::filesystem::path& svg) {
  std::ifstream in(svg);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  return text.find("</svg>") != std::string::npos;
}

}  // namespace

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("''") : std::string(1, c);
  return result + "'";
}

bool gnuplot_is_installed() { return std::system("gnuplot --version >/dev/null 2>&1") == 0; }

void draw(const OutputDirectory& directory, const std::string& name, int width, int height,
          const std::string& script) {
  directory.write(name, [&](const std::filesystem::path& temporary) {
    // A gnuplot that ends early is to be a message, not the end of this program.
    std::signal(SIGPIPE, SIG_IGN);
    std::FILE* const gnuplot = popen("gnuplot", "w");
    if (!gnuplot) return false;
    const std::string all =
        "set terminal svg size " + std::to_string(width) + "," + std::to_string(height) +
        " font 'DejaVu Sans,13' background '#ffffff'\nset output " + quoted(temporary.string()) +
        "\n" + script + "\nunset multiplot\nunset output\n";
    const bool sent = std::fwrite(all.data(), 1, all.size(), gnuplot) == all.size();
    return pclose(gnuplot) == 0 && sent && is_complete(temporary);
  });
}

}  // namespace examples
