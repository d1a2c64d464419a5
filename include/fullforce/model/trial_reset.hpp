#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "fullforce/base/aligned_array.hpp"
#include "fullforce/linalg/row_matrix.hpp"
#include "fullforce/linalg/stream_array.hpp"
#include "fullforce/model/task.hpp"
#include "fullforce/model/trial_streams.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

/// The state in which trials begin, as the key task.reset says, and the streams that begin one. A reset puts both
/// networks of a stream into the same state, x = x_D = x0, of which a rank has its own rows.
template <Real T>
class TrialReset {
 public:
  struct Shape {
    RowPartition partition;
    Index streams = 1;
    Reset kind = Reset::none;

    /// The memory on the rank with the most rows.
    Index bytes() const;
  };

  /// `fixed_state` [local rows, 1] is x0 of Reset::fixed; `seed` is that of the draws of Reset::random.
  TrialReset(const Layout& layout, Reset kind, const RowMatrix<T>& fixed_state, std::uint64_t seed, Index streams,
             Index outputs);

  /// The streams that are to be reset before the coming step: those at the first position of a trial, and in the first
  /// step of a run all of them. A stream of a fixed trial may begin its run within the trial. There are none with
  /// Reset::none. The streams are valid until the next call.
  std::span<const Index> due(const TrialStreams& streams, bool first_step);

  /// x0 of a trial, [local rows]. It is valid until the next call.
  std::span<const T> state(TrialId trial);

  /// The arrays that receive J r(x0) [local rows, B] and w r(x0) [n_out, B]. Streams that are not reset have sums in
  /// them that nobody uses.
  StreamArray<T>& currents() { return currents_; }
  std::vector<double>& outputs() { return outputs_; }

 private:
  const Layout* layout_;
  Reset kind_;
  const RowMatrix<T>* fixed_state_;
  std::uint64_t seed_;
  std::vector<Index> due_;
  AlignedArray<T> state_;
  StreamArray<T> currents_;
  std::vector<double> outputs_;
};

}  // namespace fullforce
