// This file has what the learning of groups says of itself: its notices, and its weights for those who analyze them.
#include <fmt/format.h>

#include <algorithm>

#include "group_workspace.hpp"

namespace fullforce {

/// Says once that rounding has made a quadratic form negative. The form is positive whatever the rates are. A rank
/// knows of its own groups alone, which are like all others.
template <Real T, Real F>
std::vector<Notice> GroupRls<T, F>::notices(Index step) {
  const bool indefinite = std::any_of(workspaces_.begin(), workspaces_.end(),
                                      [](const Workspace& own) { return own.gain.indefinite_samples() > 0; });
  std::vector<Notice> notices;
  const char* const remedy = sizeof(F) < sizeof(double)
                                 ? "learning.precision = \"mixed\" or \"double\", or a larger learning.alpha"
                                 : "a larger learning.alpha";
  if (indefinite && !was_indefinite_)
    notices.push_back(
        {true,
         fmt::format("r'Pr of a group is not positive at step {}: rounding has used up the precision of P. Use {}",
                     step, remedy)});
  was_indefinite_ = indefinite;
  return notices;
}

template <Real T, Real F>
PlasticityReport GroupRls<T, F>::report() const {
  PlasticityReport report{shape_.report().numbers, ""};
  if (learns_) report_indefinite(report);
  if (shape_.obeys_dale()) report_bound(report);
  return report;
}

/// Says that r^T P r of a group was negative on any rank. Notices come from the first rank alone. A number of samples
/// would depend on the ranks, since groups that belong to several ranks are updated by each.
template <Real T, Real F>
void GroupRls<T, F>::report_indefinite(PlasticityReport& report) const {
  std::int64_t samples = 0;
  for (const Workspace& own : workspaces_) samples += own.gain.indefinite_samples();
  samples = layout_->comm().sum(samples);
  report.numbers.push_back({"indefinite_samples", samples});
  if (samples > 0)
    report.text = fmt::format(
        "r'Pr of a group was not positive {} times, where rounding had used up the precision of P", samples);
}

/// Adds the share of the learned recurrent weights that Dale's law holds at 0.
template <Real T, Real F>
void GroupRls<T, F>::report_bound(PlasticityReport& report) const {
  std::int64_t at_bound = 0, all = 0;
  for (Index k = 0; k < plastic_groups_; ++k) {
    const RowBlock rows = partners_->groups().rows(k);
    const auto inputs = static_cast<Index>(partners_->of(k).size());
    for (Index i = rows.local; i < rows.local + rows.rows; ++i)
      at_bound += std::count(W_.row(i), W_.row(i) + inputs, T(0));
    all += rows.rows * inputs;
  }
  at_bound = layout_->comm().sum(at_bound);
  all = layout_->comm().sum(all);
  const double share = all > 0 ? static_cast<double>(at_bound) / static_cast<double>(all) : 0.0;
  report.numbers.push_back({"weights_at_bound", share});
  report.text += fmt::format("{}{:.3g} of the learned recurrent weights are at the bound of Dale's law, 0",
                             report.text.empty() ? "" : "; ", share);
}

/// J_s and the learned weights as one sparse matrix. A neuron may have two weights from the same partner, which add up.
template <Real T, Real F>
SparseRows<double> GroupRls<T, F>::recurrent_in_double() const {
  const SparseRows<double> fixed = static_ ? static_->in_double().sparse : SparseRows<double>();
  SparseRows<double> J(layout_->local_rows(), shape_.in_degree() + fixed.degree());
  for (Index k = 0; k < partners_->groups().count(); ++k) {
    const RowBlock rows = partners_->groups().rows(k);
    const std::span<const std::int32_t> partners = partners_->of(k);
    for (Index i = rows.local; i < rows.local + rows.rows; ++i) {
      // A group that has fewer partners than others has a neuron twice, the second time with a weight of zero.
      if (!partners.empty()) std::fill(J.columns(i).begin(), J.columns(i).end(), partners.front());
      if (partners.empty() && fixed.degree() > 0)
        std::fill(J.columns(i).begin(), J.columns(i).end(), fixed.columns(i)[0]);
      std::copy(partners.begin(), partners.end(), J.columns(i).begin());
      std::copy_n(W_.row(i), partners.size(), J.values(i).begin());
      if (fixed.degree() == 0) continue;
      std::copy_n(fixed.columns(i).begin(), fixed.degree(), J.columns(i).begin() + shape_.in_degree());
      std::copy_n(fixed.values(i).begin(), fixed.degree(), J.values(i).begin() + shape_.in_degree());
    }
  }
  join_places(J);
  return J;
}

template <Real T, Real F>
EffectiveWeights GroupRls<T, F>::effective_weights() const {
  EffectiveWeights weights;
  if (partners_) weights.recurrent.sparse = recurrent_in_double();
  weights.readout = RowMatrix<double>(layout_->local_rows(), w_.rows());
  for (std::size_t k = 0; k < readout_inputs_.size(); ++k) {
    const Index local = readout_inputs_[k] - layout_->first_row();
    if (local < 0 || local >= layout_->local_rows()) continue;
    for (Index o = 0; o < w_.rows(); ++o) weights.readout(local, o) = w_(o, static_cast<Index>(k));
  }
  return weights;
}

template <Real T, Real F>
double GroupRls<T, F>::inverse_correlation(Index k, Index i, Index j) const {
  return static_cast<double>(P_of(k)[packed_place(std::max(i, j), std::min(i, j))]);
}

template <Real T, Real F>
double GroupRls<T, F>::readout_inverse_correlation(Index i, Index j) const {
  return static_cast<double>(P_readout_[packed_place(std::max(i, j), std::min(i, j))]);
}

template class GroupRls<float>;
template class GroupRls<double>;
template class GroupRls<float, double>;

}  // namespace fullforce
