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
void require_pulse(double dt, double pulse = 0.05) {
  require(dt <= pulse, "network.dt = {} s is longer than the pulse of this task, {} s (use a smaller one)", dt, pulse);
  require(dt >= 1e-6, "network.dt = {} s (must be at least 1e-6: a trial would have millions of steps)", dt);
}

Made make_oscillation(const Communicator&, const TaskOptions& options, double dt, std::uint64_t) {
  require_pulse(dt);
  require(options.version == 1 || options.version == 2, "task.version = {} (must be 1 or 2)", options.version);
  return std::make_unique<Oscillation>(options.version, dt);
}

/// The times of the options. Those of delays that the options leave open are the given ones.
TrialTimes times_of(const TaskOptions& options, double delay_min, double delay_max, double dt) {
  TrialTimes times = options.times;
  const auto origin = [](double& time, double of_task) {
    if (time != 0.0) return "";
    time = of_task;
    return " (the time of this task)";
  };
  const std::string least = origin(times.delay_min, delay_min), most = origin(times.delay_max, delay_max);
  require(times.delay_min <= times.delay_max,
          "task.delay_min = {} s{} is longer than task.delay_max = {} s{}: set both", times.delay_min, least,
          times.delay_max, most);
  require_pulse(dt, times.pulse);
  return times;
}

/// Tasks with one hint give it as the published one.
bool gives_single_hint(const TaskOptions& options) {
  require(options.hint != Hint::phase,
          "task.hint = \"phase\": the task \"{}\" has no such hint (use \"published\" or \"none\"; \"ready-set-go\" "
          "has one)",
          options.name);
  return options.hint == Hint::published;
}

Made make_ready_set_go(const Communicator&, const TaskOptions& options, double dt, std::uint64_t seed) {
  return std::make_unique<ReadySetGo>(options.hint, times_of(options, 0.1, 2.1, dt), dt, seed);
}

Made make_delayed_comparison(const Communicator&, const TaskOptions& options, double dt, std::uint64_t seed) {
  return std::make_unique<DelayedComparison>(gives_single_hint(options), times_of(options, 0.5, 1.5, dt), dt, seed);
}

NodeTrials read_file(const Communicator& comm, const std::string& file, double dt) {
  NodeTrials trials(comm, file);
  const double file_dt = trials.shape().dt;
  require(std::abs(file_dt - dt) <= single_precision * dt,
          "{}: its dt = {} s, but network.dt = {} s (they must agree: make the trials anew, or set network.dt)", file,
          file_dt, dt);
  return trials;
}

void require_same_channels(const TaskOptions& options, const Channels& tested, const Channels& learned) {
  const auto expect = [&](const char* what, Index found, Index expected) {
    require(found == expected,
            "task.test_file = \"{}\" has {} {}(s), but task.file = \"{}\" has {} (a network that learned from the one "
            "must fit the other)",
            options.test_file, found, what, options.file, expected);
  };
  expect("input", tested.inputs, learned.inputs);
  expect("output", tested.outputs, learned.outputs);
  expect("hint", tested.hints, learned.hints);
}

/// Tests may do without targets of neurons. Scores compare the same neurons otherwise.
void require_same_neurons(const TaskOptions& options, std::span<const Index> tested, std::span<const Index> learned) {
  require(tested.empty() || std::ranges::equal(tested, learned),
          "task.test_file = \"{}\" has targets of {} neuron(s), but task.file = \"{}\" has those of {} (both must have "
          "targets of the same neurons in the same order)",
          options.test_file, tested.size(), options.file,
          learned.size() == tested.size() ? std::string("others") : fmt::to_string(learned.size()));
}

Made make_file_task(const Communicator& comm, const TaskOptions& options, double dt, std::uint64_t seed) {
  const bool from_file = target_source(options) != TargetSource::generator;
  // Only a target-generating network receives hints.
  const bool hints = gives_single_hint(options) && !from_file;
  auto task = std::make_unique<FileTask>(read_file(comm, options.file, dt), hints, from_file, seed);
  if (options.test_file.empty()) return task;
  auto tests = std::make_unique<FileTask>(read_file(comm, options.test_file, dt), hints, from_file, seed);
  require_same_channels(options, tests->channels(), task->channels());
  require_same_neurons(options, tests->neuron_targets().neurons, task->neuron_targets().neurons);
  task->test_on(std::move(tests));
  return task;
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

TargetSource target_source(const TaskOptions& options) {
  return options.name == "file" ? options.target : TargetSource::generator;
}

std::vector<std::string_view> task_names() {
  std::vector<std::string_view> names;
  for (const Entry& task : tasks) names.push_back(task.name);
  return names;
}

TrialView Task::view(TrialId id, Trial& scratch) const {
  make(id, scratch);
  return {scratch.length, scratch.inputs, scratch.targets, scratch.hints, scratch.masks};
}

std::vector<std::string> Task::output_names() const {
  std::vector<std::string> names = channel_names().outputs;
  if (!names.empty()) return names;
  for (Index o = 0; o < outputs(); ++o) names.push_back(fmt::format("output {}", o));
  return names;
}

TrialsFingerprints fingerprints(const Task& task) {
  const Task& tests = task.for_tests();
  return {task.fingerprint(), &tests == &task ? std::string() : tests.fingerprint()};
}

std::int64_t Task::trial_fingerprint(TrialId id) const {
  Trial scratch;
  const TrialView trial = view(id, scratch);
  return fullforce::trial_fingerprint(trial.inputs, trial.targets);
}

Channels Task::channels() const {
  const std::span<const Index> targets = neuron_targets().neurons;
  const Index end = targets.empty() ? 0 : *std::ranges::max_element(targets) + 1;
  return {inputs(), outputs(), hints(), static_cast<Index>(targets.size()), end};
}

Index Task::bytes_of_streams(Index streams) const {
  constexpr std::uint64_t looked_at = 10;
  Trial trial;
  Index longest = 0;
  for (std::uint64_t number = 0; number < (fixed() ? 1 : looked_at); ++number)
    longest = std::max(longest, view({TrialKind::training, number}, trial).length);
  return streams * longest * (inputs() + outputs() + hints()) * static_cast<Index>(sizeof(double));
}

double mean_length(const Task& task, TrialKind kind, Index trials) {
  constexpr Index most = 100;
  const Index count = task.fixed() ? 1 : std::clamp<Index>(trials, 1, most);
  Trial trial;
  double steps = 0.0;
  for (Index k = 0; k < count; ++k)
    steps += static_cast<double>(task.view({kind, static_cast<std::uint64_t>(k)}, trial).length);
  return steps / static_cast<double>(count);
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
