#pragma once
#include <array>
#include <span>
#include <vector>

#include "fullforce/base/enum_names.hpp"
#include "fullforce/model/task.hpp"

namespace fullforce {

/// Phases of a stream, as numbered in files.
enum class StreamPhase : std::int64_t { init = 0, running = 1, idle = 2 };
template <>
inline constexpr std::array<std::string_view, 3> names_of<StreamPhase> = {"init", "training", "idle"};

/// What B streams are to run: `init_trials` teacher-forced trials each, then trials dealt out from a common count.
struct TrialSchedule {
  Index streams = 1;
  Index init_trials = 10;
  Index trials = 200;                     ///< dealt out after the init trials: training trials, or test trials
  TrialKind init_kind = TrialKind::init;  ///< or test_init
  TrialKind kind = TrialKind::training;   ///< or test
};

/// A trial that ended with this step.
struct FinishedTrial {
  Index stream = 0;
  StreamPhase phase = StreamPhase::running;  ///< it ran in (init or running)
  Index number = 0;                          ///< within that phase: of the stream's own init trials, or as dealt out
  Index length = 0;                          ///< steps it took
};

/// How far the streams are: in their init trials as long as one of them is, then in the trials dealt out. Trials under
/// way count by their share.
struct StageProgress {
  bool forced = false;
  Index trial = 0;  ///< the one under way, from 1
  Index trials = 0;
  double done = 0.0;  ///< 0 to 1
};

/// B trials side by side, each at its own position. Phases and dealing as in numerics: a stream runs its own init
/// trials, then takes the next number not yet dealt out (several at one step: in stream order); without a number left
/// it is idle. Init trial i of stream b has number b * init_trials + i within its kind. For a fixed task with at least
/// one init trial, stream b starts its first init trial at position floor(b T / B).
class TrialStreams {
 public:
  TrialStreams(const Task& task, const TrialSchedule& plan);

  Index streams() const { return plan_.streams; }
  bool finished() const;  ///< every stream is idle
  bool any_running() const {
    return any_in(StreamPhase::running);
  }                                                              ///< some stream is past its init trials and not idle
  bool any_idle() const { return any_in(StreamPhase::idle); }    ///< some stream has nothing left to do
  bool any_forced() const { return any_in(StreamPhase::init); }  ///< some stream is in an init trial
  StageProgress progress() const;

  StreamPhase phase(Index stream) const { return phase_[as_size(stream)]; }
  Index trial(Index stream) const { return trial_[as_size(stream)]; }        ///< number in its phase
  Index position(Index stream) const { return position_[as_size(stream)]; }  ///< of the next step
  Index next_trial() const { return next_trial_; }                           ///< number to be dealt next

  /// Steps since a stream was first left without a trial. While 0, this is also the state of a run of more trials.
  Index idle_steps() const { return idle_steps_; }

  Index length(Index stream) const { return signals_[as_size(stream)].length; }  ///< of its trial
  TrialId trial_id(Index stream) const;  ///< kind and number that the stream's current draws are keyed by

  /// Signals of the coming step. [n_in], [n_out], [n_hint]; must not be asked of an idle stream.
  std::span<const double> input(Index stream) const;
  std::span<const double> target(Index stream) const;
  std::span<const double> hint(Index stream) const;

  /// Moves every stream one step on; returns the trials that ended (in stream order; valid until the next call).
  std::span<const FinishedTrial> advance();

  /// For checkpoints: the three [B] arrays as int64, the next number, the steps since a stream was idle. restore()
  /// makes the trials again, and deals trials that the plan now has to streams that were idle.
  std::vector<Index> phases() const;
  const std::vector<Index>& trials() const { return trial_; }
  const std::vector<Index>& positions() const { return position_; }
  void restore(std::span<const Index> phases, std::span<const Index> trials, std::span<const Index> positions,
               Index next_trial, Index idle_steps);

  const TrialSchedule& plan() const { return plan_; }

 private:
  bool any_in(StreamPhase phase) const;
  void begin_next(Index stream);
  void load(Index stream);

  const Task* task_;
  TrialSchedule plan_;
  Index next_trial_ = 0;
  Index idle_steps_ = 0;
  std::vector<StreamPhase> phase_;
  std::vector<Index> trial_;
  std::vector<Index> position_;
  std::vector<Trial> signals_;
  std::vector<FinishedTrial> ended_;
};

}  // namespace fullforce
