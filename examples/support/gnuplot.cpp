#include "gnuplot.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "function_style.hpp"

namespace examples {
namespace {

/// Where the reader's screen is dark, light and dark change places and the hues stay: whatever the
/// colours are, they are told apart as before. Made darker first, no colour becomes too dark to
/// see.
constexpr const char* dark =
    "<style>@media (prefers-color-scheme: dark) {"
    " svg { filter: brightness(0.8) invert(1) hue-rotate(180deg) } }</style>\n";

/// Adds the style. False if the picture is not complete: gnuplot does not notice a full disk.
bool finish(const std::filesystem::path& svg) {
  std::ifstream in(svg);
  std::string text(std::istreambuf_iterator<char>(in), {});
  const std::size_t tag = text.find("<svg"), inside = text.find('>', tag);
  if (tag == std::string::npos || inside == std::string::npos ||
      text.find("</svg>", inside) == std::string::npos)
    return false;
  text.insert(inside + 1, std::string("\n") + dark);
  return static_cast<bool>(std::ofstream(svg) << text << std::flush);
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
    // Opened here: by its name gnuplot could open it after Ctrl-C has removed it, and leave it
    // behind.
    const int picture = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (picture < 0) return false;
    std::FILE* const gnuplot = popen(("gnuplot >&" + std::to_string(picture)).c_str(), "w");
    close(picture);
    if (!gnuplot) return false;
    const std::string all = "set terminal svg size " + std::to_string(width) + "," +
                            std::to_string(height) + " font 'DejaVu Sans,13' background '" +
                            ink::ground + "'\nset tics textcolor rgb '" + ink::text + "'\n" +
                            script + "\nunset multiplot\nunset output\n";
    const bool sent = std::fwrite(all.data(), 1, all.size(), gnuplot) == all.size();
    return pclose(gnuplot) == 0 && sent && finish(temporary);
  });
}

}  // namespace examples
