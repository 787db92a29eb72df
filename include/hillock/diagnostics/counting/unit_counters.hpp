// The counters of a monitor for every unit of a layer.
#pragma once

#include <hillock/diagnostics/counting/unit_arrays.hpp>
#include <hillock/diagnostics/reports/state.hpp>
#include <hillock/diagnostics/reports/unit_statistics.hpp>

#include <string>
#include <type_traits>
#include <vector>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics::internal {

/// The counters, the extremes and the sums of every unit of a layer.
class UnitCounters {
  using Index = Eigen::Index;

 public:
  /// The largest number of elements that a 32-bit counter counts before it is added to a 64-bit
  /// counter.
  static constexpr std::int64_t max_in_lanes = std::int64_t{1} << 31;

  HILLOCK_NOINLINE explicit UnitCounters(std::size_t units, std::int64_t max_narrow = max_in_lanes)
      : max_narrow_(max_narrow),
        non_finite_(units),
        narrow_(units),
        wide_(units),
        floats_(units),
        doubles_(units),
        input_(units),
        output_(units) {}

  std::size_t units() const noexcept { return non_finite_.size(); }
  /// Whether a finite element of the unit has been counted.
  bool has_seen(Index unit) const noexcept { return finite(at(unit)) > 0; }
  /// Whether a finite element of every unit has been counted.
  bool has_seen_all() const noexcept { return has_seen_all_; }
  /// Whether an output of any unit was ever below 0.
  bool has_negative_output() const noexcept { return has_negative_output_; }

  HILLOCK_NOINLINE UnitStatistics unit(std::size_t i) const noexcept {
    const auto count = [i](const auto& narrow, const auto& wide) {
      return static_cast<std::int64_t>(narrow[i] + wide[i]);
    };
    UnitStatistics statistics;
    statistics.finite = finite(i);
    statistics.non_finite = non_finite_[i];
    statistics.active = count(narrow_.active, wide_.active);
    statistics.near_linear = count(narrow_.near_linear, wide_.near_linear);
    statistics.saturated_low = count(narrow_.low, wide_.low);
    statistics.saturated_high = count(narrow_.high, wide_.high);
    // The order of batches decides which of two zeros came first, so +0 stands for both.
    const auto unsigned_zero = [](double x) { return x == 0 ? 0 : x; };
    statistics.largest_input = unsigned_zero(
        larger(static_cast<double>(floats_.largest_input[i]), doubles_.largest_input[i]));
    statistics.smallest_output = unsigned_zero(
        smaller(static_cast<double>(floats_.smallest_output[i]), doubles_.smallest_output[i]));
    const auto n = static_cast<double>(statistics.finite);
    statistics.input = input_.of(i).moments(n);
    statistics.output = output_.of(i).moments(n);
    return statistics;
  }

  /// Adds other counters of the same units.
  HILLOCK_NOINLINE void merge(const UnitCounters& other) noexcept {
    for (std::size_t i = 0; i < units(); ++i) {
      UnitStatistics both = unit(i);
      const std::int64_t n = both.finite, m = other.finite(i);
      input_.merge(i, n, other.input_.of(i), m);
      output_.merge(i, n, other.output_.of(i), m);
      both.merge(other.unit(i));
      set(i, both);
      any_needs_scalar_sums_ |= needs_scalar_sums<double>(i);
    }
    narrow_samples_ = 0;
    finish();
  }

  /// Appends the counters to a state.
  HILLOCK_NOINLINE void write(MonitorState& state) const {
    std::vector<UnitStatistics> all(units());
    for (std::size_t i = 0; i < units(); ++i) all[i] = unit(i);
    for (const auto& [member, name] : all_counts)
      for (const UnitStatistics& each : all) state.integers.push_back(each.*member);
    for (const auto member : all_extremes)
      for (const UnitStatistics& each : all) state.numbers.push_back(each.*member);
    for (const UnitSums* sums : {&input_, &output_}) {
      // The pivot of a unit without a finite element may be NaN.
      for (std::size_t i = 0; i < units(); ++i)
        state.numbers.push_back(finite(i) > 0 ? sums->pivot[i] : 0);
      for (const auto* numbers : {&sums->sum, &sums->squares, &sums->scale})
        for (const double number : *numbers) state.numbers.push_back(number);
    }
  }
  /// The integers and numbers that write() appends for each unit.
  static constexpr std::int64_t integers_each = 6, numbers_each = 10;

  /// Reads what write() has appended, for `samples` samples of every unit.
  HILLOCK_NOINLINE void read(StateReader& state, std::int64_t samples) {
    std::vector<UnitStatistics> all(units());
    for (const auto& [member, name] : all_counts)
      for (UnitStatistics& each : all) each.*member = state.count(name, samples);
    for (const auto member : all_extremes)
      for (UnitStatistics& each : all) each.*member = state.number();
    for (UnitSums* sums : {&input_, &output_})
      for (auto* numbers : {&sums->pivot, &sums->sum, &sums->squares, &sums->scale})
        for (double& number : *numbers) number = state.number();
    for (std::size_t i = 0; i < units(); ++i) {
      const std::string contradiction = contradiction_in(all[i], i, samples);
      if (!contradiction.empty()) state.fail({"has ", contradiction, " (unit ", size_of(i), ")"});
      set(i, all[i]);
    }
    for (std::size_t i = 0; i < units(); ++i)
      any_needs_scalar_sums_ |= needs_scalar_sums<double>(i);
    finish();
  }

  /// Prepares for elements of type T, whose sums are about pivots of that type.
  template <class T>
  HILLOCK_LOOP void prepare_for() noexcept {
    constexpr bool are_floats = std::is_same_v<T, float>;
    if (are_floats && !are_pivots_floats_) {
      any_needs_scalar_sums_ = false;
      for (std::size_t i = 0; i < units(); ++i) {
        if (!needs_scalar_sums<T>(i)) continue;
        update_pivots<T>(i, i + 1);
      }
    }
    are_pivots_floats_ = are_floats;
  }
  /// Prepares for n elements of each unit, which are counted in lanes.
  void prepare_lanes(Index n) noexcept {
    if (HILLOCK_LIKELY((narrow_samples_ += n) <= max_narrow_)) return;
    flush_narrow_counters();
    narrow_samples_ = n;
  }
  /// Must be called when all elements of a batch have been counted.
  void finish() noexcept {
    if (has_seen_all_) return;
    has_seen_all_ = true;
    for (std::size_t i = 0; i < units(); ++i) has_seen_all_ = has_seen_all_ && finite(i) > 0;
  }

  /// Sets the pivots of a unit without a finite element.
  void set_pivots(Index unit, double input, double output) noexcept {
    input_.pivot[at(unit)] = input;
    output_.pivot[at(unit)] = output;
  }
  /// Whether one of these units needs its elements to be added one by one
  /// (UnitSums::needs_scalar_sums).
  template <class T>
  bool any_needs_scalar_sums(Index first, std::size_t count) const noexcept {
    if (HILLOCK_LIKELY(!any_needs_scalar_sums_)) return false;
    for (std::size_t i = at(first); i < at(first) + count; ++i)
      if (needs_scalar_sums<T>(i)) return true;
    return false;
  }
  const UnitSums& input() const noexcept { return input_; }
  const UnitSums& output() const noexcept { return output_; }

  /// Adds lane i of the totals to unit first_unit + i. Looks for better pivots if may_be_better.
  template <class V>
  HILLOCK_PART void add_lanes(Index first_unit, const LaneTotals<V>& totals,
                              bool may_be_better) noexcept {
    using T = typename V::value_type;
    const std::size_t first = at(first_unit);
    if constexpr (std::is_same_v<T, float>)
      narrow_.add_lanes(first, totals);
    else
      wide_.add_lanes(first, totals);
    extremes_of<T>().add_lanes(first, totals);
    if (!has_negative_output_) has_negative_output_ = any(totals.smallest_output < V(0));
    input_.add_lanes(first, totals.input, totals.input_squares);
    output_.add_lanes(first, totals.output, totals.output_squares);
    if (may_be_better) update_pivots<T>(first, first + V::size);
  }

  /// Adds the sums of n elements, about any pivots, before the elements are counted.
  HILLOCK_LOOP void add_sums(Index unit, std::uint64_t n, const ShiftedSums& input,
                             const ShiftedSums& output) noexcept {
    const std::size_t i = at(unit);
    input_.add(i, finite(i), input, static_cast<std::int64_t>(n));
    output_.add(i, finite(i), output, static_cast<std::int64_t>(n));
  }
  /// Adds all lanes of the totals to one unit. Their sums are `input` and `output`.
  template <class V>
  HILLOCK_LOOP void add_sum(Index unit, const LaneTotals<V>& totals, const ShiftedSums& input,
                            const ShiftedSums& output) noexcept {
    using T = typename V::value_type;
    const std::size_t i = at(unit);
    const auto sum = [](auto lanes) {
      return static_cast<std::uint64_t>(sum_of_patterns(V::from_bits(lanes)));
    };
    wide_.active[i] += sum(totals.counts.active);
    wide_.near_linear[i] += sum(totals.counts.near_linear);
    wide_.low[i] += sum(totals.counts.low);
    wide_.high[i] += sum(totals.counts.high);
    const double largest =
        folded(totals.largest_input, [](auto a, auto b) { return a > b ? a : b; });
    const double smallest =
        folded(totals.smallest_output, [](auto a, auto b) { return a < b ? a : b; });
    const std::uint64_t n = sum(totals.finite);
    add_sums(unit, n, input, output);
    add_finite(i, n, static_cast<T>(largest), static_cast<T>(smallest));
    // After a merge the pivot need not be a T, as the next lanes require.
    if (needs_scalar_sums<T>(i)) update_pivots<T>(i, i + 1);
  }

  /// Adds one element. It serves elements of which some are not finite, or whose squares are too
  /// small or too large.
  template <class T>
  HILLOCK_NOINLINE void add_element(const ElementClassifier<T>& classifier, Index unit, T element,
                                    T output, T derivative) noexcept {
    const std::size_t i = at(unit);
    if (output < 0) has_negative_output_ = true;  // also where it is -infinity
    if (!is_finite(element) || !is_finite(output)) {
      ++non_finite_[i];
      return;
    }
    const auto x = static_cast<double>(element), y = static_cast<double>(output);
    const double slope = std::abs(static_cast<double>(derivative));
    if (!has_seen(unit)) set_pivots(unit, x, y);
    if (classifier.is_active(x, slope)) ++wide_.active[i];
    if (classifier.is_near_linear(x, slope)) ++wide_.near_linear[i];
    if (classifier.is_low(x, slope)) ++wide_.low[i];
    if (classifier.is_high(x, slope)) ++wide_.high[i];
    input_.add_element(i, x);
    output_.add_element(i, y);
    add_finite(i, 1, element, output);
    any_needs_scalar_sums_ |= needs_scalar_sums<T>(i);
  }

 private:
  std::int64_t max_narrow_;
  std::vector<std::int64_t> non_finite_;
  // Lanes of floats count in 32 bits; all other counters have 64 bits.
  UnitCounts<std::uint32_t> narrow_;
  UnitCounts<std::uint64_t> wide_;
  UnitExtremes<float> floats_;
  UnitExtremes<double> doubles_;
  UnitSums input_, output_;
  std::int64_t narrow_samples_ = 0;
  bool are_pivots_floats_ = true;
  bool any_needs_scalar_sums_ = false;
  bool has_seen_all_ = false;
  bool has_negative_output_ = false;

  struct NamedCount {
    std::int64_t UnitStatistics::*member;
    const char* name;
  };
  static constexpr NamedCount all_counts[] = {
      {&UnitStatistics::finite, "finite elements of a unit"},
      {&UnitStatistics::non_finite, "elements of a unit that are not finite"},
      {&UnitStatistics::active, "active elements of a unit"},
      {&UnitStatistics::near_linear, "nearly linear elements of a unit"},
      {&UnitStatistics::saturated_low, "elements of a unit that are saturated low"},
      {&UnitStatistics::saturated_high, "elements of a unit that are saturated high"}};
  static constexpr double UnitStatistics::*all_extremes[] = {&UnitStatistics::largest_input,
                                                             &UnitStatistics::smallest_output};

  static std::size_t at(Index unit) noexcept { return static_cast<std::size_t>(unit); }
  std::int64_t finite(std::size_t i) const noexcept {
    return static_cast<std::int64_t>(narrow_.finite[i] + wide_.finite[i]);
  }
  template <class T>
  bool needs_scalar_sums(std::size_t i) const noexcept {
    // The pivots of a unit without a finite element may be NaN; they are set later.
    return finite(i) > 0 && (input_.needs_scalar_sums<T>(i) || output_.needs_scalar_sums<T>(i));
  }
  template <class T>
  UnitExtremes<T>& extremes_of() noexcept {
    if constexpr (std::is_same_v<T, float>)
      return floats_;
    else
      return doubles_;
  }

  /// Returns a phrase that names what is impossible about a unit; empty if all is possible. The
  /// caller has checked that no count is negative or above `samples`.
  HILLOCK_NOINLINE std::string contradiction_in(const UnitStatistics& unit, std::size_t i,
                                                std::int64_t samples) const {
    const std::int64_t n = unit.finite;
    if (n + unit.non_finite != samples)
      return joined(
          {n, " finite and ", unit.non_finite, " other elements of ", samples, " samples"});
    if (unit.active > n || unit.near_linear > n || unit.saturated_low + unit.saturated_high > n)
      return joined({n, " finite elements, of which ", unit.active, " are active, ",
                     unit.near_linear, " nearly linear, ", unit.saturated_low,
                     " saturated low and ", unit.saturated_high, " high"});
    const bool are_there = is_finite(unit.largest_input) && is_finite(unit.smallest_output);
    const bool are_none = is_same_number(unit.largest_input, -infinity<double>) &&
                          is_same_number(unit.smallest_output, infinity<double>);
    if (!(n > 0 ? are_there : are_none))
      return joined({n, " finite elements, of which the largest input is ",
                     all_digits(unit.largest_input), " and the smallest output is ",
                     all_digits(unit.smallest_output)});
    for (const UnitSums* sums : {&input_, &output_}) {
      const bool is_input = sums == &input_;
      if (!are_possible(sums->of(i), n, is_input ? unit.largest_input : unit.smallest_output,
                        is_input ? 1 : -1))
        return joined({n, " finite elements, whose sums about ", all_digits(sums->pivot[i]),
                       " are ", all_digits(sums->sum[i]), " and, for the squares, ",
                       all_digits(sums->squares[i]), ", with the scale ",
                       all_digits(sums->scale[i])});
    }
    return std::string();
  }

  /// Returns whether n numbers can have these sums, if `extreme` is the largest (side 1) or the
  /// smallest (-1) of them.
  HILLOCK_NOINLINE static bool are_possible(const ShiftedSums& sums, std::int64_t count,
                                            double extreme, double side) noexcept {
    const bool are_numbers =
        is_finite(sums.pivot) && is_finite(sums.sum) && is_finite(sums.squares);
    if (!are_numbers || !is_scale(sums.scale) || sums.squares < 0) return false;
    if (count == 0) return sums.pivot == 0 && sums.sum == 0 && sums.squares == 0 && sums.scale == 1;
    const auto n = static_cast<double>(count);
    // This limit is far below overflow, because sums are scaled.
    constexpr double max = 0x1p960;
    if (std::abs(sums.sum) > max || sums.squares > max) return false;
    // Of all numbers with the same sum of squares, equal numbers have the largest sum.
    if (std::abs(sums.sum) > std::sqrt(sums.squares) * std::sqrt(n) * (1 + 1e-3) + 1e-150)
      return false;
    const double mean = sums.pivot * sums.scale + sums.sum / n;
    if (!is_finite(mean)) return false;
    // The allowance covers the rounding of float sums, also where all numbers are equal and their
    // spread is 0.
    const double allowance = 1e-3 * std::sqrt(sums.squares / n) + 1e-6 * std::abs(mean) + 1e-15;
    return side * (mean - extreme * sums.scale) <= allowance;
  }

  /// Adds the counters of 32 bits to those of 64.
  HILLOCK_NOINLINE void flush_narrow_counters() noexcept {
    for (std::size_t i = 0; i < units(); ++i) set(i, unit(i));
  }

  /// Sets counts and extremes, all of them in 64 bits. The pivots may then be doubles that are no
  /// floats.
  HILLOCK_NOINLINE void set(std::size_t i, const UnitStatistics& statistics) noexcept {
    const auto count = [i](auto& narrow, auto& wide, std::int64_t number) {
      narrow[i] = 0;
      wide[i] = static_cast<std::uint64_t>(number);
    };
    non_finite_[i] = statistics.non_finite;
    count(narrow_.finite, wide_.finite, statistics.finite);
    count(narrow_.active, wide_.active, statistics.active);
    count(narrow_.near_linear, wide_.near_linear, statistics.near_linear);
    count(narrow_.low, wide_.low, statistics.saturated_low);
    count(narrow_.high, wide_.high, statistics.saturated_high);
    doubles_.largest_input[i] = statistics.largest_input;
    doubles_.smallest_output[i] = statistics.smallest_output;
    has_negative_output_ = has_negative_output_ || statistics.smallest_output < 0;
    are_pivots_floats_ = false;
  }

  /// Counts n elements of one unit, whose sums have been added.
  template <class T>
  HILLOCK_NOINLINE void add_finite(std::size_t i, std::uint64_t n, T largest_input,
                                   T smallest_output) noexcept {
    const bool is_new = finite(i) == 0;
    wide_.finite[i] += n;
    extremes_of<T>().add(i, largest_input, smallest_output);
    has_negative_output_ = has_negative_output_ || smallest_output < 0;
    if (is_new ||
        is_far_from_pivot(input_.sum[i], input_.squares[i], static_cast<double>(finite(i))) ||
        is_far_from_pivot(output_.sum[i], output_.squares[i], static_cast<double>(finite(i))))
      update_pivots<T>(i, i + 1);
  }

  /// Moves the pivots of some units to better values.
  template <class T>
  HILLOCK_NOINLINE void update_pivots(std::size_t first, std::size_t end) noexcept {
    for (std::size_t i = first; i < end; ++i) {
      const auto n = static_cast<double>(finite(i));
      if (n == 0) continue;
      for (UnitSums* sums : {&input_, &output_}) sums->set(i, sums->of(i).about_best<T>(n));
      any_needs_scalar_sums_ |= needs_scalar_sums<T>(i);
    }
  }
};

}  // namespace diagnostics::internal
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
