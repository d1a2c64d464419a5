#pragma once
#include <functional>
#include <string>

#include "fullforce/forecast/machine.hpp"
#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

/// Measures what it can on the ranks and threads at hand, and replaces those constants of `known`. It measures the rate
/// at which memory is read (by one core alone, and by all together), matrix products, the program's own steps on small
/// networks, and files in the working directory. With more than one thread it measures barriers of threads. With more
/// than one rank it measures collectives, within a node or between nodes, whichever the ranks span. It takes about 20
/// s, and 64 MiB for each thread. `say` is told what comes next. **Collective.**
Machine calibrate(const Communicator& comm, const Machine& known, const std::function<void(const std::string&)>& say);

}  // namespace fullforce
