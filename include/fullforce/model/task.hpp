#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fullforce/base/enum_names.hpp"
#include "fullforce/base/types.hpp"
#include "fullforce/io/trials_file.hpp"
#include "fullforce/model/scorer.hpp"
#include "fullforce/parallel/node_memory.hpp"

namespace fullforce {

/// The hint that a task gives: none, the one that it was published with, or one that also says in which phase of its
/// trial it is. Of a task with a single hint, and of a trials file, that hint is the published one.
enum class Hint { none, published, phase };
template <>
inline constexpr std::array<std::string_view, 3> names_of<Hint> = {"none", "published", "phase"};

/// The state in which both networks begin a trial: the one in which the trial before left them, x = x_D = 0, a random
/// state that is the same for all trials, a random state of this trial alone, or a state that follows from the targets
/// of neurons in its first step: that of target rates, or x = F for target currents.
enum class Reset { none, zero, fixed, random, targets };
template <>
inline constexpr std::array<std::string_view, 5> names_of<Reset> = {"none", "zero", "fixed", "random", "targets"};

/// Where the targets of the neurons come from: currents that a target-generating network makes, currents that a trials
/// file has, or rates that it has.
enum class TargetSource { generator, currents, rates };
template <>
inline constexpr std::array<std::string_view, 3> names_of<TargetSource> = {"generator", "currents", "rates"};

/// The lengths of the parts of trials that have pulses, delays and pauses. All are in s.
struct TrialTimes {
  double pulse = 0.05;
  double delay_min = 0.0;  ///< delays are uniform between two times; 0 stands for the task's own time
  double delay_max = 0.0;
  double pause_min = 0.4;     ///< a pause is pause_min, and a random part that is exponentially distributed
  double pause_random = 2.0;  ///< mean of the random part
};

/// The keys of the section [task] of a configuration.
struct TaskOptions {
  std::string name = "oscillation";               ///< one of task_names()
  int version = 2;                                ///< version of the oscillation: 2 (the authors' current code) or 1
  Hint hint = Hint::published;                    ///< hint of a task that can give one
  Reset reset = Reset::none;                      ///< state in which both networks begin a trial
  std::string file = "trials.h5";                 ///< trials file of the task "file"
  std::string test_file = "";                     ///< trials file of its tests; "" stands for the same one
  TrialTimes times;                               ///< of the tasks with pulses, delays and pauses
  TargetSource target = TargetSource::generator;  ///< of the task "file"
};

/// Where the targets of the neurons come from. A task other than "file" always has a target-generating network.
TargetSource target_source(const TaskOptions& options);

/// The purpose of a trial. Trials of each kind have their own numbers. The enumerators' values are counters of random
/// draws and never change.
enum class TrialKind { init = 0, training = 1, test_init = 2, test = 3 };

struct TrialId {
  TrialKind kind = TrialKind::training;
  std::uint64_t number = 0;
};

/// The signals of one trial, row-major: inputs [length, n_in], targets [length, n_out], hints [length, n_hint], masks
/// [length, n_out], and targets of neurons [length, n_neuron]. Learning and scoring leave out a sample of an output
/// where its mask is 0. Empty masks leave out nothing.
struct Trial {
  Index length = 0;
  std::vector<double> inputs;
  std::vector<double> targets;
  std::vector<double> hints;
  std::vector<std::uint8_t> masks{};
  std::vector<double> neuron_targets{};
};

/// The signals of one trial, wherever they are stored.
struct TrialView {
  Index length = 0;
  std::span<const double> inputs;
  std::span<const double> targets;
  std::span<const double> hints;
  std::span<const std::uint8_t> masks{};
  std::span<const double> neuron_targets{};
};

/// The targets of neurons over all steps of a task: currents or rates.
struct NeuronTargets {
  std::span<const Index> neurons;  ///< [n_neuron], whose they are; empty if no neuron has any
  std::span<const double> values;  ///< [steps of all trials, n_neuron]
};

/// What people call a trial.
struct TrialLabel {
  Index trial = 0;          ///< row of the trial in its trials file, from 0; otherwise its number
  std::string condition{};  ///< condition of the trial in its file; empty if there is none
};

/// The number of inputs, outputs and hints that a task has, and of neurons that have targets in it.
struct Channels {
  Index inputs = 1;
  Index outputs = 1;
  Index hints = 0;
  Index neuron_targets = 0;         ///< neurons with targets
  Index end_of_neuron_targets = 0;  ///< neurons from this one on have none
};

/// What the network is to do. A trial is a pure function of (seed, kind, number), so it is the same on every rank and
/// in every stream.
class Task {
 public:
  virtual ~Task() = default;
  virtual Index inputs() const = 0;
  virtual Index outputs() const = 0;
  virtual Index hints() const = 0;
  Channels channels() const;

  /// Whether all trials are alike. If so, the streams start their first init trial at different positions.
  virtual bool fixed() const = 0;

  /// Writes the signals of a trial into `trial` and reuses its memory.
  virtual void make(TrialId id, Trial& trial) const = 0;

  /// Shows the signals of a trial. They stand in `scratch`, whose memory is reused, or in memory of the task itself.
  virtual TrialView view(TrialId id, Trial& scratch) const;

  /// The memory that the task holds.
  virtual MemoryNeed memory() const { return {}; }

  /// The memory that trials in so many streams side by side will take on each rank, in bytes. For a task that draws
  /// its trials it is estimated from the first of them.
  virtual Index bytes_of_streams(Index streams) const;

  /// The fingerprint of the trials file that the signals come from; empty if they come from no file.
  virtual std::string fingerprint() const { return {}; }

  /// The fingerprint of the inputs and targets of a trial (fullforce::trial_fingerprint).
  virtual std::int64_t trial_fingerprint(TrialId id) const;

  /// The number of trials in this file; 0 if the signals come from no file.
  virtual Index trials_in_file() const { return 0; }

  /// The targets of neurons. A task whose targets come from a target-generating network has none.
  virtual NeuronTargets neuron_targets() const { return {}; }

  /// What outputs and messages call a trial.
  virtual TrialLabel label(TrialId id) const { return {static_cast<Index>(id.number)}; }

  /// The names that the task gives its channels. A task without names gives none.
  virtual ChannelNames channel_names() const { return {}; }

  /// The names of the outputs, [n_out]. Those without a name are called "output 0", "output 1" and so on.
  std::vector<std::string> output_names() const;

  /// The task that gives the trials of tests. It is this one, unless tests have trials of their own.
  virtual const Task& for_tests() const { return *this; }

  /// What the task measures in a test of so many streams, in addition to the test error. By default it measures
  /// nothing.
  virtual std::unique_ptr<Scorer> scorer(Index /*streams*/) const { return nullptr; }
};

/// The fingerprints of the trials files of a task. They are empty where it has no such file.
struct TrialsFingerprints {
  std::string learned;  ///< of the trials to learn from
  std::string tested;   ///< of the trials of tests, if these have a file of their own
};
TrialsFingerprints fingerprints(const Task& task);

/// The mean length of the first trials of a kind, in steps. It looks at one trial of a fixed task, and otherwise at no
/// more than a hundred of so many trials.
double mean_length(const Task& task, TrialKind kind, Index trials);

/// Returns the names of all tasks.
std::vector<std::string_view> task_names();

/// Creates the task that the options name, with time step dt (s). Trials files are read here and validated as a whole,
/// by one rank of each node (NodeTrials). Throws InputError on every rank for an unknown name, and for a trials file
/// that is missing, malformed, too large for the memory, or made for another dt. The trials of tests must have the
/// channels of those to learn from. **Collective.**
std::unique_ptr<Task> make_task(const Communicator& comm, const TaskOptions& options, double dt, std::uint64_t seed);

/// Does the same for this rank alone.
std::unique_ptr<Task> make_task(const TaskOptions& options, double dt, std::uint64_t seed);

}  // namespace fullforce
