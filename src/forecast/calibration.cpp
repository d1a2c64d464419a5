#include "fullforce/forecast/calibration.hpp"

#include <fmt/chrono.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <limits>
#include <string>

#include "fullforce/base/check.hpp"
#include "fullforce/base/host_name.hpp"
#include "fullforce/base/memory.hpp"
#include "fullforce/base/utf8.hpp"
#include "fullforce/forecast/step_probe.hpp"
#include "fullforce/io/atomic_file.hpp"
#include "fullforce/io/unfinished_file.hpp"
#include "fullforce/parallel/node_team.hpp"
#include "fullforce/parallel/threads.hpp"
#include "fullforce/run/machine_probe.hpp"

namespace fullforce {
namespace {

constexpr double probe_seconds = 0.1;
constexpr double step_probe_seconds = 0.25;
/// Steps are timed at these network sizes. They are small, so that the matrices stay in the caches.
constexpr std::array<double, 4> sizes = {64, 150, 300, 500};
using TimesOfSizes = std::array<double, sizes.size()>;

/// Sets the number of threads for a scope.
class ThreadScope {
 public:
  explicit ThreadScope(int threads) : outer_(thread_count()) { set_thread_count(threads); }
  ~ThreadScope() { set_thread_count(outer_); }
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

 private:
  int outer_;
};

std::string origin(const Communicator& comm) {
  std::string text = fmt::format("measured {:%Y-%m-%d} on {}, {} rank(s) x {} thread(s)",
                                 fmt::gmtime(std::time(nullptr)), printable(host_name()), comm.size(), thread_count());
  comm.broadcast(text);
  return text;
}

void measure_bandwidth(const Communicator& comm, const Communicator& node, Machine& m) {
  m.bandwidth_cores = comm.max(Index{node.size()} * thread_count());
  for (std::size_t k = 0; k < sampled_bytes.size(); ++k) {
    double alone = 0.0;
    if (comm.is_root()) {
      const ThreadScope one(1);
      alone = read_rate(sampled_bytes[k], probe_seconds);
    }
    m.core_bandwidth[k] = comm.max(alone);
    m.node_bandwidth[k] = comm.max(together(node, [&] { return read_rate(sampled_bytes[k], probe_seconds); }));
  }
}

template <Real T>
double core_product_rate(const Communicator& comm) {
  return together(comm, [] { return product_rate<T>(probe_seconds); }) /
         static_cast<double>(comm.size() * thread_count());
}

/// t(n) = square n^2 + line n + constant.
struct Parabola {
  double square = 0.0;
  double line = 0.0;
  double constant = 0.0;
};

/// Finds the parabola that is nearest to the times in relative terms. No coefficient may be negative, because noise
/// must not turn into a step that gets faster with size. There are only three unknowns, so every choice of those that
/// are zero is tried.
Parabola nearest_parabola(const TimesOfSizes& times) {
  constexpr int points = static_cast<int>(sizes.size());
  const Eigen::VectorXd ones = Eigen::VectorXd::Ones(points);
  Eigen::MatrixXd terms(points, 3);
  for (int k = 0; k < points; ++k) {
    const double n = sizes[as_size(k)];
    terms.row(k) << n * n, n, 1.0;
    terms.row(k) /= std::max(times[as_size(k)], 1e-9);
  }
  Eigen::VectorXd best = Eigen::VectorXd::Zero(3);
  double least = std::numeric_limits<double>::infinity();
  for (int zeros = 0; zeros < 7; ++zeros) {
    Eigen::MatrixXd kept = terms;
    for (int k = 0; k < 3; ++k)
      if ((zeros >> k) & 1) kept.col(k).setZero();
    const Eigen::VectorXd parts = kept.completeOrthogonalDecomposition().solve(ones);
    const double miss = (kept * parts - ones).norm();
    if (parts.minCoeff() >= 0.0 && miss < least) {
      least = miss;
      best = parts;
    }
  }
  return {best[0], best[1], best[2]};
}

Workload probe_workload(Precision precision, double streams, double neurons) {
  Workload w;
  w.network.neurons = static_cast<Index>(neurons);
  w.learning.precision = precision;
  w.learning.update_probability = 1.0;
  w.learning.panel = calibrated_panel;
  w.streams = static_cast<Index>(streams);
  return w;
}

/// Times steps of every size. Each rank runs a network of its own on one thread, all ranks at once. The result is the
/// mean over the ranks.
std::array<RegionSeconds, sizes.size()> steps_of_sizes(const Communicator& comm, const Communicator& self,
                                                       Precision precision, double streams) {
  std::array<RegionSeconds, sizes.size()> times{};
  for (std::size_t n = 0; n < sizes.size(); ++n) {
    comm.barrier();
    const RegionSeconds mine =
        time_steps(self, probe_workload(precision, streams, sizes[n]), step_probe_seconds).regions;
    for (std::size_t p = 0; p < region_count; ++p) {
      for (const double one : comm.all_gather(mine[p])) times[n][p] += one / static_cast<double>(comm.size());
    }
  }
  return times;
}

void measure_steps(const Communicator& comm, const Communicator& self, Precision precision, StepConstants& c) {
  const ThreadScope one(1);
  for (std::size_t b = 0; b < sampled_streams.size(); ++b) {
    const double streams = sampled_streams[b];
    const auto times = steps_of_sizes(comm, self, precision, streams);
    std::array<Parabola, region_count> fits;
    for (std::size_t p = 0; p < region_count; ++p) {
      TimesOfSizes of_phase{};
      for (std::size_t n = 0; n < sizes.size(); ++n) of_phase[n] = times[n][p];
      fits[p] = nearest_parabola(of_phase);
    }
    const auto fit = [&](TimerRegion region) { return fits[as_size(region)]; };
    // The target-generating network multiplies by J_D, and the task-performing one by J and P.
    c.product[b] = (fit(TimerRegion::target_network).square + fit(TimerRegion::products).square) / 3.0;
    // Updates change J and P. The value that stays is that of the last, largest number of streams.
    c.flush = fit(TimerRegion::updates).square / (2.0 * streams);
    c.fixed[b] = 0.0;
    for (std::size_t p = 0; p < region_count; ++p) {
      // A rank that runs alone sends only to itself, so communication is no part of these constants.
      const bool moving = p == as_size(TimerRegion::communication);
      c.rows[p][b] = moving ? 0.0 : fits[p].line;
      c.fixed[b] += moving ? 0.0 : fits[p].constant;
    }
  }
}

/// The extra time that a step of the smallest network takes for each doubling of the number of threads.
double thread_doubling_seconds(const Communicator& comm, const Communicator& self) {
  const Workload small = probe_workload(Precision::double_precision, 1.0, sizes[0]);
  comm.barrier();
  const double all = time_steps(self, small, step_probe_seconds).seconds;
  const int threads = thread_count();
  const ThreadScope scope(1);
  const double one = time_steps(self, small, step_probe_seconds).seconds;
  return std::max(0.0, comm.max(all - one)) / std::log2(static_cast<double>(threads));
}

/// Finds the constants from a sum of one number and from a gather of a megabyte. Ranks that share memory copy a share
/// of it each. Where there are several teams of such ranks, the first rank of each sends messages.
MessageConstants measure_messages(const Communicator& comm) {
  constexpr Index bytes = 1 << 20;
  const NodeTeam* const team = comm.team();
  const bool shares = team != nullptr && team->nodes() == 1;
  const double parties = team != nullptr && !shares ? team->nodes() : comm.size();
  const double rounds = std::ceil(std::log2(parties));
  MessageConstants c;
  c.latency = sum_seconds(comm, 1) / rounds;
  const double moving = std::max(gather_seconds(comm, bytes) - rounds * c.latency, 1e-9);
  c.bandwidth = static_cast<double>(bytes) * (shares ? 1.0 : parties - 1.0) / parties / moving;
  return c;
}

/// The rate in bytes/s at which a file in the working directory is brought to the disk.
double file_rate(const Communicator& comm) {
  constexpr std::size_t bytes = std::size_t{1} << 26;
  double seconds = 0.0;
  agree(comm, [&] {
    if (!comm.is_root()) return;
    const UnfinishedFile probe("fullforce-file-probe");  // it is never finished, and so it goes again
    const std::string text(bytes, 'x');
    const Stopwatch clock;
    write_atomically(probe.path(), text);
    seconds = clock.seconds();
  });
  return static_cast<double>(bytes) / std::max(comm.max(seconds), 1e-9);
}

}  // namespace

Machine calibrate(const Communicator& comm, const Machine& known, const std::function<void(const std::string&)>& say) {
  Machine m = known;
  const std::string measured = origin(comm);
  const Communicator node = comm.node();
  const Communicator self = Communicator::self();
  m.cores = comm.max(Index{core_count()});
  m.memory = comm.min(memory_of_node());
  m.node_from = measured;
  say("reading speed of memory");
  measure_bandwidth(comm, node, m);
  m.bandwidth_from = measured;
  for (const Precision precision : {Precision::double_precision, Precision::single_precision}) {
    say(fmt::format("matrix products and steps, {} precision", to_text(precision)));
    StepConstants& c = m.steps(precision);
    c.product_rate = with_scalar(precision, [&](auto scalar) { return core_product_rate<decltype(scalar)>(comm); });
    measure_steps(comm, self, precision, c);
  }
  if (thread_count() > 1) m.threads = thread_doubling_seconds(comm, self);
  m.steps_from = measured;
  if (comm.size() > 1) {
    say("collectives");
    const bool one_node = comm.min(Index{node.size()}) == comm.size();
    (one_node ? m.within_node : m.between_nodes) = measure_messages(comm);
    (one_node ? m.within_node_from : m.between_nodes_from) = measured;
  }
  say("files");
  m.file_bandwidth = file_rate(comm);
  m.files_from = measured;
  return m;
}

}  // namespace fullforce
