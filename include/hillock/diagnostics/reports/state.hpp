// The state of a monitor as two plain vectors, which can be sent to another process or written to a
// file.
//
// A state may come from anywhere, so a reader checks all of it. It first checks that the state is
// as long as its sizes say, so that a wrong size never allocates memory. Then it checks that the
// counts can be those of one stream of samples.
#pragma once

#include <hillock/diagnostics/reports/text.hpp>
#include <hillock/per.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// integers: the version of the layout (100 times the kind of monitor, plus a number that grows
/// when the layout changes), then what identifies the monitor (its sizes), then its counts.
/// numbers: the options, then extremes and the sums of the moments. A monitor that is made from a
/// state continues and merges as the one that the state was taken from. A state that contradicts
/// itself is refused by a std::invalid_argument that says what is wrong.
/// Equal         states have the same integers, and numbers of the same bits, or both NaN.
struct MonitorState {
  std::vector<std::int64_t> integers;
  std::vector<double> numbers;

  friend bool operator==(const MonitorState& a, const MonitorState& b) {
    if (a.integers != b.integers || a.numbers.size() != b.numbers.size()) return false;
    for (std::size_t i = 0; i < a.numbers.size(); ++i)
      if (!diagnostics::internal::is_same_number(a.numbers[i], b.numbers[i])) return false;
    return true;
  }
  friend bool operator!=(const MonitorState& a, const MonitorState& b) { return !(a == b); }
};

namespace diagnostics::internal {

/// A monitor counts at most this many elements. Shares and moments are computed in double, which
/// holds every integer up to here.
inline constexpr std::int64_t max_elements = std::int64_t{1} << 53;

/// The properties that monitors must have in common to be merged, one phrase for each. Different
/// values have different phrases.
using Description = std::vector<std::string>;

HILLOCK_NOINLINE inline std::string list_of(const Description& description) {
  std::string text;
  for (const std::string& each : description) append(text, {text.empty() ? "" : ", ", each});
  return text;
}

/// Refuses the first property in which two descriptions differ. The first phrase determines how
/// many phrases follow.
HILLOCK_NOINLINE inline void require_same(const char* other, const Description& theirs,
                                          const Description& ours) {
  for (std::size_t i = 0; i < ours.size(); ++i)
    if (theirs[i] != ours[i])
      refuse({"hillock::", other, " has ", theirs[i], ", expected ", ours[i]});
}

/// Refuses to count more than max_elements, for samples of `each` elements.
HILLOCK_NOINLINE inline void require_countable(const char* where, std::int64_t samples,
                                               std::int64_t more, std::int64_t each) {
  if (more <= max_elements / each - samples) return;
  refuse({"hillock::", where, ": ", samples, " and ", more, " samples of ", each,
          " elements are too many, expected at most ", max_elements, " elements"});
}

/// Reads a state in the order in which it was written.
class StateReader {
 public:
  HILLOCK_NOINLINE StateReader(const char* monitor, const MonitorState& state, std::int64_t version)
      : monitor_(monitor), state_(state) {
    const std::int64_t found = integer();
    if (found != version) fail({"has version ", found, ", expected ", version});
  }

  HILLOCK_NOINLINE std::int64_t integer() {
    if (next_integer_ == state_.integers.size()) fail_at_end("integers", next_integer_);
    return state_.integers[next_integer_++];
  }
  HILLOCK_NOINLINE double number() {
    if (next_number_ == state_.numbers.size()) fail_at_end("numbers", next_number_);
    return state_.numbers[next_number_++];
  }
  /// Returns an integer, which must lie between two others.
  HILLOCK_NOINLINE std::int64_t integer(const char* what, std::int64_t min, std::int64_t max) {
    const std::int64_t value = integer();
    if (value < min || value > max)
      fail({"has ", value, " ", what, ", expected ", min, " to ", max});
    return value;
  }
  std::int64_t count(const char* what, std::int64_t max = max_elements) {
    return integer(what, 0, max);
  }
  Per axis() { return integer("as its axis", 0, 1) == 0 ? Per::row : Per::column; }
  /// Returns how many parts there are, each of which has at least one integer in the state.
  std::int64_t size(const char* what, std::int64_t min = 1) {
    return integer(what, min, size_of(state_.integers.size()));
  }

  /// Refuses the state unless the rest of it has `integers` integers and `numbers` numbers for each
  /// of `parts` parts. It does not multiply, because products of numbers from a state may overflow.
  HILLOCK_NOINLINE void require_rest(std::int64_t parts, const char* what, std::int64_t integers,
                                     std::int64_t numbers) const {
    const std::int64_t integers_left = size_of(state_.integers.size() - next_integer_);
    const std::int64_t numbers_left = size_of(state_.numbers.size() - next_number_);
    const auto is_product = [parts](std::int64_t left, std::int64_t each) {
      return left % parts == 0 && left / parts == each;
    };
    if (is_product(integers_left, integers) && is_product(numbers_left, numbers)) return;
    fail({"holds ", integers_left, " integers and ", numbers_left, " numbers for its ", parts, " ",
          what, ", expected ", integers, " and ", numbers, " for each"});
  }
  /// Refuses the state unless the counts add up to `all`. No sum overflows.
  HILLOCK_NOINLINE void require_sum(const char* what, const std::int64_t* counts, std::int64_t n,
                                    std::int64_t all) const {
    std::int64_t left = all;
    for (std::int64_t i = 0; i < n && left >= 0; ++i) left -= counts[i];
    if (left != 0)
      fail({"has ", what, " that add up to ", left < 0 ? "more" : "less", " than ", all,
            ", the number of finite samples"});
  }
  [[noreturn]] HILLOCK_COLD void fail(std::initializer_list<TextPart> what) const {
    refuse({"hillock::", monitor_, ": the state ", joined(what)});
  }

 private:
  const char* monitor_;
  const MonitorState& state_;
  std::size_t next_integer_ = 0;
  std::size_t next_number_ = 0;

  [[noreturn]] HILLOCK_COLD void fail_at_end(const char* what, std::size_t count) const {
    fail({"ends after ", size_of(count), " ", what, ", expected more"});
  }
};

}  // namespace diagnostics::internal
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
