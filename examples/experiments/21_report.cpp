// Puts the chapters that the other programs wrote together into one page, report.html.

#include <CLI/CLI.hpp>
#include <Eigen/Core>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "functions/functions.hpp"
#include "support/experiment.hpp"
#include "support/input_error.hpp"
#include "support/output_directory.hpp"

namespace {

namespace fs = std::filesystem;
using examples::InputError;

const std::string page_style =
#include "page_css.inc"
    ;

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw InputError(file.string() + ": cannot be opened");
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Returns the text between two strings, from `from` on; empty if they are not there.
std::string between(const std::string& text, const std::string& before, const std::string& after,
                    std::size_t from = 0) {
  std::size_t begin = text.find(before, from);
  if (begin == std::string::npos) return {};
  begin += before.size();
  const std::size_t end = text.find(after, begin);
  return end == std::string::npos ? std::string() : text.substr(begin, end - begin);
}

std::string replaced(const std::string& text, const std::string& from, const std::string& to) {
  std::string result;
  std::size_t begin = 0;
  for (std::size_t found = 0; (found = text.find(from, begin)) != std::string::npos;
       begin = found + from.size())
    result += text.substr(begin, found - begin) + to;
  return result + text.substr(begin);
}

/// The picture as an element of the page. Each of gnuplot's pictures has the same ids, and a page
/// may have each only once: they get a prefix.
std::string inlined(const std::string& svg, const std::string& prefix, const std::string& caption,
                    const std::string& file) {
  const std::size_t begin = svg.find("<svg"), end = svg.find('>', begin),
                    last = svg.rfind("</svg>");
  if (begin == std::string::npos || end == std::string::npos || last == std::string::npos ||
      last < end)
    throw InputError(file + ": not a complete SVG picture");
  const std::string tag = svg.substr(begin, end - begin), width = between(tag, "width=\"", "\"");
  if (width.empty()) throw InputError(file + ": the picture has no width");
  std::string inside = svg.substr(end + 1, last - end - 1);
  for (const char* const place : {" id=\"", " id='", "href=\"#", "href='#", "url(#"})
    inside = replaced(inside, place, place + prefix);
  inside = replaced(inside, "\t<", "<");
  // A phone shows three quarters of the size, in which the letters can still be read.
  return "<svg viewBox=\"" + between(tag, "viewBox=\"", "\"") + "\" role=\"img\" aria-label=\"" +
         caption + "\" style=\"max-width:calc(1.2*" + width + "px)\">" +
         replaced(inside, "<title>Gnuplot</title>", "") + "</svg>";
}

/// The chapter with its pictures in place of their names.
std::string with_pictures(const std::string& chapter, const fs::path& directory) {
  const std::string opening = "<img src=\"";
  std::string result;
  std::size_t begin = 0;
  for (std::size_t found = 0; (found = chapter.find(opening, begin)) != std::string::npos;) {
    const std::size_t end = chapter.find('>', found);
    const std::string file = between(chapter, opening, "\"", found),
                      caption = between(chapter, "alt=\"", "\"", found);
    result += chapter.substr(begin, found - begin);
    result += fs::exists(directory / file)
                  ? "<div class=\"picture\">" +
                        inlined(text_of(directory / file),
                                replaced(fs::path(file).stem().string(), " ", "-") + "-", caption,
                                (directory / file).string()) +
                        "</div>"
                  : "<p class=\"about\">" + file + " was not drawn: is gnuplot installed?</p>";
    begin = end == std::string::npos ? chapter.size() : end + 1;
  }
  return result + chapter.substr(begin);
}

/// In the order of their numbers, which may have one digit or more.
std::vector<fs::path> chapters_in(const fs::path& directory) {
  const std::string ending = ".chapter.html";
  std::vector<fs::path> chapters;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    if (name.size() > ending.size() && name.find_first_of("0123456789") == 0 &&
        name.compare(name.size() - ending.size(), ending.size(), ending) == 0)
      chapters.push_back(entry.path());
  }
  if (chapters.empty())
    throw InputError("there is no chapter in '" + directory.string() +
                     "': the experiments write them there");
  const auto number = [](const fs::path& file) { return std::stoull(file.filename().string()); };
  std::sort(chapters.begin(), chapters.end(), [&number](const fs::path& a, const fs::path& b) {
    return std::make_pair(number(a), a) < std::make_pair(number(b), b);
  });
  return chapters;
}

std::string page(const std::vector<fs::path>& chapters) {
  std::string contents, body;
  for (const fs::path& file : chapters) {
    const std::string chapter = text_of(file);
    contents += "<li><a href=\"#" + between(chapter, "id=\"", "\"") + "\">" +
                between(chapter, "<h2>", "</h2>") + "</a></li>\n";
    body += with_pictures(chapter, file.parent_path());
  }
  return R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>hillock: what the examples found</title>
<style>
)" + page_style +
         R"(</style>
</head>
<body>
<h1>hillock: what the examples found</h1>
<p>Activation functions of neural networks, looked at by experiment. Each chapter was written by one
program of the examples, with the numbers and pictures of its last run.</p>
<p class="about">)" +
         functions::instruction_set() + "; Eigen " ENVIRONMENT_EIGEN "; " + COMPILER +
         "</p>\n<nav><ol>\n" + contents + "</ol></nav>\n" + body + "</body>\n</html>\n";
}

void run(int argc, const char* const* argv) {
  std::string path = "out";
  CLI::App app{"Puts the chapters of the experiments together into one page, report.html."};
  app.add_option("-o,--output", path, "Directory of the chapters, and for the page")
      ->capture_default_str();
  if (!examples::parse_options(app, argc, argv)) return;
  const std::vector<fs::path> chapters = chapters_in(path);
  const std::string text = page(chapters);
  const examples::OutputDirectory output(path);
  examples::remove_incomplete_file_when_interrupted();
  output.write("report.html", text);
  std::cout << chapters.size() << " chapters: " << output.file("report.html").string() << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  return examples::exit_status(argv[0], [&] { run(argc, argv); });
}
