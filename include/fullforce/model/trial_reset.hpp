#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "fullforce/base/aligned_array.hpp"
#include "fullforce/linalg/row_matrix.hpp"
#include "fullforce/linalg/stream_array.hpp"
#include "fullforce/model/network_options.hpp"
#include "fullforce/model/task.hpp"
#include "fullforce/model/trial_streams.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

/// Says in which state x0 trials begin, according to the key task.reset, and which streams begin a trial. A reset puts
/// both networks of a stream into this state, x = x_D = x0. Each rank has the rows of x0 that belong to its neurons.
template <Real T>
class TrialReset {
 public:
  struct Shape {
    RowPartition partition;
    Index streams = 1;
    Reset kind = Reset::none;

    /// The memory in bytes on the rank with the most rows.
    Index bytes() const;
  };

  /// What Reset::targets needs: the neurons that have targets, what these are, and the function that gives rates.
  struct Targets {
    std::span<const Index> neurons{};
    TargetSource source = TargetSource::rates;
    Nonlinearity nonlinearity = Nonlinearity::tanh;
  };

  /// `fixed_state` [local rows, 1] is x0 of Reset::fixed; `seed` decides the draws of Reset::random.
  TrialReset(const Layout& layout, Reset kind, const RowMatrix<T>& fixed_state, std::uint64_t seed, Index streams,
             Index outputs, const Targets& targets = {});

  /// The streams that are to be reset before the coming step. These are the streams at the first position of a trial.
  /// In the first step of a run they are all streams that run, because a stream may begin within a fixed trial. With
  /// Reset::none there are none. The result is valid until the next call.
  std::span<const Index> due(const TrialStreams& streams, bool first_step);

  /// x0 of a trial, [local rows]. `first_targets` are the targets of neurons in the coming step, which Reset::targets
  /// turns into states; a neuron without one begins at 0. The result is valid until the next call.
  std::span<const T> state(TrialId trial, std::span<const double> first_targets = {});

  /// The arrays that receive J r(x0) [local rows, B] and w r(x0) [n_out, B]. The
  /// columns of streams that are not reset are not used.
  StreamArray<T>& currents() { return currents_; }
  std::vector<double>& outputs() { return outputs_; }

 private:
  double state_of(double target) const;

  const Layout* layout_;
  Reset kind_;
  const RowMatrix<T>* fixed_state_;
  std::uint64_t seed_;
  TargetSource source_;
  Nonlinearity nonlinearity_;
  std::vector<Index> columns_;  ///< [local rows] (columns_of_targets), with Reset::targets
  std::vector<Index> due_;
  AlignedArray<T> state_;
  StreamArray<T> currents_;
  std::vector<double> outputs_;
};

}  // namespace fullforce
