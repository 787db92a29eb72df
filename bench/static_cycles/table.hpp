// The table of bench/cycles: written, read again, and compared with another.
#pragma once

#include <iosfwd>
#include <string>
#include <utility>
#include <vector>

namespace bench {

/// A column's name, and the number in it.
using Cell = std::pair<std::string, double>;

struct Row {
  std::string instruction_set;
  std::string type;
  std::string function;
  std::string what;
  std::vector<Cell> cycles;  ///< of a batch, by processor
  std::vector<Cell> counts;  ///< in the loops, for a batch

  bool has_name_of(const Row& other) const;
  std::string name() const;
};

/// Writes the rows of one instruction set, with its name and the names of the columns above them.
void write_rows(std::ostream& out, const std::vector<Row>& rows);

/// Reads what write_rows has written, of any number of instruction sets; lines that start with #
/// are comments. Throws std::runtime_error where a line has another number of cells than its
/// header.
std::vector<Row> read_rows(std::istream& in);

/// Prints each row in which the tables differ, and how. Cycles and instructions may differ by 1 %,
/// the other counts not at all. Instruction sets that were not looked at are passed over, and with
/// a function named all other functions. Returns the number of rows that differ.
int compare(std::ostream& out, const std::vector<Row>& recorded, const std::vector<Row>& found,
            const std::string& function);

}  // namespace bench
