#pragma once
#include <cstdint>
#include <initializer_list>

#include "fullforce/linalg/gathered_vectors.hpp"
#include "fullforce/linalg/row_matrix.hpp"
#include "fullforce/linalg/sparse_rows.hpp"
#include "fullforce/linalg/step_account.hpp"
#include "fullforce/linalg/stream_array.hpp"
#include "fullforce/model/network_options.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

class Archive;

/// The fixed recurrent weights J_D of the target-generating network, this rank's rows: dense, or sparse with the same
/// number of inputs for each neuron. A row is a function of (seed, row), the same on any number of ranks.
template <Real T>
class RecurrentWeights {
 public:
  /// options.in_degree = 0: every weight ~ N(0, g^2/N). Otherwise each neuron has in_degree = K inputs, distinct
  /// neurons other than itself, all sets equally likely, with weights ~ N(0, g^2/K). 1 normal draw a weight.
  RecurrentWeights(const Layout& layout, const NetworkOptions& options, std::uint64_t seed);

  bool is_sparse() const { return sparse_.degree() > 0; }
  const RowMatrix<T>& dense() const { return dense_; }     ///< [local rows, N]; empty where they are sparse
  const SparseRows<T>& sparse() const { return sparse_; }  ///< [local rows, K]

  struct Shape {
    RowPartition partition;
    Index in_degree = 0;  ///< 0 = dense
    Index streams = 1;    ///< of the rates that products read

    double elements_of_a_row() const;
    double bytes_of_element() const;  ///< that a product reads, with the index of a sparse weight
    /// On the rank with the most rows.
    Index bytes() const;
    /// Adds a product with so many vectors.
    void account(double vectors, const Extent& extent, StepAccount& account) const;
  };

  /// y = J_D rates, for one group of gathered rates.
  struct Product {
    const GatheredVectors<T>* rates;
    Index group;
    StreamArray<T>* y;
  };

  /// One product or more, which read each weight once. 2 streams operations a weight and product.
  void multiply(const Layout& layout, std::initializer_list<Product> products,
                Direction direction = Direction::forwards) const;

  /// Sparse weights are arranged in runs of columns where the rates of so many streams are larger than the caches (see
  /// SparseRows): the same bits, sooner.
  void arrange_for(const Layout& layout, Index streams);
  Index runs() const { return sparse_.runs(); }

  /// J_D(i, j); `row` counts from this rank's first. For tests and files, not for products.
  T operator()(Index row, Index column) const;

  /// The largest sum of magnitudes in a row of this rank's: no product with rates has a larger element.
  double largest_row_sum() const;

  /// /target/J [N, N], or the group /target/J_sparse in the CSR form. **Collective.**
  void persist(Archive& archive, const Layout& layout);

  /// Whether a file that is being loaded has them in the form of these. **Collective.**
  bool is_in(const Archive& archive) const;

 private:
  void multiply(RowBlock block, Index run, const Product& product) const;
  void arrange(const Layout& layout, Index runs);
  void expect_columns() const;

  Index neurons_;
  RowMatrix<T> dense_;            ///< [local rows, N]
  SparseRows<T> sparse_;          ///< [local rows, K]
  double largest_row_sum_ = 0.0;  ///< of weights in runs, in which rows can no longer be told apart
};

}  // namespace fullforce
