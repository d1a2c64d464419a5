#include "fullforce/parallel/launch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <string_view>

namespace fullforce {
namespace {

/// The variables in which a launcher says how many processes it started, and which of them this one is.
struct Launcher {
  const char* tasks;
  const char* number;
};

/// A launcher that runs inside another one stands before it.
constexpr Launcher launchers[] = {{"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"},  // mpirun of Open MPI
                                  {"PMI_SIZE", "PMI_RANK"},                // MPICH, Intel MPI, srun --mpi=pmi2
                                  {"MPI_LOCALNRANKS", "MPI_LOCALRANKID"},  // the processes of a node, MPICH
                                  {"SLURM_STEP_NUM_TASKS", "SLURM_PROCID"}};

std::optional<int> number_in(const char* text) {
  if (text == nullptr) return std::nullopt;
  const std::string_view digits = text;
  int value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

}  // namespace

bool has_launcher(const Variables& variables) {
  // srun --mpi=pmix sets the last one, and its own variables besides.
  return variables("PMIX_RANK") != nullptr ||
         std::any_of(std::begin(launchers), std::end(launchers),
                     [&](const auto& launcher) { return variables(launcher.tasks) != nullptr; });
}

std::string UnconnectedTasks::problem(const std::string& library) const {
  return fmt::format(
      "{} = {}, but MPI knows of this process alone (each of the {} would do the whole run, and write the same files): "
      "start the program with srun --mpi=pmix (srun --mpi=list says what there is), or with the mpirun of its own MPI "
      "library, which is {}; or unset {} where the processes are meant to be independent",
      variable, tasks, tasks, library, variable);
}

std::optional<UnconnectedTasks> unconnected_tasks(int ranks, const Variables& variables) {
  if (ranks > 1) return std::nullopt;
  for (const Launcher& launcher : launchers) {
    const auto tasks = number_in(variables(launcher.tasks));
    if (!tasks) continue;
    if (*tasks <= 1) return std::nullopt;
    return UnconnectedTasks{launcher.tasks, *tasks, number_in(variables(launcher.number)).value_or(0) == 0};
  }
  return std::nullopt;
}

}  // namespace fullforce
