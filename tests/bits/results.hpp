// The checksums of one build, each under the name of its line in recorded_bits.txt.
#pragma once

#include <bits/checksum.hpp>

#include <map>
#include <string>
#include <vector>

namespace bit_record {

/// Whether a result is the same on every machine, or depends on the instruction set.
enum class Scope { everywhere, instruction_set };

class Results {
 public:
  struct Line {
    Scope scope;
    std::string tier;
    std::string what;  // such as "sigmoid float forward"
    std::uint64_t checksum;
  };

  /// With a list, every part of every line is printed as it is added.
  explicit Results(bool is_listing) : is_listing_(is_listing) {}

  /// Adds a part to the line of that name; a line with several parts has one checksum for all of
  /// them, in the order in which they are added.
  void add(Scope scope, const std::string& tier, const std::string& what, const std::string& part,
           std::uint64_t checksum);

  /// For results that must not depend on the way in which they are computed: nothing is recorded,
  /// and a difference is an error of its own.
  void require_equal(const std::string& what, const std::string& way, std::uint64_t expected,
                     std::uint64_t computed);

  const std::vector<Line>& lines() const { return lines_; }
  std::size_t comparisons() const { return comparisons_; }
  const std::vector<std::string>& inequalities() const { return inequalities_; }

 private:
  bool is_listing_;
  std::vector<Line> lines_;
  std::map<std::string, std::size_t> places_;
  std::size_t comparisons_ = 0;
  std::vector<std::string> inequalities_;
};

std::string hexadecimal(std::uint64_t number);

// The functions that are covered. Each has a source file of its own, so that none takes a minute to
// compile.
void add_pointwise_fast(Results& results);
void add_pointwise_fast_narrow(Results& results);
void add_pointwise_exact(Results& results);
void add_pointwise_exact_half(Results& results);
void add_pointwise_exact_bfloat16(Results& results);
void add_ways(Results& results);
void add_prelu(Results& results);
void add_softmax(Results& results);
void add_softmax_narrow(Results& results);
void add_softmax_exact(Results& results);
void add_log_softmax(Results& results);
void add_log_softmax_double(Results& results);
void add_log_softmax_narrow(Results& results);
void add_log_softmax_exact(Results& results);
void add_cross_entropy(Results& results);
void add_cross_entropy_narrow(Results& results);
void add_cross_entropy_exact(Results& results);
void add_maxout(Results& results);
void add_monitors(Results& results);
void add_monitors_of_other_types(Results& results);
void add_network_reports(Results& results);

}  // namespace bit_record
