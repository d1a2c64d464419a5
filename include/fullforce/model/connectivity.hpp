#pragma once
#include "fullforce/linalg/row_matrix.hpp"
#include "fullforce/model/network_options.hpp"
#include "fullforce/model/recurrent_weights.hpp"
#include "fullforce/model/task.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

class Archive;

/// The fixed weights, of which a rank holds its own rows: the recurrent weights J_D of the target-generating network,
/// and the weights that feed the task's signals into both networks. Every element is a function of (seed, row, column),
/// so both learning rules get the same weights. With Reset::fixed, the state in which trials begin belongs to them.
template <Real T>
struct Connectivity {
  /// Draws the weights. J_D is dense or sparse; u_in, u_out and u_hint are ~ U(-1, 1) times their gains, and the start
  /// state is ~ N(0, 1). There is a J_D only if the targets come from a target-generating network.
  Connectivity(const Layout& layout, const NetworkOptions& options, const Task& task, std::uint64_t seed,
               Reset reset = Reset::none, TargetSource target = TargetSource::generator);

  /// Saves the weights and the start state, or loads those of them that the file has. **Collective.**
  void persist(Archive& archive, const Layout& layout, bool with_target);

  RecurrentWeights<T> J_D;   ///< [N, N], or nothing
  RowMatrix<T> u_in;         ///< [N, n_in]
  RowMatrix<T> u_out;        ///< [N, n_out]
  RowMatrix<T> u_hint;       ///< [N, n_hint]
  RowMatrix<T> start_state;  ///< [N, 1], the state x = x_D in which trials begin; [N, 0] unless it is the same for all
};

}  // namespace fullforce
