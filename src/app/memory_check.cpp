#include "memory_check.hpp"

#include <algorithm>

#include "fullforce/analysis/activity.hpp"
#include "fullforce/analysis/analysis_memory.hpp"
#include "fullforce/analysis/fixed_points.hpp"
#include "fullforce/parallel/threads.hpp"
#include "fullforce/run/evaluation.hpp"
#include "inputs.hpp"

namespace fullforce {

SessionShape session_shape(const Communicator& comm, const Config& config, const Task& task, Index streams) {
  Workload workload = workload_of(config, task);
  workload.streams = streams;
  return workload.shape(comm.size(), thread_count(), comm.sharing());
}

Index bytes_of_streams(const Communicator& comm, const Task& task, Index streams) {
  Index bytes = 0;
  agree(comm, [&] { bytes = task.bytes_of_streams(streams); });
  return bytes;
}

Index bytes_of_trials(const Communicator& comm, const Task& task, Index count) {
  const Channels channels = task.channels();
  double steps = 0.0;
  Index masks = 0;  // bytes of a step
  agree(comm, [&] {
    steps = static_cast<double>(count) * mean_length(task, TrialKind::training, count);
    Trial trial;
    if (!task.view({}, trial).masks.empty()) masks = channels.outputs;
  });
  const auto neurons = static_cast<Index>(task.neuron_targets().neurons.size());
  const Index signals =
      (channels.inputs + channels.outputs + channels.hints + neurons) * static_cast<Index>(sizeof(double));
  return static_cast<Index>(steps) * (signals + masks);
}

Index session_bytes(const Communicator& comm, const Config& config, const Task& task, Index streams, bool learns) {
  return session_shape(comm, config, task, streams).bytes(learns) + bytes_of_streams(comm, task, streams);
}

Index test_bytes(const Communicator& comm, const TestedNetwork& tested, const std::optional<RecordingJob>& recording) {
  const Config& config = tested.config;
  const Index session = session_bytes(comm, config, *tested.task, config.run.streams, tested.has_pending);
  return session + score_bytes(config.run.test_trials) +
         (recording ? recording_bytes(*tested.task, config.run, *recording) : 0);
}

Index analysis_bytes(const Communicator& comm, const AnalyzeArguments& arguments, const TestedNetwork& tested,
                     Index steps) {
  const Config& config = tested.config;
  const Task& task = *tested.task;
  const AnalysisShape shape(RowPartition(config.network.neurons, comm.size(), comm.sharing()), config.network,
                            config.learning, thread_count());
  const Index samples = arguments.finds_components() ? std::min(steps, ActivitySamples::most_samples) : 0;
  const Index weights = arguments.needs_weights() ? shape.weights() : 0;
  const Index starts =
      arguments.fixed_points ? std::min(steps, arguments.starts.value_or(StartStates::default_starts)) : 0;
  const Index signals = 2 * samples * task.outputs() * static_cast<Index>(sizeof(double));
  const Index kept = weights + shape.activity(samples) + signals + shape.start_states(starts) +
                     (arguments.lyapunov ? shape.exponents(*arguments.lyapunov) : 0);
  // These come one after the other.
  const Index loading = weights + session_bytes(comm, config, task, config.run.streams, tested.has_pending);
  const Index solving = arguments.finds_eigenvalues() && comm.is_root() ? weights + shape.eigenvalues() : 0;
  const Index running = kept + session_bytes(comm, config, task, 1, tested.has_pending);
  const Index components = samples > 0 ? kept + shape.components(samples) : 0;
  const Index searching = starts > 0 ? kept + shape.fixed_points(starts) : 0;
  return std::max({loading, solving, running, components, searching});
}

}  // namespace fullforce
