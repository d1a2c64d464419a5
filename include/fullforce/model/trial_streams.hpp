#pragma once
#include <array>
#include <span>
#include <vector>

#include "fullforce/base/enum_names.hpp"
#include "fullforce/model/task.hpp"

namespace fullforce {

/// The phases of a stream, with the numbers that they have in files.
enum class StreamPhase : std::int64_t { init = 0, running = 1, idle = 2 };
template <>
inline constexpr std::array<std::string_view, 3> names_of<StreamPhase> = {"init", "training", "idle"};

/// What B streams are to run. Each stream first runs `init_trials` teacher-forced trials: trials in which the target
/// currents F take the place of the recurrent currents of the task-performing network, and the targets take the place
/// of its outputs. Then it runs trials that are dealt out to the streams from one common count.
struct TrialSchedule {
  Index streams = 1;
  Index init_trials = 10;
  Index trials = 200;                     ///< training or test trials that are dealt out after the init trials
  TrialKind init_kind = TrialKind::init;  ///< init or test_init
  TrialKind kind = TrialKind::training;   ///< training or test
};

/// A trial whose last step was the step just taken.
struct FinishedTrial {
  Index stream = 0;
  StreamPhase phase = StreamPhase::running;  ///< phase that the trial ran in (init or running)
  Index number = 0;  ///< number within that phase: of the stream's own init trials, or of the trials dealt out
  Index length = 0;  ///< steps of the trial
};

/// How far the streams are. They are in the stage of init trials as long as one of them is in an init trial, and in the
/// stage of trials dealt out after that. A trial under way counts by the share of it that is done.
struct StageProgress {
  bool forced = false;
  Index trial = 0;  ///< number of the trial under way, from 1
  Index trials = 0;
  double done = 0.0;  ///< share of the stage that is done, 0 to 1
};

/// B trials side by side, each at its own position. A stream runs its own init trials and then takes the next number
/// that has not been dealt out; if several streams take one in the same step, they do so in stream order. A stream for
/// which no number is left is idle. Init trials are numbered within their kind, stream by stream. For a fixed task with
/// at least one init trial, stream b starts at position floor(b T / B), where T is the length of a trial. A stream that
/// so starts within a trial runs the rest of it before its own init trials. Otherwise the last streams would learn
/// while their random initial states still die away.
class TrialStreams {
 public:
  TrialStreams(const Task& task, const TrialSchedule& plan);
  TrialStreams(TrialStreams&&) = default;  // a copy would look at the signals of the original

  Index streams() const { return plan_.streams; }
  /// Whether every stream is idle.
  bool finished() const;
  /// Whether some stream is past its init trials and not idle.
  bool any_running() const { return any_in(StreamPhase::running); }
  /// Whether some stream has nothing left to do.
  bool any_idle() const { return any_in(StreamPhase::idle); }
  /// Whether some stream is in an init trial.
  bool any_forced() const { return any_in(StreamPhase::init); }
  StageProgress progress() const;

  StreamPhase phase(Index stream) const { return phase_[as_size(stream)]; }
  Index trial(Index stream) const { return trial_[as_size(stream)]; }  ///< number of the stream's trial in its phase
  /// Position of the next step in the stream's trial.
  Index position(Index stream) const { return position_[as_size(stream)]; }
  Index next_trial() const { return next_trial_; }  ///< number that is dealt out next

  /// Steps since a stream was first left without a trial. While this is 0, a run of more trials would be in the same
  /// state.
  Index idle_steps() const { return idle_steps_; }

  Index length(Index stream) const { return signals_[as_size(stream)].length; }  ///< length of the stream's trial
  /// Kind and number of the trial, which are the key of the stream's current draws.
  TrialId trial_id(Index stream) const;

  /// The signals of the coming step: [n_in], [n_out], [n_hint]. They must not be asked of an idle stream.
  std::span<const double> input(Index stream) const;
  std::span<const double> target(Index stream) const;
  std::span<const double> hint(Index stream) const;
  /// The masks of the coming step, [n_out]; empty if the trial leaves out nothing.
  std::span<const std::uint8_t> mask(Index stream) const;
  /// The targets of neurons in the coming step, [n_neuron]; empty if the trial has none.
  std::span<const double> neuron_targets(Index stream) const;

  /// Moves every stream one step on. Returns the trials that ended, in stream order; they are valid until the next
  /// call.
  std::span<const FinishedTrial> advance();

  /// The state that checkpoints keep: three arrays [B] of int64, the next number, and the number of steps since a
  /// stream was first idle. restore() makes the trials again. If the plan now has more trials, it deals them to the
  /// streams that were idle.
  std::vector<Index> phases() const;
  const std::vector<Index>& trials() const { return trial_; }
  const std::vector<Index>& positions() const { return position_; }
  void restore(std::span<const Index> phases, std::span<const Index> trials, std::span<const Index> positions,
               Index next_trial, Index idle_steps);

  const TrialSchedule& plan() const { return plan_; }

 private:
  bool any_in(StreamPhase phase) const;
  Index init_trials_before(Index end) const;
  void begin_next(Index stream);
  void load(Index stream);

  const Task* task_;
  TrialSchedule plan_;
  Index next_trial_ = 0;
  Index idle_steps_ = 0;
  std::vector<StreamPhase> phase_;
  std::vector<Index> trial_;
  std::vector<Index> position_;
  Index n_neuron_;                  ///< neurons that have targets
  std::vector<Index> init_trials_;  ///< of each stream, with the rest of a trial that it starts within
  std::vector<Trial> scratch_;      ///< memory for signals that the task does not hold
  std::vector<TrialView> signals_;  ///< of each stream's trial
  std::vector<FinishedTrial> ended_;
};

}  // namespace fullforce
