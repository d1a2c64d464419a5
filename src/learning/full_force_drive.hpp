#pragma once
#include "generated_drive.hpp"

namespace fullforce {

/// The drive of full-FORCE (DePasquale et al. 2018). Its own recurrent currents z_rec = J r alone drive the
/// task-performing network, which learns to make the currents F of the target-generating network.
template <Real T>
class FullForceDrive : public GeneratedDrive<T> {
 public:
  FullForceDrive(const Layout& layout, const DriveShape<T>& shape, const NetworkOptions& options,
                 const Connectivity<T>& connectivity, const StepSignals& signals);

  MatrixView<const T> recurrent(RowBlock block, std::span<const double>) override {
    return this->response().from(block.local);
  }
  void multiply_ahead(bool target_runs, Direction direction) override;

 private:
  const RecurrentWeights<T>* J_D_;
};

}  // namespace fullforce
