#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace examples {

/// The directory of a program's files. A file appears under its name only when it is complete, so
/// that an interrupted run leaves the old one or none.
class OutputDirectory {
 public:
  /// Creates the directory where it is missing and tries to write in it. Throws InputError, and
  /// leaves nothing behind, where that fails.
  explicit OutputDirectory(std::filesystem::path path);

  /// Lets produce(temporary name) make the file, then
  /// renames it. Throws InputError if it returns false.
  void write(const std::string& name,
             const std::function<bool(const std::filesystem::path&)>& produce) const;
  void write(const std::string& name, const std::string& text) const;

  std::filesystem::path file(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// From now on ctrl-C, which ends the program, first removes the incomplete file that it may be
/// writing.
void remove_incomplete_file_when_interrupted();

}  // namespace examples
