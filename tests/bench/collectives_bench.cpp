// These benchmarks time the collectives of a step, a sum of integers and an exchange of the rates of both networks, on
// the ranks that the program is started on: by messages, and through memory that the ranks of a node share. The number
// of calls is fixed, since every rank must make the same ones. The time of the slowest rank counts.
#include "bench_main.hpp"
#include "fullforce/base/timer.hpp"
#include "fullforce/linalg/gathered_vectors.hpp"

namespace fullforce {
namespace {

constexpr int calls = 200;

/// The ranks when they send messages, and the same ranks when they share memory.
const Communicator* worlds[2] = {};

template <class Call>
void time_calls(benchmark::State& state, const Communicator& comm, const Call& call) {
  for (auto _ : state) {
    comm.meet();
    const Stopwatch clock;
    for (int k = 0; k < calls; ++k) call();
    state.SetIterationTime(comm.max(clock.seconds()) / calls);
  }
}

void sum(benchmark::State& state) {
  const Communicator& comm = *worlds[state.range(0)];
  std::vector<std::int64_t> values(as_size(state.range(1)));
  time_calls(state, comm, [&] { comm.sum(values); });
  state.SetBytesProcessed(state.iterations() * state.range(1) * 8);
}

void exchange(benchmark::State& state) {
  const Communicator& comm = *worlds[state.range(0)];
  const Index neurons = state.range(1), networks = 2, streams = state.range(2);
  const Layout layout(comm, neurons, 1);
  GatheredVectors<float> rates(layout, networks, streams);
  time_calls(state, comm, [&] { rates.gather(); });
  state.SetBytesProcessed(state.iterations() * neurons * networks * streams * 4);
}

BENCHMARK(sum)
    ->ArgNames({"shared", "numbers"})
    ->ArgsProduct({{0, 1}, {1, 64, 1024, 4096, 8192, 16384}})
    ->UseManualTime()
    ->Iterations(20)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(exchange)
    ->ArgNames({"shared", "neurons", "streams"})
    ->ArgsProduct({{0, 1}, {64, 1024, 16384}, {1, 16}})
    ->UseManualTime()
    ->Iterations(20)
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace fullforce

int main(int argc, char** argv) {
  const fullforce::Environment environment(&argc, &argv);
  const auto messages = fullforce::Communicator::world(fullforce::Sharing::none);
  const auto shared = fullforce::Communicator::world();
  fullforce::worlds[0] = &messages;
  fullforce::worlds[1] = &shared;
  return fullforce::run_benchmarks(messages, argc, argv);
}
