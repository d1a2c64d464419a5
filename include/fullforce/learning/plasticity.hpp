#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "fullforce/base/timer.hpp"
#include "fullforce/learning/learning_options.hpp"
#include "fullforce/learning/plastic_neurons.hpp"
#include "fullforce/linalg/gathered_vectors.hpp"
#include "fullforce/linalg/step_account.hpp"
#include "fullforce/linalg/weight_matrix.hpp"
#include "fullforce/model/network_options.hpp"
#include "fullforce/model/network_rates.hpp"
#include "fullforce/model/target_currents.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

class Archive;

/// Something that a run should say once while it goes on.
struct Notice {
  bool is_warning = false;
  std::string text;
};

/// What the summary of a run says about what was learned, or a forecast about what will be.
struct PlasticityReport {
  /// A number of summary.json. The name `a.b` stands for the number b of the object a.
  struct Number {
    std::string name;
    std::variant<Index, double> value;
  };
  std::vector<Number> numbers;
  std::string text;  ///< a line, which may be empty
};

/// Adds to a forecast that `plastic` of so many neurons learn their recurrent weights. Its text says so if not all do.
void report_plastic_neurons(Index plastic, Index neurons, PlasticityReport& report);

/// The learned weights in the form in which they act on the rates r of the network.
struct EffectiveWeights {
  WeightMatrix recurrent;     ///< J; empty under FORCE
  RowMatrix<double> readout;  ///< w^T, of which a rank holds its own rows, [local rows, n_out]
};

/// What a plasticity allocates, computes, sends and saves. It is a pure value, from which costs are forecast.
class PlasticityShape {
 public:
  virtual ~PlasticityShape() = default;

  /// Whether evaluate() reads the rates of all ranks.
  virtual bool needs_all_rates() const = 0;
  /// The share of the rates r that evaluate() reads on at least one of the ranks that share memory, as expected before
  /// partners are drawn.
  virtual double share_read() const { return needs_all_rates() ? 1.0 : 0.0; }
  /// The memory on the rank with the most rows.
  virtual Index bytes() const = 0;
  /// The size of network.h5, or of a checkpoint in which the panel of pending updates, which are computed and not yet
  /// applied, is half full.
  virtual double file_bytes(bool checkpoint) const = 0;

  /// What a forecast says about the kind of plasticity.
  virtual PlasticityReport report() const = 0;

  /// Adds to `account` a step in which all streams are in teacher-forced trials.
  virtual void account_of_teaching(const Extent& extent, StepAccount& account) const = 0;
  /// Adds to `account` the response of the network in a step.
  virtual void account_of_response(const Extent& extent, StepAccount& account) const = 0;
  /// Adds to `account` learning from so many streams in a step, without the updates that are deferred.
  virtual void account_of_learning(Index streams, const Extent& extent, StepAccount& account) const = 0;
  /// Adds to `account` the application of the deferred updates of `samples` samples.
  virtual void account_of_updates(double samples, const Extent& extent, StepAccount& account) const = 0;
};

/// How the weights of the task-performing network respond and learn: the recurrent weights J, of which a rank holds its
/// own rows, and the readout w. Each kind of plasticity is a class derived from this one; make_plasticity() finds it by
/// its name.
///
/// A step in which some stream is past its teacher-forced trials (those in which F takes the place of the recurrent
/// currents; see TrialSchedule) calls evaluate() and then complete(). Before that, each step calls observe() as long as
/// is_observing() is true, and end_observation() is called once.
template <Real T>
class Plasticity {
 public:
  virtual ~Plasticity() = default;

  /// Allocates what the ranks of a node share, so that no step has to. **Collective.**
  virtual void prepare() {}

  /// Computes the outputs w r [n_out, B] for the rates r in group 0, and the main part of the currents J r [local rows,
  /// B], which complete() finishes. The `learning` streams (in ascending order) are those that this step learns from.
  /// Throws RunError if a sum is not finite. **Collective.**
  virtual void evaluate(const GatheredVectors<T>& rates, std::span<const Index> learning, StreamArray<T>& currents,
                        std::span<double> outputs, RegionTimer& timer, Direction direction) = 0;

  /// Finishes the currents. Learns from their differences from `targets`, which FORCE does not use, and from the
  /// `output_errors` [n_out, streams that learn]. **Collective.**
  virtual void complete(StreamArray<T>& currents, const TargetCurrents<T>& targets,
                        std::span<const double> output_errors, RegionTimer& timer) = 0;

  /// Marks the rates r of other ranks that evaluate() reads: those of all neurons, unless this kind says otherwise.
  virtual void mark_read(RatesRead& read) const;

  /// Applies the pending updates: those that are computed and not yet applied. **Collective.**
  virtual void flush(RegionTimer& timer) = 0;

  /// Whether there is still something to learn from the target currents of teacher-forced trials before weights are
  /// learned.
  virtual bool is_observing() const { return false; }
  /// Receives the target currents of a step of teacher-forced trials. **Collective.**
  virtual void observe(const TargetCurrents<T>&, RegionTimer&) {}
  /// Is called when the first stream has ended its teacher-forced trials. It may allocate memory.
  virtual void end_observation() {}
  /// Whether observe() and complete() need the bound on the length of the target currents.
  virtual bool needs_target_bound() const { return false; }

  virtual bool learns() const = 0;
  virtual bool needs_all_rates() const = 0;
  /// The number of features that weights are learned over at present: N, or the present dimension of a growing basis.
  virtual Index features() const = 0;
  /// The largest number of features that there may be.
  virtual Index most_features() const = 0;
  /// Whether the number of features is the dimension of a growing basis, which a run should show.
  virtual bool features_grow() const { return false; }

  /// Adds to `account` what the last step did: the response of evaluate() and the learning of complete().
  virtual void account(StepAccount& account) const = 0;

  /// What has happened since the last call and should be said by the run, whose step is `step`. It allocates memory
  /// only if there is something to say.
  virtual std::vector<Notice> notices(Index step) = 0;
  /// What a summary says about what was learned. **Collective.**
  virtual PlasticityReport report() const = 0;

  /// The memory of the big matrices that a step reads. The speed at which this machine reads memory is measured on it.
  virtual std::vector<std::span<const std::byte>> matrices() const = 0;

  /// Copies of the weights in double precision. No update may be pending. **Collective.**
  virtual EffectiveWeights effective_weights() const = 0;

  /// Draws the recurrent weights that learning starts from, ~ N(0, gain^2/K) for a neuron that has K of them, a
  /// connection to itself included. It draws those of the neurons of this rank that are not `kept` at zero, [local
  /// rows]. If `kept` is empty, all are drawn. Throws InputError if weights of this kind cannot start so
  /// (holds_random_rows).
  virtual void draw_recurrent(double gain, std::uint64_t seed, std::span<const std::uint8_t> kept);

  /// Loads the weights of another network, and applies the updates that were pending in its file. `keep_P` says that
  /// this instance, which learns, goes on with what the file says of the rates seen so far. It has otherwise seen none.
  /// **Collective.**
  virtual void start_from(Archive& archive, bool keep_P, RegionTimer& timer) = 0;

  /// Saves or loads the weights and, if this instance learns, what it needs to go on learning. **Collective.**
  virtual void persist(Archive& archive) = 0;
};

/// The sizes that a plasticity depends on in addition to its options.
struct PlasticitySizes {
  Index outputs = 1;
  Index streams = 1;
  double largest_rate = 1.0;  ///< magnitude that no rate exceeds
  bool learns = true;         ///< false: the instance keeps only the weights
  NetworkOptions network{};   ///< of which some kinds have static weights
  std::uint64_t seed = 1;     ///< seed of what is drawn of the wiring
  PlasticNeurons plastic{};   ///< neurons whose recurrent weights are learned
};

/// Creates the plasticity that the options name, with J = 0 and w = 0.
template <Real T>
std::unique_ptr<Plasticity<T>> make_plasticity(const Layout& layout, const LearningOptions& options,
                                               const PlasticitySizes& sizes);

/// The shape of that plasticity, in the precision of the options.
std::unique_ptr<PlasticityShape> plasticity_shape(const RowPartition& partition, int threads,
                                                  const LearningOptions& options, const PlasticitySizes& sizes);

/// Whether a network file or checkpoint has updates that are still to be applied. Only an instance that learns can
/// apply them. **Collective.**
bool has_pending_updates(Archive& archive);

}  // namespace fullforce
