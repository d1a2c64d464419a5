#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "fullforce/linalg/gathered_vectors.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

/// Which rates a rank reads: 1 or 0 for each neuron, [N] for each network.
struct RatesRead {
  std::vector<std::uint8_t> network;
  std::vector<std::uint8_t> target;

  explicit RatesRead(Index neurons) : network(as_size(neurons), 0), target(as_size(neurons), 0) {}
};

/// Which share of the rates of each network is read on at least one of the ranks that share memory, from 0 to 1. It is
/// an expectation, from before partners are drawn.
struct SharesRead {
  double network = 1.0;
  double target = 1.0;
};

/// The rates of both networks as matrix products read them: r of the task-performing and r_D of the target-generating
/// network. If some product needs the r of all ranks, one gather brings the rates of both networks. Otherwise each rank
/// keeps its own r, and r_D has a gather to itself. That gather goes on while a step does other work, since only F of
/// the next step depends on it. Where there is no target-generating network, there is no r_D.
template <Real T>
class NetworkRates {
 public:
  struct Shape {
    RowPartition partition;
    Index streams = 1;
    bool all_rates = true;   ///< whether some product needs the r of all ranks
    bool has_target = true;  ///< whether there is a target-generating network
    SharesRead shares{};

    Index bytes() const;
    double bytes_gathered(bool with_target) const;

   private:
    typename GatheredVectors<T>::Shape gathered(Index networks) const;
  };

  NetworkRates(const Layout& layout, const Shape& shape);

  /// The gathered vectors that hold r, as their group 0.
  const GatheredVectors<T>& network() const { return rates_; }
  /// The gathered vectors that hold r_D, as their group target_group().
  const GatheredVectors<T>& target() const { return target_rates_ ? *target_rates_ : rates_; }
  Index target_group() const { return target_rates_ ? 0 : 1; }

  /// Whether there is an r_D.
  bool has_target() const { return has_target_; }
  /// Whether r_D has a gather to itself, which goes on during other work until wait_for_target() completes it.
  bool target_travels_apart() const { return target_rates_.has_value(); }

  /// The memory, [rows of the block, B], to which the owner of a block of neurons writes their rates.
  MatrixView<T> network_block(RowBlock block) { return rates_.mine_from(0, block.local); }
  MatrixView<T> target_block(RowBlock block) {
    return target_rates_ ? target_rates_->mine_from(0, block.local) : rates_.mine_from(1, block.local);
  }

  /// Allocates what the ranks of a node share, so that no step has to. **Collective.**
  void prepare();

  /// Whether rates of some rank reach this one by messages.
  bool needs_messages() const { return rates_.needs_messages() || (target_rates_ && target_rates_->needs_messages()); }
  /// From now on this rank reads these rates of other ranks, and no others (GatheredVectors::read_only). Where one
  /// gather brings the rates of both networks, it brings both rates of a neuron. **Collective.**
  void read_only(const RatesRead& read);

  /// Gathers the rates that were written. Where r_D has a gather to itself, this only starts that gather, and only if
  /// `with_target` is true. **Collective.**
  void exchange(bool with_target);
  /// Completes the gather of r_D. **Collective.**
  void wait_for_target();

  /// Whether all rates that this rank has gathered are finite.
  bool network_is_finite() const { return rates_.all_finite(); }
  bool target_is_finite() const { return !target_rates_ || target_rates_->all_finite(); }

 private:
  bool has_target_;
  GatheredVectors<T> rates_;                        ///< r, followed by r_D if one gather brings both
  std::optional<GatheredVectors<T>> target_rates_;  ///< r_D, if it has a gather to itself
};

}  // namespace fullforce
