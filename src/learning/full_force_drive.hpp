#pragma once
#include "fullforce/learning/drive.hpp"
#include "fullforce/model/target_network.hpp"

namespace fullforce {

/// The drive of full-FORCE (DePasquale et al. 2018). Its own recurrent currents z_rec = J r alone drive the
/// task-performing network, which learns to make the currents F of the target-generating network.
template <Real T>
class FullForceDrive : public Drive<T> {
 public:
  FullForceDrive(const Layout& layout, const DriveShape<T>& shape, const NetworkOptions& options,
                 const Connectivity<T>& connectivity, const StepSignals& signals);

  void draw_state(std::uint64_t seed, Purpose purpose) override { target_.draw_state(seed, purpose); }
  void begin_step() override { target_.begin_step(); }
  void advance_target(RowBlock block, const TrialStreams& streams, InputCurrents<T>& inputs) override {
    target_.advance(block, streams, inputs, this->rates());
  }
  void emit_target(RowBlock block) override { target_.emit(block, this->rates()); }
  MatrixView<const T> recurrent(RowBlock block, std::span<const double>) override {
    return this->response().from(block.local);
  }
  void multiply_ahead(bool target_runs, Direction direction) override;
  TargetCurrents<T> targets() const override { return target_.targets(); }
  void find_target_bound() override { target_.find_bound(); }

 private:
  void persist_target(Archive& archive) override { target_.persist(archive); }

  const RecurrentWeights<T>* J_D_;
  TargetNetwork<T> target_;
};

}  // namespace fullforce
