// Diagnoses a layer on several MPI ranks, each with samples of its own: the states are sent to rank
// 0, which merges them. Run it with mpirun -n 2 20_merge_mpi.

#include <mpi.h>

#include <CLI/CLI.hpp>
#include <Eigen/Core>
#include <cstdlib>
#include <hillock/diagnostics.hpp>
#include <hillock/hillock.hpp>
#include <iostream>

namespace {

constexpr Eigen::Index units = 64;

/// The pre-activations of sample number `sample`, the same on whatever rank.
Eigen::VectorXf pre_activations(int sample) {
  std::srand(static_cast<unsigned>(sample));
  return Eigen::VectorXf::Random(units) * 8;
}

using Monitor = hillock::UnitMonitor<hillock::Sigmoid<>>;

Monitor observe(int begin, int end) {
  Monitor monitor(hillock::sigmoid, units, hillock::Per::row);
  for (int sample = begin; sample < end; ++sample) monitor.observe(pre_activations(sample));
  return monitor;
}

void send(const hillock::MonitorState& state) {
  MPI_Send(state.integers.data(), static_cast<int>(state.integers.size()), MPI_INT64_T, 0, 0,
           MPI_COMM_WORLD);
  MPI_Send(state.numbers.data(), static_cast<int>(state.numbers.size()), MPI_DOUBLE, 0, 1,
           MPI_COMM_WORLD);
}

/// `state` has the sizes, which are those of every monitor of one layer.
hillock::MonitorState receive(int from, hillock::MonitorState state) {
  MPI_Recv(state.integers.data(), static_cast<int>(state.integers.size()), MPI_INT64_T, from, 0,
           MPI_COMM_WORLD, MPI_STATUS_IGNORE);
  MPI_Recv(state.numbers.data(), static_cast<int>(state.numbers.size()), MPI_DOUBLE, from, 1,
           MPI_COMM_WORLD, MPI_STATUS_IGNORE);
  return state;
}

int run(int samples) {
  int rank = 0, ranks = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  Monitor monitor = observe(samples * rank / ranks, samples * (rank + 1) / ranks);
  if (rank != 0) {
    send(monitor.state());
    return 0;
  }
  for (int from = 1; from < ranks; ++from)
    monitor.merge(Monitor(hillock::sigmoid, receive(from, monitor.state())));
  std::cout << monitor.report();
  const bool same = monitor.state().integers == observe(0, samples).state().integers;
  std::cout << "every count of " << ranks << " ranks " << (same ? "is" : "is NOT")
            << " that of one\n";
  return same ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  int samples = 2000;
  CLI::App app{"Merges the diagnostics of several MPI ranks."};
  app.add_option("-n,--samples", samples)->check(CLI::Range(1, 1000000))->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  MPI_Init(&argc, &argv);
  const int status = run(samples);
  MPI_Finalize();
  return status;
}
