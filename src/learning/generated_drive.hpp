#pragma once
#include "fullforce/learning/drive.hpp"
#include "fullforce/model/target_network.hpp"

namespace fullforce {

/// What those drives have in common whose targets come from a target-generating network.
template <Real T>
class GeneratedDrive : public Drive<T> {
 public:
  /// `keeps_two` is that of TargetNetwork.
  GeneratedDrive(const Layout& layout, const DriveShape<T>& shape, const NetworkOptions& options,
                 const Connectivity<T>& connectivity, const StepSignals& signals, bool keeps_two)
      : Drive<T>(layout, shape), target_(layout, options, connectivity, signals, keeps_two) {}

  void draw_state(std::uint64_t seed, Purpose purpose) override { target_.draw_state(seed, purpose); }
  void begin_step() override { target_.begin_step(); }
  void advance_target(RowBlock block, const TrialStreams& streams, InputCurrents<T>& inputs) override {
    target_.advance(block, streams, inputs, this->rates());
  }
  void emit_target(RowBlock block) override { target_.emit(block, this->rates()); }
  TargetCurrents<T> targets() const override { return target_.targets(); }
  void find_target_bound() override { target_.find_bound(); }

 protected:
  /// The product of J_D with the rates r_D. Its result is F of the next step.
  typename RecurrentWeights<T>::Product target_product() {
    return {&this->rates().target(), this->rates().target_group(), &target_.next_currents()};
  }

 private:
  void persist_target(Archive& archive) override { target_.persist(archive); }

  TargetNetwork<T> target_;
};

}  // namespace fullforce
