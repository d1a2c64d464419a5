#pragma once
#include "fullforce/learning/drive.hpp"
#include "fullforce/model/target_network.hpp"

namespace fullforce {

/// What those drives have in common whose targets come from a target-generating network.
template <Real T>
class GeneratedDrive : public Drive<T> {
 public:
  struct Shape : DriveShape {
    typename NetworkRates<T>::Shape rates;
    typename RecurrentWeights<T>::Shape J_D;
    NeuronsShape<T> neurons;    ///< those of the target-generating network
    Index driven_networks = 1;  ///< networks that J_D drives: the target-generating network alone, or both
    Index arrays = 2;           ///< arrays of currents [rows, B] that the drive holds

    Shape(const RowPartition& partition, const NetworkOptions& options, Index streams, bool all_rates,
          Index networks_driven, Index current_arrays)
        : rates{partition, streams, all_rates},
          J_D{partition, options.in_degree, streams},
          neurons(neurons_shape<T>(partition, streams, options)),
          driven_networks(networks_driven),
          arrays(current_arrays) {}

    void expect_reads(const SharesRead& others) override;
    Index bytes() const override;
    double file_bytes() const override;
    void account(bool target_runs, const Extent& extent, StepAccount& account) const override;
  };

  /// `keeps_two` is that of TargetNetwork.
  GeneratedDrive(const Layout& layout, const Shape& shape, const NetworkOptions& options,
                 const Connectivity<T>& connectivity, const StepSignals& signals, bool keeps_two,
                 const DriveTargets& targets)
      : Drive<T>(layout, shape.rates, targets),
        J_D_(&connectivity.J_D),
        shape_(shape),
        target_(layout, options, connectivity, signals, keeps_two) {}

  void draw_state(std::uint64_t seed, Purpose purpose) override { target_.draw_state(seed, purpose); }
  void reset_target(Index stream, std::span<const T> state) override { target_.reset(stream, state); }
  void begin_step() override { target_.begin_step(); }
  void advance_target(RowBlock block, const TrialStreams& streams, InputCurrents<T>& inputs) override {
    target_.advance(block, streams, inputs, this->rates());
  }
  void emit_target(RowBlock block) override { target_.emit(block, this->rates()); }
  TargetCurrents<T> targets() const override {
    TargetCurrents<T> targets = target_.targets();
    targets.has_target = this->has_target();
    return targets;
  }
  void mark_read(RatesRead& read) const override { J_D_->mark_columns(read.target); }
  double target_state(Index local, Index stream) const override { return target_.state(local, stream); }
  void find_target_bound() override { target_.find_bound(); }
  void account(bool target_runs, StepAccount& account) const override {
    shape_.account(target_runs, whole_extent(this->layout()), account);
  }

 protected:
  const RecurrentWeights<T>& J_D() const { return *J_D_; }

  /// The product of J_D with the rates r_D. Its result is F of the next step.
  typename RecurrentWeights<T>::Product target_product() {
    return {&this->rates().target(), this->rates().target_group(), &target_.next_currents()};
  }

 private:
  void persist_target(Archive& archive) override { target_.persist(archive); }

  const RecurrentWeights<T>* J_D_;
  Shape shape_;
  TargetNetwork<T> target_;
};

}  // namespace fullforce
