#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "fullforce/learning/inverse_correlation.hpp"
#include "fullforce/learning/packed_gain.hpp"
#include "fullforce/learning/partners.hpp"
#include "fullforce/learning/plasticity.hpp"
#include "fullforce/learning/sign_constraint.hpp"
#include "fullforce/model/neuron_signs.hpp"
#include "fullforce/model/recurrent_weights.hpp"

namespace fullforce {

struct RowRun;

/// Recursive least squares with one gain for each group of neurons. A group reads the rates of K presynaptic partners,
/// and its neurons learn their weights from these partners, which one inverse correlation matrix P [K, K] of the group
/// serves. With groups of one neuron, every neuron has a P of its own. The readout is one more group: the outputs read
/// K_out neurons. FORCE learns the readout alone and has no other groups. Static weights J_s may act beside the learned
/// weights W, z_rec = J_s r + W r[partners], and what is learned corrects the error of both together.
///
/// The groups after that of the last neuron that learns (PlasticNeurons) have no P and keep their weights.
///
/// A group needs no more than the rates, so nothing is sent but these. Every rank that has neurons of a group updates a
/// P of its own for it, with the same numbers, and every rank updates that of the readout. P has elements of type F,
/// and may be more precise than the weights. Its updates are deferred, in a panel of K / 16 columns at most, which
/// takes an eighth of the memory of P. Updates of the weights are applied at once.
template <Real T, Real F = T>
class GroupRls : public Plasticity<T> {
 public:
  class Shape : public PlasticityShape {
   public:
    Shape(const RowPartition& partition, int threads, const LearningOptions& options, const PlasticitySizes& sizes);

    bool needs_all_rates() const override { return true; }
    double share_read() const override;
    Index bytes() const override;
    double file_bytes(bool checkpoint) const override;
    PlasticityReport report() const override;
    void account_of_teaching(const Extent&, StepAccount&) const override {}
    void account_of_response(const Extent& extent, StepAccount& account) const override;
    void account_of_learning(Index streams, const Extent& extent, StepAccount& account) const override;
    void account_of_updates(double samples, const Extent& extent, StepAccount& account) const override;
    /// The same for panels of groups, or of the readout, with `columns` columns that are applied `times` times.
    void account_of_group_flush(double columns, double times, const Extent& extent, StepAccount& account) const;
    void account_of_readout_flush(double columns, double times, StepAccount& account) const;

    bool has_groups() const { return learns_recurrent(options_.rule); }
    bool has_static() const { return has_groups() && sizes_.network.static_in_degree > 0; }
    bool obeys_dale() const { return has_groups() && options_.signs == Signs::dale; }
    Index bounded_inputs() const { return obeys_dale() ? in_degree() : 0; }  ///< whose weights obey the law
    Index in_degree() const { return std::min(options_.plastic_in_degree, partition_.rows()); }    ///< K
    Index readout_inputs() const { return std::min(options_.readout_inputs, partition_.rows()); }  ///< K_out
    Index group() const { return std::min(options_.group, partition_.rows()); }                    ///< M
    Index groups() const { return has_groups() ? (partition_.rows() + group() - 1) / group() : 0; }
    Index plastic_neurons() const { return std::min(sizes_.plastic.count, partition_.rows()); }
    /// Neurons from this one on learn no recurrent weights.
    Index plastic_end() const { return has_groups() ? std::min(sizes_.plastic.end, partition_.rows()) : 0; }
    /// The number of groups up to that of the last neuron that learns.
    Index plastic_groups() const { return (plastic_end() + group() - 1) / group(); }
    /// The largest number of neurons that a group reads, the readout included.
    Index most_inputs() const { return std::max(has_groups() ? in_degree() : 0, readout_inputs()); }

    /// The number of updates after which the panel of a P over so many inputs is applied, and the room that it needs.
    Index panel(Index inputs) const { return std::clamp<Index>(inputs / 16, 1, options_.panel); }
    Index panel_capacity(Index inputs) const { return longest_panel(panel(inputs), sizes_.streams); }

    /// The operations of a sample in a group, and in the readout.
    double group_work() const { return work(in_degree(), group()); }
    double readout_work() const { return work(readout_inputs(), sizes_.outputs); }

   private:
    double plastic_rows(const Extent& extent) const;
    static double work(Index inputs, Index rows) {
      const double K = static_cast<double>(inputs);
      return 3.0 * K * K + 4.0 * K * static_cast<double>(rows);
    }
    typename RecurrentWeights<T>::Shape static_weights() const {
      return {partition_, sizes_.network.static_in_degree, sizes_.streams};
    }

    RowPartition partition_;
    int threads_;
    LearningOptions options_;
    PlasticitySizes sizes_;
  };

  /// Creates P = I/alpha, J = 0 and w = 0, and finds the partners, the inputs of the readout and J_s. There is no P,
  /// and there are no partners, if the sizes say that nothing is learned: then all of it comes from a file. Throws
  /// InputError if a file of partners cannot be used.
  GroupRls(const Layout& layout, const LearningOptions& options, const PlasticitySizes& sizes);
  ~GroupRls() override;

  /// Computes the outputs and J_s r.
  void evaluate(const GatheredVectors<T>& rates, std::span<const Index> learning, StreamArray<T>& currents,
                std::span<double> outputs, RegionTimer& timer, Direction direction) override;
  /// Goes once through the groups: W and P of a group are read and written while a core's cache has them.
  void complete(StreamArray<T>& currents, const TargetCurrents<T>& targets, std::span<const double> output_errors,
                RegionTimer& timer) override;
  void flush(RegionTimer& timer) override;
  /// Those of the partners of this rank's groups, of the inputs of the readout, and of static weights.
  void mark_read(RatesRead& read) const override;

  bool learns() const override { return learns_; }
  bool needs_all_rates() const override { return true; }
  Index features() const override { return shape_.has_groups() ? shape_.in_degree() : shape_.readout_inputs(); }
  Index most_features() const override { return features(); }
  void account(StepAccount& account) const override;
  std::vector<Notice> notices(Index step) override;
  PlasticityReport report() const override;
  std::vector<std::span<const std::byte>> matrices() const override;
  EffectiveWeights effective_weights() const override;
  /// Only if there are groups. The weights of a neuron are those from its partners.
  void draw_recurrent(double gain, std::uint64_t seed, std::span<const std::uint8_t> kept) override;
  void start_from(Archive& archive, bool keep_P, RegionTimer& timer) override;
  void persist(Archive& archive) override;

  // The functions that follow are for tests.
  const Partners& partners() const { return *partners_; }
  /// The updates in the panel of the readout.
  Index pending() const { return readout_pending_.count; }
  std::span<const Index> readout_inputs() const { return readout_inputs_; }
  /// The learned recurrent weights of this rank's neurons, [local rows, K].
  const RowMatrix<T>& weights() const { return W_; }
  const RowMatrix<T>& readout() const { return w_; }
  const RecurrentWeights<T>* static_weights() const { return static_ ? &*static_ : nullptr; }
  /// Element (i, j) of P of this rank's k-th group as it was applied last, where i and j count the partners.
  double inverse_correlation(Index k, Index i, Index j) const;
  double readout_inverse_correlation(Index i, Index j) const;

 private:
  struct Workspace;

  void find_partners(const LearningOptions& options, const PlasticitySizes& sizes);
  template <class Work>
  void for_each_group(const Work& work) const;
  Index groups() const { return partners_ ? partners_->groups().count() : 0; }
  void begin_P();
  Workspace& workspace();
  F* P_of(Index k) { return P_.data() + k * P_stride_; }
  const F* P_of(Index k) const { return P_.data() + k * P_stride_; }
  PackedP<F> group_P(Index k, Index inputs);
  PackedP<F> readout_P();
  template <class Neuron>
  void read_rates(std::span<const Neuron> neurons, T* rates) const;
  void choose_learning(const T* rates, Index inputs, PackedGain<F>& gain) const;
  void learn_P(PackedP<F> P, const T* rates, Index panel, Workspace& own);
  MatrixView<const T> columns(const PackedP<F>& P, Workspace& own) const;
  void respond_and_learn(Index k, StreamArray<T>& currents, const TargetCurrents<T>& targets);
  void respond(RowBlock rows, Index inputs, StreamArray<T>& currents, Workspace& own) const;
  void learn(RowBlock rows, const PackedP<F>& P, const StreamArray<T>& currents, const TargetCurrents<T>& targets,
             Workspace& own);
  std::span<const T> find_signs(Index k, Workspace& own) const;
  void keep_signs(Index k, bool applied, double growth);
  void report_indefinite(PlasticityReport& report) const;
  void report_bound(PlasticityReport& report) const;
  void begin_constraint();
  void penalise_classes(Index k);
  void balance(Index k);
  void learn_outputs(std::span<const double> output_errors);
  void advance();
  void persist_weights(Archive& archive);
  void persist_P(Archive& archive);
  SparseRows<double> recurrent_in_double() const;

  /// What the last step did.
  struct Activity {
    bool responded = false;
    Index learning = 0;
    Index flushed_groups = 0;  ///< columns of the panels of groups that were applied
    Index flushed_readout = 0;
  };

  /// What is pending in a panel.
  struct Pending {
    Index count = 0;      ///< updates
    double growth = 1.0;  ///< c
  };
  Index skipped(const Archive& archive) const;
  RowRun run_of_P(const Archive& archive) const;
  void persist_panels(Archive& archive);
  void persist_pending(Archive& archive, const char* count, const char* growth, Index inputs, Pending& pending) const;

  const Layout* layout_;
  Shape shape_;
  double alpha_;
  double forgetting_;
  Index streams_;
  bool learns_;
  std::optional<Partners> partners_;           ///< none under FORCE
  Index plastic_groups_;                       ///< this rank's groups that have a P, which are its first ones
  std::optional<RecurrentWeights<T>> static_;  ///< J_s
  std::vector<Index> readout_inputs_;          ///< [K_out]
  RowMatrix<T> W_;                             ///< [local rows, K]
  NeuronSigns neuron_signs_;
  double class_penalty_;
  std::optional<SignConstraint<T>> constraint_;  ///< if W obeys Dale's law and is learned
  RowMatrix<T> w_;                               ///< [n_out, K_out]
  Index P_stride_;
  AlignedArray<F> P_;           ///< one packed matrix after the other
  Index panel_stride_;          ///< elements of a panel of a group
  AlignedArray<F> panels_;      ///< S^T of each group, one after the other
  Pending pending_;             ///< the same in all groups
  RowMatrix<F> readout_panel_;  ///< S^T of the readout
  Pending readout_pending_;
  AlignedArray<F> P_readout_;          ///< packed
  Index readout_share_;                ///< the work of learning the readout, in groups
  std::vector<Workspace> workspaces_;  ///< one for each thread
  AlignedArray<T> readout_rates_;      ///< rates of the readout's inputs, [K_out, B]
  StreamArray<T> outputs_;             ///< [n_out, B]
  StreamArray<T> output_errors_;       ///< [n_out, B']
  const GatheredVectors<T>* rates_ = nullptr;
  std::vector<Index> learning_;  ///< streams that this step learns from
  Activity activity_;
  bool was_indefinite_ = false;  ///< whether a notice has been given of it
};

}  // namespace fullforce
