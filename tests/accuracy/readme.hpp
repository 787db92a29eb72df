// The table in tests/accuracy/README.md: bounds, measured maxima, peers.
#pragma once

#include <accuracy/sweep.hpp>

#include <map>
#include <string>
#include <vector>

namespace accuracy {

class Table {
 public:
  /// Rows stand in the order in which functions come first; only default parameters are in it.
  template <class T>
  void add(const Subject<T>& subject, const SweepResult<T>& result);
  void print() const;

 private:
  struct Row {
    std::string function;
    std::map<std::string, std::string> cells;  // by column
  };
  Row& row(const std::string& function);

  std::vector<Row> rows_;
  std::vector<std::string> columns_;
};

/// Whether the table in this file has the headers' bounds: a line for every function.
bool check_readme(const std::string& file);

}  // namespace accuracy
