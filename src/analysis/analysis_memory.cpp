#include "fullforce/analysis/analysis_memory.hpp"

#include <algorithm>

#include "fullforce/analysis/fixed_points.hpp"
#include "fullforce/linalg/gathered_vectors.hpp"
#include "fullforce/linalg/row_matrix.hpp"
#include "fullforce/linalg/sparse_rows.hpp"
#include "fullforce/linalg/vectors.hpp"
#include "fullforce/model/recurrent_weights.hpp"
#include "fullforce/parallel/block_sums.hpp"

namespace fullforce {
namespace {

constexpr Index number_bytes = sizeof(double);
constexpr Index element_bytes = SparseRows<double>::bytes_per_element;

}  // namespace

AnalysisShape::AnalysisShape(const RowPartition& partition, const NetworkOptions& network,
                             const LearningOptions& learning, int threads)
    : partition_(partition), network_(network), learning_(learning), threads_(threads) {}

/// Whether J of full-FORCE is a product of two matrices with few columns.
bool AnalysisShape::has_factors() const {
  return learns_recurrent(learning_.rule) &&
         (learning_.features == FeatureKind::low_rank || learning_.target_modes > 0);
}

/// The largest number of columns that the factors of J can have.
Index AnalysisShape::inner() const {
  const Index modes = learning_.target_modes > 0 ? learning_.target_modes : partition_.rows();
  const Index features = learning_.features == FeatureKind::low_rank ? learning_.max_rank : partition_.rows();
  return std::min({modes, features, partition_.rows()});
}

Index AnalysisShape::target_weights() const {
  return RecurrentWeights<double>::Shape{partition_, network_.in_degree, 1}.bytes();
}

Index AnalysisShape::weights() const {
  const Index rows = partition_.largest_row_count();
  if (has_factors()) return target_weights() + 2 * rows * row_stride<double>(inner()) * number_bytes;
  // A network that learns no J runs on J_D, to which u_out w is added.
  if (!learns_recurrent(learning_.rule)) return 2 * target_weights();
  if (learning_.features == FeatureKind::sparse) return target_weights() + rows * sparse_inputs() * element_bytes;
  return target_weights() + rows * row_stride<double>(partition_.rows()) * number_bytes;
}

/// The places of a row of J with sparse features, and the static weights once more, which are copied on their way.
Index AnalysisShape::sparse_inputs() const {
  return std::min(learning_.plastic_in_degree, partition_.rows()) + 2 * network_.static_in_degree;
}

/// The dense solver holds three matrices besides the one that it is given.
Index AnalysisShape::eigenvalues() const {
  const SpectrumOptions options;
  const Index n = partition_.rows(), d = inner();
  const Index of_factors = has_factors() ? 4 * d * d : 0;
  const Index of_whole = n <= options.dense_limit ? 4 * n * n : 5 * options.leading * n;
  return std::max(of_factors, of_whole) * number_bytes;
}

Index AnalysisShape::activity(Index samples) const {
  return 2 * partition_.largest_row_count() * row_stride<double>(samples) * number_bytes;
}

/// They are the centred rates, the components that are gathered, the sums of the Gram matrix, and that matrix, of which
/// the solver makes two more.
Index AnalysisShape::components(Index samples) const {
  constexpr Index shown = 20;
  const Index centred = partition_.largest_row_count() * row_stride<double>(samples);
  return (centred + 2 * shown * partition_.rows() + 3 * samples * samples) * number_bytes +
         BlockSums::Shape{samples * samples, threads_}.bytes();
}

/// The vectors of each network are gathered, and this rank's rows of them are held three times.
Index AnalysisShape::exponents(Index k) const {
  const Index own = 3 * partition_.largest_row_count() * padded_vectors<double>(k) * number_bytes;
  return 2 * (GatheredVectors<double>::Shape{partition_, 1, k}.bytes() + own);
}

Index AnalysisShape::start_states(Index starts) const {
  return partition_.largest_row_count() * padded_vectors<double>(starts) * number_bytes;
}

/// The search keeps the states where it is and those of the points. The root also holds all rows of these, transposed
/// with their rates, and copied into the results. The eigenvalues of a Jacobian come after the minimisation.
Index AnalysisShape::fixed_points(Index starts) const {
  const Index found = 2 * start_states(starts) + 4 * starts * partition_.rows() * number_bytes;
  const Index field = NetworkField::bytes(partition_, starts, threads_);
  // The distances between all points, and the sums that they come from.
  const Index pairs =
      (2 + threads_) * starts * starts * number_bytes + BlockSums::Shape{starts * starts, threads_}.bytes();
  return found + field + std::max({minimisation_bytes(partition_, starts), jacobian_eigenvalues(), pairs});
}

/// As eigenvalues(), with the limits of fixed points. The factors are copied and scaled.
Index AnalysisShape::jacobian_eigenvalues() const {
  const SpectrumOptions options = FixedPointOptions().spectrum;
  const Index n = partition_.rows(), d = inner();
  if (has_factors()) return (4 * d * d + partition_.largest_row_count() * row_stride<double>(d)) * number_bytes;
  return (n <= options.dense_limit ? 4 * n * n : 5 * options.leading * n) * number_bytes;
}

}  // namespace fullforce
