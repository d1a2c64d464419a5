#include <cmath>

#include "analysis_explanations.hpp"
#include "analysis_results.hpp"
#include "cli.hpp"
#include "fullforce/analysis/network_weights.hpp"
#include "fullforce/base/check.hpp"
#include "fullforce/base/memory_error.hpp"
#include "fullforce/io/atomic_file.hpp"
#include "fullforce/model/neurons.hpp"
#include "fullforce/run/evaluation.hpp"
#include "fullforce/run/provenance.hpp"
#include "inputs.hpp"
#include "memory_check.hpp"
#include "result_stream.hpp"
#include "tested_network.hpp"

namespace fullforce {
namespace {

constexpr Index default_trials = 10;

/// The number of steps in the first `trials` test trials.
Index test_steps(const Task& task, Index trials) {
  Trial trial;
  Index steps = 0;
  for (Index n = 0; n < trials; ++n) {
    steps += task.view({TrialKind::test, static_cast<std::uint64_t>(n)}, trial).length;
  }
  return steps;
}

/// The Lyapunov exponents of one of the networks along the run.
class Deviations {
 public:
  Deviations(const Layout& layout, const WeightMatrix& weights, Index exponents, const NetworkOptions& network,
             Integrator integrator)
      : tangents_(layout, weights, exponents, relaxation_of_a_step(integrator, network.dt, network.tau),
                  network.nonlinearity),
        spectrum_(layout, exponents, network.dt, std::max<Index>(1, std::llround(network.tau / network.dt))) {}

  void step(std::span<const double> rates) {
    tangents_.follow(rates);
    spectrum_.step(tangents_);
  }
  LyapunovResult result() const { return spectrum_.result(); }

 private:
  RateTangents tangents_;
  LyapunovSpectrum spectrum_;
};

class Analysis {
 public:
  Analysis(const Communicator& comm, const AnalyzeArguments& arguments, TestedNetwork tested)
      : arguments_(&arguments),
        tested_(std::move(tested)),
        layout_(comm, config().network.neurons),
        results_(provenance(comm)) {}

  AnalysisResults run() {
    if (arguments_->needs_weights()) load();
    if (arguments_->finds_eigenvalues()) find_eigenvalues();
    follow_activity();
    return std::move(results_);
  }

 private:
  const Config& config() const { return tested_.config; }
  const Task& task() const { return *tested_.task; }

  void load() {
    try {
      weights_ = load_weights(layout_, arguments_->network, config().network, config().learning, config().run.streams,
                              *tested_.task, tested_.network_seed);
    } catch (const MemoryError&) {
      throw;
    } catch (const RunError& error) {
      throw InputError(error.what());
    }
    results_.add("network", weight_statistics(layout_, weights_.J));
    results_.add("target", weight_statistics(layout_, weights_.J_D));
  }

  void find_eigenvalues() {
    results_.add("network", eigenvalues(layout_, weights_.J));
    results_.add("target", eigenvalues(layout_, weights_.J_D));
  }

  /// Runs both networks through the test trials and observes them.
  void follow_activity() {
    const Index steps = test_steps(task(), config().run.test_trials);
    const bool pca = arguments_->finds_components();
    if (arguments_->lyapunov) {
      const NetworkOptions& network = config().network;
      network_deviations_.emplace(layout_, weights_.J, *arguments_->lyapunov, network, network.integrator);
      target_deviations_.emplace(layout_, weights_.J_D, *arguments_->lyapunov, network, Integrator::exponential);
    }
    if (arguments_->fixed_points)
      starts_.emplace(layout_, steps, arguments_->starts.value_or(StartStates::default_starts), config().run.seed);
    ActivitySamples activity(layout_, pca ? steps : 0, config().network.dt);
    const auto observe = [&](const StepView& step) {
      if (pca) keep(activity, step);
      if (starts_) starts_->step(step.states);
      if (!network_deviations_) return;
      network_deviations_->step(step.rates);
      target_deviations_->step(step.target_rates);
    };
    RunOptions run = config().run;
    run.streams = 1;
    const TestJob plan{
        run, config().network, config().learning,  arguments_->network, tested_.network_seed, tested_.learned_from,
        {},  observe,          config().task.reset};
    describe_run(test(layout_.comm(), task(), plan), activity);
    if (pca) find_components(activity);
    if (starts_) search_fixed_points();
    if (!network_deviations_) return;
    results_.add("network", network_deviations_->result(), config().network.tau);
    results_.add("target", target_deviations_->result(), config().network.tau);
  }

  void keep(ActivitySamples& activity, const StepView& step) {
    const Index before = activity.samples();
    activity.step(step.rates, step.target_rates);
    if (activity.samples() == before) return;
    outputs_.insert(outputs_.end(), step.outputs.begin(), step.outputs.end());
    targets_.insert(targets_.end(), step.targets.begin(), step.targets.end());
  }

  void describe_run(const TestResult& result, const ActivitySamples& activity) {
    const double dt = config().network.dt;
    results_.note("run", "network", arguments_->network);
    results_.note("run", "rule", to_text(config().learning.rule));
    results_.note("run", "signals", arguments_->autonomous ? "none" : "test trials");
    results_.note("run", "neurons", config().network.neurons);
    results_.note("run", "trials", result.scores.trials.size());
    results_.note("run", "seconds",
                  static_cast<double>(test_steps(task(), static_cast<Index>(result.scores.trials.size()))) * dt);
    results_.note("run", "noise", config().network.noise);
    results_.note("run", "seed", config().run.seed);
    results_.note("run", "tau", config().network.tau);
    results_.note("run", "sample_interval", static_cast<double>(activity.interval()) * dt);
    results_.note("run", "test_error", result.scores.total().relative_error());
    if (!arguments_->autonomous) results_.note("run", "trials_of", to_text(result.scores.origin()));
  }

  void find_components(const ActivitySamples& activity) {
    results_.add("network", principal_components(layout_, activity.rates()));
    results_.add("target", principal_components(layout_, activity.target_rates()));
    results_.add_correlations(rate_correlations(layout_, activity));
    const Index n_out = task().outputs();
    results_.add_array({"/activity/time", {activity.samples()}, activity.time()});
    results_.add_array({"/activity/outputs", {activity.samples(), n_out}, outputs_});
    results_.add_array({"/activity/targets", {activity.samples(), n_out}, targets_});
  }

  void search_fixed_points() {
    const std::vector<double> input = arguments_->input.value_or(std::vector<double>(as_size(task().inputs())));
    const FixedPoints found = find_fixed_points(layout_, weights_.J, config().network.nonlinearity,
                                                input_currents(weights_, input), starts_->states());
    results_.add(found, input, starts_->steps());
  }

  const AnalyzeArguments* arguments_;
  TestedNetwork tested_;
  Layout layout_;
  AnalysisResults results_;
  NetworkWeights weights_;
  std::optional<Deviations> network_deviations_, target_deviations_;
  std::optional<StartStates> starts_;
  std::vector<double> outputs_, targets_;  ///< outputs and targets at the samples
};

std::string summary_file(std::filesystem::path output) { return output.replace_extension(".json").string(); }

/// Checks the arguments against the network. The sizes are known only once the file is open, and nothing has run by
/// then.
void require_sense(const AnalyzeArguments& arguments, const Config& config, const Task& task) {
  require_output(arguments.output, "--output", {arguments.network, trials_file(config)});
  require(!arguments.output || std::filesystem::path(*arguments.output).extension() != ".json",
          "--output {}: is the name of the HDF5 file; the summary goes beside it with the ending .json",
          arguments.output.value_or(""));
  require_file(arguments.output, "--output");
  if (arguments.output) require_output(summary_file(*arguments.output), "--output", {arguments.network});
  require(!arguments.lyapunov || *arguments.lyapunov <= config.network.neurons,
          "--lyapunov {}: the network has {} neurons, and no more exponents", arguments.lyapunov.value_or(0),
          config.network.neurons);
  require(arguments.fixed_points || !(arguments.starts || arguments.input),
          "{} has no effect without --fixed-points (leave it out, or add --fixed-points)",
          arguments.starts ? "--starts" : "--input");
  const Index inputs = task.inputs(), given = arguments.input ? static_cast<Index>(arguments.input->size()) : inputs;
  require(given == inputs, "--input: {} number(s) for the {} input(s) of the network in {} (one for each is needed)",
          given, inputs, arguments.network);
}

}  // namespace

int analyze_command(const Communicator& comm, const AnalyzeArguments& arguments) {
  if (arguments.network.empty()) {
    require(arguments.explain, "NETWORK is required (see fullforce analyze --help)");
    print_result(comm, all_explanations());
    return 0;
  }
  require(!arguments.autonomous || !arguments.trials_file,
          "--trials-file has no effect with --autonomous, which runs without signals (leave one of them out)");
  TestedNetwork tested = open_network(comm, arguments.network,
                                      {arguments.trials.value_or(default_trials), arguments.noise, arguments.seed,
                                       arguments.trials_file, arguments.autonomous});
  agree(comm, [&] { require_sense(arguments, tested.config, *tested.task); });
  const Index steps = test_steps(*tested.task, tested.config.run.test_trials);
  require_memory(comm, {analysis_bytes(comm, arguments, tested, steps)},
                 fmt::format("an analysis of {} neurons", tested.config.network.neurons),
                 "one of --eigenvalues, --pca, --lyapunov and --fixed-points at a time, or fewer --starts");
  const AnalysisResults results = Analysis(comm, arguments, std::move(tested)).run();
  const std::string text = results.summary();
  ResultStream printed(comm);
  printed.print(arguments.explain ? explained(results.json()) : text);
  agree(comm, [&] {
    if (!comm.is_root()) return;
    if (!arguments.output) return;
    write_results(*arguments.output, "fullforce-analysis", {{"summary", text}}, results.arrays());
    write_atomically(summary_file(*arguments.output), text);
  });
  printed.finish();
  return 0;
}

}  // namespace fullforce
