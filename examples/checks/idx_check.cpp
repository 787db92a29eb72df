// Writes data sets in the IDX format, right ones and broken ones, and lets load_idx read them: what
// it must find in the right ones, and what it must say of the others.

#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "../training/data.hpp"

namespace {

namespace fs = std::filesystem;

int failures = 0;

void expect(bool right, const std::string& what) {
  if (right) return;
  ++failures;
  std::cout << "FAILED: " << what << '\n';
}

/// An IDX file: its first four bytes, the sizes and the elements, whether they agree or not.
struct Idx {
  std::vector<unsigned> type;
  std::vector<std::uint32_t> sizes;
  std::vector<int> elements;

  std::string bytes() const {
    std::string all;
    for (const unsigned byte : type) all += static_cast<char>(byte);
    for (const std::uint32_t size : sizes)
      for (const unsigned shift : {24U, 16U, 8U, 0U})
        all += static_cast<char>(size >> shift & 255U);
    for (const int element : elements) all += static_cast<char>(element);
    return all;
  }
};

std::string compressed(const std::string& bytes) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);  // 16: as gzip
  std::string result(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  std::string input = bytes;
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  deflate(&stream, Z_FINISH);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

/// The files of a data set by the ends of their names, as bytes.
struct Set {
  std::string images, labels, test_images, test_labels;
};

Idx images_of(std::uint32_t count, std::uint32_t height, std::uint32_t width, int first = 0) {
  Idx images{{0, 0, 8, 3}, {count, height, width}, {}};
  for (std::uint32_t i = 0; i < count * height * width; ++i)
    images.elements.push_back((first + static_cast<int>(i)) % 256);
  return images;
}
Idx labels_of(const std::vector<int>& labels) {
  return {{0, 0, 8, 1}, {static_cast<std::uint32_t>(labels.size())}, labels};
}

/// Four pictures of 3 x 2 in three classes to train on, two to test.
Set small(int first_label = 0) {
  const int l = first_label;
  return {images_of(4, 3, 2, 200).bytes(), labels_of({l + 2, l, l + 1, l}).bytes(),
          images_of(2, 3, 2, 7).bytes(), labels_of({l + 1, l}).bytes()};
}

struct Names {
  std::string prefix, test = "t10k", separator = "-", ending;
};

void write(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

void write(const fs::path& directory, const Set& set, const Names& names = {}) {
  fs::create_directories(directory);
  const auto file = [&](const std::string& what, const char* kind, const std::string& bytes) {
    write(directory / (names.prefix + what + names.separator + kind + names.ending),
          names.ending.empty() ? bytes : compressed(bytes));
  };
  file("train-images", "idx3-ubyte", set.images);
  file("train-labels", "idx1-ubyte", set.labels);
  file(names.test + "-images", "idx3-ubyte", set.test_images);
  file(names.test + "-labels", "idx1-ubyte", set.test_labels);
}

std::string message_of(const fs::path& path) {
  try {
    training::load_idx(path);
  } catch (const training::InputError& error) {
    return error.what();
  }
  return "nothing";
}

void expect_small(const fs::path& path, const std::string& name) {
  try {
    const training::Dataset data = training::load_idx(path);
    const std::string where = path.string() + ": ";
    expect(data.name == name, where + "is called " + data.name);
    expect(data.training.classes == 3 && data.test.classes == 3, where + "three classes");
    expect(data.training.labels == std::vector<int>{2, 0, 1, 0}, where + "labels to train on");
    expect(data.test.labels == std::vector<int>{1, 0}, where + "labels to test");
    expect(data.training.pixels.rows() == 6 && data.training.count() == 4, where + "4 of 6 pixels");
    expect(data.test.pixels.rows() == 6 && data.test.count() == 2, where + "2 of 6 pixels");
    // Pixel 0 of the pictures to train on is 200, 206, 212, 218, of mean 209, and all pixels differ
    // from their mean alike. Pixel 0 of the first to test is 7.
    const float unit = std::sqrt(45.0F);
    expect(std::abs(data.training.pixels(0, 3) - 9 / unit) < 1e-5F, where + "pixel to train on");
    expect(std::abs(data.test.pixels(0, 0) - (7 - 209) / unit) < 1e-4F, where + "pixel to test");
  } catch (const training::InputError& error) {
    expect(false, path.string() + " is refused: " + error.what());
  }
}

/// Returns the message of load_idx for a set that is right except for `spoil`, plain and
/// compressed.
void expect_refused(const fs::path& scratch, const std::string& name, const std::string& message,
                    const std::function<void(Set&)>& spoil) {
  for (const char* const ending : {"", ".gz"}) {
    const fs::path directory = scratch / (name + ending);
    Set set = small();
    spoil(set);
    Names names;
    names.ending = ending;
    write(directory, set, names);
    const std::string said = message_of(directory);
    const std::size_t colon = message.find(':');
    const std::string file = (directory / message.substr(0, colon)).string() + ending;
    expect(
        said.rfind(file + message.substr(colon), 0) == 0,
        name + ending + ": expected '" + file + message.substr(colon) + "', said '" + said + "'");
  }
}

void right_ones(const fs::path& scratch) {
  write(scratch / "plain", small());
  expect_small(scratch / "plain", "plain");
  expect_small(scratch / "plain" / "", "plain");
  write(scratch / "compressed", small(), {"", "t10k", "-", ".gz"});
  expect_small(scratch / "compressed", "compressed");
  write(scratch / "dots", small(), {"", "t10k", ".", ""});
  expect_small(scratch / "dots", "dots");
  // EMNIST's names; the labels of its letters start at 1.
  const fs::path emnist = scratch / "emnist";
  write(emnist, small(1), {"emnist-letters-", "test", "-", ".gz"});
  expect_small(emnist, "emnist-letters");
  write(emnist, small(253), {"emnist-digits-", "test", "-", ".gz"});  // labels up to 255
  expect_small(emnist / "emnist-letters", "emnist-letters");
  expect_small(emnist / "emnist-digits", "emnist-digits");
  expect(message_of(emnist).find("has 2 data sets; name one, such as " +
                                 (emnist / "emnist-letters").string()) != std::string::npos,
         "two sets in one directory: " + message_of(emnist));
  // Larger than what is read at a time, 4 MiB.
  Set large = small();
  large.images = images_of(300, 127, 129).bytes();
  std::vector<int> labels;
  for (int i = 0; i < 300; ++i) labels.push_back(i % 7);
  large.labels = labels_of(labels).bytes();
  large.test_images = images_of(2, 127, 129).bytes();
  write(scratch / "large", large);
  const training::Dataset data = training::load_idx(scratch / "large");
  expect(data.training.pixels.rows() == 127 * 129 && data.training.count() == 300, "large: size");
  expect(data.training.classes == 7 && data.test.classes == 7, "large: classes");
}

void broken_ones(const fs::path& scratch) {
  const auto refused = [&](const char* name, const char* message,
                           const std::function<void(Set&)>& spoil) {
    expect_refused(scratch, name, message, spoil);
  };
  const std::uint32_t most = 0xFFFFFFFF;
  refused("text",
          "train-images-idx3-ubyte: is not an IDX file: its first two bytes are 116 and 101",
          [](Set& set) { set.images = "text instead of pictures"; });
  refused("floats", "train-images-idx3-ubyte: has elements of the IDX type 13, expected 8",
          [](Set& set) { set.images[2] = 13; });
  refused("swapped", "train-images-idx3-ubyte: has 1 dimensions, expected 3",
          [](Set& set) { std::swap(set.images, set.labels); });
  refused("pictures_as_labels", "t10k-labels-idx1-ubyte: has 3 dimensions, expected 1",
          [](Set& set) { set.test_labels = set.test_images; });
  refused("empty", "train-labels-idx1-ubyte: is cut off in its header, after 0 bytes",
          [](Set& set) { set.labels.clear(); });
  refused("half_a_header", "t10k-images-idx3-ubyte: is cut off in its header, after 10 bytes",
          [](Set& set) { set.test_images.resize(10); });
  refused("longer", "train-images-idx3-ubyte: is longer than the 24 elements",
          [](Set& set) { set.images += '\0'; });
  refused("longer_labels", "t10k-labels-idx1-ubyte: is longer than the 2 elements",
          [](Set& set) { set.test_labels += "12"; });
  refused("no_pictures",
          "train-images-idx3-ubyte: says in its header that the number of pictures is 0",
          [](Set& set) {
            set.images = Idx{{0, 0, 8, 3}, {0, 3, 2}, {}}.bytes();
          });
  refused("no_height",
          "train-images-idx3-ubyte: says in its header that the height of a picture is 0",
          [](Set& set) {
            set.images = Idx{{0, 0, 8, 3}, {4, 0, 2}, {}}.bytes();
          });
  refused("no_width", "train-images-idx3-ubyte: says in its header that its width is 0",
          [](Set& set) {
            set.images = Idx{{0, 0, 8, 3}, {4, 3, 0}, {}}.bytes();
          });
  refused("no_labels", "train-labels-idx1-ubyte: says in its header that the number of labels is 0",
          [](Set& set) { set.labels = labels_of({}).bytes(); });
  // Products of 2^96, and of 2^64, which would be 0.
  refused("huge",
          "train-images-idx3-ubyte: is cut off, or its header is wrong: it announces "
          "4294967295 x 4294967295 x 4294967295 bytes",
          [&](Set& set) {
            set.images = Idx{{0, 0, 8, 3}, {most, most, most}, {1, 2}}.bytes();
          });
  refused("wraps",
          "train-images-idx3-ubyte: is cut off, or its header is wrong: it announces "
          "4 x 2147483648 x 2147483648 bytes",
          [](Set& set) {
            set.images = Idx{{0, 0, 8, 3}, {4, 0x80000000, 0x80000000}, {1, 2}}.bytes();
          });
  refused("many_labels",
          "t10k-labels-idx1-ubyte: is cut off, or its header is wrong: it announces "
          "4294967295 bytes",
          [&](Set& set) {
            set.test_labels = Idx{{0, 0, 8, 1}, {most}, {1, 2}}.bytes();
          });
  refused("fewer_labels", "train-labels-idx1-ubyte: has 3 labels for the 4 pictures of ",
          [](Set& set) {
            set.labels = labels_of({0, 1, 2}).bytes();
          });
  refused("more_labels", "t10k-labels-idx1-ubyte: has 3 labels for the 2 pictures of ",
          [](Set& set) {
            set.test_labels = labels_of({0, 1, 2}).bytes();
          });
  refused("other_size", "t10k-images-idx3-ubyte: has pictures of 2 x 3, and ",
          [](Set& set) { set.test_images = images_of(2, 2, 3).bytes(); });
  refused("one_class", "train-labels-idx1-ubyte: every label is 7, at least two classes",
          [](Set& set) {
            set.labels = labels_of({7, 7, 7, 7}).bytes();
          });
  refused("unknown_class", "t10k-labels-idx1-ubyte: label 2 is 3, and those to train on are 0 to 2",
          [](Set& set) {
            set.test_labels = labels_of({0, 3}).bytes();
          });

  // Errors that only one of the two kinds of file can have.
  const auto only = [&](const char* name, const char* ending, const std::string& message,
                        const std::function<std::string(const std::string&)>& spoil) {
    const fs::path directory = scratch / name,
                   file = directory / ("train-images-idx3-ubyte" + std::string(ending));
    Names names;
    names.ending = ending;
    write(directory, small(), names);
    write(file, spoil(*ending ? compressed(small().images) : small().images));
    expect(message_of(directory).rfind(file.string() + ": " + message, 0) == 0,
           std::string(name) + ": " + message_of(directory));
  };
  only("cut", "",
       "is cut off, or its header is wrong: it announces 4 x 3 x 2 bytes, and after the "
       "header there are 23",
       [](const std::string& bytes) { return bytes.substr(0, bytes.size() - 1); });
  only("cut_compressed", ".gz", "is cut off in",
       [](const std::string& bytes) { return bytes.substr(0, bytes.size() - 12); });
  only("too_few_compressed", ".gz", "is cut off in the 24 elements, after 39 bytes uncompressed",
       [](const std::string&) {
         return compressed(small().images.substr(0, small().images.size() - 1));
       });
  only("damaged", ".gz", "is damaged: ", [](std::string bytes) {
    bytes[bytes.size() - 8] ^= 1;  // of the checksum
    return bytes;
  });
  only("plain_called_gz", ".gz", "is cut off in its header, after 3 bytes",
       [](const std::string&) { return std::string("\0\0\x08", 3); });

  // 2^16 x 2^17 bytes are there, as a hole that takes no room, and times 2^31 they would be 2^64:
  // 0.
  write(scratch / "overflow", small());
  const fs::path images = scratch / "overflow" / "train-images-idx3-ubyte";
  write(images, Idx{{0, 0, 8, 3}, {1U << 16, 1U << 17, 1U << 31}, {}}.bytes());
  std::error_code no_room;
  fs::resize_file(images, (std::uintmax_t{1} << 33) + 16, no_room);
  if (!no_room)
    expect(
        message_of(scratch / "overflow").find("it announces 65536 x 131072 x 2147483648 bytes") !=
            std::string::npos,
        "a product of 2^64: " + message_of(scratch / "overflow"));
  fs::remove(images);

  fs::remove(scratch / "plain" / "t10k-labels-idx1-ubyte");
  expect(message_of(scratch / "plain") == (scratch / "plain" / "t10k-labels-idx1-ubyte").string() +
                                              ": is missing, and so is the same name with .gz",
         "a missing file: " + message_of(scratch / "plain"));
  fs::create_directory(scratch / "plain" / "t10k-labels-idx1-ubyte");
  expect(message_of(scratch / "plain").find("t10k-labels-idx1-ubyte: is not a file") !=
             std::string::npos,
         "a directory as file: " + message_of(scratch / "plain"));
  for (const char* const path : {"none/at/all", "plainer", "emnist/emnist"})
    expect(message_of(scratch / path) ==
               (scratch / path).string() +
                   ": is neither a directory nor what the names of a data set begin with",
           "no directory: " + message_of(scratch / path));
}

}  // namespace

int main(int argc, char** argv) {
  const fs::path scratch = argc > 1 ? argv[1] : "idx";
  fs::remove_all(scratch);
  right_ones(scratch);
  broken_ones(scratch);
  if (failures == 0) std::cout << "every data set is read, or refused with what is wrong\n";
  return failures == 0 ? 0 : 1;
}
