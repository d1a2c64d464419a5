#include "fullforce/learning/target_modes.hpp"

#include <algorithm>

#include "fullforce/io/archive.hpp"
#include "fullforce/io/file_format.hpp"
#include "fullforce/linalg/matrix_operations.hpp"
#include "fullforce/parallel/exchange_scope.hpp"

namespace fullforce {

template <Real T>
TargetModes<T>::TargetModes(const Layout& neurons, const LearningOptions& options, Index streams, bool collects)
    : neurons_(&neurons),
      layout_(neurons.comm(), options.target_modes),
      V_(neurons.local_rows(), count()),
      chosen_(neurons, streams),
      sums_({count() * streams, neurons.threads()}),
      outputs_(layout_, streams),
      gathered_(layout_, 1, streams) {
  if (collects) seen_.emplace(neurons, options, streams);
  const Index block = neurons.partition().block_size();
  for (int t = 0; t < neurons.threads(); ++t)
    scratch_.emplace_back(transposed_product_scratch(block, count(), streams));
}

template <Real T>
void TargetModes<T>::fix() {
  found_ = std::min(count(), seen_->directions());
  energy_ = seen_->energy();
  left_out_ = std::max(0.0, energy_ - seen_->leading(found_, V_));
  seen_.reset();
}

template <Real T>
void TargetModes<T>::project(const TargetCurrents<T>& currents, std::span<const Index> selected, RegionTimer& timer) {
  selected_ = static_cast<Index>(selected.size());
  {
    const RegionScope scope(timer, TimerRegion::updates);
    choose(*currents.F, selected);
    sums_.begin(count() * selected_, currents.longest);
    add_transposed_product<T>(*neurons_, V_, count(), chosen_, selected_, sums_, scratch_);
  }
  const ExchangeScope scope(timer, neurons_->comm());
  sums_.reduce(neurons_->comm());
}

/// Copies the currents of the selected streams side by side.
template <Real T>
void TargetModes<T>::choose(const StreamArray<T>& F, std::span<const Index> selected) {
  neurons_->for_each_block([&](RowBlock block) {
    for (Index i = block.local; i < block.local + block.rows; ++i)
      for (Index k = 0; k < selected_; ++k) chosen_(i, k) = F(i, selected[as_size(k)]);
  });
}

template <Real T>
void TargetModes<T>::expand(StreamArray<T>& currents, RegionTimer& timer) {
  for (Index i = 0; i < outputs_.rows(); ++i) std::copy_n(outputs_.row(i), outputs_.stride(), gathered_.mine(0, i));
  {
    const ExchangeScope scope(timer, neurons_->comm());
    gathered_.gather();
  }
  const RegionScope scope(timer, TimerRegion::products);
  multiply<T>(*neurons_, V_, count(), gathered_.group(0), currents.streams(), currents.from(0));
}

template <Real T>
Index TargetModes<T>::Shape::bytes() const {
  const Index n = count();
  const Index width = padded_vectors<T>(moments.streams);
  const Index by_rows = moments.neurons.largest_row_count() * (row_stride<T>(n) + width);
  const Index scratch = transposed_product_scratch(moments.neurons.block_size(), n, moments.streams);
  return (by_rows + 3 * n * width) * static_cast<Index>(sizeof(T)) +
         BlockSums::Shape{n * moments.streams, moments.threads}.bytes() +
         moments.threads * scratch * static_cast<Index>(sizeof(double)) + (collects ? moments.bytes() : 0);
}

template <Real T>
void TargetModes<T>::Shape::account_of_projection(double streams, const Extent& extent, StepAccount& account) const {
  const double n = static_cast<double>(count());
  account.sweep({.region = TimerRegion::updates,
                 .rows = extent.rows,
                 .cols = n,
                 .element_bytes = sizeof(T),
                 .vectors = streams,
                 .precision = precision_of<T>});
  account.sum(sizeof(std::int64_t) * n * streams);
}

template <Real T>
void TargetModes<T>::Shape::account_of_expansion(const Extent& extent, StepAccount& account) const {
  const double n = static_cast<double>(count()), B = static_cast<double>(moments.streams);
  account.sweep(
      {.rows = extent.rows, .cols = n, .element_bytes = sizeof(T), .vectors = B, .precision = precision_of<T>});
  account.gather(sizeof(T) * n * B);
}

template <Real T>
void TargetModes<T>::persist(Archive& archive) {
  archive.section(format::network::group, format::section::target_modes);
  archive.rows<T>(format::network::modes, neurons_->partition(), V_.from(0).first(count()));
  archive.attribute<Index>(format::network::group, format::network::modes_found, found_);
  archive.attribute<double>(format::network::group, format::network::modes_energy, energy_);
  archive.attribute<double>(format::network::group, format::network::modes_energy_left_out, left_out_);
  if (archive.loading() && !CurrentMoments<T>::are_in(archive)) seen_.reset();
  if (seen_) seen_->persist(archive);
}

template class TargetModes<float>;
template class TargetModes<double>;

}  // namespace fullforce
