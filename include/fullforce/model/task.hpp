#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "fullforce/base/types.hpp"
#include "fullforce/model/scorer.hpp"

namespace fullforce {

/// Keys of the section [task].
struct TaskOptions {
  std::string name = "oscillation";  ///< oscillation | ready-set-go | delayed-comparison | file
  int version = 2;                   ///< of the oscillation: 2 (the authors' current code) or 1
  bool hint = true;                  ///< for tasks with a hint
  std::string file = "trials.h5";    ///< for task "file"
};

/// What a trial is for; trials are numbered within their kind.
enum class TrialKind { init, training, test_init, test };

struct TrialId {
  TrialKind kind = TrialKind::training;
  std::uint64_t number = 0;
};

/// The signals of one trial, row-major: inputs [length, n_in], targets [length, n_out], hints [length, n_hint].
struct Trial {
  Index length = 0;
  std::vector<double> inputs;
  std::vector<double> targets;
  std::vector<double> hints;
};

/// How many signals a task has of each sort.
struct Channels {
  Index inputs = 1;
  Index outputs = 1;
  Index hints = 0;
};

/// What the network is to do. A trial is a pure value of (seed, kind, number): the same on every rank and in every
/// stream.
class Task {
 public:
  virtual ~Task() = default;
  virtual Index inputs() const = 0;
  virtual Index outputs() const = 0;
  virtual Index hints() const = 0;
  Channels channels() const { return {inputs(), outputs(), hints()}; }

  /// All trials are alike; streams then start their first init trial at different positions.
  virtual bool fixed() const = 0;

  /// Fills `trial`, reusing its memory.
  virtual void make(TrialId id, Trial& trial) const = 0;

  /// What the task measures in a test of so many streams beside the test error; none by default.
  virtual std::unique_ptr<Scorer> scorer(Index /*streams*/) const { return nullptr; }
};

/// The task that the options name, with time step dt (s). Throws InputError for an unknown name, or a trials file that
/// is missing, malformed or made for another dt; files are read and validated whole here, by every rank alike.
std::unique_ptr<Task> make_task(const TaskOptions& options, double dt, std::uint64_t seed);

}  // namespace fullforce
