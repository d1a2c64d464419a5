#pragma once
#include <functional>
#include <optional>
#include <string>

namespace fullforce {

/// Returns the value of an environment variable, or null if it is not set: getenv, or a table in tests.
using Variables = std::function<const char*(const char* name)>;

/// Whether a launcher started this process, alone or among others.
bool has_launcher(const Variables& variables);

/// Several processes that a launcher started together, and of which MPI connects none with another. Each of them would
/// do the whole run by itself, and all would write the same files. This happens where the launcher and the MPI library
/// do not belong together.
struct UnconnectedTasks {
  std::string variable;  ///< that says how many processes there are
  int tasks = 0;
  bool is_first = true;  ///< whether this process is the first of them, which speaks for all

  /// What is wrong and what to do, for a program that was built with this MPI library.
  std::string problem(const std::string& library) const;
};

/// Whether this process, one of `ranks` in MPI_COMM_WORLD, is an unconnected task. The variables of mpirun count before
/// those of the SLURM step in which it may run. The number of tasks that a job was submitted with does not count: a
/// batch script may well start the program on one rank.
std::optional<UnconnectedTasks> unconnected_tasks(int ranks, const Variables& variables);

}  // namespace fullforce
