#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <set>
#include <string_view>
#include <system_error>

#include "data.hpp"
#include "standardise.hpp"

namespace training {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<unsigned char>;

constexpr std::uint64_t largest_expansion = 1032;  // of deflate, as zlib's documentation states it

/// Reads an IDX file of unsigned bytes, compressed or not: two zero bytes, the type of the
/// elements, the number of dimensions, the size of each as four bytes with the highest first, and
/// the elements (http://yann.lecun.com/exdb/mnist/). Whatever does not agree throws InputError.
class IdxReader {
 public:
  explicit IdxReader(fs::path file)
      : name_(file.string()), file_(gzopen(name_.c_str(), "rb"), &gzclose) {
    std::error_code error;
    if (!fs::is_regular_file(file, error)) refuse("is not a file that can be read");
    if (!file_) refuse("cannot be opened");
    size_ = fs::file_size(file, error);
    if (error) refuse("cannot be read: " + error.message());
  }

  /// The sizes of each dimension; `meaning` names the dimensions.
  template <std::size_t dimensions>
  std::array<std::uint64_t, dimensions> sizes(
      const std::array<std::string_view, dimensions>& meaning) {
    std::array<unsigned char, 4> type{};
    read(type.data(), type.size(), "its header");
    if (type[0] != 0 || type[1] != 0)
      refuse("is not an IDX file: its first two bytes are " + std::to_string(type[0]) + " and " +
             std::to_string(type[1]) + " instead of 0 and 0");
    if (type[2] != unsigned_bytes)
      refuse("has elements of the IDX type " + std::to_string(type[2]) + ", expected " +
             std::to_string(unsigned_bytes) + ": unsigned bytes");
    if (type[3] != dimensions)
      refuse("has " + std::to_string(type[3]) + " dimensions, expected " +
             std::to_string(dimensions));
    std::array<std::uint64_t, dimensions> sizes{};
    for (std::size_t i = 0; i < dimensions; ++i) {
      std::array<unsigned char, 4> bytes{};
      read(bytes.data(), bytes.size(), "its header");
      for (const unsigned char byte : bytes) sizes[i] = sizes[i] << 8 | byte;
      if (sizes[i] == 0) refuse("says in its header that " + std::string(meaning[i]) + " is 0");
    }
    expect_room_for(sizes.data(), dimensions);
    return sizes;
  }

  /// All elements that sizes() announced, up to the end of the file. Memory grows with what was
  /// read: a header alone cannot ask for it.
  Bytes elements() {
    constexpr std::uint64_t step = std::uint64_t{1} << 22;
    Bytes bytes;
    while (bytes.size() < announced_) {
      const std::size_t before = bytes.size();
      const auto count = static_cast<std::size_t>(std::min(step, announced_ - before));
      bytes.resize(before + count);
      read(bytes.data() + before, count, "the " + std::to_string(announced_) + " elements");
    }
    unsigned char extra = 0;  // zlib compares the checksum when it reaches the end
    const int got = gzread(file_.get(), &extra, 1);
    if (got < 0) refuse("is damaged: " + zlib_message());
    if (got > 0)
      refuse("is longer than the " + std::to_string(announced_) +
             " elements that its header announces");
    return bytes;
  }

  [[noreturn]] void refuse(const std::string& what) const { throw InputError(name_ + ": " + what); }

 private:
  static constexpr unsigned char unsigned_bytes = 8;

  std::string name_;
  std::unique_ptr<gzFile_s, int (*)(gzFile)> file_;
  std::uint64_t size_ = 0, read_ = 0, announced_ = 0;

  std::string zlib_message() const {
    int ignored = 0;
    std::string message = gzerror(file_.get(), &ignored);
    return message.substr(std::min(message.size(), message.rfind(": ") + 2));  // without the name
  }

  void read(unsigned char* bytes, std::size_t count, const std::string& what) {
    const int got = gzread(file_.get(), bytes, static_cast<unsigned>(count));
    if (got >= 0 && static_cast<std::size_t>(got) == count) {
      read_ += count;
      return;
    }
    int error = Z_OK;
    gzerror(file_.get(), &error);
    if (error != Z_OK && error != Z_BUF_ERROR) refuse("is damaged: " + zlib_message());
    refuse("is cut off in " + what + ", after " +
           std::to_string(read_ + static_cast<std::uint64_t>(std::max(got, 0))) + " bytes" +
           (gzdirect(file_.get()) == 1 ? "" : " uncompressed"));
  }

  void expect_room_for(const std::uint64_t* sizes, std::size_t dimensions) {
    const bool plain = gzdirect(file_.get()) == 1;
    const std::uint64_t most =
        plain ? size_ - std::min(size_, read_)
              : std::min(size_, std::numeric_limits<std::uint64_t>::max() / largest_expansion) *
                    largest_expansion;
    std::string product = std::to_string(sizes[0]);
    announced_ = sizes[0];  // below 2^32
    bool fits = announced_ <= most;
    for (std::size_t i = 1; i < dimensions; ++i) {
      product += " x " + std::to_string(sizes[i]);
      fits = fits && announced_ <= most / sizes[i];  // without a product that could overflow
      if (fits) announced_ *= sizes[i];
    }
    if (!fits)
      refuse("is cut off, or its header is wrong: it announces " + product + " bytes, and " +
             (plain ? "after the header there are " + std::to_string(most)
                    : std::to_string(size_) + " compressed bytes cannot hold as many"));
  }
};

/// Where the four files of a data set are, and what their names begin with: nothing, or as with
/// EMNIST's the name of the set and a hyphen.
struct Source {
  fs::path directory;
  std::string prefix, name;
};

/// "emnist-letters" of "emnist-letters-".
std::string without_hyphen(const std::string& prefix) {
  return prefix.substr(0, prefix.find_last_not_of("-_.") + 1);
}

/// Returns the text in front of "train-images" in the names of a directory's files.
std::set<std::string> prefixes_in(const fs::path& directory) {
  const std::string middle = "train-images";
  std::set<std::string> prefixes;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    const std::size_t at = name.find(middle);
    if (at == std::string::npos) continue;
    const std::string rest = name.substr(at + middle.size());
    if (rest.find("idx3-ubyte") == 1) prefixes.insert(name.substr(0, at));
  }
  if (error) throw InputError(directory.string() + ": " + error.message());
  return prefixes;
}

/// `path` is a directory with one data set, or a directory and the beginning of a set's names.
Source source_of(const fs::path& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    const std::set<std::string> prefixes = prefixes_in(path);
    if (prefixes.size() > 1)
      throw InputError(path.string() + ": has " + std::to_string(prefixes.size()) +
                       " data sets; name one, such as " +
                       (path / without_hyphen(*prefixes.rbegin())).string());
    const std::string prefix = prefixes.empty() ? "" : *prefixes.begin();
    const fs::path directory = fs::absolute(path / ".").lexically_normal().parent_path();
    return {path, prefix, prefix.empty() ? directory.filename().string() : without_hyphen(prefix)};
  }
  const fs::path directory = path.has_parent_path() ? path.parent_path() : ".";
  const std::string name = without_hyphen(path.filename().string());
  if (fs::is_directory(directory, ignored))
    for (const std::string& prefix : prefixes_in(directory))
      if (!name.empty() && without_hyphen(prefix) == name) return {directory, prefix, name};
  throw InputError(path.string() +
                   ": is neither a directory nor what the names of a data set begin with");
}

struct Files {
  fs::path images, labels;
};

/// The files of a part, with a hyphen or a dot before "idx", compressed or not. Where both are
/// there, the one that is not compressed is taken.
Files find_files(const Source& source, const std::vector<std::string>& parts) {
  const auto file = [&](const std::string& what, const std::string& type) {
    for (const std::string& part : parts)
      for (const char* const separator : {"-", "."})
        for (const char* const ending : {"", ".gz"}) {
          const fs::path candidate =
              source.directory / (source.prefix + part + what + separator + type + ending);
          std::error_code ignored;
          if (fs::exists(candidate, ignored)) return candidate;
        }
    throw InputError(
        (source.directory / (source.prefix + parts.front() + what + "-" + type)).string() +
        ": is missing, and so is the same name with .gz");
  };
  return {file("images", "idx3-ubyte"), file("labels", "idx1-ubyte")};
}

struct Pictures {
  std::uint64_t count = 0, height = 0, width = 0;
  Bytes pixels, labels;
  Files files;

  std::string size() const { return std::to_string(height) + " x " + std::to_string(width); }
};

Pictures read(const Files& files) {
  Pictures pictures;
  pictures.files = files;
  IdxReader images(files.images), labels(files.labels);
  const auto sizes =
      images.sizes<3>({"the number of pictures", "the height of a picture", "its width"});
  pictures.count = sizes[0];
  pictures.height = sizes[1];
  pictures.width = sizes[2];
  const std::uint64_t count = labels.sizes<1>({"the number of labels"})[0];
  if (count != pictures.count)
    labels.refuse("has " + std::to_string(count) + " labels for the " +
                  std::to_string(pictures.count) + " pictures of " + files.images.string());
  pictures.pixels = images.elements();
  pictures.labels = labels.elements();
  return pictures;
}

/// The labels are counted from the first one, as EMNIST's letters are 1 to 26.
Samples samples_of(const Pictures& pictures, int first_label, int classes) {
  const auto pixels = static_cast<Eigen::Index>(pictures.height * pictures.width);
  Samples samples;
  samples.classes = classes;
  samples.pixels = Eigen::Map<const Eigen::Matrix<unsigned char, Eigen::Dynamic, Eigen::Dynamic>>(
                       pictures.pixels.data(), pixels, static_cast<Eigen::Index>(pictures.count))
                       .cast<float>();
  for (const int label : pictures.labels) samples.labels.push_back(label - first_label);
  return samples;
}

}  // namespace

Dataset load_idx(const fs::path& path) {
  const Source source = source_of(path);
  const Pictures training = read(find_files(source, {"train-"})),
                 test = read(find_files(source, {"t10k-", "test-"}));
  if (test.height != training.height || test.width != training.width)
    throw InputError(test.files.images.string() + ": has pictures of " + test.size() + ", and " +
                     training.files.images.string() + " of " + training.size());
  const auto [least, most] = std::minmax_element(training.labels.begin(), training.labels.end());
  if (*least == *most)
    throw InputError(training.files.labels.string() + ": every label is " + std::to_string(*least) +
                     ", at least two classes are needed");
  for (std::size_t i = 0; i < test.labels.size(); ++i)
    if (test.labels[i] < *least || test.labels[i] > *most)
      throw InputError(test.files.labels.string() + ": label " + std::to_string(i + 1) + " is " +
                       std::to_string(test.labels[i]) + ", and those to train on are " +
                       std::to_string(*least) + " to " + std::to_string(*most));

  Dataset data;
  data.name = source.name;
  const int classes = *most - *least + 1;
  data.training = samples_of(training, *least, classes);
  data.test = samples_of(test, *least, classes);
  standardise(data);
  return data;
}

}  // namespace training
