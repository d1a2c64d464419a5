#include "fullforce/analysis/region_currents.hpp"

#include <bit>

namespace fullforce {

RegionCurrents::RegionCurrents(const Layout& layout, const WeightMatrix& J, const std::vector<Region>& regions,
                               Index steps)
    : layout_(&layout),
      regions_(&regions),
      own_(regions.size()),
      product_(layout, J, static_cast<Index>(regions.size())),
      rates_(layout, static_cast<Index>(regions.size())),
      products_(layout, static_cast<Index>(regions.size())),
      kept_(regions.size()) {
  for (std::size_t a = 0; a < regions.size(); ++a) {
    for (std::size_t k = 0; k < regions[a].neurons.size(); ++k) {
      const Index local = regions[a].neurons[k] - layout.first_row();
      if (local >= 0 && local < layout.local_rows()) own_[a].push_back({static_cast<Index>(k), local});
    }
    kept_[a].reserve(as_size(steps) * own_[a].size() * regions.size());
  }
}

void RegionCurrents::step(std::span<const double> rates) {
  const Index count = static_cast<Index>(regions_->size());
  for (std::size_t b = 0; b < regions_->size(); ++b)
    for (const OwnNeuron& neuron : own_[b])
      rates_(neuron.local, static_cast<Index>(b)) = rates[as_size(layout_->first_row() + neuron.local)];
  product_(rates_, products_);
  for (std::size_t a = 0; a < regions_->size(); ++a)
    for (const OwnNeuron& neuron : own_[a])
      kept_[a].insert(kept_[a].end(), products_.row(neuron.local), products_.row(neuron.local) + count);
}

/// All ranks sum the bits of each number as an integer. Only its owner adds anything but zero.
std::vector<double> RegionCurrents::currents(std::size_t from, std::size_t into) const {
  const std::size_t count = regions_->size(), neurons = (*regions_)[into].neurons.size(), mine = own_[into].size();
  std::int64_t steps = static_cast<std::int64_t>(mine > 0 ? kept_[into].size() / (mine * count) : 0);
  steps = layout_->comm().max(steps);
  std::vector<std::int64_t> bits(as_size(steps) * neurons);
  for (std::size_t s = 0; s < as_size(steps) && mine > 0; ++s)
    for (std::size_t k = 0; k < mine; ++k)
      bits[s * neurons + as_size(own_[into][k].place)] =
          std::bit_cast<std::int64_t>(kept_[into][(s * mine + k) * count + from]);
  layout_->comm().sum(bits);
  std::vector<double> currents;
  if (!layout_->comm().is_root()) return currents;
  for (const std::int64_t number : bits) currents.push_back(std::bit_cast<double>(number));
  return currents;
}

}  // namespace fullforce
