#pragma once
#include <cstddef>
#include <memory>
#include <span>

#include "fullforce/base/timer.hpp"
#include "fullforce/learning/basis.hpp"
#include "fullforce/learning/definition_probe.hpp"
#include "fullforce/learning/learning_options.hpp"
#include "fullforce/linalg/gathered_vectors.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

class Archive;

/// What learned weights need to know of a step. InverseCorrelation defines the numbers.
template <Real T>
struct Gain {
  VectorsView<const T> features = {};        ///< phi, of which each stream has `count` elements
  Index count = 0;                           ///< d, the present number of features
  VectorsView<const T> panel_products = {};  ///< S^T phi, of which each stream has `pending` elements
  const double* inverse_factor = nullptr;    ///< L^-T
  Index pending = 0;  ///< columns of the panel, which are updates that are computed and not yet applied
};

/// The features phi of the rates that weights are learned over, [d] for each stream, and the gain of recursive least
/// squares over them. Dense features are phi = r, and the rows of their inverse correlation matrix are distributed over
/// the ranks. Low-rank features are phi = U^T r in a basis U that grows, and every rank holds their small inverse
/// correlation matrix.
///
/// A step calls begin(), then multiply_part(k) for all parts() and multiply(block) for every block of neurons, then
/// reduce(), then append(block) for every block, then advance().
template <Real T>
class FeatureSpace {
 public:
  virtual ~FeatureSpace() = default;

  /// Allocates what the ranks of a node share, so that no step has to. **Collective.**
  virtual void prepare() {}

  /// Takes in the rates of a step, which are group 0 of `rates`. With low-rank features it reads only this rank's rows
  /// of them. The `learning` streams (in ascending order) are those that the step learns from. **Collective.**
  virtual void begin(const GatheredVectors<T>& rates, std::span<const Index> learning, RegionTimer& timer) = 0;
  /// The number of parts of a product that does not go by blocks. multiply() has to wait for all of them. There are
  /// none unless P is dense.
  virtual Index parts() const { return 0; }
  virtual void multiply_part(Index) {}
  virtual void multiply(RowBlock) {}
  virtual void reduce(RegionTimer&) {}
  virtual void append(RowBlock) {}
  virtual void advance() = 0;

  /// Applies the panel, and returns its content S^T [pending, d], which is valid until the next step. **Collective.**
  virtual MatrixView<const T> flush(RegionTimer& timer) = 0;
  virtual bool panel_full() const = 0;
  /// Measures now and then how well P fits its definition. It follows a step that learned and flush(). **Collective.**
  virtual void examine(RegionTimer&) {}

  virtual Gain<T> gain() const = 0;
  virtual Index capacity() const = 0;  ///< largest d
  virtual bool learns() const = 0;     ///< whether there is an inverse correlation matrix
  virtual Index indefinite_samples() const = 0;
  /// The memory of the matrix that a step reads: this rank's rows of P with dense features, and of U with low-rank
  /// ones.
  virtual std::span<const std::byte> matrix() const = 0;
  /// An element of P as it was applied last. `i` counts the rows that this rank holds.
  virtual double inverse_correlation(Index i, Index j) const = 0;

  /// What measures how well P fits its definition. It is null where P is in double precision, or where there is none.
  virtual const DefinitionProbe* probe() const { return nullptr; }

  /// The basis of low-rank features. It is null with dense features.
  virtual const Basis<T>* basis() const { return nullptr; }

  /// Saves or loads the basis, if there is one, and P with its panel, if there is one. **Collective.**
  virtual void persist(Archive& archive) = 0;
  /// Loads the basis, if there is one, and the panel alone. forget() must follow when the panel has been applied to
  /// weights. **Collective.**
  virtual void load_panel(Archive& archive) = 0;
  /// Forgets all rates seen so far: P is I / alpha, and nothing is pending. A basis stays.
  virtual void forget() = 0;
};

/// Creates features of the kind that the options name. `longest` bounds the squared length of a vector of rates.
/// `learns` says that there is an inverse correlation matrix; otherwise there are only features.
template <Real T>
std::unique_ptr<FeatureSpace<T>> make_feature_space(const Layout& layout, const LearningOptions& options, Index streams,
                                                    double longest, bool learns);

}  // namespace fullforce
