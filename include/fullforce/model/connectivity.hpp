#pragma once
#include "fullforce/linalg/row_matrix.hpp"
#include "fullforce/model/network_options.hpp"
#include "fullforce/model/recurrent_weights.hpp"
#include "fullforce/model/task.hpp"
#include "fullforce/parallel/layout.hpp"

namespace fullforce {

class Archive;

/// The fixed weights, this rank's rows: recurrent weights J_D of the target-generating network and what feeds signals
/// into both networks. Every element is a function of (seed, row, column), so both learning rules get the same ones.
template <Real T>
struct Connectivity {
  /// Draws them: J_D dense or sparse, u_* ~ U(-1, 1) times their gains.
  Connectivity(const Layout& layout, const NetworkOptions& options, const Task& task, std::uint64_t seed);

  /// Saves, or loads where the file has them. **Collective.**
  void persist(Archive& archive, const Layout& layout, bool with_target);

  RecurrentWeights<T> J_D;  ///< [N, N]
  RowMatrix<T> u_in;        ///< [N, n_in]
  RowMatrix<T> u_out;       ///< [N, n_out]
  RowMatrix<T> u_hint;      ///< [N, n_hint]
};

}  // namespace fullforce
