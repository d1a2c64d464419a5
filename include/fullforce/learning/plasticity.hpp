#pragma once
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "fullforce/base/timer.hpp"
#include "fullforce/learning/learning_options.hpp"
#include "fullforce/linalg/gathered_vectors.hpp"
#include "fullforce/linalg/step_account.hpp"
#include "fullforce/linalg/weight_matrix.hpp"
#include "fullforce/model/target_currents.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

class Archive;

/// Something that a run should say while it goes on, once.
struct Notice {
  bool is_warning = false;
  std::string text;
};

/// What a run's summary says of what was learned.
struct PlasticityReport {
  /// A number of summary.json. A name `a.b` is the number b of the object a.
  struct Number {
    std::string name;
    std::variant<Index, double> value;
  };
  std::vector<Number> numbers;
  std::string text;  ///< a line for the end of a run; may be empty
};

/// The learned weights as they act on the rates r of the network.
struct EffectiveWeights {
  WeightMatrix recurrent;     ///< J; nothing under FORCE
  RowMatrix<double> readout;  ///< w^T, this rank's rows of it, [local rows, n_out]
};

/// What a plasticity allocates, goes through, sends and saves: a pure value, for forecasts.
class PlasticityShape {
 public:
  virtual ~PlasticityShape() = default;

  /// Whether evaluate() reads the rates of all ranks.
  virtual bool needs_all_rates() const = 0;
  /// On the rank with the most rows.
  virtual Index bytes() const = 0;
  /// Of network.h5 or, with half a panel pending, of a checkpoint.
  virtual double file_bytes(bool checkpoint) const = 0;

  /// Adds to an account: a step in which all streams are in teacher-forced trials;
  virtual void account_of_teaching(const Extent& extent, StepAccount& account) const = 0;
  /// the response of the network in a step;
  virtual void account_of_response(const Extent& extent, StepAccount& account) const = 0;
  /// learning from so many streams in a step, without the updates that are put off;
  virtual void account_of_learning(Index streams, const Extent& extent, StepAccount& account) const = 0;
  /// and what applying the updates amounts to for each sample.
  virtual void account_of_updates(double samples, const Extent& extent, StepAccount& account) const = 0;
};

/// How the weights of the task-performing network respond and learn: this rank's rows of the recurrent weights J, and
/// the readout w. Kinds of plasticity derive from this class; make_plasticity() knows them by name.
///
/// A step in which some stream is past its teacher-forced trials calls evaluate(), then complete(). Before, observe()
/// is called as long as is_observing(), and end_observation() once.
template <Real T>
class Plasticity {
 public:
  virtual ~Plasticity() = default;

  /// The outputs w r [n_out, B] for the rates r in group 0, and the main part of the currents J r [local rows, B],
  /// which complete() finishes. The `learning` streams (ascending) will be learned from in this step. Throws RunError
  /// where a sum is not finite. **Collective.**
  virtual void evaluate(const GatheredVectors<T>& rates, std::span<const Index> learning, StreamArray<T>& currents,
                        std::span<double> outputs, RegionTimer& timer, Direction direction) = 0;

  /// Finishes the currents, and learns from how far they are from `targets` (FORCE: unused) and from the
  /// `output_errors` [n_out, streams that learn]. **Collective.**
  virtual void complete(StreamArray<T>& currents, const TargetCurrents<T>& targets,
                        std::span<const double> output_errors, RegionTimer& timer) = 0;

  /// Applies the updates that were put off. **Collective.**
  virtual void flush(RegionTimer& timer) = 0;

  /// Has something to learn from the target currents of teacher-forced trials before weights are learned.
  virtual bool is_observing() const { return false; }
  /// **Collective.**
  virtual void observe(const TargetCurrents<T>&, RegionTimer&) {}
  /// The first stream has ended its teacher-forced trials. May allocate.
  virtual void end_observation() {}
  /// observe() and complete() want to know how long target currents may be.
  virtual bool needs_target_bound() const { return false; }

  virtual bool learns() const = 0;
  virtual bool needs_all_rates() const = 0;
  /// Features that weights are learned over at present: N, or what a growing basis has.
  virtual Index features() const = 0;
  /// The largest number that there may be.
  virtual Index most_features() const = 0;
  /// They are the dimension of a basis, which a run should show.
  virtual bool features_grow() const { return false; }

  /// Adds what the last step went through: the response of evaluate() and what complete() learned.
  virtual void account(StepAccount& account) const = 0;

  /// What has happened since the last call that a run should say; `step` is the run's. Allocates only where there is
  /// something to say.
  virtual std::vector<Notice> notices(Index step) = 0;
  virtual PlasticityReport report() const = 0;

  /// The memory of the big matrices that a step reads, to find out how fast this machine reads them.
  virtual std::vector<std::span<const std::byte>> matrices() const = 0;

  /// Copies, in double precision; nothing may be pending. **Collective.**
  virtual EffectiveWeights effective_weights() const = 0;

  /// Weights, and what learning needs to go on if this instance learns. **Collective.**
  virtual void persist(Archive& archive) = 0;
};

/// Sizes that a plasticity depends on besides its options.
struct PlasticitySizes {
  Index outputs = 1;
  Index streams = 1;
  double largest_rate = 1.0;  ///< no rate is larger in magnitude
  bool learns = true;         ///< false: keeps only the weights
};

/// The plasticity that the options name, with J = 0, w = 0.
template <Real T>
std::unique_ptr<Plasticity<T>> make_plasticity(const Layout& layout, const LearningOptions& options,
                                               const PlasticitySizes& sizes);

/// The same, as a value, in the precision of the options.
std::unique_ptr<PlasticityShape> plasticity_shape(const RowPartition& partition, int threads,
                                                  const LearningOptions& options, const PlasticitySizes& sizes);

}  // namespace fullforce
