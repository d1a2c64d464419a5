#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <string_view>
#include <thread>

#include "cli.hpp"
#include "fullforce/base/check.hpp"
#include "fullforce/base/processor.hpp"
#include "fullforce/base/standard_streams.hpp"
#include "fullforce/parallel/launch.hpp"
#include "fullforce/run/stop.hpp"

namespace fullforce {
namespace {

// The first process speaks for all. A launcher may kill all processes as soon as one ends with an error, so each of
// them waits until the first has certainly spoken, and all end at about the same time.
int refuse(const UnconnectedTasks& lost) {
  if (lost.is_first) complain(fmt::format("fullforce: error: {}\n", lost.problem(mpi_library())));
  std::this_thread::sleep_for(std::chrono::seconds(1));
  return 2;
}

// All ranks know of an InputError or a RunError alike, and the program ends in order. Any other error may be this
// rank's alone. The job is then aborted, because the other ranks must not wait for this one.
int guarded(Communicator& comm, int argc, char** argv) {
  if (const auto lost = unconnected_tasks(comm.size(), std::getenv)) return refuse(*lost);
  const auto report = [&comm](const std::exception& error) {
    if (comm.is_root()) complain(fmt::format("fullforce: error: {}\n", error.what()));
  };
  try {
    const int sharing = ranks_that_may_share_memory(comm);
    if (comm.size() > 1) comm.share_memory(sharing);
    return run_command_line(comm, argc, argv);
  } catch (const InputError& error) {
    report(error);
    return 2;
  } catch (const RunError& error) {
    report(error);
    return 1;
  } catch (const std::exception& error) {
    comm.abort(1, text_of(error));
  }
}

}  // namespace
}  // namespace fullforce

int main(int argc, char** argv) {
  fullforce::end_unless_processor_fits();
  fullforce::reserve_standard_streams();
  // A file that may not grow any further, and a pipe that nobody reads, are then errors like a full disk, and do not
  // end the program.
  std::signal(SIGXFSZ, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
  // The signals are handled before MPI starts, because that takes a while. Only `train` has anything to save.
  if (argc > 1 && std::string_view(argv[1]) == "train") fullforce::honour_stop_signals();
  fullforce::Environment environment(&argc, &argv);
  auto comm = fullforce::Communicator::world(fullforce::Sharing::none);
  const int code = fullforce::guarded(comm, argc, argv);
  // A launcher may kill all ranks as soon as one ends with an error. The rank that prints the error must have done so
  // by then.
  comm.barrier();
  return code;
}
