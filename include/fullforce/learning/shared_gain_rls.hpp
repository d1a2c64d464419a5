#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "fullforce/learning/basis.hpp"
#include "fullforce/learning/inverse_correlation.hpp"
#include "fullforce/learning/learned_weights.hpp"
#include "fullforce/learning/plasticity.hpp"
#include "fullforce/learning/target_modes.hpp"

namespace fullforce {

template <Real T>
class FeatureSpace;
template <Real T>
struct Gain;

/// Recursive least squares with one gain for all weights. Every neuron and every output learns over the same features
/// of the rates, so one inverse correlation matrix P serves them all. It learns the recurrent weights of this rank's
/// neurons (full-FORCE only): J over dense features, or A of J = A U^T over low-rank features. It also learns the
/// readout w, which every rank holds whole. With target modes V the rows of the learned recurrent weights are modes in
/// place of neurons, and J is V times these weights.
///
/// Updates are deferred (InverseCorrelation says how), so a step only reads the big matrices.
template <Real T>
class SharedGainRls : public Plasticity<T> {
 public:
  class Shape : public PlasticityShape {
   public:
    Shape(const RowPartition& partition, int threads, const LearningOptions& options, const PlasticitySizes& sizes);

    bool needs_all_rates() const override { return !is_low_rank(); }
    Index bytes() const override;
    double file_bytes(bool checkpoint) const override;
    PlasticityReport report() const override;
    void account_of_teaching(const Extent& extent, StepAccount& account) const override;
    void account_of_response(const Extent& extent, StepAccount& account) const override {
      account_of_response(max_dimension(), extent, account);
    }
    void account_of_learning(Index streams, const Extent& extent, StepAccount& account) const override {
      account_of_learning(streams, max_dimension(), extent, account);
    }
    void account_of_updates(double samples, const Extent& extent, StepAccount& account) const override;

    Index plastic_neurons() const { return std::min(sizes_.plastic.count, partition_.rows()); }
    /// The bytes of an element of P and of its panel.
    double bytes_of_P() const;
    bool has_probe() const;
    /// The same with `dimension` features.
    void account_of_response(double dimension, const Extent& extent, StepAccount& account) const;
    void account_of_learning(Index streams, double dimension, const Extent& extent, StepAccount& account) const;
    void account_of_flush(double columns, double times, double dimension, const Extent& extent,
                          StepAccount& account) const;

   private:
    bool is_low_rank() const { return options_.features == FeatureKind::low_rank; }
    bool learns_recurrent() const { return fullforce::learns_recurrent(options_.rule); }
    bool has_modes() const { return learns_recurrent() && options_.target_modes > 0; }
    Index max_features() const;
    Index bytes_of_conversions() const;
    double max_dimension() const { return static_cast<double>(max_features()); }
    Index capacity() const { return sizes_.learns ? longest_panel(options_.panel, sizes_.streams) : 0; }
    /// The mean number of streams that a step learns from.
    double learning_streams() const { return options_.update_probability * static_cast<double>(sizes_.streams); }
    double filled_panel() const;
    double weight_rows(const Extent& extent) const;
    double rows_of_P(double dimension, const Extent& extent) const { return is_low_rank() ? dimension : extent.rows; }
    Index bytes_of_features() const;
    typename Basis<T>::Shape basis() const { return {partition_, options_.max_rank, sizes_.streams, threads_}; }
    typename TargetModes<T>::Shape modes() const;
    template <class Use>
    auto with_P(const Use& use) const;

    RowPartition partition_;
    int threads_;
    LearningOptions options_;
    PlasticitySizes sizes_;
  };

  /// Creates P = I/alpha, J = 0 and w = 0. There is no P if the sizes say that nothing is learned.
  SharedGainRls(const Layout& layout, const LearningOptions& options, const PlasticitySizes& sizes);
  ~SharedGainRls() override;

  void prepare() override;

  /// Reads J and then P; in the other direction, it reads from the end of P to the beginning of J. The cost is at most
  /// one reduction with dense features: of (m + B') B numbers for m pending columns, or none if nothing is pending or
  /// selected. With low-rank features there is one of (d + 1) B numbers, and more if the basis grows.
  void evaluate(const GatheredVectors<T>& rates, std::span<const Index> learning, StreamArray<T>& currents,
                std::span<double> outputs, RegionTimer& timer, Direction direction) override;
  /// Applies the panel when it is full. With target modes V the cost is one reduction of n B' numbers (V^T F) and one
  /// gather of n B numbers.
  void complete(StreamArray<T>& currents, const TargetCurrents<T>& targets, std::span<const double> output_errors,
                RegionTimer& timer) override;
  /// The cost is one gather of N m numbers for m pending columns.
  void flush(RegionTimer& timer) override;

  /// Whether target modes are still to be found. They come from the currents of teacher-forced trials.
  bool is_observing() const override { return modes_ && !modes_->fixed(); }
  void observe(const TargetCurrents<T>& targets, RegionTimer& timer) override;
  void end_observation() override { modes_->fix(); }
  bool needs_target_bound() const override { return modes_.has_value(); }

  bool learns() const override;
  bool needs_all_rates() const override { return shape_.needs_all_rates(); }
  Index features() const override;
  Index most_features() const override;
  bool features_grow() const override { return basis() != nullptr; }
  void account(StepAccount& account) const override;
  std::vector<Notice> notices(Index step) override;
  PlasticityReport report() const override;
  std::vector<std::span<const std::byte>> matrices() const override;
  EffectiveWeights effective_weights() const override;
  /// Only with dense features and without target modes.
  void draw_recurrent(double gain, std::uint64_t seed, std::span<const std::uint8_t> kept) override;
  void start_from(Archive& archive, bool keep_P, RegionTimer& timer) override;
  void persist(Archive& archive) override;

  // The functions that follow are for tests.
  Index pending() const;
  /// The basis of low-rank features; null with dense features.
  const Basis<T>* basis() const;
  /// V; null without target modes.
  const TargetModes<T>* modes() const { return modes_ ? &*modes_ : nullptr; }
  /// The learned recurrent weights of this rank's neurons or modes, [local rows, d].
  const RowMatrix<T>& weights() const { return J_->matrix(); }
  const RowMatrix<T>& readout() const { return w_.matrix(); }
  /// An element of P as it was applied last. `i` counts the rows that this rank holds, which with low-rank features are
  /// all rows.
  double inverse_correlation(Index i, Index j) const;

 private:
  void use_features();
  void persist_weights(Archive& archive);
  /// The array that receives J phi: the currents themselves, or the outputs of the modes.
  StreamArray<T>& products(StreamArray<T>& currents) { return modes_ ? modes_->outputs() : currents; }
  void learn_currents(RowBlock block, const StreamArray<T>& own, const TargetCurrents<T>& targets, const Gain<T>& gain);
  void learn_outputs(std::span<const double> output_errors);
  void apply_panel(RegionTimer& timer);
  Index blocks_of_weights() const { return J_ ? rows_->local_blocks() : 0; }
  void respond(std::span<double> outputs);
  /// All outputs as one block, because every rank holds all of them and they are few.
  RowBlock all_outputs() const { return {0, 0, outputs_.rows()}; }
  double share_left_out() const;
  double share_of_modes_left_out() const;
  void notice_modes(Index step, std::vector<Notice>& notices);
  void notice_full_basis(Index step, std::vector<Notice>& notices);
  void notice_lost_precision(Index step, std::vector<Notice>& notices);
  bool is_rounded() const;
  void notice_rounding(Index step, std::vector<Notice>& notices);
  WeightMatrix effective_recurrent() const;
  RowMatrix<double> over_rates(const RowMatrix<double>& whole) const;
  RowMatrix<double> whole_weights() const;

  /// What the last step did.
  struct Activity {
    bool observed = false;
    bool responded = false;
    Index learning = 0;
    Index flushed = 0;  ///< columns of the panel that were applied
  };

  const Layout* layout_;
  Shape shape_;
  Communicator self_;
  Layout outputs_layout_;
  std::unique_ptr<FeatureSpace<T>> space_;
  std::optional<TargetModes<T>> modes_;
  const Layout* rows_;  ///< layout of the rows of J: neurons or modes
  std::optional<LearnedWeights<T>> J_;
  LearnedWeights<T> w_;
  std::vector<Index> learning_;   ///< streams that this step learns from
  StreamArray<T> errors_;         ///< errors of these streams, [J's local rows, B']
  StreamArray<T> outputs_;        ///< [n_out, B]
  StreamArray<T> output_errors_;  ///< [n_out, B']
  Activity activity_;
  bool modes_were_fixed_ = false;  ///< this and the three below: what a notice has already been given of
  bool basis_was_full_ = false;
  bool was_indefinite_ = false;
  bool was_rounded_ = false;
};

}  // namespace fullforce
