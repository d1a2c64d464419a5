#pragma once
#include <span>
#include <string>
#include <vector>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// A number that a task reports about a test, in addition to the test error.
struct Score {
  std::string name;    ///< name in the results
  double value = 0.0;  ///< NaN if no trial gives a value
  std::string reason;  ///< why the value may be missing
};

/// What a task measures in a test. It receives the trials step by step as they run, so nothing has to be recorded. The
/// outputs are the same on every rank, and therefore the scores are too.
class Scorer {
 public:
  virtual ~Scorer() = default;

  /// Receives the next step of the trial that a stream is in: input [n_in], target [n_out], output [n_out].
  virtual void step(Index stream, std::span<const double> input, std::span<const double> target,
                    std::span<const double> output) = 0;

  /// Says that the last step received was the last one of the stream's trial.
  virtual void end_trial(Index stream) = 0;

  /// The scores over all trials that have ended.
  virtual std::vector<Score> scores() const = 0;
};

}  // namespace fullforce
