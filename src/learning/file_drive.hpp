#pragma once
#include <limits>
#include <vector>

#include "fullforce/learning/drive.hpp"

namespace fullforce {

/// The drive of a network whose neurons have targets in a trials file: currents or rates. There is no
/// target-generating network. Recurrent currents z_rec = J r alone drive the network.
template <Real T>
class FileDrive : public Drive<T> {
 public:
  struct Shape : DriveShape {
    typename NetworkRates<T>::Shape rates;
    TargetSource source = TargetSource::currents;

    Shape(const RowPartition& partition, Index streams, bool all_rates)
        : rates{partition, streams, all_rates, /*has_target=*/false} {}

    void expect_reads(const SharesRead& others) override { rates.shares.network = others.network; }
    Index bytes() const override;
    double file_bytes() const override;
    void account(bool target_runs, const Extent& extent, StepAccount& account) const override;
    bool forces_all() const override { return source == TargetSource::currents; }
  };

  FileDrive(const Layout& layout, const DriveTargets& targets, const StepSignals& signals, bool all_rates);

  static Shape shape(const RowPartition& partition, const NetworkOptions&, Index streams, bool all_rates) {
    return {partition, streams, all_rates};
  }

  /// The recurrent weights are those that were learned.
  static WeightMatrix free_running_weights(const Connectivity<T>&, EffectiveWeights learned) {
    return std::move(learned.recurrent);
  }

  void draw_state(std::uint64_t, Purpose) override {}
  void reset_target(Index, std::span<const T>) override {}
  void begin_step() override {}
  /// Copies the targets of the step from where the task has them.
  void advance_target(RowBlock block, const TrialStreams& streams, InputCurrents<T>& inputs) override;
  void emit_target(RowBlock) override {}
  MatrixView<const T> recurrent(RowBlock block, std::span<const double>) override {
    return this->response().from(block.local);
  }
  void multiply_ahead(bool, Direction) override {}
  TargetCurrents<T> targets() const override;
  void find_target_bound() override { bounded_ = true; }
  double target_state(Index, Index) const override { return std::numeric_limits<double>::quiet_NaN(); }
  bool forces_all() const override { return source_ == TargetSource::currents && Drive<T>::forces_all(); }
  void account(bool target_runs, StepAccount& account) const override {
    shape_.account(target_runs, whole_extent(this->layout()), account);
  }

 private:
  void persist_target(Archive&) override {}
  double longest() const;

  Shape shape_;
  TargetSource source_;
  const StepSignals* signals_;
  std::vector<Index> columns_;  ///< [local rows], column of a neuron in the targets of StepSignals, or -1
  StreamArray<T> values_;       ///< the targets; 0 where there is none
  bool bounded_ = false;
};

}  // namespace fullforce
