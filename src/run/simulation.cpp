#include "fullforce/run/simulation.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "fullforce/base/check.hpp"
#include "fullforce/base/random.hpp"
#include "fullforce/io/archive.hpp"
#include "fullforce/linalg/kernels.hpp"
#include "fullforce/linalg/symmetric_product.hpp"

namespace fullforce {
namespace {

/// Whether a product needs the r of all ranks: J r over dense features, or J_D r of FORCE.
bool all_rates_needed(Rule rule, bool low_rank) { return !low_rank || rule == Rule::force; }

}  // namespace

template <Real T>
Simulation<T>::Simulation(const Layout& layout, const SimulationOptions& options, const Task& task,
                          const TrialSchedule& plan, const Connectivity<T>& connectivity, Rls<T>& rls)
    : layout_(&layout),
      options_(options),
      n_streams_(plan.streams),
      n_out_(task.outputs()),
      connectivity_(&connectivity),
      rls_(&rls),
      streams_(task, plan),
      signals_(task, plan.streams),
      network_(layout, plan.streams, options.network.dt, options.network.tau, options.network.integrator),
      target_(layout, plan.streams, options.network.dt, options.network.tau, Integrator::exponential),
      feedback_(layout, plan.streams),
      z_(as_size(n_out_ * plan.streams)),
      target_currents_(layout, plan.streams),
      output_errors_(z_.size()),
      drive_(layout.partition().block_size() * thread_count(), plan.streams),
      rates_(layout, all_rates_needed(options.rule, rls.basis() != nullptr) ? 2 : 1, plan.streams,
             !all_rates_needed(options.rule, rls.basis() != nullptr)),
      squared_error_(as_size(plan.streams)),
      squared_target_(as_size(plan.streams)) {
  if (!all_rates_needed(options.rule, rls.basis() != nullptr))
    target_rates_.emplace(layout, 1, plan.streams);
  else
    next_target_currents_ = StreamArray<T>(layout, plan.streams);
  if (options.rule == Rule::force) next_feedback_ = StreamArray<T>(layout, plan.streams);
  network_.draw_state(layout, options.seed, options.testing ? Purpose::test_network_state : Purpose::network_state);
  target_.draw_state(layout, options.seed, options.testing ? Purpose::test_target_state : Purpose::target_state);
  learning_streams_.reserve(as_size(n_streams_));
  results_.reserve(as_size(n_streams_));
}

template <Real T>
std::span<const TrialResult> Simulation<T>::step() {
  if (!primed_) prime();
  signals_.read(streams_);
  advance_networks();
  choose_learning_streams();
  respond_and_learn();
  count_errors();
  if (look_) look_(*this);
  ++steps_;
  advance_streams();
  fix_modes();
  return results_;
}

/// In free running nothing depends on the target-generating network.
template <Real T>
bool Simulation<T>::needs_target() const {
  return !options_.testing || streams_.any_forced() || target_observed_;
}

/// Both networks move on, block by block, and put their new rates where the gather takes them from.
template <Real T>
void Simulation<T>::advance_networks() {
  const bool with_target = needs_target();
  const StepNoise noise{std::sqrt(options_.network.noise * options_.network.dt), options_.seed};
  {
    const RegionScope scope(timer_, with_target ? TimerRegion::target_network : TimerRegion::rest);
    if (next_target_currents_.rows() > 0) std::swap(target_currents_, next_target_currents_);
    if (next_feedback_.rows() > 0) std::swap(feedback_, next_feedback_);
    layout_->for_each_block([&](RowBlock block) {
      if (with_target) advance_target(block);
      advance_network(block, noise);
    });
  }
  gather_rates(with_target);
}

/// The products with J_D that the next step begins with: they need no more than the rates of this one.
template <Real T>
void Simulation<T>::multiply_ahead(Direction direction) {
  const bool with_target = needs_target();
  const bool force = options_.rule == Rule::force;
  const RecurrentWeights<T>& J_D = connectivity_->J_D;
  if (with_target) {
    finish_target_gather();
    count_product(J_D.elements(), J_D.bytes_per_element(), n_streams_);
  }
  if (force) count_product(J_D.elements(), J_D.bytes_per_element(), n_streams_);
  const RegionScope scope(timer_, TimerRegion::target_network);
  StreamArray<T>& F = target_rates_ ? target_currents_ : next_target_currents_;
  for (Index run = 0; run < J_D.runs() && (with_target || force); ++run)
    layout_->for_each_block(
        [&](RowBlock block) {
          if (with_target) J_D.multiply(block, run, target_rates(), target_group(), F);
          if (force) J_D.multiply(block, run, rates_, 0, next_feedback_);
        },
        direction);
}

/// F = J_D tanh(x_D) + u_out f_out + u_hint f_hint, of which the product is there already; then x_D moves on.
template <Real T>
void Simulation<T>::advance_target(RowBlock block) {
  const MatrixView<T> F = target_currents_.from(block.local);
  add_signal(block, connectivity_->u_out, signals_.target, n_streams_, F);
  add_signal(block, connectivity_->u_hint, signals_.hint, n_streams_, F);
  target_.advance(block, with_inputs(block, F), streams_, StepNoise{});
  publish(block, target_, target_rates(), target_group());
}

/// x moves on under z_rec of the last step (FORCE: J_D r + u_out z).
template <Real T>
void Simulation<T>::advance_network(RowBlock block, const StepNoise& noise) {
  // FORCE has no more use for J_D r itself.
  const MatrixView<T> recurrent = feedback_.from(block.local);
  if (options_.rule == Rule::force) add_signal(block, connectivity_->u_out, z_, n_streams_, recurrent);
  network_.advance(block, with_inputs(block, recurrent), streams_, noise);
  publish(block, network_, rates_, 0);
}

/// Currents of a block, [rows of the block, B], and what the inputs add to them; a copy only where they do.
template <Real T>
MatrixView<const T> Simulation<T>::with_inputs(RowBlock block, MatrixView<const T> currents) {
  if (is_silent(signals_.input)) return currents;
  const MatrixView<T> drive = drive_.from(thread_index() * layout_->partition().block_size());
  std::copy_n(currents.data, block.rows * currents.stride, drive.data);
  add_signal(block, connectivity_->u_in, signals_.input, n_streams_, drive);
  return drive;
}

template <Real T>
void Simulation<T>::publish(RowBlock block, const RateNeurons<T>& network, GatheredVectors<T>& rates, Index group) {
  network.rates(block, rates.mine_from(group, block.local));
}

/// Rates of the present states and what is worked out ahead from them, at the start and after a restart.
template <Real T>
void Simulation<T>::prime() {
  layout_->for_each_block([&](RowBlock block) {
    publish(block, network_, rates_, 0);
    publish(block, target_, target_rates(), target_group());
  });
  gather_rates(needs_target());
  multiply_ahead(Direction::forwards);
  if (rls_->modes() != nullptr && !options_.testing) bound_.emplace(*layout_, *connectivity_);
  primed_ = true;
}

template <Real T>
void Simulation<T>::gather_rates(bool with_target) {
  const RegionScope scope(timer_, TimerRegion::communication);
  rates_.gather();
  if (target_rates_ && with_target) target_rates_->start_gather();
}

/// Nothing that is learned depends on these rates, so they travel until a step has done all else.
template <Real T>
void Simulation<T>::finish_target_gather() {
  if (!target_rates_) return;
  {
    const RegionScope scope(timer_, TimerRegion::communication);
    target_rates_->finish_gather();
  }
  if (!target_rates_->all_finite()) diverged("a rate of the target-generating network is not a number");
}

template <Real T>
void Simulation<T>::choose_learning_streams() {
  learning_streams_.clear();
  if (options_.testing || !rls_->learns()) return;
  for (Index b = 0; b < n_streams_; ++b) {
    if (streams_.phase(b) != StreamPhase::running) continue;
    const Draws draws(options_.seed, Purpose::update_draw, static_cast<std::uint64_t>(streams_.trial(b)),
                      static_cast<std::uint64_t>(streams_.position(b)));
    if (draws.uniform(0) < options_.update_probability) learning_streams_.push_back(b);
  }
}

/// z_rec and z, forced to F and f_out in init trials, the network's own otherwise; and what is learned from them.
template <Real T>
void Simulation<T>::respond_and_learn() {
  if (!rates_.all_finite()) diverged("a rate is not a number");
  const bool own = streams_.any_running();
  // J_D, J, P, then P, J, J_D: what a cache still holds of a matrix is used before the next one takes its place. Rates
  // that still travel are waited for last.
  const Direction direction = target_rates_ || steps_ % 2 == 0 ? Direction::forwards : Direction::backwards;
  const bool J_D_first = !target_rates_ && direction == Direction::forwards;
  if (J_D_first) multiply_ahead(direction);
  const auto or_diverged = [this](const auto& work) {
    try {
      work();
    } catch (const RunError& error) {
      diverged(error.what());
    }
  };
  if (rls_->collects_modes() && !options_.testing) or_diverged([this] { rls_->observe(target_currents(), timer_); });
  if (own) or_diverged([&] { evaluate(direction); });
  force_outputs();
  if (!std::all_of(z_.begin(), z_.end(), [](double v) { return std::isfinite(v); }))
    diverged("an output is not finite");
  find_output_errors();
  if (own) or_diverged([this] { rls_->complete(feedback_, target_currents(), output_errors_, timer_); });
  if (streams_.any_forced()) force_currents();
  if (!J_D_first) multiply_ahead(direction);
  samples_ += static_cast<Index>(learning_streams_.size());
}

template <Real T>
void Simulation<T>::evaluate(Direction direction) {
  const double features = static_cast<double>(rls_->features());
  const double neurons = static_cast<double>(layout_->rows());
  const double modes = rls_->modes() == nullptr ? 0.0 : static_cast<double>(rls_->modes()->count());
  const Index learning_streams = static_cast<Index>(learning_streams_.size());
  if (options_.rule == Rule::full_force)
    count_product((modes > 0.0 ? modes : neurons) * features, sizeof(T), n_streams_);
  if (modes > 0.0) count_product(neurons * modes, sizeof(T), n_streams_ + learning_streams);
  if (rls_->basis() != nullptr) count_product(neurons * features, sizeof(T), n_streams_);
  const bool by_rows = rls_->basis() == nullptr;  // low-rank: every rank holds P whole, and it is small
  const double held = 1.0 / layout_->comm().size();
  const double read = by_rows ? SymmetricProduct<T>::share_read(layout_->rows(), learning_streams, held) : 1.0;
  if (learning_streams > 0) count_product(features * features, sizeof(T) * read, learning_streams);
  rls_->evaluate(rates_, learning_streams_, feedback_, z_, timer_, direction);
}

template <Real T>
void Simulation<T>::force_outputs() {
  for (Index b = 0; b < n_streams_; ++b)
    for (Index o = 0; o < n_out_ && is_forced(b); ++o) z_[at(o, b)] = signals_.target[at(o, b)];
}

/// z_rec = F in init trials.
template <Real T>
void Simulation<T>::force_currents() {
  layout_->for_each_block([this](RowBlock block) {
    for (Index b = 0; b < n_streams_; ++b)
      for (Index i = block.local; i < block.local + block.rows && is_forced(b); ++i)
        feedback_(i, b) = target_currents_(i, b);
  });
}

template <Real T>
TargetCurrents<T> Simulation<T>::target_currents() const {
  const double longest = bound_ ? bound_->longest(signals_) : 0.0;
  if (!std::isfinite(longest)) throw RunError("the target-generating network's weights are not finite");
  return {&target_currents_, longest};
}

/// e_w = z - f_out of the streams that learn.
template <Real T>
void Simulation<T>::find_output_errors() {
  const std::size_t learning_streams = learning_streams_.size();
  for (Index o = 0; o < n_out_; ++o)
    for (std::size_t k = 0; k < learning_streams; ++k)
      output_errors_[as_size(o) * learning_streams + k] =
          z_[at(o, learning_streams_[k])] - signals_.target[at(o, learning_streams_[k])];
}

template <Real T>
void Simulation<T>::count_errors() {
  for (Index b = 0; b < n_streams_; ++b) {
    if (streams_.phase(b) != StreamPhase::running) continue;
    for (Index o = 0; o < n_out_; ++o) {
      const double target = signals_.target[at(o, b)];
      const double miss = z_[at(o, b)] - target;
      squared_error_[as_size(b)] += miss * miss;
      squared_target_[as_size(b)] += target * target;
    }
  }
}

/// A product of a matrix of so many elements with so many vectors, over all ranks.
template <Real T>
void Simulation<T>::count_product(double elements, double bytes_per_element, Index vectors) {
  work_.operations += 2.0 * elements * static_cast<double>(vectors);
  work_.bytes += elements * bytes_per_element;
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

/// Until the first stream begins to run all are in their init trials, so that what was seen is theirs.
template <Real T>
void Simulation<T>::fix_modes() {
  if (rls_->collects_modes() && !options_.testing && (streams_.any_running() || streams_.any_idle())) rls_->fix_modes();
}

template <Real T>
void Simulation<T>::diverged(const char* what) const {
  constexpr std::string_view names[] = {"init", "training", "idle"};
  std::string where;
  for (Index b = 0; b < n_streams_; ++b) {
    const std::string_view name =
        options_.testing && streams_.phase(b) == StreamPhase::running ? "test" : names[as_size(streams_.phase(b))];
    where += fmt::format("{}stream {} in {} trial {} at position {}", b == 0 ? "" : ", ", b, name, streams_.trial(b),
                         streams_.position(b));
    if (b == 3 && n_streams_ > 4) {
      where += ", ...";
      break;
    }
  }
  throw RunError(
      fmt::format("the run diverged at step {} ({}): {}. Try a smaller network.dt or network.gain, a larger "
                  "learning.alpha, or targets of order 1",
                  steps_ + 1, where, what));
}

template <Real T>
void Simulation<T>::persist(Archive& archive) {
  archive.attribute<Index>("/progress", "step", steps_);
  archive.attribute<Index>("/progress", "samples", samples_);
  std::vector<Index> phases = streams_.phases();
  std::vector<Index> trials = streams_.trials();
  std::vector<Index> positions = streams_.positions();
  Index next_trial = streams_.next_trial();
  Index idle_steps = streams_.idle_steps();
  archive.replicated<Index>("/progress/phase", phases);
  archive.replicated<Index>("/progress/trial", trials);
  archive.replicated<Index>("/progress/position", positions);
  archive.attribute<Index>("/progress", "next_trial", next_trial);
  archive.attribute<Index>("/progress", "idle_steps", idle_steps);
  archive.replicated<double>("/progress/squared_error", squared_error_);
  archive.replicated<double>("/progress/squared_target", squared_target_);
  if (archive.loading()) streams_.restore(phases, trials, positions, next_trial, idle_steps);
  network_.persist(archive, *layout_, "/network/x");
  archive.rows<T>("/network/feedback", layout_->partition(), feedback_.from(0).first(n_streams_));
  archive.replicated<double>("/network/output", z_, n_streams_);
  target_.persist(archive, *layout_, "/target/x");
  if (archive.loading()) primed_ = false;
}

template <Real T>
void Simulation<T>::sample(Index stream, std::span<const Index> neurons, std::span<double> rates,
                           std::span<double> target_rates) const {
  const GatheredVectors<T>& targets = target_rates_ ? *target_rates_ : rates_;
  // The owner adds the bits of each number to nothing.
  std::vector<std::int64_t> bits(2 * neurons.size());
  for (std::size_t k = 0; k < neurons.size(); ++k) {
    const Index local = neurons[k] - layout_->first_row();
    if (local < 0 || local >= layout_->local_rows()) continue;
    bits[2 * k] = std::bit_cast<std::int64_t>(static_cast<double>(rates_.mine(0, local)[stream]));
    bits[2 * k + 1] = std::bit_cast<std::int64_t>(static_cast<double>(targets.mine(target_group(), local)[stream]));
  }
  layout_->comm().sum(bits);
  for (std::size_t k = 0; k < neurons.size(); ++k) {
    rates[k] = std::bit_cast<double>(bits[2 * k]);
    target_rates[k] = std::bit_cast<double>(bits[2 * k + 1]);
  }
}

template <Real T>
Index Simulation<T>::bytes(const RowPartition& partition, const LearningOptions& learning, Index streams) {
  const bool all = all_rates_needed(learning.rule, learning.features == FeatureKind::low_rank);
  const Index arrays = 4 + (all ? 1 : 0) + (learning.rule == Rule::force ? 1 : 0);
  const Index own = partition.largest_row_count() * arrays * padded_vectors<T>(streams) * static_cast<Index>(sizeof(T));
  const Index gathered =
      all ? GatheredVectors<T>::bytes(partition, 2, streams)
          : GatheredVectors<T>::bytes(partition, 1, streams, true) + GatheredVectors<T>::bytes(partition, 1, streams);
  return own + gathered;
}

template class Simulation<float>;
template class Simulation<double>;

}  // namespace fullforce
