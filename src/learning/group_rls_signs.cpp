// This file has what the learning of groups does about the signs of neurons: Dale's law, and the penalty of classes.
#include <algorithm>

#include "group_workspace.hpp"

namespace fullforce {
namespace {

/// Writes a packed symmetric matrix [size, size] as a whole.
template <Real F, Real T>
void unpack(const F* packed, Index size, RowMatrix<T>& whole) {
  for (Index i = 0; i < size; ++i)
    for (Index j = 0; j <= i; ++j) whole(i, j) = whole(j, i) = static_cast<T>(packed[packed_place(i, j)]);
}

}  // namespace

/// Subtracts from P = I / alpha of a group what makes it the inverse of alpha I + mu sum_c 1_c 1_c^T, where 1_c is 1
/// for the partners of a class c. For a class of n partners that is mu / (alpha (alpha + mu n)) between any two of
/// them.
template <Real T, Real F>
void GroupRls<T, F>::penalise_classes(Index k) {
  F* const P = P_of(k);
  const std::span<const std::int32_t> partners = partners_->of(k);
  const NeuronSigns& signs = neuron_signs_;
  const auto excitatory = static_cast<double>(
      std::count_if(partners.begin(), partners.end(), [&](Index j) { return signs.is_excitatory(j); }));
  for (std::size_t i = 0; i < partners.size(); ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      const bool is_excitatory = signs.is_excitatory(partners[i]);
      if (signs.is_excitatory(partners[j]) != is_excitatory) continue;
      const double n = is_excitatory ? excitatory : static_cast<double>(partners.size()) - excitatory;
      const auto between = static_cast<F>(class_penalty_ / (alpha_ * (alpha_ + class_penalty_ * n)));
      P[packed_place(static_cast<Index>(i), static_cast<Index>(j))] -= between;
      const bool is_in_tile = i != j && i / panel_rows == j / panel_rows;
      if (is_in_tile) P[packed_place(static_cast<Index>(j), static_cast<Index>(i))] -= between;
    }
}

/// The signs of the partners of a group.
template <Real T, Real F>
std::span<const T> GroupRls<T, F>::find_signs(Index k, Workspace& own) const {
  const std::span<const std::int32_t> partners = partners_->of(k);
  std::transform(partners.begin(), partners.end(), own.signs.data(), [&](Index j) { return neuron_signs_.sign<T>(j); });
  return own.signs.span().first(partners.size());
}

/// Finds the weights of a group's neurons that obey Dale's law. `applied` says that the panel of its P was applied, by
/// which P grew by `growth`: P is then whole, and serves a descent.
template <Real T, Real F>
void GroupRls<T, F>::keep_signs(Index k, bool applied, double growth) {
  Workspace& own = workspace();
  const std::span<const T> signs = find_signs(k, own);
  if (applied) unpack(P_of(k), static_cast<Index>(signs.size()), own.P);
  const RowBlock rows = partners_->groups().rows(k);
  for (Index i = rows.local; i < rows.local + rows.rows; ++i) {
    if (applied) constraint_->descend(i, own.P, signs, growth);
    constraint_->bound(i, signs, W_.row(i));
  }
}

/// Lets the constraint begin with weights that it has not found itself. They then obey the law.
template <Real T, Real F>
void GroupRls<T, F>::begin_constraint() {
  for_each_in_parallel(groups(), [&](Index k) {
    const std::span<const T> signs = find_signs(k, workspace());
    const RowBlock rows = partners_->groups().rows(k);
    for (Index i = rows.local; i < rows.local + rows.rows; ++i) constraint_->begin_with(i, signs, W_.row(i));
  });
}

/// Gives the weights of a group's neurons, which are normal numbers, the signs of the partners.
template <Real T, Real F>
void GroupRls<T, F>::balance(Index k) {
  const std::span<const std::int32_t> partners = partners_->of(k);
  const RowBlock rows = partners_->groups().rows(k);
  for (Index i = rows.local; i < rows.local + rows.rows; ++i)
    neuron_signs_.balance(std::span(W_.row(i), partners.size()), [&](std::size_t j) { return Index{partners[j]}; });
}

template class GroupRls<float>;
template class GroupRls<double>;
template class GroupRls<float, double>;

}  // namespace fullforce
