#include "fullforce/run/simulation.hpp"

#include <algorithm>
#include <cmath>

#include "fullforce/base/check.hpp"
#include "fullforce/base/random.hpp"
#include "fullforce/io/archive.hpp"
#include "fullforce/linalg/products.hpp"

namespace fullforce {

template <Real T>
Simulation<T>::Simulation(const Layout& layout, const SimulationOptions& options, const Task& task, const StreamPlan& plan,
                          const Connectivity<T>& connectivity, Rls<T>& rls)
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
      feedback_(layout.local_rows(), plan.streams),
      z_(static_cast<std::size_t>(n_out_ * plan.streams)),
      J_D_rates_(layout.local_rows(), (options.rule == Rule::force ? 2 : 1) * plan.streams),
      target_currents_(layout.local_rows(), plan.streams),
      drive_(layout.local_rows(), plan.streams),
      mine_(layout.local_rows(), plan.streams),
      errors_(layout.local_rows(), plan.streams),
      output_errors_(z_.size()),
      sent_(layout.local_rows(), 2 * plan.streams),
      received_(layout.rows() * 2 * plan.streams),
      rates_(2 * plan.streams, layout.rows()),
      gather_(layout.comm(), layout.partition(), 2 * plan.streams),
      squared_error_(static_cast<std::size_t>(plan.streams)),
      squared_target_(static_cast<std::size_t>(plan.streams)) {
  network_.draw_state(layout, options.seed, options.testing ? Purpose::test_network_state : Purpose::network_state);
  target_.draw_state(layout, options.seed, options.testing ? Purpose::test_target_state : Purpose::target_state);
  learners_.reserve(static_cast<std::size_t>(n_streams_));
  results_.reserve(static_cast<std::size_t>(n_streams_));
}

template <Real T>
std::span<const TrialResult> Simulation<T>::step() {
  if (!primed_) gather_rates();
  signals_.read(streams_);
  if (needs_target()) run_target();
  run_network();
  gather_rates();
  choose_learners();
  respond();
  learn();
  count_errors();
  if (look_) look_(*this);
  ++steps_;
  return advance_streams();
}

/// In free running nothing depends on the target-generating network, except FORCE's recurrent currents (the same product).
template <Real T>
bool Simulation<T>::needs_target() const {
  return !options_.testing || options_.rule == Rule::force || streams_.any_forced() || look_ != nullptr;
}

/// F = J_D tanh(x_D) + u_out f_out + u_hint f_hint, from x_D before this step; then x_D moves on.
template <Real T>
void Simulation<T>::run_target() {
  const PhaseScope scope(timer_, Phase::target_network);
  // The rates of the task-performing network come first in rates_, those of the target-generating network behind them.
  const bool both = options_.rule == Rule::force;
  layout_->for_each_block([&](RowBlock block) {
    const Index first = both ? 0 : n_streams_;
    connectivity_->J_D.multiply(block, {{rates_.row(first), rates_.stride()}, {received_.data() + first, 2 * n_streams_}}, J_D_rates_);
    for (Index i = block.local; i < block.local + block.rows; ++i)
      std::copy_n(J_D_rates_.row(i) + (both ? n_streams_ : 0), n_streams_, target_currents_.row(i));
    add_signal(block, connectivity_->u_out, signals_.target, target_currents_);
    add_signal(block, connectivity_->u_hint, signals_.hint, target_currents_);
    std::copy_n(target_currents_.row(block.local), block.rows * n_streams_, drive_.row(block.local));
    add_signal(block, connectivity_->u_in, signals_.input, drive_);
  });
  target_.advance(*layout_, drive_, streams_, StepNoise{});
  const RecurrentWeights<T>& J_D = connectivity_->J_D;
  count_product(J_D.elements(), J_D.bytes_per_element(), J_D_rates_.streams());
}

template <Real T>
void Simulation<T>::run_network() {
  layout_->for_each_block([&](RowBlock block) {
    if (options_.rule == Rule::full_force) {
      std::copy_n(feedback_.row(block.local), block.rows * n_streams_, drive_.row(block.local));
    } else {
      for (Index i = block.local; i < block.local + block.rows; ++i) std::copy_n(J_D_rates_.row(i), n_streams_, drive_.row(i));
      add_signal(block, connectivity_->u_out, z_, drive_);
    }
    add_signal(block, connectivity_->u_in, signals_.input, drive_);
  });
  network_.advance(*layout_, drive_, streams_, {std::sqrt(options_.network.noise * options_.network.dt), options_.seed});
}

/// r and tanh(x_D) of all neurons, on every rank, as one contiguous vector a stream.
template <Real T>
void Simulation<T>::gather_rates() {
  const Index width = 2 * n_streams_;
  layout_->for_each_block([&](RowBlock block) {
    for (Index i = block.local; i < block.local + block.rows; ++i) {
      for (Index b = 0; b < n_streams_; ++b) {
        sent_(i, b) = mine_(i, b) = std::tanh(network_.state()(i, b));
        sent_(i, n_streams_ + b) = std::tanh(target_.state()(i, b));
      }
    }
  });
  {
    const PhaseScope scope(timer_, Phase::communication);
    gather_(std::span<const T>(sent_.values()), received_.span());
  }
  for_each_in_parallel(width, [&](Index b) {
    for (Index j = 0; j < layout_->rows(); ++j) rates_(b, j) = received_[j * width + b];
  });
  primed_ = true;
}

template <Real T>
void Simulation<T>::choose_learners() {
  learners_.clear();
  if (options_.testing || !rls_->learns()) return;
  for (Index b = 0; b < n_streams_; ++b) {
    if (streams_.phase(b) != StreamPhase::running) continue;
    const Draws draws(options_.seed, Purpose::update_draw, static_cast<std::uint64_t>(streams_.trial(b)),
                      static_cast<std::uint64_t>(streams_.position(b)));
    if (draws.uniform(0) < options_.update_probability) learners_.push_back(b);
  }
}

/// z_rec and z: forced to F and f_out in init trials, the network's own otherwise.
template <Real T>
void Simulation<T>::respond() {
  if (streams_.any_running()) {
    const double rls_elements = static_cast<double>(layout_->rows()) * static_cast<double>(layout_->rows());
    if (options_.rule == Rule::full_force) count_product(rls_elements, sizeof(T), n_streams_);
    if (!learners_.empty()) count_product(rls_elements, sizeof(T), static_cast<Index>(learners_.size()));
    try {
      rls_->evaluate(rates_, mine_, learners_, feedback_, z_, timer_);
    } catch (const RunError& error) {
      diverged(error.what());
    }
  }
  for (Index b = 0; b < n_streams_; ++b) {
    if (!is_forced(b)) continue;
    layout_->for_each_block([&](RowBlock block) {
      for (Index i = block.local; i < block.local + block.rows; ++i) feedback_(i, b) = target_currents_(i, b);
    });
    for (Index o = 0; o < n_out_; ++o) {
      const std::size_t k = static_cast<std::size_t>(o * n_streams_ + b);
      z_[k] = signals_.target[k];
    }
  }
  for (Index b = 0; b < 2 * n_streams_; ++b) {
    const T* rates = rates_.row(b);
    T check = T(0);
    for (Index j = 0; j < layout_->rows(); ++j) check += rates[j] * T(0);
    if (!(check == T(0))) diverged("a rate is not a number");
  }
  if (!std::all_of(z_.begin(), z_.end(), [](double v) { return std::isfinite(v); })) diverged("an output is not finite");
}

template <Real T>
void Simulation<T>::learn() {
  if (learners_.empty()) return;
  const Index selected = static_cast<Index>(learners_.size());
  layout_->for_each_block([&](RowBlock block) {
    for (Index i = block.local; i < block.local + block.rows; ++i)
      for (Index k = 0; k < selected; ++k) {
        const Index b = learners_[static_cast<std::size_t>(k)];
        errors_(i, k) = feedback_(i, b) - target_currents_(i, b);
      }
  });
  for (Index o = 0; o < n_out_; ++o)
    for (Index k = 0; k < selected; ++k) {
      const std::size_t from = static_cast<std::size_t>(o * n_streams_ + learners_[static_cast<std::size_t>(k)]);
      output_errors_[static_cast<std::size_t>(o * selected + k)] = z_[from] - signals_.target[from];
    }
  try {
    rls_->update(errors_, output_errors_, timer_);
  } catch (const RunError& error) {
    diverged(error.what());
  }
  samples_ += selected;
}

template <Real T>
void Simulation<T>::count_errors() {
  for (Index b = 0; b < n_streams_; ++b) {
    if (streams_.phase(b) != StreamPhase::running) continue;
    for (Index o = 0; o < n_out_; ++o) {
      const std::size_t k = static_cast<std::size_t>(o * n_streams_ + b);
      const double miss = z_[k] - signals_.target[k];
      squared_error_[static_cast<std::size_t>(b)] += miss * miss;
      squared_target_[static_cast<std::size_t>(b)] += signals_.target[k] * signals_.target[k];
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
std::span<const TrialResult> Simulation<T>::advance_streams() {
  results_.clear();
  for (const FinishedTrial& trial : streams_.advance()) {
    if (trial.phase != StreamPhase::running) continue;
    double& squared_error = squared_error_[static_cast<std::size_t>(trial.stream)];
    double& squared_target = squared_target_[static_cast<std::size_t>(trial.stream)];
    results_.push_back({trial.number, trial.stream, trial.length, squared_error, squared_target});
    squared_error = squared_target = 0.0;
  }
  return results_;
}

template <Real T>
void Simulation<T>::diverged(const char* what) const {
  constexpr std::string_view names[] = {"init", "training", "idle"};
  std::string where;
  for (Index b = 0; b < n_streams_; ++b) {
    const std::string_view name = options_.testing && streams_.phase(b) == StreamPhase::running
                                      ? "test"
                                      : names[static_cast<std::size_t>(streams_.phase(b))];
    where += fmt::format("{}stream {} in {} trial {} at position {}", b == 0 ? "" : ", ", b, name, streams_.trial(b), streams_.position(b));
    if (b == 3 && n_streams_ > 4) {
      where += ", ...";
      break;
    }
  }
  throw RunError(fmt::format("the run diverged at step {} ({}): {}. Try a smaller network.dt or network.gain, a larger "
                             "learning.alpha, or targets of order 1", steps_ + 1, where, what));
}

template <Real T>
void Simulation<T>::persist(Archive& archive) {
  archive.attribute<Index>("/progress", "step", steps_);
  archive.attribute<Index>("/progress", "samples", samples_);
  std::vector<Index> phases = streams_.phases();
  std::vector<Index> trials = streams_.trials();
  std::vector<Index> positions = streams_.positions();
  Index next_trial = streams_.next_trial();
  archive.replicated<Index>("/progress/phase", phases);
  archive.replicated<Index>("/progress/trial", trials);
  archive.replicated<Index>("/progress/position", positions);
  archive.attribute<Index>("/progress", "next_trial", next_trial);
  archive.replicated<double>("/progress/squared_error", squared_error_);
  archive.replicated<double>("/progress/squared_target", squared_target_);
  if (archive.loading()) streams_.restore(phases, trials, positions, next_trial);
  network_.persist(archive, *layout_, "/network/x");
  archive.rows<T>("/network/feedback", layout_->partition(), {feedback_.row(0), n_streams_, n_streams_});
  archive.replicated<double>("/network/output", z_, n_streams_);
  target_.persist(archive, *layout_, "/target/x");
  if (archive.loading()) primed_ = false;
}

template <Real T>
Index Simulation<T>::bytes(const RowPartition& partition, Index streams) {
  Index rows = 0;
  for (int r = 0; r < partition.ranks(); ++r) rows = std::max(rows, partition.row_count(Rank{r}));
  return (rows * 11 + partition.rows() * 4) * streams * static_cast<Index>(sizeof(T));
}

template class Simulation<float>;
template class Simulation<double>;

}  // namespace fullforce
