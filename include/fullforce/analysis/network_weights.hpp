#pragma once
#include <filesystem>

#include "fullforce/analysis/matrix_product.hpp"
#include "fullforce/learning/learning_options.hpp"
#include "fullforce/model/network_options.hpp"
#include "fullforce/model/task.hpp"

namespace fullforce {

/// The weights of both networks as a file has them. They are in double precision, whatever the precision of
/// training was.
struct NetworkWeights {
  WeightMatrix J;          ///< of the task-performing network that runs on its own outputs; under FORCE J_D + u_out w
  WeightMatrix J_D;        ///< of the target-generating network; empty if there is none
  RowMatrix<double> u_in;  ///< weights of the inputs into both networks, [local rows, n_in]
};

/// Reads the weights from a network.h5 or a checkpoint, and applies the updates that are pending in it. J_D is drawn
/// from the seed if the file leaves it out. `streams` is the number of streams of the run. Throws RunError if the file
/// is damaged. **Collective.**
NetworkWeights load_weights(const Layout& layout, const std::filesystem::path& path, const NetworkOptions& network,
                            const LearningOptions& learning, Index streams, const Task& task, std::uint64_t seed,
                            TargetSource target = TargetSource::generator);

/// The currents u_in f_in of a constant input f_in [n_in] into this rank's neurons, [local rows].
std::vector<double> input_currents(const NetworkWeights& weights, std::span<const double> input);

}  // namespace fullforce
