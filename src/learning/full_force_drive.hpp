#pragma once
#include "generated_drive.hpp"

namespace fullforce {

/// The drive of full-FORCE (DePasquale et al. 2018). Its own recurrent currents z_rec = J r alone drive the
/// task-performing network, which learns to make the currents F of the target-generating network.
template <Real T>
class FullForceDrive : public GeneratedDrive<T> {
 public:
  FullForceDrive(const Layout& layout, const NetworkOptions& options, const Connectivity<T>& connectivity,
                 const StepSignals& signals, bool all_rates, const DriveTargets& targets);

  /// The arrays are z_rec and F, and F of the next step where the rates of both networks travel together.
  static typename GeneratedDrive<T>::Shape shape(const RowPartition& partition, const NetworkOptions& options,
                                                 Index streams, bool all_rates) {
    return {partition, options, streams, all_rates, 1, all_rates ? 3 : 2};
  }
  /// The recurrent weights are those that were learned.
  static WeightMatrix free_running_weights(const Connectivity<T>&, EffectiveWeights learned) {
    return std::move(learned.recurrent);
  }

  MatrixView<const T> recurrent(RowBlock block, std::span<const double>) override {
    return this->response().from(block.local);
  }
  void multiply_ahead(bool target_runs, Direction direction) override;
};

}  // namespace fullforce
