#include <cmath>

#include "fullforce/model/distinct_neurons.hpp"
#include "group_workspace.hpp"

namespace fullforce {
namespace {

/// About so many of the weights end at the bound that Dale's law sets. The true share is known when a run has ended.
constexpr double share_at_bound = 0.33;

double number(Index value) { return static_cast<double>(value); }

/// Adds to `account` the products of packed matrices P over `inputs` inputs, of which there are `count`, with `samples`
/// vectors. Half of the elements of P are read for all of the operations.
template <Real F>
void account_of_product(double count, double inputs, double samples, StepAccount& account) {
  account.sweep({.rows = count * inputs,
                 .cols = inputs,
                 .element_bytes = 0.5 * sizeof(F),
                 .vectors = samples,
                 .precision = precision_of<F>});
}

/// Adds to `account` the application of `columns` columns to the lower triangles of these matrices.
template <Real F>
void account_of_flush(double count, double inputs, double columns, double times, StepAccount& account) {
  account.sweep({.region = TimerRegion::updates,
                 .rows = count * inputs,
                 .cols = 0.5 * inputs,
                 .element_bytes = sizeof(F),
                 .columns = columns,
                 .times = times,
                 .precision = precision_of<F>});
}

}  // namespace

template <Real T, Real F>
GroupRls<T, F>::Shape::Shape(const RowPartition& partition, int threads, const LearningOptions& options,
                             const PlasticitySizes& sizes)
    : partition_(partition), threads_(threads), options_(options), sizes_(sizes) {}

/// Partners from a file count as if they were drawn.
template <Real T, Real F>
double GroupRls<T, F>::Shape::share_read() const {
  const double own_groups = std::ceil(number(partition_.rows_of_sharing()) / number(group()));
  const double partners = has_groups() ? expected_share_drawn(in_degree(), partition_.rows(), own_groups) : 0.0;
  const double of_static = has_static() ? static_weights().share_read() : 0.0;
  const double readout = number(readout_inputs()) / number(partition_.rows());
  return share_of_either(readout, share_of_either(partners, of_static));
}

template <Real T, Real F>
Index GroupRls<T, F>::Shape::bytes() const {
  const Index own_groups = NeuronGroups::most_groups(partition_, group(), groups());
  const Index own_plastic_groups = NeuronGroups::most_groups(partition_, group(), plastic_groups());
  const Index rows = has_groups() ? partition_.largest_row_count() : 0;
  const auto of_P = [&](Index inputs) {
    return packed_size(inputs) + panel_capacity(inputs) * PackedGain<F>::panel_stride(inputs);
  };
  const Index P = own_plastic_groups * of_P(in_degree()) + of_P(readout_inputs());
  const Index weights = rows * row_stride<T>(in_degree()) + sizes_.outputs * row_stride<T>(readout_inputs());
  const Index outputs = 2 * sizes_.outputs * padded_vectors<T>(sizes_.streams);
  const Index readout_rates = rows_read<T>(readout_inputs()) * packed_stride<T>(sizes_.streams);
  return (sizes_.learns ? P : 0) * static_cast<Index>(sizeof(F)) +
         (weights + outputs + readout_rates) * static_cast<Index>(sizeof(T)) +
         Partners::bytes(own_groups, in_degree()) +
         (sizes_.learns && obeys_dale() ? SignConstraint<T>::bytes(rows, in_degree()) : 0) +
         (has_static() ? static_weights().bytes() : 0) +
         threads_ * Workspace::bytes(most_inputs(), sizes_.streams, panel_capacity(most_inputs()), sizes_.learns,
                                     sizes_.learns ? bounded_inputs() : 0);
}

template <Real T, Real F>
double GroupRls<T, F>::Shape::file_bytes(bool checkpoint) const {
  const auto of_P = [&](Index inputs) {
    const Index pending = checkpoint ? panel(inputs) / 2 : 0;
    return number(packed_size(inputs) + pending * PackedGain<F>::panel_stride(inputs)) * sizeof(F);
  };
  const double N = number(partition_.rows()), K = number(in_degree()), G = number(groups());
  const double of_groups = has_groups()
                               ? N * K * sizeof(T) * (sizes_.learns && obeys_dale() ? 3.0 : 1.0) +
                                     G * K * sizeof(std::int32_t) + number(plastic_groups()) * of_P(in_degree())
                               : 0.0;
  const double of_readout = number(sizes_.outputs * readout_inputs()) * sizeof(T) +
                            number(readout_inputs()) * sizeof(Index) + of_P(readout_inputs());
  return of_groups + of_readout + (has_static() ? static_weights().file_bytes() : 0.0);
}

/// The rows of weights that are learned. The first ranks have them, and the threads of a rank share its groups that
/// learn.
template <Real T, Real F>
double GroupRls<T, F>::Shape::plastic_rows(const Extent& extent) const {
  const double of_rank = number(partition_.largest_row_count()), end = number(plastic_end());
  return extent.rows <= of_rank ? extent.rows * std::min(1.0, end / of_rank) : std::min(extent.rows, end);
}

template <Real T, Real F>
PlasticityReport GroupRls<T, F>::Shape::report() const {
  PlasticityReport report;
  report.numbers.push_back({"rank", has_groups() ? in_degree() : readout_inputs()});
  report.numbers.push_back({"readout_inputs", readout_inputs()});
  if (!has_groups()) return report;
  report.numbers.push_back({"groups", groups()});
  report.numbers.push_back({"group", group()});
  report.numbers.push_back({"plastic_in_degree", in_degree()});
  report_plastic_neurons(plastic_neurons(), partition_.rows(), report);
  return report;
}

template <Real T, Real F>
void GroupRls<T, F>::Shape::account_of_response(const Extent& extent, StepAccount& account) const {
  const double streams = number(sizes_.streams), M = number(group());
  account.sweep({.rows = number(sizes_.outputs),
                 .cols = number(readout_inputs()),
                 .element_bytes = sizeof(T),
                 .vectors = streams,
                 .precision = precision_of<T>});
  if (!has_groups()) return;
  // A group reads the numbers and the rates of its partners once for all of its neurons.
  account.sweep({.rows = extent.rows,
                 .cols = number(in_degree()),
                 .element_bytes = sizeof(T) + sizeof(std::int32_t) / M,
                 .vectors = streams,
                 .indexed_bytes = sizeof(T) / M,
                 .precision = precision_of<T>});
  if (has_static()) static_weights().account(streams, extent, account);
}

template <Real T, Real F>
void GroupRls<T, F>::Shape::account_of_learning(Index streams, const Extent& extent, StepAccount& account) const {
  const double samples = number(streams);
  account_of_product<F>(1.0, number(readout_inputs()), samples, account);
  if (!has_groups()) return;
  account_of_product<F>(plastic_rows(extent) / number(group()), number(in_degree()), samples, account);
  account.sweep({.region = TimerRegion::updates,
                 .rows = plastic_rows(extent),
                 .cols = number(in_degree()),
                 .element_bytes = sizeof(T),
                 .columns = samples,
                 .precision = precision_of<T>});
  if (!obeys_dale()) return;
  // The product v r, after which v is read once more for the bound.
  account.sweep({.region = TimerRegion::updates,
                 .rows = plastic_rows(extent),
                 .cols = number(in_degree()),
                 .element_bytes = 2.0 * sizeof(T),
                 .vectors = number(sizes_.streams),
                 .precision = precision_of<T>});
}

template <Real T, Real F>
void GroupRls<T, F>::Shape::account_of_group_flush(double columns, double times, const Extent& extent,
                                                   StepAccount& account) const {
  account_of_flush<F>(plastic_rows(extent) / number(group()), number(in_degree()), columns, times, account);
  if (!obeys_dale()) return;
  // A descent adds a column of P, which the cache has, to v for each of the partners that it takes. Each round takes
  // those at the bound.
  account.sweep({.region = TimerRegion::updates,
                 .rows = plastic_rows(extent),
                 .cols = number(in_degree()),
                 .element_bytes = 2.0 * sizeof(T),
                 .columns = SignConstraint<T>::rounds * share_at_bound * number(in_degree()),
                 .times = times,
                 .precision = precision_of<T>});
}

template <Real T, Real F>
void GroupRls<T, F>::Shape::account_of_readout_flush(double columns, double times, StepAccount& account) const {
  account_of_flush<F>(1.0, number(readout_inputs()), columns, times, account);
}

template <Real T, Real F>
void GroupRls<T, F>::Shape::account_of_updates(double samples, const Extent& extent, StepAccount& account) const {
  const auto columns = [&](Index inputs) { return std::max(samples, number(panel(inputs))); };
  account_of_readout_flush(columns(readout_inputs()), samples / columns(readout_inputs()), account);
  if (!has_groups()) return;
  account_of_group_flush(columns(in_degree()), samples / columns(in_degree()), extent, account);
}

template class GroupRls<float>::Shape;
template class GroupRls<double>::Shape;
template class GroupRls<float, double>::Shape;

}  // namespace fullforce
