#pragma once
#include "fullforce/linalg/row_matrix.hpp"
#include "fullforce/linalg/stream_array.hpp"
#include "fullforce/model/step_signals.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

/// Adds the input currents u_in f_in, which drive both networks, to the recurrent currents of a block of neurons.
template <Real T>
class InputCurrents {
 public:
  InputCurrents(const Layout& layout, const RowMatrix<T>& u_in, const StepSignals& signals);

  /// Returns `currents` [rows of the block, B] with the input currents of this step added. Most steps of a trial that
  /// begins with a pulse have inputs that are all zero: then the view is of `currents` itself. Otherwise it is of a
  /// copy that the calling thread may use until its next call.
  MatrixView<const T> added_to(RowBlock block, const MatrixView<const T>& currents);

 private:
  Index block_size_;
  const RowMatrix<T>* u_in_;
  const StepSignals* signals_;
  StreamArray<T> scratch_;  ///< each thread's currents of one block, [threads * block size, B]
};

}  // namespace fullforce
