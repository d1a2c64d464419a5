#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fullforce/config/config.hpp"
#include "fullforce/forecast/workload.hpp"
#include "fullforce/parallel/mpi.hpp"

namespace fullforce {

struct TrainArguments {
  std::string config;
  std::vector<std::string> settings;  ///< section.key=value
  std::optional<std::string> output;  ///< takes the place of run.output
  std::string restart = "auto";       ///< auto | never | a checkpoint file
  std::optional<Index> max_steps;     ///< >= 0
  std::optional<double> max_hours;    ///< >= 0
  bool dry_run = false;
  bool quiet = false;
  bool no_target = false;  ///< whether network.h5 is written without J_D
  std::optional<int> threads;
  bool threads_are_free = false;  ///< nobody has said how many threads to use
};

struct TestArguments {
  std::string network;
  std::optional<Index> trials;  ///< >= 1
  std::optional<double> noise;  ///< >= 0
  std::optional<std::uint64_t> seed;
  std::optional<std::string> trials_file;
  std::optional<std::string> record;
  std::optional<std::string> neurons;  ///< which of them to record
  bool states = false;                 ///< whether to record states, too
  bool currents = false;               ///< whether to record recurrent currents and their targets, too
  std::optional<std::string> output;
  std::optional<int> threads;
};

struct AnalyzeArguments {
  std::string network;  ///< empty if there is nothing to do but to explain
  bool eigenvalues = false;
  bool pca = false;
  std::optional<Index> lyapunov;  ///< number of exponents, >= 1
  bool fixed_points = false;
  std::optional<std::string> currents;  ///< file of the regions between which currents flow

  /// Without any of the five options above, an analysis finds eigenvalues and principal components.
  bool finds_all() const { return !eigenvalues && !pca && !lyapunov && !fixed_points && !currents; }
  bool finds_eigenvalues() const { return eigenvalues || finds_all(); }
  bool finds_components() const { return pca || finds_all(); }
  bool needs_weights() const { return finds_eigenvalues() || lyapunov || fixed_points || currents; }

  std::optional<Index> starts;               ///< from which fixed points are looked for, >= 1
  std::optional<std::vector<double>> input;  ///< constant input of the fixed points; zero if not given
  bool explain = false;                      ///< whether definitions are printed with the numbers
  bool autonomous = false;                   ///< whether all signals are zero
  std::optional<Index> trials;               ///< >= 1
  std::optional<double> noise;               ///< >= 0
  std::optional<std::uint64_t> seed;
  std::optional<std::string> trials_file;
  std::optional<std::string> output;
  std::optional<int> threads;
};

struct TrialsArguments {
  std::string config;
  std::vector<std::string> settings;  ///< section.key=value
  Index count = 0;                    ///< >= 1
  std::string output;
  std::optional<int> threads;
};

struct InfoArguments {
  std::string path;
  std::optional<int> threads;
};

struct PlanArguments {
  std::optional<std::string> config;  ///< may be left out with `calibrate`
  std::vector<std::string> settings;  ///< section.key=value
  std::optional<int> ranks;           ///< >= 1; if left out, the number of ranks that the command runs on
  std::optional<int> threads;
  bool threads_are_free = false;  ///< whether nobody has said how many
  bool calibrate = false;
  std::optional<std::string> machine;  ///< file of the constants of a machine
  std::optional<std::string> output;
};

/// These functions run one command each, and return the exit code, which is the same on every rank. They throw
/// InputError and RunError on every rank alike. **Collective.**
int train_command(const Communicator& comm, const TrainArguments& arguments);
int test_command(const Communicator& comm, const TestArguments& arguments);
int analyze_command(const Communicator& comm, const AnalyzeArguments& arguments);
int trials_command(const Communicator& comm, const TrialsArguments& arguments);
int info_command(const Communicator& comm, const InfoArguments& arguments);
int plan_command(const Communicator& comm, const PlanArguments& arguments);

/// The text that --version prints.
std::string version_text();

/// Reads the command line, runs what it asks for, and returns the exit code. Rank 0 prints what concerns the command
/// line itself, help included. **Collective.**
int run_command_line(const Communicator& comm, int argc, const char* const* argv);

/// Sets the number of threads to that of `--threads`. Without that option it takes OMP_NUM_THREADS, and without that
/// too it takes as many as have cores of their own on this node. Threads that share cores will give them away while
/// they wait. Returns whether the option or the variable decided on any rank. Throws InputError if OMP_NUM_THREADS is
/// not a count, or if MPI does not let so many threads run. **Collective.**
bool choose_threads(const Communicator& comm, std::optional<int> threads);

/// Takes fewer threads where, by the cost model with assumed constants, more of them would hardly make a step on
/// `ranks` ranks faster. Returns what to tell the user, or nothing if the number stays. **Collective.**
std::string take_threads_that_pay(const Communicator& comm, const Workload& workload, int ranks);

/// Returns how many ranks of a node may exchange through shared memory, as the environment variable
/// FULLFORCE_SHARED_MEMORY says: 0, for all of them, if it is "on" or not there, and 1 if it is "off". What the first
/// rank has holds for all. Throws InputError if the value of some rank is neither of these nor a count.
/// **Collective.**
int ranks_that_may_share_memory(const Communicator& comm);

/// A warning if ranks of a node have to send messages although they may share memory. **Collective.**
std::vector<std::string> warnings_of_sharing(const Communicator& comm);

/// A warning if threads of a node have to share its cores. **Collective.**
std::vector<std::string> warnings_of_threads(const Communicator& comm);

/// The configuration in a file, which only rank 0 reads. `settings` replace keys of the file. Throws InputError if the
/// configuration is not valid. **Collective.**
Config load_config(const Communicator& comm, const std::string& path, const std::vector<std::string>& settings = {});

}  // namespace fullforce
