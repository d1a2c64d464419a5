#include "fullforce/learning/learned_weights.hpp"

#include "fullforce/linalg/matrix_operations.hpp"

namespace fullforce {

template <Real T>
LearnedWeights<T>::LearnedWeights(const Layout& layout, Index features, Index capacity)
    : used_(features), W_(layout.local_rows(), features), G_(layout.local_rows(), capacity) {}

template <Real T>
void LearnedWeights<T>::multiply(RowBlock block, const VectorsView<const T>& phi, StreamArray<T>& result) const {
  kernels::multiply<T>(W_.from(block.local), block.rows, used_, phi, result.streams(), result.from(block.local));
}

template <Real T>
void LearnedWeights<T>::subtract_pending(RowBlock block, Index pending, const VectorsView<const T>& c,
                                         StreamArray<T>& result) const {
  if (pending == 0) return;
  kernels::subtract_multiple<T>(G_.from(block.local), block.rows, pending, c, result.streams(),
                                result.from(block.local));
}

template <Real T>
void LearnedWeights<T>::append(RowBlock block, Index pending, const StreamArray<T>& errors, Index count,
                               const double* inverse_factor) {
  kernels::multiply_small<T>(errors.from(block.local), block.rows, count, inverse_factor,
                             G_.from(block.local, pending));
}

template <Real T>
void LearnedWeights<T>::flush(const Layout& layout, Index pending, const MatrixView<const T>& panel_rows) {
  subtract_product<T>(layout, W_.from(0), used_, G_, pending, panel_rows);
}

template <Real T>
void LearnedWeights<T>::Shape::account_of_product(double rows, double used, double vectors, StepAccount& account) {
  account.sweep(
      {.rows = rows, .cols = used, .element_bytes = sizeof(T), .vectors = vectors, .precision = precision_of<T>});
}

template <Real T>
void LearnedWeights<T>::Shape::account_of_flush(double rows, double used, double columns, double times,
                                                StepAccount& account) {
  account.sweep({.region = TimerRegion::updates,
                 .rows = rows,
                 .cols = used,
                 .element_bytes = sizeof(T),
                 .columns = columns,
                 .times = times,
                 .precision = precision_of<T>});
}

template class LearnedWeights<float>;
template class LearnedWeights<double>;

}  // namespace fullforce
