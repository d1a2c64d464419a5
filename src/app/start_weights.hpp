#pragma once
#include <string>

#include "fullforce/config/config.hpp"
#include "fullforce/model/task.hpp"
#include "fullforce/parallel/mpi.hpp"
#include "fullforce/run/train.hpp"

namespace fullforce {

/// Checks the network file whose weights a training run is to start from (run.start_from), and reads every byte of it.
/// Throws InputError that names both values where the file does not fit the configuration or the channels of the task,
/// and if the file is no network, is damaged, or lacks what is to be taken from it. Returns what the files of the run
/// say of it, which is nothing if the configuration names no file. **Collective.**
StartWeights check_start_weights(const Communicator& comm, const Config& config, const Channels& channels);

}  // namespace fullforce
