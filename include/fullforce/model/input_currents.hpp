#pragma once
#include "fullforce/linalg/row_matrix.hpp"
#include "fullforce/linalg/stream_array.hpp"
#include "fullforce/model/step_signals.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

/// Adds u_in f_in, which drives both networks, to the recurrent currents of a block of neurons.
template <Real T>
class InputCurrents {
 public:
  InputCurrents(const Layout& layout, const RowMatrix<T>& u_in, const StepSignals& signals);

  /// `currents` [rows of the block, B] with the inputs of this step added. Where all inputs are zero, as they are in
  /// most steps of a trial that begins with a pulse, these are `currents` themselves; otherwise a copy that the calling
  /// thread may use until its next call.
  MatrixView<const T> added_to(RowBlock block, MatrixView<const T> currents);

 private:
  Index block_size_;
  const RowMatrix<T>* u_in_;
  const StepSignals* signals_;
  StreamArray<T> scratch_;  ///< the currents of a block of each thread, [threads * block size, B]
};

}  // namespace fullforce
