// This file has what shared-gain learning says of itself: its notices, its report for the summary, and its weights for
// those who analyze them.
#include <fmt/format.h>

#include <algorithm>

#include "feature_space.hpp"
#include "fullforce/learning/shared_gain_rls.hpp"
#include "fullforce/linalg/matrix_operations.hpp"

namespace fullforce {
namespace {

/// Beyond this share, test errors may be larger than in double precision. Of 20 networks (N = 300, four trainings with
/// five seeds), the five with shares up to 0.06 had 0.6 to 1.8 times the error. The 15 with shares from 0.088 on had
/// more than 2.9 times the error, but for two (tools/figures/README.md, Precision).
constexpr double largest_rounding_share = 0.065;

double share(double part, double whole) { return whole > 0.0 ? part / whole : 0.0; }

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

}  // namespace

/// The share of the energy of the rates learned from that lies outside of the features.
template <Real T>
double SharedGainRls<T>::share_left_out() const {
  return basis() != nullptr ? share(basis()->energy_left_out(), basis()->energy()) : 0.0;
}

/// The share of the energy of the target currents that lies outside of the modes.
template <Real T>
double SharedGainRls<T>::share_of_modes_left_out() const {
  return modes_ ? share(modes_->energy_left_out(), modes_->energy()) : 0.0;
}

template <Real T>
std::vector<Notice> SharedGainRls<T>::notices(Index step) {
  std::vector<Notice> notices;
  notice_modes(step, notices);
  notice_full_basis(step, notices);
  notice_lost_precision(step, notices);
  notice_rounding(step, notices);
  return notices;
}

/// Says once how much of the target currents the modes have left out.
template <Real T>
void SharedGainRls<T>::notice_modes(Index step, std::vector<Notice>& notices) {
  if (modes_were_fixed_ || this->is_observing()) return;
  modes_were_fixed_ = true;
  notices.push_back({false, fmt::format("{} target mode(s) fixed at step {}, {:.3g} of the currents' energy left out",
                                        modes_->found(), step, share_of_modes_left_out())});
  if (modes_->found() < modes_->count())
    notices.push_back(
        {true, fmt::format("learning.target_modes = {}, but the currents of the init trials have {} direction(s): the "
                           "other modes are zero",
                           modes_->count(), modes_->found())});
}

/// Says once that the basis is full. From then on rates may visit directions that the features cannot tell apart.
template <Real T>
void SharedGainRls<T>::notice_full_basis(Index step, std::vector<Notice>& notices) {
  const bool full = basis() != nullptr && basis()->full() && basis()->dimension() < layout_->rows();
  if (full && !basis_was_full_)
    notices.push_back(
        {true, fmt::format("learning.max_rank = {} is reached at step {}: what else the rates do is left out",
                           basis()->dimension(), step)});
  basis_was_full_ = full;
}

/// Says once that rounding has made a quadratic form negative. The form is positive whatever the rates are.
template <Real T>
void SharedGainRls<T>::notice_lost_precision(Index step, std::vector<Notice>& notices) {
  const bool indefinite = space_->indefinite_samples() > 0;
  const char* const remedy = shape_.bytes_of_P() < sizeof(double)
                                 ? "learning.precision = \"mixed\" or \"double\", or a larger learning.alpha"
                                 : "a larger learning.alpha";
  if (indefinite && !was_indefinite_)
    notices.push_back(
        {true, fmt::format("r'Pr is not positive at step {}: rounding has used up the precision of P. Use {}", step,
                           remedy)});
  was_indefinite_ = indefinite;
}

/// Whether rounding is much of what P gives for the rates.
template <Real T>
bool SharedGainRls<T>::is_rounded() const {
  return space_->probe() != nullptr && space_->probe()->rounding_share().value_or(0.0) > largest_rounding_share;
}

/// Says once that it is.
template <Real T>
void SharedGainRls<T>::notice_rounding(Index step, std::vector<Notice>& notices) {
  if (was_rounded_ || !is_rounded()) return;
  was_rounded_ = true;
  notices.push_back(
      {true, fmt::format("rounding makes up {:.0f} % of r'Pr at step {}: in single precision this network may learn "
                         "less accurately than it could. Use learning.precision = \"mixed\", or \"double\"",
                         100.0 * *space_->probe()->rounding_share(), step)});
}

template <Real T>
PlasticityReport SharedGainRls<T>::report() const {
  PlasticityReport report{{{"rank", features()}}, ""};
  if (space_->probe() != nullptr && space_->probe()->rounding_share())
    report.numbers.push_back({"rounding_share_of_P", *space_->probe()->rounding_share()});
  if (basis() != nullptr) {
    report.numbers.push_back({"energy_left_out", share_left_out()});
    report.text = fmt::format("rank {}, {:.3g} of the rates' energy left out", features(), share_left_out());
  }
  if (modes_) {
    report.numbers.push_back({"target_modes.count", modes_->found()});
    report.numbers.push_back({"target_modes.energy_left_out", share_of_modes_left_out()});
  }
  if (J_) report.numbers.push_back({"plastic_neurons", shape_.plastic_neurons()});
  return report;
}

/// The learned weights of all rows, [n, d], on every rank. With target modes, the rows are the modes.
template <Real T>
RowMatrix<double> SharedGainRls<T>::whole_weights() const {
  const Index d = features();
  RowMatrix<double> whole(rows_->rows(), d);
  for (Index i = 0; i < rows_->local_rows(); ++i)
    std::copy_n(J_->matrix().row(i), d, whole.row(rows_->first_row() + i));
  RowGather(layout_->comm(), rows_->partition(), whole.stride())(whole.storage());
  return whole;
}

/// Weights [n, d] over the features become weights over the rates. The result has the columns [local rows, n] that act
/// on this rank's rates. They are w^T with dense features, and U w^T with low-rank ones.
template <Real T>
RowMatrix<double> SharedGainRls<T>::over_rates(const RowMatrix<double>& whole) const {
  if (basis() == nullptr) return transposed_columns(whole, layout_->first_row(), layout_->local_rows());
  return product(in_double(basis()->matrix(), features()), transposed_columns(whole, 0, whole.cols()));
}

/// The recurrent weights J. They are W with dense features, A U^T with low-rank ones, and V w with target modes.
template <Real T>
WeightMatrix SharedGainRls<T>::effective_recurrent() const {
  if (!J_) return {};
  const Index d = features();
  if (basis() != nullptr) {
    RowMatrix<double> A = modes_ ? product(in_double(modes_->matrix()), whole_weights()) : in_double(J_->matrix(), d);
    return {{}, std::move(A), in_double(basis()->matrix(), d), {}};
  }
  if (modes_) return {{}, in_double(modes_->matrix()), over_rates(whole_weights()), {}};
  return {in_double(J_->matrix()), {}, {}, {}};
}

template <Real T>
EffectiveWeights SharedGainRls<T>::effective_weights() const {
  return {effective_recurrent(), over_rates(in_double(w_.matrix(), features()))};
}

template class SharedGainRls<float>;
template class SharedGainRls<double>;

}  // namespace fullforce
