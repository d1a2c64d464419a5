#include "fullforce/learning/target_modes.hpp"

#include <algorithm>

#include "fullforce/io/archive.hpp"
#include "fullforce/linalg/kernels.hpp"

namespace fullforce {

template <Real T>
TargetModes<T>::TargetModes(const Layout& neurons, const LearningOptions& options, Index streams, bool collects)
    : neurons_(&neurons),
      layout_(neurons.comm(), options.target_modes),
      V_(neurons.local_rows(), count()),
      chosen_(neurons, streams),
      sums_(count() * streams),
      outputs_(layout_, streams),
      gathered_(layout_, 1, streams) {
  if (collects) seen_.emplace(neurons, options, streams);
  const Index block = neurons.partition().block_size();
  for (int t = 0; t < thread_count(); ++t)
    scratch_.emplace_back(padded<double>(count() * streams) + kernels::transposed_scratch(block, count(), streams));
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
  const Index sums = count() * selected_;
  {
    const RegionScope scope(timer, TimerRegion::updates);
    sums_.begin(sums, currents.longest);
    neurons_->for_each_block([&](RowBlock block) {
      for (Index i = block.local; i < block.local + block.rows; ++i)
        for (Index k = 0; k < selected_; ++k) chosen_(i, k) = (*currents.F)(i, selected[as_size(k)]);
      double* const products = scratch_[as_size(thread_index())].data();
      kernels::multiply_transposed<T>(V_.from(block.local), block.rows, count(), chosen_.from(block.local), selected_,
                                      products, products + padded<double>(sums));
      sums_.add<double>(0, {products, as_size(sums)});
    });
  }
  const RegionScope scope(timer, TimerRegion::communication);
  sums_.reduce(neurons_->comm());
}

template <Real T>
void TargetModes<T>::expand(StreamArray<T>& currents, RegionTimer& timer) {
  for (Index i = 0; i < outputs_.rows(); ++i) std::copy_n(outputs_.row(i), outputs_.stride(), gathered_.mine(0, i));
  {
    const RegionScope scope(timer, TimerRegion::communication);
    gathered_.gather();
  }
  const RegionScope scope(timer, TimerRegion::products);
  neurons_->for_each_block([&](RowBlock block) {
    kernels::multiply<T>(V_.from(block.local), block.rows, count(), gathered_.group(0), currents.streams(),
                         currents.from(block.local));
  });
}

template <Real T>
Index TargetModes<T>::bytes(const RowPartition& neurons, const LearningOptions& options, Index streams) {
  const Index n = options.target_modes;
  const Index width = padded_vectors<T>(streams);
  const Index by_rows = neurons.largest_row_count() * (row_stride<T>(n) + width);
  const Index scratch = n * streams + kernels::transposed_scratch(neurons.block_size(), n, streams);
  return (by_rows + 3 * n * width) * static_cast<Index>(sizeof(T)) + BlockSums::bytes(n * streams) +
         thread_count() * scratch * static_cast<Index>(sizeof(double)) +
         CurrentMoments<T>::bytes(neurons, options, streams);
}

template <Real T>
void TargetModes<T>::persist(Archive& archive) {
  archive.rows<T>("/network/modes", neurons_->partition(), V_.from(0).first(count()));
  archive.attribute<Index>("/network", "modes_found", found_);
  archive.attribute<double>("/network", "modes_energy", energy_);
  archive.attribute<double>("/network", "modes_energy_left_out", left_out_);
  if (archive.loading() && !CurrentMoments<T>::are_in(archive)) seen_.reset();
  if (seen_) seen_->persist(archive);
}

template class TargetModes<float>;
template class TargetModes<double>;

}  // namespace fullforce
