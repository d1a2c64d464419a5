#include "fullforce/learning/drive.hpp"

#include "force_drive.hpp"
#include "full_force_drive.hpp"
#include "fullforce/io/archive.hpp"
#include "fullforce/io/file_format.hpp"

namespace fullforce {

template <Real T>
void Drive<T>::teach(const TrialStreams& streams) {
  const StreamArray<T>& F = *targets().F;
  layout_->for_each_block([&](RowBlock block) {
    for (Index b = 0; b < streams.streams(); ++b)
      for (Index i = block.local; i < block.local + block.rows && streams.phase(b) == StreamPhase::init; ++i)
        response_(i, b) = F(i, b);
  });
}

template <Real T>
void Drive<T>::persist(Archive& archive) {
  archive.section(format::network::group, "drive", 1);
  archive.rows<T>(format::network::feedback, layout_->partition(), response_.from(0));
  persist_target(archive);
}

template <Real T>
Index DriveShape<T>::bytes() const {
  // The arrays are z_rec and x_D, and the products with J_D: each driven network has the product in use and, if all
  // ranks need all rates, the one for the next step. With FORCE, the product in use of the task-performing network is
  // z_rec itself.
  const Index arrays = 3 + (rates.all_rates ? driven_networks : 0);
  const Index row = padded_vectors<T>(rates.streams) * static_cast<Index>(sizeof(T));
  return rates.partition.largest_row_count() * arrays * row + rates.bytes();
}

template <Real T>
void DriveShape<T>::account(bool target_runs, const Extent& extent, StepAccount& account) const {
  const Index networks = driven_networks - (target_runs ? 0 : 1);
  if (networks > 0) weights.account(static_cast<double>(networks * rates.streams), extent, account);
  account.gather(rates.bytes_gathered(target_runs));
}

template <Real T>
DriveShape<T> drive_shape(Rule rule, const RowPartition& partition, Index in_degree, Index streams, bool all_rates) {
  // With FORCE the product J_D r, too, needs the rates r of all ranks.
  const bool force = rule == Rule::force;
  return {{partition, streams, all_rates || force}, {partition, in_degree, streams}, force ? 2 : 1};
}

template <Real T>
std::unique_ptr<Drive<T>> make_drive(Rule rule, const Layout& layout, const NetworkOptions& options,
                                     const Connectivity<T>& connectivity, const StepSignals& signals, bool all_rates) {
  const DriveShape<T> shape = drive_shape<T>(rule, layout.partition(), options.in_degree, signals.streams, all_rates);
  if (rule == Rule::force) return std::make_unique<ForceDrive<T>>(layout, shape, options, connectivity, signals);
  return std::make_unique<FullForceDrive<T>>(layout, shape, options, connectivity, signals);
}

#define INSTANTIATE(T)                                                                                              \
  template class Drive<T>;                                                                                          \
  template struct DriveShape<T>;                                                                                    \
  template DriveShape<T> drive_shape(Rule, const RowPartition&, Index, Index, bool);                                \
  template std::unique_ptr<Drive<T>> make_drive(Rule, const Layout&, const NetworkOptions&, const Connectivity<T>&, \
                                                const StepSignals&, bool);
INSTANTIATE(float)
INSTANTIATE(double)
#undef INSTANTIATE

}  // namespace fullforce
