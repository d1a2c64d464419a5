#pragma once
#include "fullforce/learning/drive.hpp"
#include "fullforce/model/target_network.hpp"

namespace fullforce {

/// FORCE (Sussillo and Abbott 2009): the task-performing network is driven by J_D r + u_out z, and only its readout w
/// is learned. The target-generating network runs beside it, to be compared with.
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
  /// Adds u_out z to the J_D r of this step in place, since nobody needs that by itself.
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
