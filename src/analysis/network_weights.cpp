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
  archive.rows<T>(name, layout.partition(), {rows.row(0), rows.cols(), rows.stride()});
  return in_double(rows);
}

/// This rank's columns of a small matrix that the file has whole, as rows: [n, N] becomes [local rows, n].
template <Real T>
RowMatrix<double> read_columns(Archive& archive, const Layout& layout, const std::string& name) {
  const Index n = archive.shape(name).at(0), columns = archive.shape(name).at(1);
  std::vector<T> whole(static_cast<std::size_t>(n * columns));
  archive.replicated<T>(name, whole, columns);
  RowMatrix<double> mine(layout.local_rows(), n);
  for (Index i = 0; i < mine.rows(); ++i)
    for (Index o = 0; o < n; ++o) mine(i, o) = whole[static_cast<std::size_t>(o * columns + layout.first_row() + i)];
  return mine;
}

void negate(RowMatrix<double>& m) {
  for (double& value : m.storage()) value = -value;
}

/// J = W, or A U^T; of a checkpoint W - G S^T.
template <Real T>
WeightMatrix read_full_force(Archive& archive, const Layout& layout) {
  RowMatrix<double> weights = read_rows<T>(archive, layout, "/network/weights");
  if (archive.contains("/network/basis"))
    return {{}, std::move(weights), read_rows<T>(archive, layout, "/network/basis"), {}};
  WeightMatrix J{std::move(weights),
                 read_rows<T>(archive, layout, "/network/pending_left"),
                 read_rows<T>(archive, layout, "/learning/pending_right"),
                 {}};
  negate(J.left);
  return J;
}

/// w^T, [local rows, n_out]; of a checkpoint w^T - S H^T.
template <Real T>
RowMatrix<double> read_readout(Archive& archive, const Layout& layout) {
  RowMatrix<double> readout = read_columns<T>(archive, layout, "/network/readout");
  const std::string pending = "/network/pending_readout";
  if (!archive.contains(pending)) return readout;
  const RowMatrix<double> S = read_rows<T>(archive, layout, "/learning/pending_right");
  std::vector<T> H(static_cast<std::size_t>(readout.cols() * S.cols()));
  archive.replicated<T>(pending, H, S.cols());
  for (Index i = 0; i < readout.rows(); ++i)
    for (Index o = 0; o < readout.cols(); ++o)
      for (Index m = 0; m < S.cols(); ++m)
        readout(i, o) -= S(i, m) * static_cast<double>(H[static_cast<std::size_t>(o * S.cols() + m)]);
  return readout;
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
