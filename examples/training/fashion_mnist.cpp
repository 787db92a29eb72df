#include <zlib.h>

#include <cstdint>
#include <memory>

#include "data.hpp"
#include "standardise.hpp"

namespace training {
namespace {

/// An IDX file (big-endian sizes, then bytes), gzip-compressed: http://yann.lecun.com/exdb/mnist/
class IdxFile {
 public:
  explicit IdxFile(const std::filesystem::path& file)
      : name_(file.string()), file_(gzopen(name_.c_str(), "rb"), &gzclose) {
    if (!file_) throw InputError(name_ + ": cannot be opened");
  }

  std::uint32_t number() {
    unsigned char bytes[4];
    read(bytes, sizeof bytes);
    return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
           std::uint32_t{bytes[2]} << 8 | bytes[3];
  }

  void read(unsigned char* bytes, unsigned count) {
    const int got = gzread(file_.get(), bytes, count);
    if (got < 0 || static_cast<unsigned>(got) != count)
      throw InputError(name_ + ": damaged or cut off after " +
                       std::to_string(read_ + static_cast<unsigned>(got > 0 ? got : 0)) +
                       " uncompressed bytes");
    read_ += count;
  }

  void expect(std::uint32_t found, std::uint32_t expected, const char* what) const {
    if (found != expected)
      throw InputError(name_ + ": " + what + " is " + std::to_string(found) + " instead of " +
                       std::to_string(expected));
  }

  /// Also checks the gzip checksum, which zlib compares when it reaches the end.
  void expect_end() {
    unsigned char extra = 0;
    if (gzread(file_.get(), &extra, 1) != 0)
      throw InputError(name_ + ": damaged, or longer than its header says");
  }

  const std::string& name() const { return name_; }

 private:
  std::string name_;
  std::unique_ptr<gzFile_s, int (*)(gzFile)> file_;
  std::uint64_t read_ = 0;
};

constexpr std::uint32_t image_magic = 0x803;  // unsigned bytes, three dimensions
constexpr std::uint32_t label_magic = 0x801;  // unsigned bytes, one dimension
constexpr std::uint32_t side = 28;

Samples load(const std::filesystem::path& images_file, const std::filesystem::path& labels_file,
             std::uint32_t expected_count) {
  IdxFile images(images_file);
  images.expect(images.number(), image_magic, "the IDX type");
  images.expect(images.number(), expected_count, "the number of pictures");
  images.expect(images.number(), side, "the height");
  images.expect(images.number(), side, "the width");
  IdxFile labels(labels_file);
  labels.expect(labels.number(), label_magic, "the IDX type");
  labels.expect(labels.number(), expected_count, "the number of labels");

  Samples samples;
  samples.pixels.resize(side * side, expected_count);
  samples.labels.resize(expected_count);
  Eigen::Matrix<unsigned char, side * side, 1> picture;
  for (std::uint32_t i = 0; i < expected_count; ++i) {
    images.read(picture.data(), side * side);
    samples.pixels.col(i) = picture.cast<float>();
    unsigned char label = 0;
    labels.read(&label, 1);
    if (label >= classes)
      throw InputError(labels.name() + ": label " + std::to_string(i + 1) + " is " +
                       std::to_string(label) + ", a label is 0 to 9");
    samples.labels[i] = label;
  }
  images.expect_end();
  labels.expect_end();
  return samples;
}

}  // namespace

Dataset load_fashion_mnist(const std::filesystem::path& directory) {
  Dataset data;
  data.name = "Fashion-MNIST";
  data.training = load(directory / "train-images-idx3-ubyte.gz",
                       directory / "train-labels-idx1-ubyte.gz", 60000);
  data.test =
      load(directory / "t10k-images-idx3-ubyte.gz", directory / "t10k-labels-idx1-ubyte.gz", 10000);
  standardise(data);
  return data;
}

}  // namespace training
