#pragma once
#include <span>
#include <string>
#include <vector>

#include "fullforce/base/types.hpp"

namespace fullforce {

/// A number that a task reports of a test beside the test error.
struct Score {
  std::string name;    ///< as in the results
  double value = 0.0;  ///< NaN where no trial gives one
  std::string reason;  ///< why it may be missing
};

/// What a task measures in a test, fed step by step with the trials as they run, so that nothing need be recorded.
/// Outputs are the same on every rank, and so are the scores.
class Scorer {
 public:
  virtual ~Scorer() = default;

  /// The next step of the trial that a stream is in: input [n_in], target [n_out], output [n_out].
  virtual void step(Index stream, std::span<const double> input, std::span<const double> target,
                    std::span<const double> output) = 0;

  /// The last step was the trial's last.
  virtual void end_trial(Index stream) = 0;

  /// Over all trials that have ended.
  virtual std::vector<Score> scores() const = 0;
};

}  // namespace fullforce
