#pragma once
#include <memory>
#include <span>

#include "fullforce/base/timer.hpp"
#include "fullforce/learning/basis.hpp"
#include "fullforce/learning/learning_options.hpp"
#include "fullforce/linalg/gathered_vectors.hpp"
#include "fullforce/linalg/stream_array.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

class Archive;

/// What weights are learned over: the features phi of the rates, [d] of each stream, and the gain of recursive least squares over them.
/// Dense: phi = r, with the inverse correlation matrix by rows over the ranks. Low-rank: phi = U^T r in a basis U that grows, with a
/// small matrix that every rank holds.
///
/// A step calls begin(), then multiply(block) for every block of neurons, then reduce(), then append(block) for every block, then
/// advance(). Whoever holds weights uses features(), panel_products(), inverse_factor() and panel_rows() in between
/// (InverseCorrelation says what they are).
template <Real T>
class FeatureSpace {
 public:
  virtual ~FeatureSpace() = default;

  /// Takes the rates of a step: `mine` [local rows, B], and those of all neurons as they were gathered (dense only). The `selected`
  /// streams will be learned from. **Collective.**
  virtual void begin(const StreamArray<T>& mine, const GatheredVectors<T>& gathered, std::span<const Index> selected,
                     PhaseTimer& timer) = 0;
  virtual void multiply(RowBlock block) = 0;
  virtual void reduce(PhaseTimer& timer) = 0;
  virtual void append(RowBlock block) = 0;
  virtual void advance() = 0;
  virtual void flush(PhaseTimer& timer) = 0;

  virtual Index count() const = 0;     ///< d at present
  virtual Index capacity() const = 0;  ///< the largest d
  virtual VectorsView<const T> features() const = 0;
  virtual VectorsView<const T> panel_products() const = 0;
  virtual const double* inverse_factor() const = 0;
  virtual const RowMatrix<T>& panel_rows() const = 0;
  virtual Index pending() const = 0;
  virtual Index selected() const = 0;
  virtual bool panel_full() const = 0;
  virtual Index indefinite_samples() const = 0;

  /// Low-rank: the basis; otherwise null.
  virtual const Basis<T>* basis() const { return nullptr; }

  /// P and its panel, [d, d] and [d, pending], as every rank knows them. For tests and files: costs a gather. **Collective.**
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
