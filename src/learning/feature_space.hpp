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

/// What learned weights need of a step (InverseCorrelation says what the numbers are).
template <Real T>
struct Gain {
  VectorsView<const T> features;           ///< phi, `count` elements of each stream's
  Index count = 0;                         ///< d: features that there are at present
  VectorsView<const T> panel_products;     ///< S^T phi, `pending` elements of each
  const double* inverse_factor = nullptr;  ///< L^-T
  Index pending = 0;                       ///< columns of the panel
};

/// The features phi of the rates that weights are learned over, [d] of each stream, and the gain of recursive least
/// squares over them. Dense: phi = r, with the inverse correlation matrix by rows over the ranks. Low-rank: phi = U^T r
/// in a basis U that grows, with a small matrix that every rank holds.
///
/// A step calls begin(), then multiply_part(k) for all parts() and multiply(block) for every block of neurons, then
/// reduce(), then append(block) for every block, then advance().
template <Real T>
class FeatureSpace {
 public:
  virtual ~FeatureSpace() = default;

  /// Takes the rates of a step, group 0 of `rates` (low-rank: only this rank's rows of it). The `learning` streams
  /// (ascending) will be learned from. **Collective.**
  virtual void begin(const GatheredVectors<T>& rates, std::span<const Index> learning, RegionTimer& timer) = 0;
  /// What multiply() has to wait for: so many parts of a product that does not go by blocks; none unless P is dense.
  virtual Index parts() const { return 0; }
  virtual void multiply_part(Index) {}
  virtual void multiply(RowBlock) {}
  virtual void reduce(RegionTimer&) {}
  virtual void append(RowBlock) {}
  virtual void advance() = 0;

  /// Applies the panel, and returns it as it was, S^T [pending, d], valid until the next step. **Collective.**
  virtual MatrixView<const T> flush(RegionTimer& timer) = 0;
  virtual bool panel_full() const = 0;

  virtual Gain<T> gain() const = 0;
  virtual Index capacity() const = 0;  ///< the largest d
  virtual bool learns() const = 0;     ///< has an inverse correlation matrix
  virtual Index indefinite_samples() const = 0;
  /// The memory of the matrix that a step reads: this rank's rows of P, or of U.
  virtual std::span<const std::byte> matrix() const = 0;
  /// An element of P as it was applied last: row `i` of those that this rank holds.
  virtual double inverse_correlation(Index i, Index j) const = 0;

  /// Low-rank: the basis; otherwise null.
  virtual const Basis<T>* basis() const { return nullptr; }

  /// The basis, if any, and P with its panel if there is one. **Collective.**
  virtual void persist(Archive& archive) = 0;
};

/// Features of the kind that the options name; `longest`: no vector of rates is longer, squared. `learns`: with an
/// inverse correlation matrix; otherwise features alone.
template <Real T>
std::unique_ptr<FeatureSpace<T>> make_feature_space(const Layout& layout, const LearningOptions& options, Index streams,
                                                    double longest, bool learns);

}  // namespace fullforce
