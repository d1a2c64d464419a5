#include "fullforce/model/recurrent_weights.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "fullforce/base/check.hpp"
#include "fullforce/base/random.hpp"
#include "fullforce/io/archive.hpp"
#include "fullforce/io/file_format.hpp"
#include "fullforce/model/distinct_neurons.hpp"
#include "fullforce/model/neuron_signs.hpp"

namespace fullforce {
namespace {

/// What differs between the two kinds of fixed recurrent weights.
struct Role {
  Purpose columns;
  Purpose weights;
  Index in_degree;
  double gain;
};

Role role_of(FixedRecurrent which, const NetworkOptions& options) {
  if (which == FixedRecurrent::J_s)
    return {Purpose::static_columns, Purpose::static_weights, options.static_in_degree, options.static_gain};
  return {Purpose::target_columns, Purpose::target_weights, options.in_degree, options.gain};
}

/// Where a file has sparse weights.
struct Datasets {
  const char* group;
  const char* indptr;
  const char* indices;
  const char* data;
};

Datasets datasets_of(FixedRecurrent which) {
  using namespace format;
  if (which == FixedRecurrent::J_s)
    return {network::J_static::group, network::J_static::indptr, network::J_static::indices, network::J_static::data};
  return {target::J_sparse::group, target::J_sparse::indptr, target::J_sparse::indices, target::J_sparse::data};
}

/// Draws the inputs of a neuron, of which it is none itself, in ascending order.
void draw_inputs(DistinctNeurons& others, const Draws& draws, Index neuron, std::span<std::int32_t> columns) {
  others.draw(draws, columns);
  // The candidates were numbered without the neuron itself.
  for (std::int32_t& column : columns)
    if (column >= neuron) ++column;
}

/// The number of runs into which the columns of a product are cut. The rates of a run fill a third of a last-level
/// cache of 32 MiB. At N = 10^6 and 16 streams 6 runs were the fastest of 4 to 12. A product then takes 131 ms on two
/// cores, and 193 ms without runs.
template <Real T>
Index runs_for(Index neurons, Index streams) {
  constexpr Index bytes_of_a_run = Index{10} << 20;
  return std::max<Index>(1, neurons * padded_vectors<T>(streams) * static_cast<Index>(sizeof(T)) / bytes_of_a_run);
}

}  // namespace

template <Real T>
void draw_weights(const Draws& draws, double deviation, std::vector<double>& scratch, T* weights) {
  draws.normals(0, scratch);
  std::transform(scratch.begin(), scratch.end(), weights, [=](double v) { return static_cast<T>(deviation * v); });
}

template <Real T>
RecurrentWeights<T>::RecurrentWeights(const Layout& layout, const NetworkOptions& options, std::uint64_t seed,
                                      FixedRecurrent which)
    : which_(which),
      neurons_(layout.rows()),
      dense_(role_of(which, options).in_degree == 0 ? layout.local_rows() : 0,
             role_of(which, options).in_degree == 0 ? layout.rows() : 0),
      sparse_(role_of(which, options).in_degree > 0 ? layout.local_rows() : 0, role_of(which, options).in_degree) {
  require(!is_sparse() || neurons_ <= std::numeric_limits<std::int32_t>::max(),
          "network.neurons = {} with network.in_degree: must be below 2^31", neurons_);
  const Role role = role_of(which, options);
  const Index inputs = is_sparse() ? role.in_degree : neurons_;
  const double deviation = role.gain / std::sqrt(static_cast<double>(inputs));
  const NeuronSigns signs(options);
  const bool has_signs = which == FixedRecurrent::J_D && options.target_signs == Signs::dale;
  layout.try_each_block([&](RowBlock block) {
    std::vector<double> scratch(as_size(inputs));
    DistinctNeurons others(is_sparse() ? neurons_ - 1 : 0);
    for (Index i = block.local; i < block.local + block.rows; ++i) {
      const Index row = layout.first_row() + i;
      const auto trial = static_cast<std::uint64_t>(row);
      if (is_sparse()) draw_inputs(others, Draws(seed, role.columns, trial), row, sparse_.columns(i));
      T* const weights = is_sparse() ? sparse_.values(i).data() : dense_.row(i);
      draw_weights(Draws(seed, role.weights, trial), deviation, scratch, weights);
      if (has_signs)
        signs.balance(std::span(weights, as_size(inputs)), [&](std::size_t k) {
          return is_sparse() ? Index{sparse_.columns(i)[k]} : static_cast<Index>(k);
        });
    }
  });
}

template <Real T>
void RecurrentWeights<T>::arrange_for(const Layout& layout, Index streams) {
  if (is_sparse()) arrange(layout, runs_for<T>(neurons_, streams));
}

template <Real T>
void RecurrentWeights<T>::arrange(const Layout& layout, Index runs) {
  sparse_.restore();
  largest_row_sum_ = largest_row_sum();
  sparse_.arrange(runs, neurons_, layout.partition().block_size());
}

template <Real T>
void RecurrentWeights<T>::multiply(const Layout& layout, std::initializer_list<Product> products,
                                   Direction direction) const {
  for (Index run = 0; run < sparse_.runs(); ++run)
    layout.for_each_block(
        [&](RowBlock block) {
          for (const Product& product : products) multiply(block, run, product);
        },
        direction);
}

template <Real T>
void RecurrentWeights<T>::multiply(RowBlock block, Index run, const Product& product) const {
  StreamArray<T>& y = *product.y;
  if (is_sparse())
    kernels::multiply_sparse<T>(sparse_, run, block.local, block.rows, product.rates->rows_of(product.group),
                                y.streams(), y.from(block.local));
  else
    kernels::multiply<T>(dense_.from(block.local), block.rows, neurons_, product.rates->group(product.group),
                         y.streams(), y.from(block.local));
}

template <Real T>
T RecurrentWeights<T>::operator()(Index row, Index column) const {
  if (!is_sparse()) return dense_(row, column);
  const auto columns = sparse_.columns(row);
  const auto at = std::lower_bound(columns.begin(), columns.end(), static_cast<std::int32_t>(column));
  return at != columns.end() && *at == column ? sparse_.values(row)[as_size(at - columns.begin())] : T(0);
}

template <Real T>
void RecurrentWeights<T>::mark_columns(std::span<std::uint8_t> reads) const {
  if (!is_there()) return;
  if (!is_sparse()) return std::fill(reads.begin(), reads.end(), std::uint8_t{1});
  for (const std::int32_t column : sparse_.columns()) reads[as_size(column)] = 1;
}

template <Real T>
double RecurrentWeights<T>::largest_row_sum() const {
  if (sparse_.runs() > 1) return largest_row_sum_;
  double largest = 0.0;
  for (Index i = 0; i < std::max(dense_.rows(), sparse_.rows()); ++i) {
    const T* const first = is_sparse() ? sparse_.values(i).data() : dense_.row(i);
    const T* const end = first + (is_sparse() ? sparse_.degree() : neurons_);
    largest = std::max(largest, std::accumulate(first, end, 0.0, [](double sum, T v) { return sum + std::abs(v); }));
  }
  return largest;
}

template <Real T>
double RecurrentWeights<T>::Shape::elements_of_a_row() const {
  return static_cast<double>(in_degree > 0 ? in_degree : partition.rows());
}

template <Real T>
double RecurrentWeights<T>::Shape::bytes_of_element() const {
  return static_cast<double>(in_degree > 0 ? SparseRows<T>::bytes_per_element : Index{sizeof(T)});
}

template <Real T>
void RecurrentWeights<T>::Shape::account(double vectors, const Extent& extent, StepAccount& account) const {
  account.sweep({.region = TimerRegion::target_network,
                 .rows = extent.rows,
                 .cols = elements_of_a_row(),
                 .element_bytes = bytes_of_element(),
                 .vectors = vectors,
                 .indexed_bytes = in_degree > 0 ? double{sizeof(T)} : 0.0,
                 .precision = precision_of<T>});
}

template <Real T>
bool RecurrentWeights<T>::is_in(const Archive& archive) const {
  return archive.contains(is_sparse() ? datasets_of(which_).group : format::target::J);
}

template <Real T>
void RecurrentWeights<T>::persist(Archive& archive, const Layout& layout) {
  if (!is_sparse()) return archive.rows<T>(format::target::J, layout.partition(), dense_.from(0));
  std::vector<Index> row_pointers(as_size(neurons_ + 1));
  for (Index i = 0; i <= neurons_; ++i) row_pointers[as_size(i)] = i * sparse_.degree();
  const Index degree = sparse_.degree();
  const Index runs = sparse_.runs();
  sparse_.restore();
  const Datasets at = datasets_of(which_);
  archive.replicated<Index>(at.indptr, row_pointers);
  archive.joined_rows<std::int32_t>(at.indices, layout.partition(), {sparse_.columns().data(), degree, degree});
  archive.joined_rows<T>(at.data, layout.partition(), {sparse_.values().data(), degree, degree});
  if (archive.loading()) agree(layout.comm(), [&] { expect_columns(); });
  arrange(layout, runs);
}

/// Throws an error if a column is no neuron. A file that another program wrote may name neurons that do not exist.
template <Real T>
void RecurrentWeights<T>::expect_columns() const {
  for (Index i = 0; i < sparse_.rows(); ++i)
    for (const std::int32_t column : sparse_.columns(i))
      if (column < 0 || column >= neurons_)
        throw RunError(fmt::format("{}: there is no neuron {} (the file is damaged; use another one)",
                                   datasets_of(which_).indices, column));
}

template <Real T>
double RecurrentWeights<T>::Shape::file_bytes() const {
  return static_cast<double>(partition.rows()) * elements_of_a_row() * bytes_of_element();
}

template <Real T>
double RecurrentWeights<T>::Shape::share_read() const {
  if (in_degree == 0) return 1.0;
  return expected_share_drawn(in_degree, partition.rows(), static_cast<double>(partition.rows_of_sharing()));
}

template <Real T>
Index RecurrentWeights<T>::Shape::bytes() const {
  const Index rows = partition.largest_row_count(), neurons = partition.rows();
  if (in_degree == 0) return rows * row_stride<T>(neurons) * static_cast<Index>(sizeof(T));
  const Index starts = runs_for<T>(neurons, streams) * static_cast<Index>(sizeof(std::int32_t));
  return rows * (in_degree * SparseRows<T>::bytes_per_element + starts);
}

template void draw_weights(const Draws&, double, std::vector<double>&, float*);
template void draw_weights(const Draws&, double, std::vector<double>&, double*);
template class RecurrentWeights<float>;
template class RecurrentWeights<double>;

}  // namespace fullforce
