// The speed of every activation, beside plain Eigen and composed xsimd: one row per activation.

#include "measure.hpp"
#include "peers.hpp"
#include "report.hpp"

namespace {

void register_rows() {
  using hillock::Per;
  const Eigen::ArrayXf slopes = Eigen::ArrayXf::LinSpaced(64, 0.0F, 0.5F);

  bench::row("identity", hillock::identity, peers::Identity{});
  bench::row("step", hillock::step, peers::Step{});
  bench::row("sigmoid", hillock::sigmoid, peers::Sigmoid{});
  bench::row("tanh", hillock::tanh, peers::Tanh{});
  bench::row("relu", hillock::relu, peers::ReLU{});
  bench::row("leaky_relu", hillock::leaky_relu, peers::LeakyReLU{0.01});
  bench::row("prelu", hillock::PReLU<>{}, peers::LeakyReLU{0.25});
  bench::row("prelu_per_row", hillock::PReLU{slopes, Per::row}, peers::PReLU{slopes},
             {{64, 64}, {64, 1 << 18}});
  bench::row("elu", hillock::elu, peers::ELU{});
  bench::row("swish", hillock::swish, peers::Swish{});
  bench::row("maxout_per_column", hillock::Maxout{2, Per::column}, peers::MaxoutPerColumn{});
  bench::row("maxout_per_row", hillock::Maxout{2, Per::row}, peers::MaxoutPerRow{});
  bench::row("softmax_per_column", hillock::Softmax{Per::column}, peers::SoftmaxPerColumn{},
             {{10, 4096}, {64, 1024}, {1000, 64}, {32000, 4}, {1024, 1 << 14}});
  bench::row("log_softmax_per_column", hillock::LogSoftmax{Per::column},
             peers::LogSoftmaxPerColumn{}, {{10, 4096}, {64, 1024}, {1000, 64}, {32000, 4}});
  bench::row("cross_entropy_per_column", hillock::CrossEntropy{Per::column},
             peers::CrossEntropyPerColumn{}, {{10, 4096}, {64, 1024}, {1000, 64}});
  bench::row("softmax_per_row", hillock::Softmax{Per::row}, peers::SoftmaxPerRow{},
             {{4096, 10}, {1024, 64}});
}

}  // namespace

int main(int argc, char** argv) {
  register_rows();

  // Short runs, repeated in random order: on a shared machine the medians of what ran side by side
  // are comparable.
  std::string defaults[] = {"--benchmark_min_time=0.02", "--benchmark_repetitions=5",
                            "--benchmark_enable_random_interleaving=true"};
  std::vector<char*> arguments(argv, argv + argc);
  arguments.insert(arguments.begin() + 1,
                   {defaults[0].data(), defaults[1].data(), defaults[2].data()});
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 2;
  bench::Report report;
  benchmark::RunSpecifiedBenchmarks(&report);
  benchmark::Shutdown();
}
