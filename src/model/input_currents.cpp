#include "fullforce/model/input_currents.hpp"

namespace fullforce {

template <Real T>
InputCurrents<T>::InputCurrents(const Layout& layout, const RowMatrix<T>& u_in, const StepSignals& signals)
    : block_size_(layout.partition().block_size()),
      u_in_(&u_in),
      signals_(&signals),
      scratch_(block_size_ * layout.threads(), signals.streams) {}

template <Real T>
MatrixView<const T> InputCurrents<T>::added_to(RowBlock block, const MatrixView<const T>& currents) {
  if (is_silent(signals_->input)) return currents;
  const MatrixView<T> sum = scratch_.from(thread_index() * block_size_);
  std::copy_n(currents.data, block.rows * currents.stride, sum.data);
  add_signal(block, *u_in_, signals_->input, signals_->streams, sum);
  return sum;
}

template class InputCurrents<float>;
template class InputCurrents<double>;

}  // namespace fullforce
