#include <fmt/format.h>

#include <cmath>

#include "fullforce/learning/definition_probe.hpp"
#include "fullforce/learning/shared_gain_rls.hpp"

namespace fullforce {
namespace {

double number(Index value) { return static_cast<double>(value); }

}  // namespace

template <Real T>
SharedGainRls<T>::Shape::Shape(const RowPartition& partition, int threads, const LearningOptions& options,
                               const PlasticitySizes& sizes)
    : partition_(partition), threads_(threads), options_(options), sizes_(sizes) {}

/// Calls use() with the shape of P. A dense P is distributed over the ranks by rows. A small P is in double precision
/// and whole on each rank.
template <Real T>
template <class Use>
auto SharedGainRls<T>::Shape::with_P(const Use& use) const {
  using Small = typename InverseCorrelation<double>::Shape;
  if (is_low_rank()) return use(Small{RowPartition(max_features(), 1), options_.panel, sizes_.streams, threads_});
  return with_scalar_of_P(options_.precision, [&](auto scalar) {
    return use(
        typename InverseCorrelation<decltype(scalar)>::Shape{partition_, options_.panel, sizes_.streams, threads_});
  });
}

template <Real T>
double SharedGainRls<T>::Shape::bytes_of_P() const {
  if (is_low_rank()) return sizeof(double);
  return with_scalar_of_P(options_.precision, [](auto scalar) { return double{sizeof scalar}; });
}

/// Whether it is measured how much of P is rounding.
template <Real T>
bool SharedGainRls<T>::Shape::has_probe() const {
  return sizes_.learns && bytes_of_P() < sizeof(double) && options_.forgetting == 1.0;
}

template <Real T>
Index SharedGainRls<T>::Shape::max_features() const {
  return is_low_rank() ? basis().max_dimension() : partition_.rows();
}

template <Real T>
typename TargetModes<T>::Shape SharedGainRls<T>::Shape::modes() const {
  return {{partition_, options_.max_rank, options_.target_modes, sizes_.streams, threads_}, sizes_.learns};
}

/// The mean number of columns that a panel holds when it is applied. The step that fills it may overshoot.
template <Real T>
double SharedGainRls<T>::Shape::filled_panel() const {
  const double step = std::max(1.0, learning_streams());
  return std::ceil(number(options_.panel) / step) * step;
}

/// The number of rows of the learned recurrent weights. They are neurons, or modes, of which each rank has its share.
template <Real T>
double SharedGainRls<T>::Shape::weight_rows(const Extent& extent) const {
  if (!learns_recurrent()) return 0.0;
  return has_modes() ? number(options_.target_modes) * extent.rows / number(partition_.rows()) : extent.rows;
}

template <Real T>
Index SharedGainRls<T>::Shape::bytes_of_features() const {
  const Index P = sizes_.learns ? with_P([](const auto& shape) { return shape.bytes(); }) : 0;
  const Index probe = has_probe() ? DefinitionProbe::Shape{partition_, threads_}.bytes() : 0;
  return P + probe + (is_low_rank() ? basis().bytes() : bytes_of_conversions());
}

/// The memory of rates in the precision of P, and of the panel in that of the weights, if these are two precisions.
template <Real T>
Index SharedGainRls<T>::Shape::bytes_of_conversions() const {
  if (options_.precision != Precision::mixed || !sizes_.learns) return 0;
  const Index N = partition_.rows();
  return GatheredVectors<double>::Shape{partition_, 1, sizes_.streams}.bytes() +
         capacity() * row_stride<T>(N) * static_cast<Index>(sizeof(T));
}

template <Real T>
Index SharedGainRls<T>::Shape::bytes() const {
  const RowPartition weights =
      has_modes() ? RowPartition(options_.target_modes, partition_.ranks(), partition_.sharing()) : partition_;
  const Index rows = learns_recurrent() ? weights.largest_row_count() : 0;
  const Index errors = sizes_.learns ? rows * padded_vectors<T>(sizes_.streams) * static_cast<Index>(sizeof(T)) : 0;
  const typename LearnedWeights<T>::Shape learned{rows + sizes_.outputs, max_features(), capacity()};
  return bytes_of_features() + errors + learned.bytes() + (has_modes() ? modes().bytes() : 0);
}

template <Real T>
double SharedGainRls<T>::Shape::file_bytes(bool checkpoint) const {
  const double N = number(partition_.rows()), d = max_dimension(), n_out = number(sizes_.outputs);
  const double pending = checkpoint ? 0.5 * filled_panel() : 0.0;
  const double J_rows = weight_rows({N, 1.0});
  const double scalars = (is_low_rank() ? N * d : 0.0) + J_rows * d +
                         (has_modes() ? N : 0.0) * number(options_.target_modes) + n_out * d +
                         pending * (J_rows + n_out);
  return (d * d + pending * d) * bytes_of_P() + scalars * sizeof(T) + (has_probe() ? N * sizeof(double) : 0.0);
}

template <Real T>
PlasticityReport SharedGainRls<T>::Shape::report() const {
  PlasticityReport report;
  if (is_low_rank()) {
    report.text =
        fmt::format("rank         up to learning.max_rank = {}: a run that finds fewer directions takes less of all\n",
                    options_.max_rank);
    report.numbers.push_back({"max_rank", options_.max_rank});
  }
  report.numbers.push_back({"target_modes", options_.target_modes});
  if (learns_recurrent()) report_plastic_neurons(plastic_neurons(), partition_.rows(), report);
  return report;
}

template <Real T>
void SharedGainRls<T>::Shape::account_of_teaching(const Extent& extent, StepAccount& account) const {
  if (has_modes()) modes().moments.account(number(modes().moments.max_directions()), extent, account);
}

template <Real T>
void SharedGainRls<T>::Shape::account_of_response(double dimension, const Extent& extent, StepAccount& account) const {
  const double B = number(sizes_.streams);
  if (is_low_rank()) basis().account(dimension, extent, account);
  if (learns_recurrent()) LearnedWeights<T>::Shape::account_of_product(weight_rows(extent), dimension, B, account);
  if (has_modes()) modes().account_of_expansion(extent, account);
  if (is_low_rank() || !sizes_.learns) return;
  with_P([&](const auto& P) { account.sum(P.bytes_summed(0.5 * filled_panel(), learning_streams())); });
}

template <Real T>
void SharedGainRls<T>::Shape::account_of_learning(Index streams, double dimension, const Extent& extent,
                                                  StepAccount& account) const {
  const double rows = rows_of_P(dimension, extent);
  with_P([&](const auto& P) { P.account_of_product(streams, rows, dimension, extent.rank_share, account); });
  if (has_modes()) modes().account_of_projection(number(streams), extent, account);
}

template <Real T>
void SharedGainRls<T>::Shape::account_of_flush(double columns, double times, double dimension, const Extent& extent,
                                               StepAccount& account) const {
  with_P([&](const auto& P) { P.account_of_flush(rows_of_P(dimension, extent), dimension, columns, times, account); });
  if (learns_recurrent())
    LearnedWeights<T>::Shape::account_of_flush(weight_rows(extent), dimension, columns, times, account);
  if (!is_low_rank()) account.gather(dimension * columns * bytes_of_P(), times);
}

template <Real T>
void SharedGainRls<T>::Shape::account_of_updates(double samples, const Extent& extent, StepAccount& account) const {
  account_of_flush(filled_panel(), samples / filled_panel(), max_dimension(), extent, account);
}

template class SharedGainRls<float>::Shape;
template class SharedGainRls<double>::Shape;

}  // namespace fullforce
