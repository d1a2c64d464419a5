#include "fullforce/analysis/network_weights.hpp"

#include <algorithm>

#include "fullforce/io/archive.hpp"
#include "fullforce/model/connectivity.hpp"

namespace fullforce {
namespace {

template <Real T>
RowMatrix<double> in_double(const RowMatrix<T>& m) {
  RowMatrix<double> result(m.rows(), m.cols());
  for (Index i = 0; i < m.rows(); ++i) std::copy_n(m.row(i), m.cols(), result.row(i));
  return result;
}

template <Real T>
SparseRows<double> in_double(const SparseRows<T>& m) {
  SparseRows<double> result(m.rows(), m.degree());
  for (Index i = 0; i < m.rows(); ++i) {
    std::copy_n(m.columns(i).begin(), m.degree(), result.columns(i).begin());
    std::copy_n(m.values(i).begin(), m.degree(), result.values(i).begin());
  }
  return result;
}

/// J_D, with factors to add.
template <Real T>
WeightMatrix fixed_weights(const RecurrentWeights<T>& J_D, RowMatrix<double> left = {}, RowMatrix<double> right = {}) {
  return {in_double(J_D.dense()), std::move(left), std::move(right), in_double(J_D.sparse())};
}

/// This rank's rows of a dataset; without columns where there is none.
template <Real T>
RowMatrix<double> read_rows(Archive& archive, const Layout& layout, const std::string& name) {
  if (!archive.contains(name)) return RowMatrix<double>(layout.local_rows(), 0);
  RowMatrix<T> rows(layout.local_rows(), archive.shape(name).at(1));
  archive.rows<T>(name, layout.partition(), rows.from(0));
  return in_double(rows);
}

/// A matrix that the file has by rows, or that every rank holds (`replicated`), whole.
template <Real T>
RowMatrix<double> read_whole(Archive& archive, const Layout& layout, const std::string& name, bool replicated) {
  if (!archive.contains(name)) return {};
  const Index rows = archive.shape(name).at(0), columns = archive.shape(name).at(1);
  RowMatrix<T> whole(rows, columns);
  if (replicated) {
    archive.replicated<T>(name, whole.from(0).first(columns), rows);
    return in_double(whole);
  }
  const Layout by_rows(layout.comm(), rows);
  archive.rows<T>(name, by_rows.partition(), whole.from(by_rows.first_row()).first(columns));
  RowGather(layout.comm(), by_rows.partition(), whole.stride())(whole.storage());
  return in_double(whole);
}

/// `count` columns of a matrix as rows.
RowMatrix<double> transposed_columns(const RowMatrix<double>& m, Index first, Index count) {
  RowMatrix<double> columns(count, m.rows());
  for (Index j = 0; j < count; ++j)
    for (Index i = 0; i < m.rows(); ++i) columns(j, i) = m(i, first + j);
  return columns;
}

RowMatrix<double> product(const RowMatrix<double>& a, const RowMatrix<double>& b) {
  RowMatrix<double> ab(a.rows(), b.cols());
  for (Index i = 0; i < a.rows(); ++i)
    for (Index k = 0; k < a.cols(); ++k)
      for (Index j = 0; j < b.cols(); ++j) ab(i, j) += a(i, k) * b(k, j);
  return ab;
}

/// weights(i, j) -= sum_m left(i, m) right(j, m), where there is anything to subtract.
void subtract_pending(RowMatrix<double>& weights, const RowMatrix<double>& left, const RowMatrix<double>& right) {
  for (Index i = 0; i < weights.rows() && left.cols() > 0; ++i)
    for (Index j = 0; j < weights.cols(); ++j)
      for (Index m = 0; m < left.cols(); ++m) weights(i, j) -= left(i, m) * right(j, m);
}

void negate(RowMatrix<double>& m) {
  for (double& value : m.storage()) value = -value;
}

/// Weights over dense features by their columns, w^T [local rows, n] of w [n, N]; of a checkpoint w^T - S H^T.
template <Real T>
RowMatrix<double> read_by_columns(Archive& archive, const Layout& layout, const std::string& weights,
                                  const std::string& pending, bool replicated) {
  const RowMatrix<double> w = read_whole<T>(archive, layout, weights, replicated);
  RowMatrix<double> mine = transposed_columns(w, layout.first_row(), layout.local_rows());
  const RowMatrix<double> H = read_whole<T>(archive, layout, pending, replicated);
  subtract_pending(mine, read_rows<T>(archive, layout, "/learning/pending_right"), H);
  return mine;
}

/// Weights [n, d] over low-rank features, whole; of a checkpoint less H S^T, with S in double precision whatever T is.
template <Real T>
RowMatrix<double> read_small(Archive& archive, const Layout& layout, const std::string& weights,
                             const std::string& pending, bool replicated) {
  RowMatrix<double> w = read_whole<T>(archive, layout, weights, replicated);
  const RowMatrix<double> H = read_whole<T>(archive, layout, pending, replicated);
  subtract_pending(w, H, read_whole<double>(archive, layout, "/learning/pending_right", true));
  return w;
}

/// A of J = A U^T, or with target modes V A; of a checkpoint A - G S^T.
template <Real T>
RowMatrix<double> read_low_rank(Archive& archive, const Layout& layout) {
  const std::string pending = "/network/pending_left";
  if (archive.contains("/network/modes"))
    return product(read_rows<T>(archive, layout, "/network/modes"),
                   read_small<T>(archive, layout, "/network/weights", pending, false));
  RowMatrix<double> A = read_rows<T>(archive, layout, "/network/weights");
  subtract_pending(A, read_rows<T>(archive, layout, pending),
                   read_whole<double>(archive, layout, "/learning/pending_right", true));
  return A;
}

/// The readout over the rates, w^T [local rows, n_out]; low-rank U w^T.
template <Real T>
RowMatrix<double> read_readout(Archive& archive, const Layout& layout) {
  const std::string weights = "/network/readout", pending = "/network/pending_readout";
  if (!archive.contains("/network/basis")) return read_by_columns<T>(archive, layout, weights, pending, true);
  const RowMatrix<double> w = read_small<T>(archive, layout, weights, pending, true);
  return product(read_rows<T>(archive, layout, "/network/basis"), transposed_columns(w, 0, w.cols()));
}

/// J = W, A U^T, or with target modes V w; of a checkpoint with what is pending.
template <Real T>
WeightMatrix read_full_force(Archive& archive, const Layout& layout) {
  if (archive.contains("/network/basis"))
    return {{}, read_low_rank<T>(archive, layout), read_rows<T>(archive, layout, "/network/basis"), {}};
  if (archive.contains("/network/modes"))
    return {{},
            read_rows<T>(archive, layout, "/network/modes"),
            read_by_columns<T>(archive, layout, "/network/weights", "/network/pending_left", false),
            {}};
  WeightMatrix J{read_rows<T>(archive, layout, "/network/weights"),
                 read_rows<T>(archive, layout, "/network/pending_left"),
                 read_rows<T>(archive, layout, "/learning/pending_right"),
                 {}};
  negate(J.left);
  return J;
}

template <Real T>
NetworkWeights load_as(const Layout& layout, const std::filesystem::path& path, const NetworkOptions& network,
                       const LearningOptions& learning, const Task& task, std::uint64_t seed) {
  Connectivity<T> fixed(layout, network, task, seed);
  Archive archive = Archive::open(layout.comm(), path);
  fixed.persist(archive, layout, true);
  NetworkWeights weights;
  weights.J_D = fixed_weights(fixed.J_D);
  weights.J = learning.rule == Rule::full_force
                  ? read_full_force<T>(archive, layout)
                  : fixed_weights(fixed.J_D, in_double(fixed.u_out), read_readout<T>(archive, layout));
  archive.close();
  return weights;
}

}  // namespace

NetworkWeights load_weights(const Layout& layout, const std::filesystem::path& path, const NetworkOptions& network,
                            const LearningOptions& learning, const Task& task, std::uint64_t seed) {
  return learning.precision == Precision::single_precision
             ? load_as<float>(layout, path, network, learning, task, seed)
             : load_as<double>(layout, path, network, learning, task, seed);
}

}  // namespace fullforce
