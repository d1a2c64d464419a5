#include "fullforce/analysis/network_field.hpp"

#include "fullforce/model/neurons.hpp"

namespace fullforce {
namespace {

/// Calls work(i, c) for each of this rank's rows and each column, distributed over the threads.
template <class Work>
void for_each_element(const Layout& layout, Index count, const Work& work) {
  layout.for_each_block([&](RowBlock block) {
    for (Index i = block.local; i < block.local + block.rows; ++i)
      for (Index c = 0; c < count; ++c) work(i, c);
  });
}

}  // namespace

NetworkField::NetworkField(const Layout& layout, const WeightMatrix& J, Nonlinearity nonlinearity,
                           std::span<const double> input_currents)
    : layout_(&layout), J_(&J), nonlinearity_(nonlinearity), input_currents_(input_currents), transposed_(layout, J) {}

void NetworkField::resize(Index count) {
  product_.emplace(*layout_, *J_, count);
  slopes_ = StreamArray<double>(*layout_, count);
}

void NetworkField::velocity(const StreamArray<double>& x, StreamArray<double>& F) {
  for_each_element(*layout_, count(), [&](Index i, Index c) { F(i, c) = rate_at_state(nonlinearity_, x(i, c)); });
  (*product_)(F, F);
  for_each_element(*layout_, count(), [&](Index i, Index c) { F(i, c) += input_currents_[as_size(i)] - x(i, c); });
}

void NetworkField::linearise(const StreamArray<double>& x) {
  for_each_element(*layout_, count(), [&](Index i, Index c) {
    slopes_(i, c) = slope_at_rate(nonlinearity_, rate_at_state(nonlinearity_, x(i, c)));
  });
}

void NetworkField::multiply(const StreamArray<double>& v, StreamArray<double>& y) {
  for_each_element(*layout_, count(), [&](Index i, Index c) { y(i, c) = slopes_(i, c) * v(i, c); });
  (*product_)(y, y);
  for_each_element(*layout_, count(), [&](Index i, Index c) { y(i, c) -= v(i, c); });
}

void NetworkField::multiply_transposed(const StreamArray<double>& v, StreamArray<double>& y) {
  transposed_(v, y);
  for_each_element(*layout_, count(), [&](Index i, Index c) { y(i, c) = slopes_(i, c) * y(i, c) - v(i, c); });
}

std::vector<double> NetworkField::slopes(Index c) const {
  std::vector<double> column(as_size(layout_->local_rows()));
  for (std::size_t i = 0; i < column.size(); ++i) column[i] = slopes_(static_cast<Index>(i), c);
  return column;
}

Index NetworkField::bytes(const RowPartition& partition, Index count, int threads) {
  // The product, the scaled vectors of the transposed product, and the slopes have a number for each state.
  const Index own = 3 * partition.largest_row_count() * padded_vectors<double>(count) * Index{sizeof(double)};
  return own + GatheredVectors<double>::Shape{partition, 1, count}.bytes() +
         TransposedProduct::bytes(partition.rows(), count, threads);
}

}  // namespace fullforce
