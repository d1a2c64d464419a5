#include "fullforce/run/session.hpp"

#include "fullforce/io/archive.hpp"

namespace fullforce {

template <Real T>
Session<T>::Session(const Communicator& comm, const Task& task, const SessionOptions& options, bool learns)
    : task_(&task),
      running_(&task),
      options_(options),
      layout_(comm, options.network.neurons),
      plastic_(plastic_neurons(options.learning, layout_.rows(), options.target, task.channels())) {
  agree(comm, [&] {
    connectivity_.emplace(layout_, options.network, task, options.weight_seed, options.reset, options.target);
    plasticity_ = make_plasticity<T>(layout_, options.learning,
                                     {task.outputs(), options.streams, largest_rate(options.network), learns,
                                      options.network, options.weight_seed, plastic_});
    connectivity_->J_D.arrange_for(layout_, options.streams);
    if (learns) draw_recurrent();
  });
}

/// Draws the weights that learning starts from. Those of neurons that learn currents start at 0.
template <Real T>
void Session<T>::draw_recurrent() {
  const bool all = options_.target == TargetSource::rates;
  if (!all && plastic_.are_all(layout_.rows())) return;
  const DriveTargets targets{options_.target, task_->neuron_targets().neurons, plastic_.end};
  plasticity_->draw_recurrent(options_.network.gain, options_.weight_seed,
                              all ? std::vector<std::uint8_t>() : targets.flags(layout_));
}

template <Real T>
Simulation<T>& Session<T>::start(const TrialSchedule& schedule, const NetworkOptions& network, std::uint64_t seed,
                                 bool testing) {
  const LearningOptions& learning = options_.learning;
  running_ = testing ? &task_->for_tests() : task_;
  simulation_.emplace(layout_,
                      SimulationOptions{network, learning.rule, learning.update_probability, seed, testing,
                                        options_.reset, options_.target, plastic_},
                      *running_, schedule, *connectivity_, *plasticity_);
  simulation_->prepare();
  simulation_->choose_rates();
  return *simulation_;
}

template <Real T>
Simulation<T>& Session<T>::start_training(const TrialSchedule& schedule, std::uint64_t seed) {
  return start(schedule, options_.network, seed, false);
}

template <Real T>
Simulation<T>& Session<T>::start_test(const TrialSchedule& schedule, std::uint64_t seed, double noise) {
  NetworkOptions network = options_.network;
  network.noise = noise;
  return start(schedule, network, seed, true);
}

template <Real T>
void Session<T>::flush() {
  RegionTimer unused;
  plasticity_->flush(unused);
}

template <Real T>
void Session<T>::save(const std::filesystem::path& path, const NetworkFileHeader& header, bool with_target) {
  save_network(layout_.comm(), path, header, [&](Archive& archive) { persist(archive, with_target); });
}

template <Real T>
void Session<T>::load(const std::filesystem::path& path) {
  load_network(layout_.comm(), path, [&](Archive& archive) { persist(archive, true); });
  if (simulation_) simulation_->choose_rates();
}

template <Real T>
void Session<T>::take_weights(const std::filesystem::path& path, bool keep_P) {
  RegionTimer unused;
  load_network(layout_.comm(), path, [&](Archive& archive) {
    connectivity_->persist(archive, layout_, true);
    plasticity_->start_from(archive, keep_P, unused);
  });
  if (simulation_) simulation_->choose_rates();
}

template <Real T>
void Session<T>::persist(Archive& archive, bool with_target) {
  if (simulation_) simulation_->persist(archive);
  connectivity_->persist(archive, layout_, with_target);
  plasticity_->persist(archive);
}

TrialSchedule training_schedule(const RunOptions& run) {
  return {run.streams, run.init_trials, run.train_trials, TrialKind::init, TrialKind::training};
}

TrialSchedule test_schedule(const RunOptions& run) {
  return {run.streams, run.init_trials, run.test_trials, TrialKind::test_init, TrialKind::test};
}

template class Session<float>;
template class Session<double>;

}  // namespace fullforce
