#pragma once
#include "fullforce/learning/drive.hpp"
#include "fullforce/model/target_network.hpp"

namespace fullforce {

/// The drive of FORCE (Sussillo and Abbott 2009). The currents J_D r + u_out z drive the task-performing network, and
/// only its readout w is learned. The target-generating network runs beside it for comparison.
template <Real T>
class ForceDrive : public Drive<T> {
 public:
  ForceDrive(const Layout& layout, const DriveShape<T>& shape, const NetworkOptions& options,
             const Connectivity<T>& connectivity, const StepSignals& signals);

  void draw_state(std::uint64_t seed, Purpose purpose) override { target_.draw_state(seed, purpose); }
  void begin_step() override;
  void advance_target(RowBlock block, const TrialStreams& streams, InputCurrents<T>& inputs) override {
    target_.advance(block, streams, inputs, this->rates());
  }
  void emit_target(RowBlock block) override { target_.emit(block, this->rates()); }
  /// Adds u_out z to J_D r of this step in place, because nothing else needs J_D r alone.
  MatrixView<const T> recurrent(RowBlock block, std::span<const double> outputs) override;
  void multiply_ahead(bool target_runs, Direction direction) override;
  TargetCurrents<T> targets() const override { return target_.targets(); }
  void find_target_bound() override { target_.find_bound(); }

 private:
  void persist_target(Archive& archive) override { target_.persist(archive); }

  const Connectivity<T>* connectivity_;
  TargetNetwork<T> target_;
  StreamArray<T> next_response_;  ///< J_D r for the next step
};

}  // namespace fullforce
