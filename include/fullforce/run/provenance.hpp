#pragma once
#include <string>

#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

/// Where a result comes from, as JSON text: version, commit, compiler, libraries, ranks, threads, host, UTC time.
/// **Collective.**
std::string provenance(const Communicator& comm);

/// What differs between this program and the one of a provenance that changes rounding: version, compiler, build type,
/// instruction sets, flags, Eigen. The text is empty if nothing does.
std::string other_build(const std::string& provenance);

}  // namespace fullforce
