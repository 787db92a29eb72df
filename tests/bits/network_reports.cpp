// The monitors of functions along an axis and of gradients, and the reports of whole networks.
#include <bits/monitors.hpp>

namespace bit_record {
namespace {

using hillock::AllMasked;
using hillock::GradientFlow;
using hillock::MaxoutMonitor;
using hillock::NetworkReport;
using hillock::SoftmaxMonitor;
using hillock::Stage;

void add_counts(Checksum& sum, const std::vector<std::int64_t>& counts) {
  sum.add_bits(counts.size());
  for (const std::int64_t count : counts) sum.add_bits(static_cast<std::uint64_t>(count));
}

/// Batches in both storage orders, the last of them by a monitor that is merged.
template <class T, class Monitor, class Batch>
void observe_batches(Monitor& monitor, Monitor& other, const Batch& batch) {
  monitor.observe(batch(50, 1));
  monitor.observe(RowMajorArray<T>(batch(7, 2)));
  other.observe(RowMajorArray<T>(batch(230, 3)));
  other.observe(batch(1, 4));
  monitor.merge(other);
}

template <class T>
MaxoutMonitor maxout_monitor(int pieces, Per axis, Index units) {
  const hillock::Maxout<> maxout{pieces, axis};
  MaxoutMonitor monitor(maxout, units), other(maxout, units);
  observe_batches<T>(monitor, other, [&](Index samples, std::uint64_t seed) {
    const Shape shape =
        axis == Per::column ? Shape{units * pieces, samples} : Shape{samples, units * pieces};
    return logits<T>(shape, axis, Contents::extreme, seed);
  });
  return monitor;
}

template <class T>
void add_maxout_monitors(Results& results) {
  for (const int pieces : {2, 3, 5}) {
    for (const Per axis : {Per::column, Per::row}) {
      for (const Index units : {Index{2}, Index{23}}) {
        const MaxoutMonitor monitor = maxout_monitor<T>(pieces, axis, units);
        const hillock::MaxoutReport report = monitor.report();
        Checksum sum;
        add_counts(sum, report.argmax_counts);
        add_counts(sum, report.finite);
        add_counts(sum, report.non_finite);
        sum.add_number(report.never_argmax_fraction());
        sum.add_number(report.linear_fraction());
        sum.add_number(report.non_finite_fraction());
        add_state(sum, monitor.state());
        results.add(Scope::instruction_set, "fast",
                    "MaxoutMonitor(" + std::to_string(pieces) + ',' + name_of(axis) + ',' +
                        std::to_string(units) + ") " + Format<T>::name + " report",
                    "", sum.value());
      }
    }
  }
}

template <class T>
SoftmaxMonitor<> softmax_monitor(Per axis, AllMasked policy, Index entries) {
  const hillock::Softmax<> softmax{axis, policy};
  SoftmaxMonitor<> monitor(softmax, entries), other(softmax, entries);
  observe_batches<T>(monitor, other, [&](Index samples, std::uint64_t seed) {
    const Shape shape = axis == Per::column ? Shape{entries, samples} : Shape{samples, entries};
    return logits<T>(shape, axis, Contents::extreme, seed);
  });
  return monitor;
}

template <class T>
void add_softmax_monitors(Results& results) {
  for (const AllMasked policy : {AllMasked::nan, AllMasked::uniform}) {
    for (const Per axis : {Per::column, Per::row}) {
      for (const Index entries : {Index{3}, Index{70}}) {
        const SoftmaxMonitor<> monitor = softmax_monitor<T>(axis, policy, entries);
        const hillock::SoftmaxReport report = monitor.report();
        Checksum sum;
        add_counts(sum, report.argmax_counts);
        add_counts(sum, {report.finite, report.non_finite, report.masked, report.saturated});
        sum.add_number(report.saturated_fraction());
        sum.add_number(report.non_finite_fraction());
        add_state(sum, monitor.state());
        results.add(Scope::instruction_set, "fast",
                    std::string("SoftmaxMonitor(") +
                        (policy == AllMasked::nan ? "nan" : "uniform") + ',' + name_of(axis) + ',' +
                        std::to_string(entries) + ") " + Format<T>::name + " report",
                    "", sum.value());
      }
    }
  }
}

const std::vector<std::string>& layer_names() {
  static const std::vector<std::string> names = {"hidden 1", "hidden 2", "\"hidden\", 3", "output"};
  return names;
}

/// Gradients that shrink from the last layer to the first, and are of extreme size or not finite in
/// part if they are to be.
template <class T>
GradientFlow gradient_flow(Contents contents, int decay) {
  GradientFlow flow(layer_names()), other(layer_names());
  for (std::size_t layer = 0; layer < layer_names().size(); ++layer) {
    const int exponent = decay * (static_cast<int>(layer) - 3);
    const auto batch = [&](Index samples, std::uint64_t seed) {
      const Shape shape{static_cast<Index>(5 + 17 * layer), samples};
      return made_of_vectors<T>(shape, true, [&](Index v, Index at, Index n) {
        return contents == Contents::extreme
                   ? gradient<T>(contents, seed, v, at, n)
                   : random_number<T>(seed * 1000003 + static_cast<std::uint64_t>(v * n + at),
                                      exponent - 3, exponent);
      });
    };
    flow.observe(layer, batch(50, 1));
    flow.observe(layer, RowMajorArray<T>(batch(9, 2)));
    other.observe(layer, batch(77, 3));
  }
  flow.merge(other);
  return flow;
}

template <class T>
void add_gradient_flows(Results& results) {
  for (const Contents contents : all_contents) {
    for (const int decay : {0, 2}) {
      const GradientFlow flow = gradient_flow<T>(contents, decay);
      const hillock::GradientReport report = flow.report();
      Checksum sum;
      for (std::size_t i = 0; i < report.layers.size(); ++i) {
        sum.add_number(report.layers[i].norm());
        sum.add_number(report.layers[i].mean_magnitude());
        sum.add_number(report.ratio(i));
      }
      sum.add_number(report.ratio_through());
      sum.add_bits(static_cast<std::uint64_t>(report.non_finite()));
      add_state(sum, flow.state());
      results.add(Scope::instruction_set, "fast",
                  std::string("GradientFlow(") +
                      (contents == Contents::extreme ? "extreme" : "ordinary") + ',' +
                      std::to_string(decay) + ") " + Format<T>::name + " report",
                  "", sum.value());
    }
  }
}

/// A network of one layer of each kind.
template <class T>
NetworkReport network_of(Stage stage, Contents contents) {
  NetworkReport network(stage);
  network.add("hidden 1",
              monitor_that_observed<T>(hillock::relu, Per::row, 41, MonitorOptions()).report());
  if (contents == Contents::extreme) {
    network.add("hidden 2",
                monitor_that_observed<T>(hillock::tanh, Per::row, 41, MonitorOptions()).report());
  } else {
    UnitMonitor<hillock::Tanh<>> monitor(hillock::tanh, 19, Per::row);
    monitor.observe(logits<T>({19, 60}, Per::row, Contents::ordinary, 1));
    network.add("hidden 2", monitor.report());
  }
  network.add("\"hidden\", 3", maxout_monitor<T>(3, Per::column, 23).report());
  network.add("output", softmax_monitor<T>(Per::column, AllMasked::nan, 70).report());
  network.add(gradient_flow<T>(contents, contents == Contents::extreme ? 0 : 3).report());
  return network;
}

void add_network(Results& results, const std::string& line, const NetworkReport& network) {
  const auto add_part = [&](const char* part, const std::string& text) {
    results.add(Scope::instruction_set, "fast", line, part, checksum_of_text(text));
  };
  add_part("text", text_of_report(network));
  add_part("CSV", network.to_csv());
  add_part("JSON", network.to_json());
}

template <class T>
void add_networks(Results& results) {
  const char* const stages[] = {"unknown", "before_training", "training", "trained"};
  for (const Contents contents : all_contents) {
    const NetworkReport before = network_of<T>(Stage::before_training, Contents::ordinary);
    for (const Stage stage :
         {Stage::unknown, Stage::before_training, Stage::training, Stage::trained}) {
      const std::string of = std::string("NetworkReport(") + stages[static_cast<int>(stage)] +
                             (contents == Contents::extreme ? ",extreme) " : ",ordinary) ") +
                             Format<T>::name + ' ';
      NetworkReport network = network_of<T>(stage, contents);
      add_network(results, of + "report", network);
      network.compare_with(before);
      add_network(results, of + "comparison", network);
    }
  }
}

}  // namespace

void add_network_reports(Results& results) {
  add_maxout_monitors<float>(results);
  add_maxout_monitors<double>(results);
  add_maxout_monitors<Eigen::half>(results);
  add_softmax_monitors<float>(results);
  add_softmax_monitors<double>(results);
  add_softmax_monitors<Eigen::half>(results);
  add_gradient_flows<float>(results);
  add_gradient_flows<double>(results);
  add_gradient_flows<Eigen::half>(results);
  add_networks<float>(results);
}

}  // namespace bit_record
