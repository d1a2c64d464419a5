#pragma once
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "fullforce/base/enum_names.hpp"
#include "fullforce/base/types.hpp"
#include "fullforce/model/task.hpp"
#include "fullforce/run/relative_error.hpp"

namespace fullforce {

/// Which trials a test ran: the trials that the network learned from, trials of a file that it did not learn from,
/// trials that its task drew for the test, or some of the first and some of the second kind.
enum class TrialOrigin { training, held_out, fresh, both };
template <>
inline constexpr std::array<std::string_view, 4> names_of<TrialOrigin> = {"training trials", "held-out trials",
                                                                          "new trials", "training and held-out trials"};

/// Sums of squares over samples of outputs and their targets.
struct SquareSums {
  double error = 0.0;   ///< sum (z - f)^2
  double target = 0.0;  ///< sum f^2
  Index samples = 0;    ///< those that count

  void add(const SquareSums& other) {
    error += other.error;
    target += other.target;
    samples += other.samples;
  }
  /// NaN if all targets are zero, or no sample counts.
  double relative_error() const { return fullforce::relative_error(error, target); }
};

/// What a test sums over the samples of one output.
class OutputSums {
 public:
  void add(double output, double target);
  /// Adds the samples that `later` has summed. The result depends on the order.
  void add(const OutputSums& later);

  const SquareSums& squares() const { return squares_; }
  /// sum (f - mean f)^2
  double target_variation() const { return variation_; }

 private:
  SquareSums squares_;
  double mean_ = 0.0;  ///< of the targets
  double variation_ = 0.0;
};

/// 1 - sum (z - f)^2 / sum (f - mean f)^2, where each output has its own mean. It is NaN if all targets are constant.
double r_squared(double squared_error, double target_variation);

/// A test trial that has ended.
struct ScoredTrial {
  TrialLabel label;
  Index steps = 0;
  SquareSums squares;
  bool learned = false;  ///< whether the network learned from this trial
};

/// Sums over the trials of a condition.
struct ConditionScore {
  std::string condition;
  Index trials = 0;
  SquareSums squares;
};

/// The scores of a test, for which trials are summed in the order of their numbers. They do not depend on which stream
/// ran a trial, nor on when it ended.
struct TestScores {
  bool from_file = false;  ///< whether the trials come from a trials file
  std::vector<ScoredTrial> trials;
  std::vector<std::string> output_names;  ///< [n_out]
  std::vector<OutputSums> outputs;        ///< [n_out]

  Index learned_trials() const;
  TrialOrigin origin() const;
  SquareSums total() const;
  double r_squared() const;
  /// Conditions that are whole numbers come first, in the order of the numbers. All others follow in alphabetical
  /// order. The list is empty if no trial has a condition.
  std::vector<ConditionScore> conditions() const;
};

/// The memory in bytes that the scores of `trials` trials take, with the text that is made of them.
Index score_bytes(Index trials);

}  // namespace fullforce
