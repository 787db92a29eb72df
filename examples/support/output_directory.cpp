#include "output_directory.hpp"

#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

#include "input_error.hpp"

namespace examples {
namespace fs = std::filesystem;

namespace {

/// Creates the missing directories, one by one. Those it created,
/// outermost first, are in `created` also when it fails.
bool create(const fs::path& path, std::vector<fs::path>& created) {
  std::error_code error;
  if (path.empty() || fs::is_directory(path, error)) return true;
  if (!create(path.parent_path(), created)) return false;
  if (fs::create_directory(path, error)) created.push_back(path);
  return fs::is_directory(path, error);
}

/// The name of the file being written, for a signal handler, which may look at nothing else. A
/// longer name is not removed.
std::array<char, 4096> incomplete{};
volatile std::sig_atomic_t writing = 0;

/// Sets the name as long as it lives.
class Incomplete {
 public:
  explicit Incomplete(const std::string& name) {
    if (name.size() >= incomplete.size()) return;
    name.copy(incomplete.data(), name.size());
    incomplete[name.size()] = '\0';
    writing = 1;
  }
  ~Incomplete() { writing = 0; }
  Incomplete(const Incomplete&) = delete;
  Incomplete& operator=(const Incomplete&) = delete;
};

bool can_write_in(const fs::path& path) {
  const fs::path probe = path / ".writable.partial";
  const Incomplete while_it_is(probe.string());
  const bool written = static_cast<bool>(std::ofstream(probe) << "?" << std::flush);
  std::error_code ignored;
  fs::remove(probe, ignored);
  return written;
}

}  // namespace

void remove_incomplete_file_when_interrupted() {
  std::signal(SIGINT, [](int) {
    if (writing) unlink(incomplete.data());
    std::signal(SIGINT, SIG_DFL);
    std::raise(SIGINT);
  });
}

OutputDirectory::OutputDirectory(fs::path path) : path_(std::move(path)) {
  std::vector<fs::path> created;
  if (!path_.empty() && create(path_, created) && can_write_in(path_)) return;
  std::error_code ignored;
  for (auto directory = created.rbegin(); directory != created.rend(); ++directory)
    fs::remove(*directory, ignored);
  throw InputError("output directory '" + path_.string() + "' cannot be written");
}

void OutputDirectory::write(const std::string& name,
                            const std::function<bool(const fs::path&)>& produce) const {
  const fs::path temporary = file("." + name + ".partial");
  const Incomplete while_it_is(temporary.string());
  std::error_code error;
  if (produce(temporary)) {
    fs::rename(temporary, file(name), error);
    if (!error) return;
  }
  fs::remove(temporary, error);
  throw InputError(file(name).string() + " cannot be written");
}

void OutputDirectory::write(const std::string& name, const std::string& text) const {
  write(name, [&text](const fs::path& temporary) {
    return static_cast<bool>(std::ofstream(temporary) << text << std::flush);
  });
}

}  // namespace examples
