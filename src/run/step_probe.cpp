#include "fullforce/run/step_probe.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "fullforce/parallel/thread_team.hpp"
#include "fullforce/run/simulation.hpp"

namespace fullforce {
namespace {

constexpr Index windows = 9;
constexpr Index longest_growth = 200;  // steps, of a basis

RegionSeconds mean_over_ranks(const Communicator& comm, const RegionSeconds& mine) {
  RegionSeconds mean{};
  for (std::size_t p = 0; p < region_count; ++p) {
    const std::vector<double> all = comm.all_gather(mine[p]);
    mean[p] = std::accumulate(all.begin(), all.end(), 0.0) / static_cast<double>(all.size());
  }
  return mean;
}

/// A network in training, from its first step.
template <Real T>
class Trainee {
 public:
  Trainee(const Communicator& comm, const Workload& w)
      : layout_(comm, w.network.neurons),
        task_(make_task(TaskOptions{}, w.network.dt, 1)),
        connectivity_(layout_, w.network, *task_, 1),
        rls_(layout_, w.learning, task_->outputs(), w.streams, w.learning.rule == Rule::full_force, true),
        simulation_(layout_, {w.network, w.learning.rule, w.learning.update_probability, 1, false}, *task_,
                    {w.streams, 0, std::numeric_limits<Index>::max() / 2, TrialKind::init, TrialKind::training},
                    connectivity_, rls_) {
    connectivity_.J_D.arrange_for(layout_, w.streams);
  }

  /// Whether low-rank learning still takes in directions, which costs more than what follows.
  bool grows() const { return rls_.basis() != nullptr && !rls_.basis()->full(); }

  /// Seconds a step, by phase.
  RegionSeconds run(Index steps) {
    const RegionSeconds before = simulation_.timer().seconds();
    ThreadTeam::stand_by([&] {
      for (Index k = 0; k < steps; ++k) simulation_.step();
    });
    RegionSeconds spent = simulation_.timer().seconds();
    for (std::size_t p = 0; p < region_count; ++p) spent[p] = (spent[p] - before[p]) / static_cast<double>(steps);
    return spent;
  }

 private:
  Layout layout_;
  std::unique_ptr<Task> task_;
  Connectivity<T> connectivity_;
  Rls<T> rls_;
  Simulation<T> simulation_;
};

/// Steps from one applied panel to the next.
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
  times.phases = mean_over_ranks(comm, all[windows / 2]);
  times.seconds = total(times.phases);
  return times;
}

}  // namespace

StepTimes time_steps(const Communicator& comm, const Workload& w, double seconds) {
  return w.learning.precision == Precision::single_precision ? time_steps_as<float>(comm, w, seconds)
                                                             : time_steps_as<double>(comm, w, seconds);
}

}  // namespace fullforce
