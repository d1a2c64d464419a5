#pragma once
#include <functional>
#include <string>

#include "fullforce/forecast/machine.hpp"
#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

/// Measures what the ranks and threads at hand can tell and puts it in place of what was `known`: the speed that memory
/// is read at (a core alone, and all together), matrix products, the program's own steps on small networks, barriers of
/// threads (with more than one), collectives (with more than one rank: within a node or between nodes, whichever the
/// ranks span), and files in the working directory. About 20 s, and 64 MiB a thread. `say` hears what comes next.
/// **Collective.**
Machine calibrate(const Communicator& comm, const Machine& known, const std::function<void(const std::string&)>& say);

}  // namespace fullforce
