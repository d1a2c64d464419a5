#pragma once
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "fullforce/base/random.hpp"
#include "fullforce/linalg/gathered_vectors.hpp"
#include "fullforce/linalg/row_matrix.hpp"
#include "fullforce/linalg/sparse_rows.hpp"
#include "fullforce/linalg/step_account.hpp"
#include "fullforce/linalg/stream_array.hpp"
#include "fullforce/linalg/weight_matrix.hpp"
#include "fullforce/model/network_options.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

class Archive;

/// Draws the recurrent weights into a neuron, ~ N(0, deviation^2). `scratch` has as many numbers as there are weights.
template <Real T>
void draw_weights(const Draws& draws, double deviation, std::vector<double>& scratch, T* weights);

/// Which fixed recurrent weights there are: J_D of the target-generating network, and J_s, which a network with sparse
/// features may have beside those that it learns (network.static_in_degree).
enum class FixedRecurrent { J_D, J_s };

/// Fixed recurrent weights, of which a rank holds its own rows. They are dense, or sparse with the same number of
/// connections into each neuron; J_s is always sparse. A row is a function of (seed, row) and
/// therefore the same on any number of ranks, and need not be saved. With a fixed probability of a connection rows
/// would have unequal lengths; with a fixed number of connections out of a neuron, the weights of a row would be spread
/// over all ranks.
template <Real T>
class RecurrentWeights {
 public:
  /// Draws the weights. With options.in_degree = 0 every weight is ~ N(0, g^2/N). Otherwise each neuron receives
  /// connections from in_degree = K distinct neurons other than itself; all sets of K neurons are equally likely, and
  /// the weights are ~ N(0, g^2/K). The cost is one normal draw for each weight. J_s has the in-degree
  /// options.static_in_degree, which is not 0, and the gain options.static_gain.
  RecurrentWeights(const Layout& layout, const NetworkOptions& options, std::uint64_t seed,
                   FixedRecurrent which = FixedRecurrent::J_D);
  /// Weights of a network without a target-generating network: there are none.
  RecurrentWeights() = default;

  bool is_sparse() const { return sparse_.degree() > 0; }
  bool is_there() const { return neurons_ > 0; }
  const RowMatrix<T>& dense() const { return dense_; }     ///< [local rows, N]; empty if the weights are sparse
  const SparseRows<T>& sparse() const { return sparse_; }  ///< [local rows, K]; empty if they are dense

  struct Shape {
    RowPartition partition;
    Index in_degree = 0;  ///< connections into each neuron; 0 = dense
    Index streams = 1;    ///< number of vectors of rates that a product reads

    double elements_of_a_row() const;
    /// Bytes that a product reads for a weight, which include the index of a sparse one.
    double bytes_of_element() const;
    /// The share of all rates that a product reads on at least one of the ranks that share memory, as expected before
    /// connections are drawn.
    double share_read() const;
    /// The memory on the rank with the most rows.
    Index bytes() const;
    /// The size of the weights in a file, with the indices of sparse ones.
    double file_bytes() const;
    /// Adds to `account` a product of the weights with `vectors` vectors.
    void account(double vectors, const Extent& extent, StepAccount& account) const;
  };

  /// A product y = J_D rates with one group of the gathered rates.
  struct Product {
    const GatheredVectors<T>* rates;
    Index group;
    StreamArray<T>* y;
  };

  /// Computes one or more products and reads each weight once for all of them. Each product costs 2 B operations for
  /// each weight, with B streams.
  void multiply(const Layout& layout, std::initializer_list<Product> products,
                Direction direction = Direction::forwards) const;

  /// Marks the neurons that this rank's rows have weights from with 1 in `reads` [N].
  void mark_columns(std::span<std::uint8_t> reads) const;

  /// Arranges sparse weights in runs of columns if the rates of so many streams are larger than the caches (SparseRows
  /// describes runs). Products then take less time and give the same bits.
  void arrange_for(const Layout& layout, Index streams);
  Index runs() const { return sparse_.runs(); }

  /// The weight from neuron `column`, where `row` counts from this rank's first row. It is meant for tests and files,
  /// not for products.
  T operator()(Index row, Index column) const;

  /// The largest sum of the weights' magnitudes over the rows of this rank. No element of a product is larger than this
  /// sum times the largest rate.
  double largest_row_sum() const;

  /// Saves or loads the dataset /target/J [N, N], or a group in compressed sparse row (CSR) form: /target/J_sparse, or
  /// /network/J_static of J_s.
  /// **Collective.**
  void persist(Archive& archive, const Layout& layout);

  /// A copy in double precision.
  WeightMatrix in_double() const { return {fullforce::in_double(dense_), {}, {}, fullforce::in_double(sparse_)}; }

  /// Whether the file that is being loaded has the weights in the same form, dense or sparse, as this instance.
  /// **Collective.**
  bool is_in(const Archive& archive) const;

 private:
  void multiply(RowBlock block, Index run, const Product& product) const;
  void arrange(const Layout& layout, Index runs);
  void expect_columns() const;

  FixedRecurrent which_ = FixedRecurrent::J_D;
  Index neurons_ = 0;
  RowMatrix<T> dense_;            ///< [local rows, N]
  SparseRows<T> sparse_;          ///< [local rows, K]
  double largest_row_sum_ = 0.0;  ///< kept for weights in runs of columns, which no longer tell the rows apart
};

}  // namespace fullforce
