#include "fullforce/learning/current_moments.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <numeric>

#include "fullforce/base/check.hpp"
#include "fullforce/io/archive.hpp"
#include "fullforce/io/file_format.hpp"
#include "fullforce/linalg/matrix_operations.hpp"

namespace fullforce {
namespace {

/// Turns Eigen's own threads off within a scope. Their number decides how Eigen cuts products, and so how it rounds.
class OneEigenThread {
 public:
  OneEigenThread() : outer_(Eigen::nbThreads()) { Eigen::setNbThreads(1); }
  ~OneEigenThread() { Eigen::setNbThreads(outer_); }
  OneEigenThread(const OneEigenThread&) = delete;
  OneEigenThread& operator=(const OneEigenThread&) = delete;

 private:
  int outer_;
};

}  // namespace

template <Real T>
CurrentMoments<T>::CurrentMoments(const Layout& layout, const LearningOptions& options, Index streams)
    : layout_(&layout),
      shape_{layout.partition(), options.max_rank, options.target_modes, streams, layout.threads()},
      streams_(streams),
      all_(as_size(streams)),
      basis_(layout, shape_.max_directions(), options.rank_tolerance, streams),
      moments_(basis_.max_dimension(), basis_.max_dimension()),
      negated_(basis_.max_dimension(), streams),
      by_stream_(streams, basis_.max_dimension()) {
  std::iota(all_.begin(), all_.end(), Index{0});
}

template <Real T>
void CurrentMoments<T>::add(const TargetCurrents<T>& currents, RegionTimer& timer) {
  const MatrixView<const T> F = currents.F->from(0);
  basis_.project(F, currents.longest, timer);
  basis_.grow(F, all_, timer);
  const RegionScope scope(timer, TimerRegion::updates);
  read_coordinates();
  basis_.features().for_each_block([&](RowBlock block) {
    if (block.local >= basis_.dimension()) return;
    kernels::subtract_product<double>(moments_.from(block.local), block.rows, basis_.dimension(),
                                      negated_.from(block.local), streams_, by_stream_.from(0));
  });
}

template <Real T>
void CurrentMoments<T>::read_coordinates() {
  for (Index k = 0; k < basis_.dimension(); ++k)
    for (Index b = 0; b < streams_; ++b) {
      by_stream_(b, k) = basis_.coordinates().mine(0, k)[b];
      negated_(k, b) = -by_stream_(b, k);
    }
}

template <Real T>
double CurrentMoments<T>::leading(Index count, RowMatrix<T>& components) const {
  using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  if (count == 0) return 0.0;
  const Index d = basis_.dimension();
  const OneEigenThread one_thread;
  const Eigen::Map<const Matrix, 0, Eigen::OuterStride<>> C(moments_.row(0), d, d,
                                                            Eigen::OuterStride<>(moments_.stride()));
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(C);  // eigenvalues rise
  if (eigen.info() != Eigen::Success) throw RunError("the principal components of the target currents were not found");
  Vectors<T> chosen(d, count);
  const VectorsView<T> E = chosen.view();
  for (Index k = 0; k < count; ++k)
    for (Index j = 0; j < d; ++j) E(k, j) = static_cast<T>(eigen.eigenvectors()(j, d - 1 - k));
  multiply<T>(*layout_, basis_.matrix(), d, E, count, components.from(0));
  return eigen.eigenvalues().tail(count).sum();
}

template <Real T>
Index CurrentMoments<T>::Shape::bytes() const {
  const Index d = max_directions();
  // The memory is that of C, of the eigensolver's copy of it, and of the eigenvectors that are wanted.
  const Index whole = d * (2 * row_stride<double>(d) + target_modes + row_stride<double>(streams) + streams);
  return basis().bytes() + whole * static_cast<Index>(sizeof(double));
}

template <Real T>
void CurrentMoments<T>::Shape::account(double directions, const Extent& extent, StepAccount& account) const {
  basis().account(directions, extent, account);
  account.sweep({.region = TimerRegion::updates,
                 .rows = directions,
                 .cols = directions,
                 .element_bytes = sizeof(double),
                 .columns = static_cast<double>(streams)});
}

template <Real T>
void CurrentMoments<T>::account(StepAccount& account) const {
  shape_.account(static_cast<double>(directions()), whole_extent(*layout_), account);
}

template <Real T>
void CurrentMoments<T>::persist(Archive& archive) {
  archive.section(format::currents::group, format::section::current_moments);
  basis_.persist(archive, format::currents::group);
  archive.replicated<double>(format::currents::moments, moments_.from(0).first(basis_.dimension()), basis_.dimension());
}

template <Real T>
bool CurrentMoments<T>::are_in(const Archive& archive) {
  return archive.contains(format::currents::basis);
}

template class CurrentMoments<float>;
template class CurrentMoments<double>;

}  // namespace fullforce
