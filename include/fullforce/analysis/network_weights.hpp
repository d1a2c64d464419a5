#pragma once
#include <filesystem>

#include "fullforce/analysis/matrix_product.hpp"
#include "fullforce/learning/learning_options.hpp"
#include "fullforce/model/network_options.hpp"
#include "fullforce/model/task.hpp"

namespace fullforce {

/// The recurrent weights of both networks as a file has them, in double precision whatever they were trained in.
struct NetworkWeights {
  WeightMatrix J;    ///< of the freely running task-performing network; FORCE: J_D + u_out w
  WeightMatrix J_D;  ///< of the target-generating network
};

/// Reads them from a network.h5 or checkpoint (pending updates included); J_D is drawn from the seed where the file
/// leaves it out; `streams` of the run. Throws RunError for a damaged file. **Collective.**
NetworkWeights load_weights(const Layout& layout, const std::filesystem::path& path, const NetworkOptions& network,
                            const LearningOptions& learning, Index streams, const Task& task, std::uint64_t seed);

}  // namespace fullforce
