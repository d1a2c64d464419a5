#include "fullforce/run/simulation.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "fullforce/base/check.hpp"
#include "fullforce/base/random.hpp"
#include "fullforce/io/archive.hpp"
#include "fullforce/io/file_format.hpp"
#include "fullforce/parallel/exchange_scope.hpp"
#include "fullforce/run/drive_check.hpp"

namespace fullforce {

template <Real T>
Simulation<T>::Simulation(const Layout& layout, const SimulationOptions& options, const Task& task,
                          const TrialSchedule& schedule, const Connectivity<T>& connectivity, Plasticity<T>& plasticity)
    : layout_(&layout),
      options_(options),
      n_streams_(schedule.streams),
      n_out_(task.outputs()),
      plasticity_(&plasticity),
      streams_(task, schedule),
      signals_(task, schedule.streams),
      inputs_(layout, connectivity.u_in, signals_),
      reset_(layout, options.reset, connectivity.start_state, options.seed, schedule.streams, task.outputs(),
             {task.neuron_targets().neurons, options.target, options.network.nonlinearity}),
      network_(make_neurons<T>(layout, schedule.streams, options.network, options.network.integrator)),
      drive_(make_drive<T>(options.rule, layout, options.network, connectivity, signals_, plasticity.needs_all_rates(),
                           {options.target, task.neuron_targets().neurons, options.plastic.end})),
      // If the rates of the target-generating network travel apart, they are waited for last.
      tour_(!drive_->rates().target_travels_apart()),
      z_(as_size(n_out_ * schedule.streams)),
      output_errors_(z_.size()),
      squared_error_(as_size(schedule.streams)),
      squared_target_(as_size(schedule.streams)) {
  network_->draw_state(options.seed, options.testing ? Purpose::test_network_state : Purpose::network_state);
  drive_->draw_state(options.seed, options.testing ? Purpose::test_target_state : Purpose::target_state);
  learning_streams_.reserve(as_size(n_streams_));
  results_.reserve(as_size(n_streams_));
}

template <Real T>
std::span<const TrialResult> Simulation<T>::step() {
  reset_states();
  if (!primed_) prime();
  signals_.read(streams_);
  advance_networks();
  exchange_rates();
  choose_learning_streams();
  tour_.begin_step(steps_);
  tour_.visit([this] { multiply_ahead(); }, [this] { respond_and_learn(); });
  account_of_step();
  count_errors();
  if (look_) look_(*this);
  ++steps_;
  advance_streams();
  end_observation();
  return results_;
}

/// Whether the target-generating network runs in this step. In a test, nothing depends on it once all streams run
/// freely.
template <Real T>
bool Simulation<T>::target_runs() const {
  return !options_.testing || streams_.any_forced() || target_observed_;
}

/// Puts the streams that begin a trial into the state of its beginning (task.reset). In the step before, products with
/// the rates of the former state were computed ahead; those with the new rates take their place.
template <Real T>
void Simulation<T>::reset_states() {
  const std::span<const Index> streams = reset_.due(streams_, steps_ == 0);
  if (streams.empty()) return;
  for (const Index b : streams) {
    const std::span<const T> state = reset_.state(streams_.trial_id(b), streams_.neuron_targets(b));
    network_->reset(b, state);
    drive_->reset_target(b, state);
  }
  prime();
  respond_to_reset(streams);
}

/// Sets z_rec = J r and z = w r for the rates r of streams that were reset, with which their next step begins.
template <Real T>
void Simulation<T>::respond_to_reset(std::span<const Index> streams) {
  or_diverged([this] {
    plasticity_->evaluate(drive_->rates().network(), {}, reset_.currents(), reset_.outputs(), timer_,
                          tour_.direction());
    plasticity_->complete(reset_.currents(), drive_->targets(), {}, timer_);
  });
  drive_->reset_response(streams, reset_.currents());
  for (const Index b : streams)
    for (Index o = 0; o < n_out_; ++o) z_[at(o, b)] = reset_.outputs()[at(o, b)];
  account_.clear();
  drive_->account(target_runs(), account_);
  plasticity_->account(account_);
  count_work();
}

/// Computes the rates of the present states, and whatever a step computes ahead from them. It is called at the start,
/// after a restart, and after a reset.
template <Real T>
void Simulation<T>::prime() {
  find_rates();
  if (!bounded_ && plasticity_->needs_target_bound() && !options_.testing) drive_->find_target_bound();
  bounded_ = primed_ = true;
}

template <Real T>
void Simulation<T>::find_rates() {
  layout_->for_each_block([&](RowBlock block) {
    network_->emit(block, drive_->rates().network_block(block));
    drive_->emit_target(block);
  });
  exchange_rates();
  multiply_ahead();
}

/// Moves both networks on, block by block. Their new rates go where the exchange takes them from.
template <Real T>
void Simulation<T>::advance_networks() {
  const bool with_target = target_runs();
  const StepNoise noise{std::sqrt(options_.network.noise * options_.network.dt), options_.seed};
  const RegionScope scope(timer_, with_target ? TimerRegion::target_network : TimerRegion::rest);
  drive_->begin_step();
  layout_->for_each_block([&](RowBlock block) {
    if (with_target) drive_->advance_target(block, streams_, inputs_);
    network_->advance(block, inputs_.added_to(block, drive_->recurrent(block, z_)), streams_, noise);
    network_->emit(block, drive_->rates().network_block(block));
  });
}

template <Real T>
void Simulation<T>::exchange_rates() {
  if (drive_->rates().target_travels_apart()) {
    // This only starts a gather. Between nodes, the first rank of a node waits for the others of its node.
    const RegionScope scope(timer_, TimerRegion::communication);
    return drive_->rates().exchange(target_runs());
  }
  const ExchangeScope scope(timer_, layout_->comm());
  drive_->rates().exchange(target_runs());
}

template <Real T>
void Simulation<T>::choose_learning_streams() {
  if (!drive_->rates().network_is_finite()) diverged(not_finite("a rate").c_str());
  learning_streams_.clear();
  if (options_.testing || !plasticity_->learns()) return;
  for (Index b = 0; b < n_streams_; ++b) {
    if (streams_.phase(b) != StreamPhase::running || !counts(b)) continue;
    const Draws draws(options_.seed, Purpose::update_draw, static_cast<std::uint64_t>(streams_.trial(b)),
                      static_cast<std::uint64_t>(streams_.position(b)));
    if (draws.uniform(0) < options_.update_probability) learning_streams_.push_back(b);
  }
}

/// Computes the products with J_D that the next step begins with. They need no more than the rates of this step.
template <Real T>
void Simulation<T>::multiply_ahead() {
  const bool with_target = target_runs();
  if (with_target && drive_->rates().target_travels_apart()) {
    const ExchangeScope scope(timer_, layout_->comm());
    drive_->rates().wait_for_target();
  }
  if (with_target && !drive_->rates().target_is_finite())
    diverged(not_finite("a rate of the target-generating network").c_str());
  const RegionScope scope(timer_, TimerRegion::target_network);
  drive_->multiply_ahead(with_target, tour_.direction());
}

/// Whether the network's own z_rec and z are needed: by streams that run freely, or by neurons that teacher-forced
/// trials leave alone.
template <Real T>
bool Simulation<T>::responds() const {
  return streams_.any_running() || (streams_.any_forced() && !drive_->forces_all());
}

/// Computes z_rec and z, and learns from them. In init trials they are forced to F and f_out; otherwise they are the
/// network's own.
template <Real T>
void Simulation<T>::respond_and_learn() {
  const bool own = responds();
  if (plasticity_->is_observing() && !options_.testing)
    or_diverged([this] { plasticity_->observe(drive_->targets(), timer_); });
  if (own)
    or_diverged([this] {
      plasticity_->evaluate(drive_->rates().network(), learning_streams_, drive_->response(), z_, timer_,
                            tour_.direction());
    });
  force_outputs();
  if (!std::all_of(z_.begin(), z_.end(), [](double v) { return std::isfinite(v); }))
    diverged("an output is not finite");
  find_output_errors();
  if (own)
    or_diverged([this] { plasticity_->complete(drive_->response(), drive_->targets(), output_errors_, timer_); });
  if (streams_.any_forced()) drive_->teach(streams_);
  if (targets_.rows() > 0) keep_targets();
  samples_ += static_cast<Index>(learning_streams_.size());
}

/// Copies the targets for observers. The product for the next step may take the place of F before they look.
template <Real T>
void Simulation<T>::keep_targets() {
  const TargetCurrents<T> targets = drive_->targets();
  for (Index i = 0; i < targets_.rows(); ++i)
    for (Index b = 0; b < n_streams_; ++b)
      targets_(i, b) = targets.learns(i) ? (*targets.F)(i, b) : std::numeric_limits<T>::quiet_NaN();
}

template <Real T>
void Simulation<T>::force_outputs() {
  for (Index b = 0; b < n_streams_; ++b)
    for (Index o = 0; o < n_out_ && is_forced(b); ++o) z_[at(o, b)] = signals_.target[at(o, b)];
}

template <Real T>
bool Simulation<T>::counts(Index stream) const {
  for (Index o = 0; o < n_out_; ++o)
    if (signals_.mask[at(o, stream)] != 0) return true;
  return false;
}

/// Computes e_w = z - f_out for the streams that learn. An output that does not count has no error.
template <Real T>
void Simulation<T>::find_output_errors() {
  const std::size_t learning = learning_streams_.size();
  for (Index o = 0; o < n_out_; ++o)
    for (std::size_t k = 0; k < learning; ++k) {
      const std::size_t sample = at(o, learning_streams_[k]);
      output_errors_[as_size(o) * learning + k] =
          signals_.mask[sample] != 0 ? z_[sample] - signals_.target[sample] : 0.0;
    }
}

/// If all trials are teacher-forced and there is nothing to observe, the plasticity does nothing.
template <Real T>
void Simulation<T>::account_of_step() {
  account_.clear();
  drive_->account(target_runs(), account_);
  const bool observes = plasticity_->is_observing() && !options_.testing;
  if (responds() || observes) plasticity_->account(account_);
  count_work();
}

template <Real T>
void Simulation<T>::count_work() {
  work_ += account_.work();
}

template <Real T>
void Simulation<T>::prepare() {
  drive_->rates().prepare();
  plasticity_->prepare();
}

template <Real T>
void Simulation<T>::choose_rates() {
  NetworkRates<T>& rates = drive_->rates();
  if (!rates.needs_messages()) return;
  RatesRead read(layout_->rows());
  drive_->mark_read(read);
  plasticity_->mark_read(read);
  if (rates.has_target()) DriveCheck<T>::mark_read(read);
  rates.read_only(read);
  primed_ = false;
}

template <Real T>
void Simulation<T>::flush() {
  plasticity_->flush(timer_);
  account_.clear();
  plasticity_->account(account_);
  count_work();
}

template <Real T>
void Simulation<T>::count_errors() {
  for (Index b = 0; b < n_streams_; ++b) {
    if (streams_.phase(b) != StreamPhase::running) continue;
    for (Index o = 0; o < n_out_; ++o) {
      if (signals_.mask[at(o, b)] == 0) continue;
      const double target = signals_.target[at(o, b)];
      const double miss = z_[at(o, b)] - target;
      squared_error_[as_size(b)] += miss * miss;
      squared_target_[as_size(b)] += target * target;
    }
  }
}

template <Real T>
void Simulation<T>::advance_streams() {
  results_.clear();
  for (const FinishedTrial& trial : streams_.advance()) {
    if (trial.phase != StreamPhase::running) continue;
    double& squared_error = squared_error_[as_size(trial.stream)];
    double& squared_target = squared_target_[as_size(trial.stream)];
    results_.push_back({trial.number, trial.stream, trial.length, squared_error, squared_target});
    squared_error = squared_target = 0.0;
  }
}

/// Ends the observation of the target currents when the first stream begins to run. Until then all streams are in their
/// init trials, so that only currents of those were observed.
template <Real T>
void Simulation<T>::end_observation() {
  if (plasticity_->is_observing() && !options_.testing && (streams_.any_running() || streams_.any_idle()))
    plasticity_->end_observation();
}

template <Real T>
template <class Action>
void Simulation<T>::or_diverged(const Action& action) const {
  try {
    action();
  } catch (const RunError& error) {
    diverged(error.what());
  }
}

/// Says what is wrong where a value is not finite. If rates have no bound of their own, an infinite rate means that a
/// rate went beyond the bound that was set for it.
template <Real T>
std::string Simulation<T>::not_finite(const char* what) const {
  const double bound = largest_rate(options_.network);
  return bound > 1.0 ? fmt::format("{} is beyond {} or not a number", what, bound)
                     : fmt::format("{} is not a number", what);
}

template <Real T>
std::string Simulation<T>::where_streams_are() const {
  constexpr Index most = 4;
  std::string where;
  for (Index b = 0; b < std::min(n_streams_, most); ++b) {
    const bool in_test = options_.testing && streams_.phase(b) == StreamPhase::running;
    where += fmt::format("{}stream {} in {} trial {} at position {}", b == 0 ? "" : ", ", b,
                         in_test ? "test" : to_text(streams_.phase(b)), streams_.trial(b), streams_.position(b));
  }
  return n_streams_ > most ? where + ", ..." : where;
}

template <Real T>
void Simulation<T>::diverged(const char* what) const {
  throw RunError(
      fmt::format("the run diverged at step {} ({}): {}. Try a smaller network.dt or network.gain, a larger "
                  "learning.alpha, or targets of order 1",
                  steps_ + 1, where_streams_are(), what));
}

template <Real T>
void Simulation<T>::persist_streams(Archive& archive) {
  archive.section(format::progress::group, format::section::streams);
  archive.attribute<Index>(format::progress::group, format::progress::step, steps_);
  archive.attribute<Index>(format::progress::group, format::progress::samples, samples_);
  std::vector<Index> phases = streams_.phases();
  std::vector<Index> trials = streams_.trials();
  std::vector<Index> positions = streams_.positions();
  Index next_trial = streams_.next_trial();
  Index idle_steps = streams_.idle_steps();
  archive.replicated<Index>(format::progress::phase, phases);
  archive.replicated<Index>(format::progress::trial, trials);
  archive.replicated<Index>(format::progress::position, positions);
  archive.attribute<Index>(format::progress::group, format::progress::next_trial, next_trial);
  archive.attribute<Index>(format::progress::group, format::progress::idle_steps, idle_steps);
  archive.replicated<double>(format::progress::squared_error, squared_error_);
  archive.replicated<double>(format::progress::squared_target, squared_target_);
  if (archive.loading()) streams_.restore(phases, trials, positions, next_trial, idle_steps);
}

template <Real T>
void Simulation<T>::persist(Archive& archive) {
  persist_streams(archive);
  network_->persist(archive, format::network::group);
  drive_->persist(archive);
  archive.replicated<double>(format::network::output, z_, n_streams_);
  if (archive.loading()) primed_ = bounded_ = false;
}

template <Real T>
double Simulation<T>::value(NeuronVariable variable, Index local, Index stream) const {
  const NetworkRates<T>& both = drive_->rates();
  switch (variable) {
    case NeuronVariable::rate:
      return static_cast<double>(both.network().mine(0, local)[stream]);
    case NeuronVariable::target_rate:
      return both.has_target() ? static_cast<double>(both.target().mine(both.target_group(), local)[stream])
                               : std::numeric_limits<double>::quiet_NaN();
    case NeuronVariable::state:
      return network_->state(local, stream);
    case NeuronVariable::current:
      return static_cast<double>(drive_->response()(local, stream));
    case NeuronVariable::target:
      return static_cast<double>(targets_(local, stream));
    case NeuronVariable::target_state:
      break;
  }
  return drive_->target_state(local, stream);
}

template <Real T>
void Simulation<T>::sample(Index stream, std::span<const Index> neurons, std::span<double> rates,
                           std::span<double> target_rates) const {
  // All ranks sum the bits of each number as an integer. Only its owner adds anything but zero, so the number arrives
  // exact.
  std::vector<std::int64_t> bits(2 * neurons.size());
  for (std::size_t k = 0; k < neurons.size(); ++k) {
    const Index local = neurons[k] - layout_->first_row();
    if (local < 0 || local >= layout_->local_rows()) continue;
    bits[2 * k] = std::bit_cast<std::int64_t>(value(NeuronVariable::rate, local, stream));
    bits[2 * k + 1] = std::bit_cast<std::int64_t>(value(NeuronVariable::target_rate, local, stream));
  }
  layout_->comm().sum(bits);
  for (std::size_t k = 0; k < neurons.size(); ++k) {
    rates[k] = std::bit_cast<double>(bits[2 * k]);
    target_rates[k] = std::bit_cast<double>(bits[2 * k + 1]);
  }
}

template class Simulation<float>;
template class Simulation<double>;

}  // namespace fullforce
