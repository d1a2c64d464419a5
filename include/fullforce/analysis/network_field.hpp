#pragma once
#include <span>

#include "fullforce/analysis/transposed_product.hpp"
#include "fullforce/model/network_options.hpp"

namespace fullforce {

/// The velocity F(x) = -x + J r(x) + b of a network under constant input currents b, in units of 1/tau, and its
/// Jacobian A = -I + J diag(r'(x)). All functions work on `count` states side by side, [local rows, count].
class NetworkField {
 public:
  /// The weights and the input currents b, [local rows], must outlive the field. **Collective.**
  NetworkField(const Layout& layout, const WeightMatrix& J, Nonlinearity nonlinearity,
               std::span<const double> input_currents);

  /// Sets the number of states of the coming calls.
  void resize(Index count);
  Index count() const { return slopes_.streams(); }
  const Layout& layout() const { return *layout_; }

  /// Computes F(x). **Collective.**
  void velocity(const StreamArray<double>& x, StreamArray<double>& F);

  /// Sets the states at which the next calls take the Jacobian.
  void linearise(const StreamArray<double>& x);

  /// Computes y = A v. The arrays must differ. **Collective.**
  void multiply(const StreamArray<double>& v, StreamArray<double>& y);
  /// Computes y = A^T v. The arrays must differ. **Collective.**
  void multiply_transposed(const StreamArray<double>& v, StreamArray<double>& y);

  /// The derivatives r'(x) of the rates in state `c` of those that were linearised, [local rows].
  std::vector<double> slopes(Index c) const;

  /// The memory of a field on the rank with the most rows, besides that of the weights, in bytes.
  static Index bytes(const RowPartition& partition, Index count, int threads);

 private:
  const Layout* layout_;
  const WeightMatrix* J_;
  Nonlinearity nonlinearity_;
  std::span<const double> input_currents_;
  std::optional<MatrixProduct> product_;
  TransposedProduct transposed_;
  StreamArray<double> slopes_;  ///< [local rows, count]
};

}  // namespace fullforce
