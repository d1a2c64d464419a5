#include "fullforce/learning/sign_constraint.hpp"

#include <algorithm>

#include "fullforce/io/archive.hpp"
#include "fullforce/io/file_format.hpp"

namespace fullforce {
namespace {

/// A weight, or 0 if it has the wrong sign. What is not a number stays so, so that the run meets it.
template <Real T>
T bounded(T weight, T sign) {
  return sign * weight < T(0) ? T(0) : weight;
}

template <Real T>
void add_scaled(std::span<T> v, T factor, const T* column) {
  for (std::size_t i = 0; i < v.size(); ++i) v[i] += factor * column[i];
}

}  // namespace

template <Real T>
void SignConstraint<T>::descend(Index row, const MatrixView<const T>& P, std::span<const T> signs, double growth) {
  const std::span<T> v(v_.row(row), signs.size());
  T* const multipliers = multipliers_.row(row);
  if (growth != 1.0)
    for (std::size_t j = 0; j < signs.size(); ++j) multipliers[j] /= static_cast<T>(growth);
  for (int round = 0; round < rounds; ++round)
    for (std::size_t j = 0; j < signs.size(); ++j) {
      const T s = signs[j], before = multipliers[j];
      if (before == T(0) && s * v[j] >= T(0)) continue;
      const T* const column = P.row(static_cast<Index>(j));
      if (!(column[j] > T(0))) continue;  // rounding has used up the precision of P
      multipliers[j] = s * std::max(T(0), s * (before - v[j] / column[j]));
      if (multipliers[j] != before) add_scaled(v, multipliers[j] - before, column);
    }
}

template <Real T>
void SignConstraint<T>::bound(Index row, std::span<const T> signs, T* weights) const {
  const T* const v = v_.row(row);
  for (std::size_t j = 0; j < signs.size(); ++j) weights[j] = bounded(v[j], signs[j]);
}

template <Real T>
void SignConstraint<T>::begin_with(Index row, std::span<const T> signs, T* weights) {
  T* const v = v_.row(row);
  bool is_new = false;
  for (std::size_t j = 0; j < signs.size(); ++j) is_new = is_new || weights[j] != bounded(v[j], signs[j]);
  if (!is_new) return;
  std::fill_n(multipliers_.row(row), multipliers_.cols(), T(0));
  for (std::size_t j = 0; j < signs.size(); ++j) v[j] = weights[j] = bounded(weights[j], signs[j]);
}

template <Real T>
void SignConstraint<T>::persist(Archive& archive, const RowPartition& partition) {
  archive.rows<T>(format::learning::unbounded_weights, partition, v_.from(0));
  archive.rows<T>(format::learning::multipliers, partition, multipliers_.from(0));
}

template class SignConstraint<float>;
template class SignConstraint<double>;

}  // namespace fullforce
