#include "fullforce/run/train.hpp"

#include <fmt/format.h>

#include <cmath>

#include "free_trials.hpp"
#include "fullforce/base/check.hpp"
#include "fullforce/io/atomic_file.hpp"
#include "fullforce/io/output_place.hpp"
#include "fullforce/parallel/thread_team.hpp"
#include "fullforce/run/checkpoints.hpp"
#include "fullforce/run/drive_check.hpp"
#include "fullforce/run/learned_trials.hpp"
#include "fullforce/run/metrics.hpp"
#include "fullforce/run/provenance.hpp"
#include "fullforce/run/session.hpp"
#include "fullforce/run/stop.hpp"
#include "run_reporter.hpp"

namespace fullforce {
namespace {

// The rate that is assumed until a checkpoint was measured. Surely any disk takes that much.
constexpr double cautious_bytes_per_second = 100e6;

/// What training trials are called, if they come from a file.
Metrics::Labels labels_of(const Task& task) {
  if (task.fingerprint().empty()) return {};
  return [&task](Index trial) { return task.label({TrialKind::training, static_cast<std::uint64_t>(trial)}); };
}

/// One training run over scalars T. It begins at the start or at a checkpoint, and ends with the tested network or a
/// stop. This class decides when to step, to write and to end.
template <Real T>
class Training {
 public:
  Training(const Communicator& comm, const Task& task, const TrainingJob& job)
      : comm_(&comm),
        job_(&job),
        folder_(job.run.output),
        session_(comm, task, {job.network, job.learning, job.run.streams, job.run.seed, job.task.reset}, true),
        header_{.config = job.config_text,
                .provenance = provenance(comm),
                .trials = fingerprints(task),
                .learned_trials = job.weights.learned_trials,
                .source = job.weights.source},
        reporter_(comm, job, header_.provenance, header_.trials),
        stop_request_(job.max_hours, job.checkpoint.every_minutes, job.state_bytes / cautious_bytes_per_second),
        checkpoints_(
            comm, folder_, job.checkpoint.keep,
            [this](const std::filesystem::path& path) { save(path, checkpoints_hold_J_D(job_->network, job_->run)); }),
        visited_(task, job.weights.learned_trials),
        drive_check_(job.network) {
    session_.start_training(training_schedule(job.run), job.run.seed);
    if (job.restart_from)
      session_.load(*job.restart_from);
    else if (!job.run.start_from.empty())
      session_.take_weights(job.run.start_from, job.run.keep_P);
    first_step_ = simulation().steps();
    branched_ = job.restart_from && simulation().streams().any_idle();
    // Until this run has a branch point of its own, it keeps that of the run which it extends.
    if (branched_ || job.extends) checkpoints_.protect(first_step_ - simulation().streams().idle_steps());
    agree(comm, [&] { metrics_.emplace(comm.is_root(), folder_ / "metrics.csv", first_step_, labels_of(task)); });
  }

  Outcome run() {
    Outcome outcome{};
    ThreadTeam::stand_by([&] { outcome = run_steps(); });
    return outcome;
  }

 private:
  Simulation<T>& simulation() { return session_.simulation(); }

  Outcome run_steps() {
    reporter_.starts(first_step_);
    keep_branch_point();
    while (!steps_are_up() && !simulation().finished()) {
      const StopRequest::Answer answer = stop_request_.ask(*comm_);
      if (answer.stop) return interrupt(answer.reason);
      if (answer.checkpoint || trials_are_up()) checkpoint();
      step();
    }
    return simulation().finished() ? finish() : interrupt(StopReason::none);
  }

  void step() {
    for (const TrialResult& trial : simulation().step()) {
      ++trials_done_;
      if (!std::isfinite(trial.squared_error))
        throw RunError(fmt::format(
            "the run diverged: the error of training trial {} (up to step {}) is not finite. Try targets of order 1",
            trial.number, simulation().steps()));
      visited_.add(trial.number);
      metrics_->trial(trial, simulation().steps(), clock_.seconds(), session_.plasticity().features());
    }
    check_drive();
    reporter_.notices(session_.plasticity().notices(simulation().steps()));
    keep_branch_point();
    if (reporter_.due()) show_progress();
  }

  /// A run that goes on has had its warning at its start. FORCE does not learn what the targets drive.
  void check_drive() {
    if (first_step_ > 0 || !learns_recurrent(job_->learning.rule)) return;
    const std::string warning = drive_check_.look(simulation());
    if (!warning.empty()) reporter_.notices({{true, warning}});
  }

  /// Writes a checkpoint of the last state that this run shares with a run of more trials. The longer run can go on
  /// from it to the same bits as if it had never stopped.
  void keep_branch_point() {
    if (branched_ || !simulation().streams().any_idle()) return;
    branched_ = true;
    checkpoints_.protect(simulation().steps());
    if (job_->checkpoint.every_minutes > 0.0 || job_->checkpoint.every_trials > 0) checkpoint();
  }

  bool steps_are_up() { return job_->max_steps && simulation().steps() >= *job_->max_steps; }

  bool trials_are_up() {
    const Index every = job_->checkpoint.every_trials;
    if (every == 0 || trials_done_ < next_checkpoint_trial_ + every) return false;
    next_checkpoint_trial_ = trials_done_;
    return true;
  }

  void show_progress() {
    const double samples = static_cast<double>((simulation().steps() - first_step_) * job_->run.streams);
    const Plasticity<T>& plasticity = session_.plasticity();
    reporter_.show(simulation().streams(), metrics_->last_error(), samples / std::max(clock_.seconds(), 1e-9),
                   plasticity.features_grow() ? plasticity.features() : 0);
  }

  void save(const std::filesystem::path& path, bool with_target) {
    const RegionScope scope(simulation().timer(), TimerRegion::io);
    agree(*comm_, [&] { metrics_->sync(); });
    header_.learned_trials = visited_.with_those_in(simulation().streams());
    session_.save(path, header_, with_target);
  }

  /// Writes a checkpoint. Returns what went wrong, or an empty text if nothing did.
  std::string try_checkpoint() {
    const Index before = checkpoints_.written();
    const std::string failure = checkpoints_.write(simulation().steps());
    stop_request_.checkpoint_written(checkpoints_.seconds());
    if (checkpoints_.written() > before) reporter_.wrote_checkpoint(simulation().steps(), checkpoints_.seconds());
    return failure;
  }

  /// Writes a checkpoint, and goes on if that fails. There is an older checkpoint, and someone may make room on a full
  /// disk.
  void checkpoint() {
    const std::string failure = try_checkpoint();
    if (!failure.empty()) reporter_.failed_to_write_checkpoint(simulation().steps(), failure);
  }

  Outcome interrupt(StopReason reason) {
    const std::string failure = try_checkpoint();
    if (!failure.empty())
      throw RunError(fmt::format("stopped at step {} without a checkpoint: {}", simulation().steps(), failure));
    reporter_.stopped(simulation().steps(), reason);
    return Outcome::stopped;
  }

  Outcome finish() {
    simulation().flush();
    TrainingTotals totals = totals_so_far();
    if (!job_->trained) write_network();
    totals.regions = region_table(*comm_, simulation().timer());
    reporter_.trained(totals);
    const Performance performance =
        performance_of(*comm_, totals, job_->run.streams, job_->network.dt, session_.plasticity().matrices());
    const TestViews views{nullptr, {}, {header_.trials.learned, header_.learned_trials}};
    const TestResult test = run_free_trials(session_, job_->run, job_->network.noise, views, reporter_.progress(),
                                            [this] { return stop_request_.ask(*comm_).stop; });
    if (test.stopped) {
      reporter_.stopped_in_test();
      return Outcome::stopped;
    }
    reporter_.finished(totals, performance, test);
    write_summary(reporter_.summary(totals, performance, test));
    return Outcome::finished;
  }

  TrainingTotals totals_so_far() {
    TrainingTotals totals;
    totals.trials = simulation().streams().next_trial();
    totals.steps = simulation().steps();
    totals.samples = simulation().samples();
    totals.seconds = clock_.seconds();
    totals.steps_here = simulation().steps() - first_step_;
    totals.last_error = metrics_->last_error();
    totals.work = simulation().work();
    totals.learned = session_.plasticity().report();
    return totals;
  }

  /// Writes network.h5, which may replace that of a shorter run. Nothing of the shorter run is removed before this
  /// point. Its summary goes first, because a summary says that network.h5 is finished.
  void write_network() {
    agree(*comm_, [&] {
      std::error_code ignored;
      // Where it is a link, the link stays.
      if (comm_->is_root()) std::filesystem::remove(output_place(folder_ / "summary.json").path, ignored);
    });
    save(folder_ / "network.h5", job_->with_target);
  }

  void write_summary(const std::string& text) {
    agree(*comm_, [&] {
      if (comm_->is_root()) write_atomically(folder_ / "summary.json", text);
    });
    reporter_.wrote_results();
  }

  const Communicator* comm_;
  const TrainingJob* job_;
  std::filesystem::path folder_;
  Session<T> session_;
  NetworkFileHeader header_;
  RunReporter reporter_;
  StopRequest stop_request_;
  CheckpointWriter checkpoints_;
  std::optional<Metrics> metrics_;
  TrialsVisited visited_;
  DriveCheck<T> drive_check_;
  Stopwatch clock_;
  Index first_step_ = 0;
  Index trials_done_ = 0;
  Index next_checkpoint_trial_ = 0;
  bool branched_ = false;  ///< whether a stream has found no trial left
};

}  // namespace

Outcome train(const Communicator& comm, const Task& task, const TrainingJob& job) {
  return with_scalar(job.learning.precision,
                     [&](auto scalar) { return Training<decltype(scalar)>(comm, task, job).run(); });
}

}  // namespace fullforce
