#pragma once
#include "cli.hpp"
#include "fullforce/parallel/node_memory.hpp"
#include "fullforce/run/recording.hpp"
#include "fullforce/run/session.hpp"
#include "tested_network.hpp"

namespace fullforce {

/// The memory and the file sizes of the session of a configuration on these ranks, with so many streams.
SessionShape session_shape(const Communicator& comm, const Config& config, const Task& task, Index streams);

// The first trials are made to find their lengths. A single one may be more than memory can hold, and all ranks then
// learn of it.

/// The memory that trials in so many streams will take on a rank. **Collective.**
Index bytes_of_streams(const Communicator& comm, const Task& task, Index streams);

/// The memory that so many training trials take together, estimated from the first of them. **Collective.**
Index bytes_of_trials(const Communicator& comm, const Task& task, Index count);

/// The memory that a session will take on a rank, with the trials in its streams and without what the task holds.
/// `learns` says whether it has what learning needs. **Collective.**
Index session_bytes(const Communicator& comm, const Config& config, const Task& task, Index streams, bool learns);

/// The memory that a test will take on a rank, with its recording if there is one. **Collective.**
Index test_bytes(const Communicator& comm, const TestedNetwork& tested, const std::optional<RecordingJob>& recording);

/// The memory that an analysis over so many steps of test trials will take on this rank. The root solves for
/// eigenvalues. **Collective.**
Index analysis_bytes(const Communicator& comm, const AnalyzeArguments& arguments, const TestedNetwork& tested,
                     Index steps);

}  // namespace fullforce
