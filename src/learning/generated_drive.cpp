#include "generated_drive.hpp"

#include "fullforce/model/distinct_neurons.hpp"

namespace fullforce {

template <Real T>
void GeneratedDrive<T>::Shape::expect_reads(const SharesRead& others) {
  const double of_J_D = J_D.share_read();
  rates.shares.network = driven_networks == 1 ? others.network : share_of_either(others.network, of_J_D);
  rates.shares.target = share_of_either(others.target, of_J_D);
}

template <Real T>
Index GeneratedDrive<T>::Shape::bytes() const {
  const Index row = padded_vectors<T>(rates.streams) * static_cast<Index>(sizeof(T));
  return rates.partition.largest_row_count() * arrays * row + neurons.bytes() + rates.bytes();
}

template <Real T>
double GeneratedDrive<T>::Shape::file_bytes() const {
  const double z_rec = static_cast<double>(rates.partition.rows() * rates.streams) * sizeof(T);
  return z_rec + neurons.file_bytes();
}

template <Real T>
void GeneratedDrive<T>::Shape::account(bool target_runs, const Extent& extent, StepAccount& account) const {
  const Index networks = driven_networks - (target_runs ? 0 : 1);
  if (networks > 0) J_D.account(static_cast<double>(networks * rates.streams), extent, account);
  account.gather(rates.bytes_gathered(target_runs));
}

template class GeneratedDrive<float>;
template class GeneratedDrive<double>;

}  // namespace fullforce
