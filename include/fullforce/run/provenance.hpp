#pragma once
#include <string>

#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

/// Where a result comes from, as JSON text: version, commit, compiler, libraries, ranks, threads, host, UTC time.
/// **Collective.**
std::string provenance(const Communicator& comm);

}  // namespace fullforce
