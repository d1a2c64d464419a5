#include "fullforce/learning/sign_constraint.hpp"

#include <algorithm>

#include "fullforce/io/archive.hpp"
#include "fullforce/io/file_format.hpp"

namespace fullforce {
namespace {

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
      multipliers[j] = s * std::max(T(0), s * (before - v[j] / column[j]));
      if (multipliers[j] != before) add_scaled(v, multipliers[j] - before, column);
    }
}

template <Real T>
void SignConstraint<T>::bound(Index row, std::span<const T> signs, T* weights) const {
  const T* const v = v_.row(row);
  for (std::size_t j = 0; j < signs.size(); ++j) weights[j] = signs[j] * v[j] > T(0) ? v[j] : T(0);
}

template <Real T>
void SignConstraint<T>::begin_with(const RowMatrix<T>& weights) {
  for (Index i = 0; i < v_.rows(); ++i) {
    std::copy_n(weights.row(i), v_.cols(), v_.row(i));
    std::fill_n(multipliers_.row(i), v_.cols(), T(0));
  }
}

template <Real T>
void SignConstraint<T>::persist(Archive& archive, const RowPartition& partition) {
  archive.rows<T>(format::learning::unbounded_weights, partition, v_.from(0));
  archive.rows<T>(format::learning::multipliers, partition, multipliers_.from(0));
}

template class SignConstraint<float>;
template class SignConstraint<double>;

}  // namespace fullforce
