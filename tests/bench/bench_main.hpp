#pragma once
#include <benchmark/benchmark.h>

#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

/// A reporter for the ranks that say nothing.
class SilentReporter : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>&) override {}
};

/// Runs the registered benchmarks on every rank. Only the root reports. **Collective.**
inline int run_benchmarks(const Communicator& comm, int argc, char** argv) {
  // Only the root may write the output file, so the other ranks do not get its option.
  int kept = 1;
  for (int k = 1; k < argc; ++k)
    if (comm.is_root() || std::string(argv[k]).rfind("--benchmark_out", 0) != 0) argv[kept++] = argv[k];
  benchmark::Initialize(&kept, argv);
  if (benchmark::ReportUnrecognizedArguments(kept, argv)) return 2;
  SilentReporter silent;
  if (comm.is_root())
    benchmark::RunSpecifiedBenchmarks();
  else
    benchmark::RunSpecifiedBenchmarks(&silent);
  return 0;
}

}  // namespace fullforce
