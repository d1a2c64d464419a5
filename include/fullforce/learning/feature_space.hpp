#pragma once
#include <cstddef>
#include <memory>
#include <span>

#include "fullforce/base/timer.hpp"
#include "fullforce/learning/basis.hpp"
#include "fullforce/learning/learning_options.hpp"
#include "fullforce/linalg/gathered_vectors.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

class Archive;

/// What weights are learned over: the features phi of the rates, [d] of each stream, and the gain of recursive least
/// squares over them. Dense: phi = r, with the inverse correlation matrix by rows over the ranks. Low-rank: phi = U^T r
/// in a basis U that grows, with a small matrix that every rank holds.
///
/// A step calls begin(), then multiply_part(k) for all parts(), then multiply(block) for every block of neurons, then
/// reduce(), then append(block) for every block, then advance(). Whoever holds weights uses features(),
/// panel_products(), inverse_factor() and panel_rows() in between (InverseCorrelation says what they are).
template <Real T>
class FeatureSpace {
 public:
  virtual ~FeatureSpace() = default;

  /// Takes the rates of a step, group 0 of `rates` (low-rank: only this rank's rows of it). The `selected` streams
  /// (ascending) will be learned from. **Collective.**
  virtual void begin(const GatheredVectors<T>& rates, std::span<const Index> selected, RegionTimer& timer) = 0;
  /// What multiply() has to wait for: so many parts of a product that does not go by blocks; none unless P is dense.
  virtual Index parts() const { return 0; }
  virtual void multiply_part(Index) {}
  virtual void multiply(RowBlock block) = 0;
  virtual void reduce(RegionTimer& timer) = 0;
  virtual void append(RowBlock block) = 0;
  virtual void advance() = 0;
  virtual void flush(RegionTimer& timer) = 0;

  virtual Index count() const = 0;     ///< d at present
  virtual Index capacity() const = 0;  ///< the largest d
  virtual bool learns() const = 0;     ///< has an inverse correlation matrix
  virtual VectorsView<const T> features() const = 0;
  virtual VectorsView<const T> panel_products() const = 0;
  virtual const double* inverse_factor() const = 0;
  virtual const RowMatrix<T>& panel_rows() const = 0;
  virtual Index pending() const = 0;
  virtual Index selected() const = 0;
  virtual bool panel_full() const = 0;
  /// The memory of the matrix that a step reads: this rank's rows of P, or of U.
  virtual std::span<const std::byte> matrix() const = 0;
  virtual Index indefinite_samples() const = 0;

  /// Low-rank: the basis; otherwise null.
  virtual const Basis<T>* basis() const { return nullptr; }

  /// An element of P as it was applied last: row `i` of those that this rank holds.
  virtual double inverse_correlation(Index i, Index j) const = 0;

  /// The basis, if any, and P with its panel if there is one. **Collective.**
  virtual void persist(Archive& archive) = 0;
};

/// `learns`: with an inverse correlation matrix; otherwise features alone.
template <Real T>
std::unique_ptr<FeatureSpace<T>> make_feature_space(const Layout& layout, const LearningOptions& options, Index streams,
                                                    bool learns);

/// Bytes that one allocates on the rank with the most rows.
template <Real T>
Index feature_space_bytes(const RowPartition& partition, const LearningOptions& options, Index streams);

}  // namespace fullforce
