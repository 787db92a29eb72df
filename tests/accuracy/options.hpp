// The options of the program.
#pragma once

#include <cstdint>
#include <string>

namespace accuracy {

struct Options {
  std::string function;  // all, if empty
  std::string type;
  std::string tier;
  std::uint64_t stride = 1024;
  bool exhaustive = false;
  unsigned threads = 1;
  bool defaults_only = false;
  bool properties = true;
  bool peers = false;
  bool checksums = false;
  bool check_references = false;
  bool record = false;
  bool readme = false;
  std::string check_readme;  // a file
};

}  // namespace accuracy
