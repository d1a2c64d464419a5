// These benchmarks time the collectives of a step, a sum of integers and a gather of rows, on the ranks that the
// program is started on. The number of calls is fixed, since every rank must make the same ones. The time of the
// slowest rank counts.
#include "bench_main.hpp"
#include "fullforce/base/aligned_array.hpp"
#include "fullforce/base/timer.hpp"

namespace fullforce {
namespace {

constexpr int calls = 200;

const Communicator* world = nullptr;

template <class Call>
void time_calls(benchmark::State& state, const Call& call) {
  for (auto _ : state) {
    world->barrier();
    const Stopwatch clock;
    for (int k = 0; k < calls; ++k) call();
    state.SetIterationTime(world->max(clock.seconds()) / calls);
  }
}

void sum(benchmark::State& state) {
  std::vector<std::int64_t> values(as_size(state.range(0)));
  time_calls(state, [&] { world->sum(values); });
  state.SetBytesProcessed(state.iterations() * state.range(0) * 8);
}

void gather(benchmark::State& state) {
  const RowPartition partition(state.range(0), world->size());
  const RowGather rows(*world, partition, state.range(1));
  AlignedArray<float> all(partition.rows() * state.range(1));
  all.fill(1.0F);
  time_calls(state, [&] { rows(all.span()); });
  state.SetBytesProcessed(state.iterations() * all.size() * 4);
}

BENCHMARK(sum)->ArgName("numbers")->Arg(1)->Arg(64)->Arg(1024)->Arg(16384)->UseManualTime()->Iterations(20)->Unit(
    benchmark::kMicrosecond);
BENCHMARK(gather)
    ->ArgNames({"neurons", "numbers"})
    ->ArgsProduct({{64, 1024, 16384}, {2, 32}})
    ->UseManualTime()
    ->Iterations(20)
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace fullforce

int main(int argc, char** argv) {
  const fullforce::Environment environment(&argc, &argv);
  const auto comm = fullforce::Communicator::world();
  fullforce::world = &comm;
  return fullforce::run_benchmarks(comm, argc, argv);
}
