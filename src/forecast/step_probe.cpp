#include "fullforce/forecast/step_probe.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "fullforce/parallel/thread_team.hpp"

namespace fullforce {
namespace {

constexpr Index windows = 9;
constexpr Index longest_growth = 200;  // in steps, for which a basis may grow

RegionSeconds mean_over_ranks(const Communicator& comm, const RegionSeconds& mine) {
  RegionSeconds mean{};
  for (std::size_t r = 0; r < region_count; ++r) {
    const std::vector<double> all = comm.all_gather(mine[r]);
    mean[r] = std::accumulate(all.begin(), all.end(), 0.0) / static_cast<double>(all.size());
  }
  return mean;
}

/// A network in training from its first step on. It has no init trials and no end.
template <Real T>
class Trainee {
 public:
  Trainee(const Communicator& comm, const Workload& w)
      : task_(make_task(TaskOptions{}, w.network.dt, 1)), session_(comm, *task_, w, true) {
    constexpr Index endless = std::numeric_limits<Index>::max() / 2;
    session_.start_training({w.streams, 0, endless, TrialKind::init, TrialKind::training}, 1);
  }

  /// Whether low-rank learning still adds directions. Such steps cost more than later ones.
  bool grows() const { return session_.plasticity().features() < session_.plasticity().most_features(); }

  /// Runs so many steps and returns the mean seconds of a step in each region.
  RegionSeconds run(Index steps) {
    Simulation<T>& simulation = session_.simulation();
    const RegionSeconds before = simulation.timer().seconds();
    ThreadTeam::stand_by([&] {
      for (Index k = 0; k < steps; ++k) simulation.step();
    });
    RegionSeconds spent = simulation.timer().seconds();
    for (std::size_t r = 0; r < region_count; ++r) spent[r] = (spent[r] - before[r]) / static_cast<double>(steps);
    return spent;
  }

 private:
  std::unique_ptr<Task> task_;
  Session<T> session_;
};

/// The number of steps from one applied panel of updates to the next.
Index steps_a_panel(const Workload& w) {
  const double learning_streams = w.learning.update_probability * static_cast<double>(w.streams);
  return learning_streams > 0.0
             ? static_cast<Index>(std::ceil(static_cast<double>(w.learning.panel) / learning_streams))
             : 1;
}

template <Real T>
StepTimes time_steps_as(const Communicator& comm, const Workload& w, double seconds) {
  Trainee<T> trainee(comm, w);
  const Index panel = steps_a_panel(w);
  for (Index k = 0; k < longest_growth && trainee.grows(); ++k) trainee.run(1);
  trainee.run(panel);
  const double a_step = comm.max(total(trainee.run(panel)));
  const double wanted = seconds / (a_step * static_cast<double>(panel * windows));
  const Index length = panel * std::max<Index>(1, static_cast<Index>(wanted));
  std::vector<RegionSeconds> all;
  for (Index k = 0; k < windows; ++k) all.push_back(trainee.run(length));
  std::sort(all.begin(), all.end(), [](const RegionSeconds& a, const RegionSeconds& b) { return total(a) < total(b); });
  StepTimes times;
  for (const RegionSeconds& window : all) times.windows.push_back(total(window));
  times.regions = mean_over_ranks(comm, all[windows / 2]);
  times.seconds = total(times.regions);
  return times;
}

}  // namespace

StepTimes time_steps(const Communicator& comm, const Workload& w, double seconds) {
  return with_scalar(w.learning.precision,
                     [&](auto scalar) { return time_steps_as<decltype(scalar)>(comm, w, seconds); });
}

}  // namespace fullforce
