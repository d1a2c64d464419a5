#include "fullforce/run/train.hpp"

#include <fmt/format.h>

#include <cmath>

#include "fullforce/base/check.hpp"
#include "fullforce/io/atomic_file.hpp"
#include "fullforce/parallel/thread_team.hpp"
#include "fullforce/run/checkpoints.hpp"
#include "fullforce/run/metrics.hpp"
#include "fullforce/run/network_file.hpp"
#include "fullforce/run/progress.hpp"
#include "fullforce/run/stop.hpp"
#include "performance.hpp"
#include "summary.hpp"
#include "test_trials.hpp"

namespace fullforce {
namespace {

TrialSchedule training_streams(const RunOptions& run) {
  return {run.streams, run.init_trials, run.train_trials, TrialKind::init, TrialKind::training};
}

SimulationOptions simulation_options(const TrainingJob& plan) {
  return {plan.network, plan.learning.rule, plan.learning.update_probability, plan.run.seed, false};
}

// What a disk surely takes, until a checkpoint was measured.
constexpr double cautious_bytes_per_second = 100e6;

/// One training run over scalars T, from its start or a checkpoint to the tested network or a stop.
template <Real T>
class Training {
 public:
  Training(const Communicator& comm, const Task& task, const TrainingJob& plan)
      : layout_(comm, plan.network.neurons),
        task_(&task),
        plan_(&plan),
        folder_(plan.run.output),
        connectivity_(layout_, plan.network, task, plan.run.seed),
        rls_(layout_, plan.learning, task.outputs(), plan.run.streams, plan.learning.rule == Rule::full_force, true),
        simulation_(layout_, simulation_options(plan), task, training_streams(plan.run), connectivity_, rls_),
        progress_(comm.is_root(), plan.quiet, folder_ / "log.txt"),
        stop_request_(plan.max_hours, plan.checkpoint.every_minutes, plan.state_bytes / cautious_bytes_per_second),
        checkpoints_(comm, folder_, plan.checkpoint.keep,
                     [this](const std::filesystem::path& path) { save(path, needs_target_saved()); }),
        header_{plan.config_text, provenance(comm)} {
    if (plan.start_from) load_network(layout_, *plan.start_from, connectivity_, rls_, &simulation_);
    connectivity_.J_D.arrange_for(layout_, plan.run.streams);
    first_step_ = simulation_.steps();
    first_sample_ = simulation_.samples();
    branched_ = simulation_.streams().any_idle();
    modes_were_fixed_ = !rls_.collects_modes();
    agree(comm, [&] { metrics_.emplace(comm.is_root(), folder_ / "metrics.csv", first_step_); });
  }

  Outcome run() {
    Outcome outcome{};
    ThreadTeam::stand_by([&] { outcome = run_steps(); });
    return outcome;
  }

 private:
  Outcome run_steps() {
    say_what_starts();
    while (!steps_are_up() && !simulation_.finished()) {
      const StopRequest::Answer answer = stop_request_.ask(layout_.comm());
      if (answer.stop) return interrupt();
      if (answer.checkpoint || trials_are_up()) checkpoint();
      step();
    }
    return simulation_.finished() ? finish() : interrupt();
  }

  void step() {
    for (const TrialResult& trial : simulation_.step()) {
      ++trials_done_;
      if (!std::isfinite(trial.squared_error))
        throw RunError(fmt::format(
            "the run diverged: the error of training trial {} (up to step {}) is not finite. Try targets of order 1",
            trial.number, simulation_.steps()));
      metrics_->trial(trial, simulation_.steps(), clock_.seconds(), rls_.features());
    }
    say_what_modes();
    warn_of_full_basis();
    warn_of_lost_precision();
    keep_branch_point();
    show_progress();
  }

  /// The last state that this run shares with one of more trials, which can go on from it to the same bits.
  void keep_branch_point() {
    if (branched_ || !simulation_.streams().any_idle()) return;
    branched_ = true;
    if (plan_->checkpoint.every_minutes > 0.0 || plan_->checkpoint.every_trials > 0) checkpoint();
  }

  bool steps_are_up() const { return plan_->max_steps && simulation_.steps() >= *plan_->max_steps; }

  bool trials_are_up() {
    const Index every = plan_->checkpoint.every_trials;
    if (every == 0 || trials_done_ < next_checkpoint_trial_ + every) return false;
    next_checkpoint_trial_ = trials_done_;
    return true;
  }

  void say_what_starts() {
    progress_.line(fmt::format(
        "{} neurons, {}, {}, {} precision, {} stream(s), seed {}; {} rank(s) x {} thread(s)", plan_->network.neurons,
        plan_->learning.rule == Rule::full_force ? "full-FORCE" : "FORCE", features_text(plan_->learning),
        plan_->learning.precision == Precision::double_precision ? "double" : "single", plan_->run.streams,
        plan_->run.seed, layout_.comm().size(), thread_count()));
    for (const std::string& warning : plan_->warnings) progress_.warn(warning);
    if (plan_->start_from)
      progress_.line(fmt::format("going on from step {} ({})", first_step_, plan_->start_from->string()));
  }

  double samples_per_second() const {
    return static_cast<double>((simulation_.steps() - first_step_) * plan_->run.streams) /
           std::max(clock_.seconds(), 1e-9);
  }

  /// Once: rounding has made a form negative that is positive whatever the rates are.
  void warn_of_lost_precision() {
    const bool indefinite = rls_.indefinite_samples() > 0;
    if (indefinite && !was_indefinite_)
      progress_.warn(
          fmt::format("r'Pr is not positive at step {}: rounding has used up the precision of P. Use "
                      "learning.precision = \"double\", or a larger learning.alpha",
                      simulation_.steps()));
    was_indefinite_ = indefinite;
  }

  /// Once: what has become of the target currents.
  void say_what_modes() {
    if (modes_were_fixed_ || rls_.collects_modes()) return;
    modes_were_fixed_ = true;
    const TargetModes<T>& modes = *rls_.modes();
    progress_.line(fmt::format("{} target mode(s) fixed at step {}, {:.3g} of the currents' energy left out",
                               modes.found(), simulation_.steps(), modes_left_out()));
    if (modes.found() < modes.count())
      progress_.warn(
          fmt::format("learning.target_modes = {}, but the currents of the init trials have {} direction(s): the "
                      "other modes are zero",
                      modes.count(), modes.found()));
  }

  /// Once: rates visit directions that the features cannot tell apart from now on.
  void warn_of_full_basis() {
    const Basis<T>* basis = rls_.basis();
    const bool full = basis != nullptr && basis->full() && basis->dimension() < layout_.rows();
    if (full && !basis_was_full_)
      progress_.warn(fmt::format("learning.max_rank = {} is reached at step {}: what else the rates do is left out",
                                 basis->dimension(), simulation_.steps()));
    basis_was_full_ = full;
  }

  void show_progress() {
    if (!progress_.due()) return;
    const TrialStreams& streams = simulation_.streams();
    const StageProgress phase = streams.progress();
    progress_.update({phase.forced ? "init" : "training", phase.trial, phase.trials, metrics_->last_error(), phase.done,
                      samples_per_second(), rls_.basis() != nullptr ? rls_.features() : 0});
  }

  /// A sparse J_D is drawn again in less time than it takes to write.
  bool needs_target_saved() const { return !connectivity_.J_D.is_sparse(); }

  void save(const std::filesystem::path& path, bool with_target) {
    const RegionScope scope(simulation_.timer(), TimerRegion::io);
    agree(layout_.comm(), [&] { metrics_->sync(); });
    save_network(layout_, path, header_, connectivity_, rls_, simulation_, with_target);
  }

  /// What went wrong; empty if nothing did.
  std::string try_checkpoint() {
    const Index before = checkpoints_.written();
    const std::string failure = checkpoints_.write(simulation_.steps());
    stop_request_.checkpoint_written(checkpoints_.seconds());
    if (checkpoints_.written() > before)
      progress_.line(
          fmt::format("checkpoint {} ({:.3g} s)", checkpoint_name(simulation_.steps()), checkpoints_.seconds()));
    return failure;
  }

  /// A run goes on without a checkpoint that could not be written: there is an older one, and a full disk may be made
  /// free.
  void checkpoint() {
    const std::string failure = try_checkpoint();
    if (failure.empty()) return;
    progress_.warn(
        fmt::format("no checkpoint at step {}: {}. The older ones stay; the next try is at the next interval",
                    simulation_.steps(), failure));
  }

  Outcome interrupt() {
    const std::string failure = try_checkpoint();
    if (!failure.empty())
      throw RunError(fmt::format("stopped at step {} without a checkpoint: {}", simulation_.steps(), failure));
    progress_.line(fmt::format("stopped after step {}; run the same command again to go on", simulation_.steps()));
    return Outcome::stopped;
  }

  Outcome finish() {
    rls_.flush(simulation_.timer());
    TrainingTotals totals{simulation_.streams().next_trial(),
                          simulation_.steps(),
                          simulation_.samples(),
                          clock_.seconds(),
                          simulation_.steps() - first_step_,
                          simulation_.samples() - first_sample_,
                          metrics_->last_error(),
                          simulation_.work(),
                          {},
                          rls_.features(),
                          left_out(),
                          rls_.modes() != nullptr ? rls_.modes()->found() : 0,
                          modes_left_out()};
    if (!plan_->trained) write_network();
    totals.phases = region_table(layout_.comm(), simulation_.timer());
    const std::string error =
        totals.last_error >= 0.0 ? fmt::format(", error of the last trial {:.3g}", totals.last_error) : "";
    progress_.line(fmt::format("trained: {} trials, {} steps in {}{}", totals.trials, totals.steps,
                               duration_text(totals.seconds), error));
    if (rls_.basis() != nullptr)
      progress_.line(fmt::format("rank {}, {:.3g} of the rates' energy left out", totals.rank, totals.left_out));
    const Performance performance = performance_of(layout_.comm(), *plan_, totals, rls_.matrices());
    const TestResult test = run_test();
    if (test.stopped) return interrupt_test();
    progress_.line(region_text(totals.phases));
    progress_.line(performance_text(performance));
    progress_.line(test_text(test));
    write_summary(totals, performance, test);
    return Outcome::finished;
  }

  /// In the place of a shorter run's, of which nothing goes until then; its summary first, for it says that network.h5
  /// is finished.
  void write_network() {
    agree(layout_.comm(), [&] {
      std::error_code ignored;
      if (layout_.comm().is_root()) std::filesystem::remove(folder_ / "summary.json", ignored);
    });
    save(folder_ / "network.h5", plan_->with_target);
  }

  Outcome interrupt_test() {
    progress_.line("stopped in the test; network.h5 is written: run the same command again to repeat the test");
    return Outcome::stopped;
  }

  /// The share of the energy of the rates learned from that lies outside of the features.
  double left_out() const {
    const Basis<T>* basis = rls_.basis();
    return basis != nullptr && basis->energy() > 0.0 ? basis->energy_left_out() / basis->energy() : 0.0;
  }

  /// The share of the energy of the target currents that lies outside of the modes.
  double modes_left_out() const {
    const TargetModes<T>* modes = rls_.modes();
    return modes != nullptr && modes->energy() > 0.0 ? modes->energy_left_out() / modes->energy() : 0.0;
  }

  TestResult run_test() {
    const TestJob test_plan{plan_->run, plan_->network, plan_->learning, {}, plan_->run.seed, false, {}};
    return run_test_trials(layout_, *task_, test_plan, connectivity_, rls_, progress_,
                           [this] { return stop_request_.ask(layout_.comm()).stop; });
  }

  void write_summary(const TrainingTotals& totals, const Performance& performance, const TestResult& test) {
    const std::string text =
        summary_text(layout_.comm(), *plan_, totals, performance, test, progress_.warnings(), header_.provenance);
    agree(layout_.comm(), [&] {
      if (layout_.comm().is_root()) write_atomically(folder_ / "summary.json", text);
    });
    progress_.line(fmt::format("wrote network.h5, summary.json, metrics.csv and log.txt in {}", folder_.string()));
  }

  Layout layout_;
  const Task* task_;
  const TrainingJob* plan_;
  std::filesystem::path folder_;
  Connectivity<T> connectivity_;
  Rls<T> rls_;
  Simulation<T> simulation_;
  Progress progress_;
  StopRequest stop_request_;
  CheckpointWriter checkpoints_;
  std::optional<Metrics> metrics_;
  NetworkFileHeader header_;
  Stopwatch clock_;
  Index first_step_ = 0;
  Index first_sample_ = 0;
  Index trials_done_ = 0;
  Index next_checkpoint_trial_ = 0;
  bool branched_ = false;  ///< a stream has had no trial left
  bool basis_was_full_ = false;
  bool modes_were_fixed_ = true;
  bool was_indefinite_ = false;
};

template <Real T>
TestResult test_as(const Communicator& comm, const Task& task, const TestJob& plan) {
  const Layout layout(comm, plan.network.neurons);
  Connectivity<T> connectivity(layout, plan.network, task, plan.network_seed);
  // Only a checkpoint has updates that are still to be applied, and only a learner can apply them.
  const bool pending = read_network_header(comm, plan.network_file).has_pending;
  Rls<T> rls(layout, plan.learning, task.outputs(), plan.run.streams, plan.learning.rule == Rule::full_force, pending);
  try {
    load_network<T>(layout, plan.network_file, connectivity, rls, nullptr);
    RegionTimer unused;
    rls.flush(unused);
  } catch (const RunError& error) {
    throw InputError(error.what());
  }
  connectivity.J_D.arrange_for(layout, plan.run.streams);
  Progress progress(comm.is_root(), false, {});
  return run_test_trials(layout, task, plan, connectivity, rls, progress, [] { return false; });
}

}  // namespace

Outcome train(const Communicator& comm, const Task& task, const TrainingJob& plan) {
  if (plan.learning.precision == Precision::single_precision) return Training<float>(comm, task, plan).run();
  return Training<double>(comm, task, plan).run();
}

TestResult test(const Communicator& comm, const Task& task, const TestJob& plan) {
  return plan.learning.precision == Precision::single_precision ? test_as<float>(comm, task, plan)
                                                                : test_as<double>(comm, task, plan);
}

}  // namespace fullforce
