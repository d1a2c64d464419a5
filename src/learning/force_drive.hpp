#pragma once
#include "generated_drive.hpp"

namespace fullforce {

/// The drive of FORCE (Sussillo and Abbott 2009). The currents J_D r + u_out z drive the task-performing network, and
/// only its readout w is learned. The target-generating network runs beside it for comparison.
template <Real T>
class ForceDrive : public GeneratedDrive<T> {
 public:
  ForceDrive(const Layout& layout, const NetworkOptions& options, const Connectivity<T>& connectivity,
             const StepSignals& signals, bool all_rates, const DriveTargets& targets);

  /// The product J_D r, too, needs the rates r of all ranks. The arrays are z_rec and F, and both of them for the next
  /// step.
  static typename GeneratedDrive<T>::Shape shape(const RowPartition& partition, const NetworkOptions& options,
                                                 Index streams, bool /*all_rates*/) {
    return {partition, options, streams, true, 2, 4};
  }
  /// The recurrent weights are J_D + u_out w.
  static WeightMatrix free_running_weights(const Connectivity<T>& connectivity, EffectiveWeights learned);

  void begin_step() override;
  /// Adds u_out z to J_D r of this step in place, because nothing else needs J_D r alone.
  MatrixView<const T> recurrent(RowBlock block, std::span<const double> outputs) override;
  void multiply_ahead(bool target_runs, Direction direction) override;
  /// J_D is multiplied with both rates.
  void mark_read(RatesRead& read) const override {
    GeneratedDrive<T>::mark_read(read);
    this->J_D().mark_columns(read.network);
  }

 private:
  const Connectivity<T>* connectivity_;
  StreamArray<T> next_response_;  ///< J_D r for the next step
};

}  // namespace fullforce
