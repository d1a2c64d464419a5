#pragma once
#include <functional>
#include <memory>
#include <optional>

#include "fullforce/learning/drive.hpp"
#include "fullforce/learning/plasticity.hpp"
#include "fullforce/model/connectivity.hpp"
#include "fullforce/model/task.hpp"
#include "fullforce/parallel/layout.hpp"
#include "fullforce/run/network_file.hpp"
#include "fullforce/run/run_options.hpp"
#include "fullforce/run/simulation.hpp"

namespace fullforce {

/// What a session runs: the networks, how they learn, and how many trials run side by side.
struct SessionOptions {
  NetworkOptions network;
  LearningOptions learning;
  Index streams = 1;
  std::uint64_t weight_seed = 1;  ///< seed of the fixed weights, and of the state in which all trials begin
  Reset reset = Reset::none;      ///< state in which trials begin
  TargetSource target = TargetSource::generator;
};

/// The memory and the file sizes of a session. It is a pure value, for forecasts and for checks before anything is
/// allocated.
class SessionShape {
 public:
  SessionShape(const RowPartition& partition, int threads, const SessionOptions& options, const Channels& channels);

  /// The memory on the rank with the most rows. `learns` says, as for a Session, whether it has what learning needs.
  Index bytes(bool learns = true) const;
  /// The size of network.h5, or of a checkpoint in which the panel of pending updates, which are computed and not yet
  /// applied, is half full. `with_J_D` says whether it holds J_D.
  double file_bytes(bool checkpoint, bool with_J_D) const;

  const PlasticityShape& plasticity() const { return *plasticity_; }
  /// The shape of the plasticity without an inverse correlation matrix, as a test needs it.
  const PlasticityShape& tested_plasticity() const { return *tested_; }
  /// Whether teacher-forced trials replace all recurrent currents (Drive::forces_all).
  bool forces_all() const { return drive_->forces_all() && plastic_.are_all(partition_.rows()); }
  /// Adds to `account` what the networks and their weights do in a step, without learning.
  void account_of_networks(bool target_runs, const Extent& extent, StepAccount& account) const;

 private:
  RowPartition partition_;
  SessionOptions options_;
  Channels channels_;
  PlasticNeurons plastic_;
  std::unique_ptr<PlasticityShape> plasticity_;
  std::unique_ptr<PlasticityShape> tested_;
  std::unique_ptr<DriveShape> drive_;
};

/// Whether checkpoints hold J_D. A sparse one is drawn again in less time than it takes to write it, unless it came
/// from another network.
bool checkpoints_hold_J_D(const NetworkOptions& network, const RunOptions& run);

/// A task, both networks and their plasticity as one whole that is advanced step by step. Training, tests, analysis and
/// benchmarks all use it. A session neither prints nor decides when to write a file.
template <Real T>
class Session {
 public:
  /// Draws the fixed weights, and sets J = 0 and w = 0. A session that learns draws the rows of J of the neurons that
  /// do not learn (PlasticNeurons), and of all neurons if targets are rates. `learns` says that the session has what
  /// learning needs; a test does without it. Throws RunError on every rank if one of them has not enough memory.
  /// **Collective.**
  Session(const Communicator& comm, const Task& task, const SessionOptions& options, bool learns);

  const Layout& layout() const { return layout_; }
  /// The task of the trials that run: in a test, the one that the task has for tests.
  const Task& task() const { return *running_; }
  const SessionOptions& options() const { return options_; }
  Connectivity<T>& connectivity() { return *connectivity_; }
  Plasticity<T>& plasticity() { return *plasticity_; }
  const Plasticity<T>& plasticity() const { return *plasticity_; }

  /// Draws fresh states from `seed` and starts trials as scheduled. It ends whatever ran before. **Collective.**
  Simulation<T>& start_training(const TrialSchedule& schedule, std::uint64_t seed);
  /// Does the same for a test, whose trials run on the outputs of the network itself. `noise` replaces the noise of the
  /// options. **Collective.**
  Simulation<T>& start_test(const TrialSchedule& schedule, std::uint64_t seed, double noise);
  Simulation<T>& simulation() { return *simulation_; }
  const Simulation<T>& simulation() const { return *simulation_; }

  /// Takes the fixed and learned weights of another network, with its pending updates applied, before anything runs.
  /// `keep_P` says that learning also goes on with its inverse correlation matrix, which is otherwise fresh. Throws
  /// RunError if the file is damaged, or lacks what is asked for. **Collective.**
  void take_weights(const std::filesystem::path& path, bool keep_P);

  /// Applies the pending updates of a file that was loaded: those that were computed and not yet applied.
  /// **Collective.**
  void flush();

  /// Writes the network and, if something runs, its state, by save_network(). **Collective.**
  void save(const std::filesystem::path& path, const NetworkFileHeader& header, bool with_target);
  /// Loads the weights and the state of what runs. If this session learns, it also loads the pending updates. Throws
  /// RunError if the file is damaged. **Collective.**
  void load(const std::filesystem::path& path);

 private:
  void draw_recurrent();
  Simulation<T>& start(const TrialSchedule& schedule, const NetworkOptions& network, std::uint64_t seed, bool testing);
  void persist(Archive& archive, bool with_target);

  const Task* task_;
  const Task* running_;
  SessionOptions options_;
  Layout layout_;
  PlasticNeurons plastic_;
  std::optional<Connectivity<T>> connectivity_;
  std::unique_ptr<Plasticity<T>> plasticity_;
  std::optional<Simulation<T>> simulation_;
};

/// The trials of a training run.
TrialSchedule training_schedule(const RunOptions& run);
/// The trials of a test.
TrialSchedule test_schedule(const RunOptions& run);

}  // namespace fullforce
