// What a monitor has seen as two plain vectors: to send to another process or to write to a file.
#pragma once

#include <hillock/arrays/errors.hpp>
#include <hillock/simd/instruction_set.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// integers: the version of the layout (100 times the kind of monitor, plus a number that grows
/// when the layout changes), then what identifies the monitor (its sizes), then its counts.
/// numbers: the options, then extremes and what the moments are made of. A monitor is made anew of it and merges as
/// the one that it was taken from.
struct MonitorState {
  std::vector<std::int64_t> integers;
  std::vector<double> numbers;

  friend bool operator==(const MonitorState& a, const MonitorState& b) {
    return a.integers == b.integers && a.numbers == b.numbers;
  }
  friend bool operator!=(const MonitorState& a, const MonitorState& b) { return !(a == b); }
};

namespace diagnostics {

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
  std::int64_t count() {
    const std::int64_t value = integer();
    // Up to where a double holds every integer: shares and moments are taken in them.
    constexpr std::int64_t most = std::int64_t{1} << 53;
    if (value < 0 || value > most)
      fail("has a count of " + std::to_string(value) + ", expected 0 to " + std::to_string(most));
    return value;
  }
  /// A count of what the state itself holds an integer of each.
  std::int64_t size() {
    const std::int64_t value = integer();
    if (value < 0 || value > static_cast<std::int64_t>(state_.integers.size()))
      fail("is cut off: it tells of " + std::to_string(value) + " units");
    return value;
  }
  /// The state is used up.
  void finish() const {
    if (next_integer_ != state_.integers.size() || next_number_ != state_.numbers.size()) {
      fail("has " + sizes(state_.integers.size(), state_.numbers.size()) + ", expected " +
           sizes(next_integer_, next_number_));
    }
  }
  [[noreturn]] void fail(const std::string& what) const {
    arrays::refuse(std::string("hillock::") + monitor_ + ": the state " + what);
  }

 private:
  const char* monitor_;
  const MonitorState& state_;
  std::size_t next_integer_ = 0;
  std::size_t next_number_ = 0;

  [[noreturn]] void fail_at_end(const char* what, std::size_t count) const {
    fail("ends after " + std::to_string(count) + ' ' + what + ", expected more");
  }
  static std::string sizes(std::size_t integers, std::size_t numbers) {
    return std::to_string(integers) + " integers and " + std::to_string(numbers) + " numbers";
  }
};

}  // namespace diagnostics
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
