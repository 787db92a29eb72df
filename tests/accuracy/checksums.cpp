#include <accuracy/checksums.hpp>

#include <accuracy/recorded_checksums.hpp>
#include <accuracy/reference.hpp>
#include <accuracy/sweep.hpp>

#include <cstdio>
#include <cstring>

namespace accuracy {
namespace {

template <class T>
const RecordedChecksum* recorded(const char* function, std::uint64_t points) {
  for (const RecordedChecksum& record : recorded_checksums)
    if (std::strcmp(record.type, Format<T>::name) == 0 &&
        std::strcmp(record.function, function) == 0 && record.points == points)
      return &record;
  return nullptr;
}

/// The functions with their default parameters: at others exact is not correctly rounded. Without a
/// formula in reference.cpp nothing tells what the checksum has to be.
template <class T>
bool is_recorded(const Subject<T>& subject, const Options& options) {
  return subject.rank == 0 && reference_of<T>(subject.function) != nullptr &&
         (options.function.empty() || options.function == subject.function);
}

}  // namespace

bool check_checksums(const Options& options) {
  using T = float;
  const Points<T> points = checksum_points(options.stride);
  std::size_t compared = 0, failed = 0;
  for (const Subject<T>& subject : subjects<T>()) {
    if (subject.tier != Tier::exact || !is_recorded(subject, options)) continue;
    const std::uint64_t sum = checksum(subject, points, options.threads);
    const RecordedChecksum* record = recorded<T>(subject.function, points.size());
    const bool is_right = record != nullptr && record->checksum == sum;
    std::printf("%s, %s, %llu points: 0x%016llx, %s\n", subject.function, Format<T>::name,
                static_cast<unsigned long long>(points.size()),
                static_cast<unsigned long long>(sum),
                record == nullptr ? "FAILED: none is recorded"
                : is_right        ? "as recorded"
                                  : "FAILED: another is recorded");
    ++compared;
    if (!is_right) ++failed;
  }
  std::printf("%zu checksums, %zu failed\n", compared, failed);
  if (compared == 0) std::printf("FAILED: no function has the exact tier\n");
  return compared > 0 && failed == 0;
}

bool record_checksums(const Options& options) {
  using T = float;
  const Points<T> points = checksum_points(options.stride);
  for (const Subject<T>& subject : subjects<T>()) {
    if (subject.tier != Tier::fast || !is_recorded(subject, options)) continue;
    const std::uint64_t sum =
        true_checksum<T>(subject.function, subject.value, points, options.threads);
    std::printf("    {\"%s\", \"%s\", %llu, 0x%016llx},\n", Format<T>::name, subject.function,
                static_cast<unsigned long long>(points.size()),
                static_cast<unsigned long long>(sum));
    std::fflush(stdout);
  }
  return true;
}

}  // namespace accuracy
