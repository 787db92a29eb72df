// The table that a run ends with.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace bench {

/// Collects the speeds of benchmarks named activation/operation/type/size/contender, and prints one
/// row for each activation and operation: the median of every contender, and the ratio of hillock's
/// verb to its fastest peer.
class Report : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context& context) override;
  void ReportRuns(const std::vector<Run>& runs) override;
  void Finalize() override;

 private:
  struct Row {
    std::string activation;
    std::string operation;
    std::int64_t order;
    std::map<std::string, std::vector<double>> speeds;
  };
  struct Group {
    std::string title;
    std::int64_t order;
    std::vector<Row> rows;
  };

  // `order` is the place in the order of registration: results arrive in a random one.
  Group& group(const std::string& title, std::int64_t order);
  static Row& row(Group& group, const std::string& activation, const std::string& operation,
                  std::int64_t order);
  void print(const Group& group) const;

  std::vector<Group> groups_;
  std::size_t finished_ = 0;
  bool shows_progress_ = false;
};

}  // namespace bench
