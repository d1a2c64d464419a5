#include "performance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "fullforce/base/memory.hpp"

namespace fullforce {
namespace {

constexpr double shortest_measured_run = 5.0;  // s
constexpr double longest_measurement = 0.1;

double seconds_for_measuring(double of_run) {
  return of_run < shortest_measured_run ? 0.0 : std::min(longest_measurement, 0.01 * of_run);
}

double imbalance_of(const RegionTable& table) {
  double slowest = 0.0;
  double mean = 0.0;
  for (const TimerRegion region :
       {TimerRegion::target_network, TimerRegion::products, TimerRegion::updates, TimerRegion::rest}) {
    slowest += table[as_size(region)].maximum;
    mean += table[as_size(region)].mean;
  }
  return mean > 0.0 ? slowest / mean : 1.0;
}

}  // namespace

double Performance::fraction_of_limit() const {
  if (bandwidth <= 0.0 || product_rate <= 0.0) return 0.0;
  return std::max(work.bytes / bandwidth, work.operations / product_rate) / seconds;
}

Performance performance_of(const Communicator& comm, const TrainingTotals& totals, Index streams, double dt,
                           Precision precision, std::span<const Bytes> matrices) {
  Performance p;
  p.seconds = std::max(totals.seconds, 1e-9);
  p.steps = static_cast<double>(totals.steps_here);
  p.stream_steps = p.steps * static_cast<double>(streams);
  p.simulated_seconds = p.stream_steps * dt;
  p.work = totals.work;
  p.imbalance = imbalance_of(totals.regions);
  p.peak_bytes = comm.all_gather(peak_memory());
  const double measuring = 0.5 * seconds_for_measuring(-comm.max(-p.seconds));
  if (measuring <= 0.0) return p;
  p.bandwidth = together(comm, [&] { return read_rate(matrices, measuring); });
  p.product_rate = together(comm, [&] {
    return with_scalar(precision, [&](auto scalar) { return product_rate<decltype(scalar)>(measuring); });
  });
  return p;
}

std::string performance_text(const Performance& p) {
  if (p.steps == 0.0) return "throughput          no step was left to do";
  std::string text =
      fmt::format("throughput          {:.4g} samples/s, {:.4g} simulated seconds an hour ({:.3g} ms a step)",
                  p.stream_steps / p.seconds, 3600.0 * p.simulated_seconds / p.seconds, 1e3 * p.seconds / p.steps);
  text += fmt::format("\nmatrices            {:.3g} GB/s, {:.3g} GFLOP/s", 1e-9 * p.work.bytes / p.seconds,
                      1e-9 * p.work.operations / p.seconds);
  if (p.fraction_of_limit() > 0.0)
    text += fmt::format(": {:.0f} % of the machine's limit ({:.3g} GB/s read, {:.3g} GFLOP/s)",
                        100.0 * p.fraction_of_limit(), 1e-9 * p.bandwidth, 1e-9 * p.product_rate);
  const auto peak = std::max_element(p.peak_bytes.begin(), p.peak_bytes.end());
  const double all = static_cast<double>(std::accumulate(p.peak_bytes.begin(), p.peak_bytes.end(), std::int64_t{0}));
  text += fmt::format("\nmemory              {} at most on a rank, {} in all", bytes_text(static_cast<double>(*peak)),
                      bytes_text(all));
  return text +
         fmt::format("\nimbalance           {:.3f} (slowest rank over the mean, where ranks compute)", p.imbalance);
}

}  // namespace fullforce
