#include "fullforce/model/task.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "delayed_comparison.hpp"
#include "file_task.hpp"
#include "fullforce/base/check.hpp"
#include "oscillation.hpp"
#include "ready_set_go.hpp"

namespace fullforce {
namespace {

/// Programs that keep dt in single precision write 0.001 as 0.0010000000474974513.
constexpr double single_precision = 0x1.0p-23;

using Made = std::unique_ptr<Task>;

/// The tasks that begin with a pulse need a time step that is shorter than the pulse.
void require_pulse(double dt) {
  require(dt <= 0.05, "network.dt = {} s is longer than the pulse of this task, 0.05 s (use a smaller one)", dt);
  require(dt >= 1e-6, "network.dt = {} s (must be at least 1e-6: a trial would have millions of steps)", dt);
}

Made make_oscillation(const Communicator&, const TaskOptions& options, double dt, std::uint64_t) {
  require_pulse(dt);
  require(options.version == 1 || options.version == 2, "task.version = {} (must be 1 or 2)", options.version);
  return std::make_unique<Oscillation>(options.version, dt);
}

Made make_ready_set_go(const Communicator&, const TaskOptions& options, double dt, std::uint64_t seed) {
  require_pulse(dt);
  return std::make_unique<ReadySetGo>(options.hint, dt, seed);
}

Made make_delayed_comparison(const Communicator&, const TaskOptions& options, double dt, std::uint64_t seed) {
  require_pulse(dt);
  return std::make_unique<DelayedComparison>(options.hint, dt, seed);
}

Made make_file_task(const Communicator& comm, const TaskOptions& options, double dt, std::uint64_t seed) {
  NodeTrials trials(comm, options.file);
  const double file_dt = trials.shape().dt;
  require(std::abs(file_dt - dt) <= single_precision * dt,
          "{}: its dt = {} s, but network.dt = {} s (they must agree: make the trials anew, or set network.dt)",
          options.file, file_dt, dt);
  return std::make_unique<FileTask>(std::move(trials), options.hint, seed);
}

struct Entry {
  std::string_view name;
  Made (*make)(const Communicator& comm, const TaskOptions& options, double dt, std::uint64_t seed);
};

constexpr std::array tasks{
    Entry{"oscillation", make_oscillation},
    Entry{"ready-set-go", make_ready_set_go},
    Entry{"delayed-comparison", make_delayed_comparison},
    Entry{"file", make_file_task},
};

}  // namespace

std::vector<std::string_view> task_names() {
  std::vector<std::string_view> names;
  for (const Entry& task : tasks) names.push_back(task.name);
  return names;
}

TrialView Task::view(TrialId id, Trial& scratch) const {
  make(id, scratch);
  return {scratch.length, scratch.inputs, scratch.targets, scratch.hints};
}

Index Task::bytes_of_streams(Index streams) const {
  constexpr std::uint64_t looked_at = 10;
  Trial trial;
  Index longest = 0;
  for (std::uint64_t number = 0; number < (fixed() ? 1 : looked_at); ++number)
    longest = std::max(longest, view({TrialKind::training, number}, trial).length);
  return streams * longest * (inputs() + outputs() + hints()) * static_cast<Index>(sizeof(double));
}

std::unique_ptr<Task> make_task(const TaskOptions& options, double dt, std::uint64_t seed) {
  return make_task(Communicator::self(), options, dt, seed);
}

std::unique_ptr<Task> make_task(const Communicator& comm, const TaskOptions& options, double dt, std::uint64_t seed) {
  for (const Entry& task : tasks)
    if (task.name == options.name) return task.make(comm, options, dt, seed);
  throw InputError(fmt::format("task.name = \"{}\" is not a task ({})", options.name, fmt::join(task_names(), ", ")));
}

}  // namespace fullforce
