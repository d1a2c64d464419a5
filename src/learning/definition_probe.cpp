#include "fullforce/learning/definition_probe.hpp"

#include <algorithm>
#include <cmath>

#include "fullforce/io/archive.hpp"
#include "fullforce/io/file_format.hpp"
#include "fullforce/parallel/exchange_scope.hpp"

namespace fullforce {
namespace {

/// The number of elements of v that are not zero.
constexpr Index probed = 8;

/// What an examination counts for, relative to the next one.
constexpr double fading = 0.9;

/// Returns row^T u in double precision. The sums are those of eight columns side by side, in an order that depends on
/// the number of columns alone.
template <Real F>
double product_in_double(const F* row, Index columns, const double* u) {
  constexpr Index width = 8;
  double sums[width] = {};
  Index j = 0;
  for (; j + width <= columns; j += width)
    for (Index k = 0; k < width; ++k) sums[k] += static_cast<double>(row[j + k]) * u[j + k];
  double sum = 0.0;
  for (; j < columns; ++j) sum += static_cast<double>(row[j]) * u[j];
  for (Index k = 0; k < width; ++k) sum += sums[k];
  return sum;
}

}  // namespace

DefinitionProbe::DefinitionProbe(const Layout& features, double alpha, Index vectors)
    : layout_(&features),
      unit_(as_size(features.rows())),
      u_(features, 1, 1),
      sums_({1, features.threads()}),
      scale_(1.0 / alpha) {
  learning_.reserve(as_size(vectors));
  along_.reserve(as_size(vectors));
  const Index count = std::min(probed, features.rows());
  for (Index i = 0; i < features.local_rows(); ++i) *u_.mine(0, i) = 0.0;
  for (Index k = 0; k < count; ++k) {
    chosen_.push_back((2 * k + 1) * features.rows() / (2 * count));
    values_.push_back((k % 2 == 0 ? 1.0 : -1.0) / std::sqrt(static_cast<double>(count)));
    const Index local = chosen_.back() - features.first_row();
    if (local >= 0 && local < features.local_rows()) *u_.mine(0, local) = alpha * values_.back();
  }
}

template <Real F>
void DefinitionProbe::begin(const VectorsView<const F>& phi, std::span<const Index> learning) {
  learning_.assign(learning.begin(), learning.end());
  along_.clear();
  for (const Index b : learning_) {
    double sum = 0.0;
    for (std::size_t k = 0; k < chosen_.size(); ++k) sum += values_[k] * static_cast<double>(phi(b, chosen_[k]));
    along_.push_back(sum);
  }
}

template <Real F>
void DefinitionProbe::add(RowBlock block, const MatrixView<const F>& phi) {
  for (Index i = block.local; i < block.local + block.rows; ++i) {
    double sum = 0.0;
    for (std::size_t k = 0; k < learning_.size(); ++k) sum += static_cast<double>(phi.row(i)[learning_[k]]) * along_[k];
    *u_.mine(0, i) += sum;
  }
}

/// Returns unit^T P unit.
template <Real F>
double DefinitionProbe::quadratic_form(const MatrixView<const F>& P, std::span<const double> unit, RegionTimer& timer) {
  {
    const RegionScope scope(timer, TimerRegion::updates);
    sums_.begin(1);
    layout_->for_each_block([&](RowBlock block) {
      double sum = 0.0;
      for (Index i = 0; i < block.rows; ++i)
        sum += unit[as_size(block.first + i)] * product_in_double(P.row(block.local + i), layout_->rows(), unit.data());
      sums_.add<double>(0, {&sum, 1}, scale_);
    });
  }
  const ExchangeScope scope(timer, layout_->comm());
  sums_.reduce(layout_->comm());
  return sums_.value(0, scale_);
}

template <Real F, Real T>
void DefinitionProbe::examine(const MatrixView<const F>& P, const VectorsView<const T>& phi, RegionTimer& timer) {
  samples_ = 0;
  if (!on_) return;
  {
    const ExchangeScope scope(timer, layout_->comm());
    u_.gather();
  }
  const auto set_unit = [&](const auto& element) {
    double square = 0.0;
    for (Index i = 0; i < layout_->rows(); ++i) square += element(i) * element(i);
    for (Index i = 0; i < layout_->rows(); ++i) unit_[as_size(i)] = square > 0.0 ? element(i) / std::sqrt(square) : 0.0;
    return square;
  };
  const auto u = [&](Index i) { return u_.group(0)(0, i); };
  const double square = set_unit(u);
  double exact = 0.0;
  for (std::size_t k = 0; k < chosen_.size(); ++k) exact += values_[k] * u(chosen_[k]) / square;
  const double rounding = std::abs(quadratic_form(P, unit_, timer) - exact);
  set_unit([&](Index i) { return static_cast<double>(phi(learning_.front(), i)); });
  rounding_ = fading * rounding_ + rounding;
  whole_ = fading * whole_ + std::abs(quadratic_form(P, unit_, timer));
}

std::optional<double> DefinitionProbe::rounding_share() const {
  if (whole_ == 0.0) return std::nullopt;
  return std::min(1.0, rounding_ / whole_);
}

Index DefinitionProbe::Shape::bytes() const {
  return GatheredVectors<double>::Shape{features, 1, 1}.bytes() + features.rows() * static_cast<Index>(sizeof(double)) +
         BlockSums::Shape{1, threads}.bytes();
}

void DefinitionProbe::persist(Archive& archive) {
  using namespace format::learning;
  on_ = archive.saving() ? on_ : archive.contains(probe);
  if (!on_) return;
  archive.section(group, format::section::definition_probe);
  archive.rows<double>(probe, layout_->partition(), u_.mine_from(0, 0));
  archive.attribute<std::int64_t>(group, probe_samples, samples_);
  archive.attribute<double>(group, probe_rounding, rounding_);
  archive.attribute<double>(group, probe_whole, whole_);
}

template void DefinitionProbe::begin(const VectorsView<const float>&, std::span<const Index>);
template void DefinitionProbe::begin(const VectorsView<const double>&, std::span<const Index>);
template void DefinitionProbe::add(RowBlock, const MatrixView<const float>&);
template void DefinitionProbe::add(RowBlock, const MatrixView<const double>&);
template void DefinitionProbe::examine(const MatrixView<const float>&, const VectorsView<const float>&, RegionTimer&);
template void DefinitionProbe::examine(const MatrixView<const double>&, const VectorsView<const double>&, RegionTimer&);
template void DefinitionProbe::examine(const MatrixView<const double>&, const VectorsView<const float>&, RegionTimer&);

}  // namespace fullforce
