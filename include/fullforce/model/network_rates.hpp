#pragma once
#include <optional>

#include "fullforce/linalg/gathered_vectors.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

/// The rates of both networks, r and r_D, as products read them. Where some product needs the r of all ranks, one
/// gather brings the rates of both networks. Otherwise r stays with its rank, and r_D travels by itself while a step
/// does other work, since nothing but the next step's F depends on it.
template <Real T>
class NetworkRates {
 public:
  struct Shape {
    RowPartition partition;
    Index streams = 1;
    bool all_rates = true;  ///< some product needs the r of all ranks

    Index bytes() const;
    double bytes_gathered(bool with_target) const;
  };

  NetworkRates(const Layout& layout, Index streams, bool all_rates);

  /// r, as the group 0.
  const GatheredVectors<T>& network() const { return rates_; }
  /// r_D, as the group target_group().
  const GatheredVectors<T>& target() const { return target_rates_ ? *target_rates_ : rates_; }
  Index target_group() const { return target_rates_ ? 0 : 1; }

  /// r_D travels while other work is done, and wait_for_target() ends its journey.
  bool target_travels_apart() const { return target_rates_.has_value(); }

  /// Where the owner of a block writes its rates, [rows of the block, B].
  MatrixView<T> network_block(RowBlock block) { return rates_.mine_from(0, block.local); }
  MatrixView<T> target_block(RowBlock block) {
    return target_rates_ ? target_rates_->mine_from(0, block.local) : rates_.mine_from(1, block.local);
  }

  /// Gathers what was written; where r_D travels apart it only sets out, and only if it is wanted. **Collective.**
  void exchange(bool with_target);
  /// **Collective.**
  void wait_for_target();

  /// Whether all rates that this rank has gathered are finite.
  bool network_is_finite() const { return rates_.all_finite(); }
  bool target_is_finite() const { return !target_rates_ || target_rates_->all_finite(); }

 private:
  GatheredVectors<T> rates_;                        ///< r, then r_D if both are gathered together
  std::optional<GatheredVectors<T>> target_rates_;  ///< r_D alone
};

}  // namespace fullforce
