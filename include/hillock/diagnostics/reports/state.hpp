// What a monitor has seen as two plain vectors: to send to another process or to write to a file.
//
// A state may come from anywhere. A reader checks it as a whole: first that it is as long as it
// says that it is, so that no memory is asked for on its word alone; then that its counts can be
// those of one stream of samples.
#pragma once

#include <hillock/arrays/views/arguments.hpp>
#include <hillock/diagnostics/reports/finite.hpp>
#include <hillock/errors.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics {

/// As many elements as a monitor counts: up to here a double holds every integer, and shares and
/// moments are computed in doubles.
inline constexpr std::int64_t most_elements = std::int64_t{1} << 53;

}  // namespace diagnostics

/// integers: the version of the layout (100 times the kind of monitor, plus a number that grows
/// when the layout changes), then what identifies the monitor (its sizes), then its counts.
/// numbers: the options, then extremes and what the moments are made of. A monitor is made anew of it and merges as
/// the one that it was taken from. One that contradicts itself is refused: std::invalid_argument
/// says what is wrong.
/// Equal         states have the same integers and numbers of the same bits, or both NaN.
struct MonitorState {
  std::vector<std::int64_t> integers;
  std::vector<double> numbers;

  friend bool operator==(const MonitorState& a, const MonitorState& b) {
    return a.integers == b.integers &&
           std::equal(a.numbers.begin(), a.numbers.end(), b.numbers.begin(), b.numbers.end(),
                      diagnostics::is_same_number);
  }
  friend bool operator!=(const MonitorState& a, const MonitorState& b) { return !(a == b); }
};

namespace diagnostics {

/// What monitors must have in common to be merged: one thing each, in words that no other value of
/// it is told in.
using Description = std::vector<std::string>;

inline std::string joined(const Description& description) {
  std::string text;
  for (const std::string& each : description) text += (text.empty() ? "" : ", ") + each;
  return text;
}

/// Refuses the first thing in which two descriptions differ. The first says how many follow.
inline void require_same(const char* other, const Description& theirs, const Description& ours) {
  for (std::size_t i = 0; i < ours.size(); ++i) {
    if (theirs[i] != ours[i])
      detail::refuse(std::string("hillock::") + other + " has " + theirs[i] + ", expected " +
                     ours[i]);
  }
}

/// Refuses to count more than most_elements, of samples that have `each` elements.
inline void require_countable(const char* where, std::int64_t samples, std::int64_t more,
                              std::int64_t each) {
  if (more <= most_elements / each - samples) return;
  detail::refuse(std::string("hillock::") + where + ": " + std::to_string(samples) + " and " +
                 std::to_string(more) + " samples of " + std::to_string(each) +
                 " elements are too many, expected at most " + std::to_string(most_elements) +
                 " elements");
}

/// Takes a state apart in the order in which it was put together.
class StateReader {
 public:
  StateReader(const char* monitor, const MonitorState& state, std::int64_t version)
      : monitor_(monitor), state_(state) {
    const std::int64_t found = integer();
    if (found != version) {
      fail("has version " + std::to_string(found) + ", expected " + std::to_string(version));
    }
  }

  std::int64_t integer() {
    if (next_integer_ == state_.integers.size()) fail_at_end("integers", next_integer_);
    return state_.integers[next_integer_++];
  }
  double number() {
    if (next_number_ == state_.numbers.size()) fail_at_end("numbers", next_number_);
    return state_.numbers[next_number_++];
  }
  /// An integer between two others.
  std::int64_t integer(const char* what, std::int64_t least, std::int64_t most) {
    const std::int64_t value = integer();
    if (value < least || value > most) {
      fail("has " + std::to_string(value) + ' ' + what + ", expected " + std::to_string(least) +
           " to " + std::to_string(most));
    }
    return value;
  }
  std::int64_t count(const char* what, std::int64_t most = most_elements) {
    return integer(what, 0, most);
  }
  Per axis() { return integer("as its axis", 0, 1) == 0 ? Per::row : Per::column; }
  /// How many parts there are, each of which has at least one integer in the state.
  std::int64_t size(const char* what, std::int64_t least = 1) {
    return integer(what, least, static_cast<std::int64_t>(state_.integers.size()));
  }

  /// What is left is so many integers and numbers for each of `parts`, at least one. Products of
  /// counts that a state tells of may overflow.
  void require_rest(std::int64_t parts, const char* what, std::int64_t integers,
                    std::int64_t numbers) const {
    const std::size_t integers_left = state_.integers.size() - next_integer_;
    const std::size_t numbers_left = state_.numbers.size() - next_number_;
    const auto is_product = [parts](std::size_t left, std::int64_t each) {
      const auto n = static_cast<std::size_t>(parts);
      return left % n == 0 && left / n == static_cast<std::size_t>(each);
    };
    if (is_product(integers_left, integers) && is_product(numbers_left, numbers)) return;
    fail("holds " + std::to_string(integers_left) + " integers and " +
         std::to_string(numbers_left) + " numbers of its " + std::to_string(parts) + ' ' + what +
         ", expected " + std::to_string(integers) + " and " + std::to_string(numbers) + " of each");
  }
  /// Counts of what each element is one of add up to all of them. No sum overflows.
  void require_sum(const char* what, const std::int64_t* counts, std::int64_t n,
                   std::int64_t all) const {
    std::int64_t left = all;
    for (std::int64_t i = 0; i < n && left >= 0; ++i) left -= counts[i];
    if (left != 0) {
      fail("has " + std::string(left < 0 ? "more" : "less") + ' ' + what + " than " +
           std::to_string(all) + ", the finite samples");
    }
  }
  [[noreturn]] void fail(const std::string& what) const {
    detail::refuse(std::string("hillock::") + monitor_ + ": the state " + what);
  }

 private:
  const char* monitor_;
  const MonitorState& state_;
  std::size_t next_integer_ = 0;
  std::size_t next_number_ = 0;

  [[noreturn]] void fail_at_end(const char* what, std::size_t count) const {
    fail("ends after " + std::to_string(count) + ' ' + what + ", expected more");
  }
};

}  // namespace diagnostics
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
