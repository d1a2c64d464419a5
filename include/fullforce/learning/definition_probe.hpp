#pragma once
#include <optional>
#include <span>
#include <vector>

#include "fullforce/base/matrix_view.hpp"
#include "fullforce/base/timer.hpp"
#include "fullforce/linalg/gathered_vectors.hpp"
#include "fullforce/parallel/block_sums.hpp"
#include "fullforce/parallel/fixed_point.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

class Archive;

/// Measures how much of P is rounding. P is defined as A^-1, where A = alpha I + sum phi phi^T.
///
/// What a sample corrects of its own error grows with phi^T P phi, which becomes small where much was learned. Rounding
/// puts a floor under it, and then learning goes on as if most samples had been forgotten. Networks that need large
/// weights fail so, without any other sign: the errors of training stay small.
///
/// The probe keeps u = A v of one vector v of unit length, in double precision. A sample adds phi (phi^T v) to u, which
/// costs 2 N operations. u lies, as rates do, in directions that were visited often. Exactly, u^T P u = v^T u; what P
/// gives beyond that is rounding. Now and then the probe compares it with what P gives for the present rates, at the
/// cost of two products with P. v has eight elements that are not zero, so that every rank knows phi^T v without a sum
/// over ranks.
class DefinitionProbe {
 public:
  struct Shape {
    RowPartition features;
    int threads = 1;

    /// The memory on the rank with the most rows.
    Index bytes() const;
  };

  /// The number of samples after which P is examined again. They take at least 4096 N^2 multiplications with elements
  /// of P, and the examination takes 2 N^2.
  static constexpr Index samples_between = 4096;

  /// At most `vectors` streams learn in a step.
  DefinitionProbe(const Layout& features, double alpha, Index vectors);

  /// Allocates what the ranks of a node share, so that no step has to. **Collective.**
  void prepare() { u_.prepare(); }

  /// Takes note of the `learning` streams of phi [N, B], which are the next samples.
  template <Real F>
  void begin(const VectorsView<const F>& phi, std::span<const Index> learning);
  /// Adds those samples to a block of u, where `phi` holds this rank's rows [local rows, B]. Blocks may run at the same
  /// time in different threads.
  template <Real F>
  void add(RowBlock block, const MatrixView<const F>& phi);
  /// Counts the samples. Every rank counts the same.
  void advance() { samples_ += static_cast<Index>(learning_.size()); }

  bool is_due() const { return samples_ >= samples_between; }
  /// Examines this rank's rows of P, in which nothing may be pending. `phi` are the rates of begin(). **Collective.**
  template <Real F, Real T>
  void examine(const MatrixView<const F>& P, const VectorsView<const T>& phi, RegionTimer& timer);

  /// The share of phi^T P phi that is rounding, for recent rates; 1 at the most. There is none as long as nothing was
  /// examined.
  std::optional<double> rounding_share() const;

  /// Saves or loads u and what was found. A file without them leaves the probe switched off, because the samples that
  /// it did not see are missing in u. **Collective.**
  void persist(Archive& archive);

 private:
  template <Real F>
  double quadratic_form(const MatrixView<const F>& P, std::span<const double> unit, RegionTimer& timer);

  const Layout* layout_;
  bool on_ = true;
  Index samples_ = 0;      ///< since P was examined
  double rounding_ = 0.0;  ///< sums over examinations, in which an older one counts less
  double whole_ = 0.0;
  std::vector<Index> chosen_;   ///< where v is not zero
  std::vector<double> values_;  ///< the elements of v there
  std::vector<Index> learning_;
  std::vector<double> along_;  ///< phi^T v of each of the `learning_` streams
  std::vector<double> unit_;   ///< a vector of unit length [N]
  GatheredVectors<double> u_;
  BlockSums sums_;
  FixedPoint scale_;  ///< no quadratic form of P with vectors of unit length exceeds 1 / alpha
};

}  // namespace fullforce
