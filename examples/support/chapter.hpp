#pragma once
#include <ostream>
#include <string>
#include <vector>
#include "output_directory.hpp"
namespace examples {
class Chapter {
 public:
  Chapter(std::string name, std::string title, std::string question) : n(name) {
    t = title + "\n" + question + "\n";
  }
  void say(std::string p) { t += "\n" + p + "\n"; }
  void table(std::vector<std::string> h, std::vector<std::vector<std::string>> r) {
    r.insert(r.begin(), h);
    t += "\n";
    for (auto& x : r) {
      for (auto& c : x) {
        t += c;
        t += std::string(c.size() < 18 ? 18 - c.size() : 1, ' ');
      }
      t += "\n";
    }
  }
  void picture(std::string f, std::string c) { t += "[" + f + ": " + c + "]\n"; }
  void print(std::ostream& o) const { o << t; }
  void write(const OutputDirectory& d) const {
    d.write(n + ".chapter.html", "<pre>" + t + "</pre>");
  }

 private:
  std::string n, t;
};
}  // namespace examples
